"""Metrics, one family a file."""

from tfgraph.api import Metric
from tfgraph.metrics.classification import F1, Accuracy, Precision, Recall, TopKAccuracy
from tfgraph.metrics.means import MeanAbsoluteError, MeanSquaredError, Perplexity
from tfgraph.metrics.ranking import AUC

METRICS: list[type[Metric]] = [
    Accuracy,
    TopKAccuracy,
    Precision,
    Recall,
    F1,
    AUC,
    MeanSquaredError,
    MeanAbsoluteError,
    Perplexity,
]
