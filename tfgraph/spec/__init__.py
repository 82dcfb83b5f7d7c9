"""From text to a plan; never imports TensorFlow or NumPy."""

from tfgraph.spec.loading import Checked, check, check_file, load, loads
from tfgraph.spec.model import Spec
from tfgraph.spec.plan import Plan

__all__ = ["Checked", "Plan", "Spec", "check", "check_file", "load", "loads"]
