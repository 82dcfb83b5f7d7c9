"""Optimizers, one family a file."""

from tfgraph.api import Optimizer
from tfgraph.optimizers.adadelta import Adadelta
from tfgraph.optimizers.adagrad import FTRL, Adagrad
from tfgraph.optimizers.adam import Adam, AdamW, Nadam
from tfgraph.optimizers.descent import GradientDescent
from tfgraph.optimizers.lion import Lion
from tfgraph.optimizers.rmsprop import RMSProp

OPTIMIZERS: list[type[Optimizer]] = [
    GradientDescent,
    Adagrad,
    RMSProp,
    Adam,
    AdamW,
    Nadam,
    Adadelta,
    FTRL,
    Lion,
]
