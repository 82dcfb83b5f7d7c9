"""Metrics, one family a file."""

from tfgraph.api import Metric
from tfgraph.metrics.classification import Accuracy

METRICS: list[type[Metric]] = [Accuracy]
