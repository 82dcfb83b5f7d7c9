"""Optimizers, one family a file."""

from tfgraph.api import Optimizer
from tfgraph.optimizers.descent import GradientDescent
from tfgraph.optimizers.rmsprop import RMSProp

OPTIMIZERS: list[type[Optimizer]] = [GradientDescent, RMSProp]
