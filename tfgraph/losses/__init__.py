"""Losses, one family a file."""

from tfgraph.api import Loss
from tfgraph.losses.cross_entropy import SoftmaxCrossEntropy
from tfgraph.losses.regression import SquaredError, SumSquaredError

LOSSES: list[type[Loss]] = [SoftmaxCrossEntropy, SquaredError, SumSquaredError]
