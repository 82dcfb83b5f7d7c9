"""Losses, one family a file."""

from tfgraph.api import Loss
from tfgraph.losses.cross_entropy import KLDivergence, SigmoidCrossEntropy, SoftmaxCrossEntropy
from tfgraph.losses.margin import Hinge
from tfgraph.losses.regression import (
    AbsoluteError,
    Cosine,
    Huber,
    SquaredError,
    SumSquaredError,
)

LOSSES: list[type[Loss]] = [
    SoftmaxCrossEntropy,
    SigmoidCrossEntropy,
    SquaredError,
    SumSquaredError,
    AbsoluteError,
    Huber,
    KLDivergence,
    Hinge,
    Cosine,
]
