"""Checks that every component passes, for us and for plugin writers."""

from tfgraph.testing.case import Case, ConformanceError
from tfgraph.testing.conformance import check_component

__all__ = ["Case", "ConformanceError", "check_component"]
