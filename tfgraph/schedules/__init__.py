"""Learning-rate schedules, one family a file."""

from tfgraph.api import Schedule
from tfgraph.schedules.constant import Constant, Piecewise
from tfgraph.schedules.cosine import Cosine
from tfgraph.schedules.decay import Exponential, InverseSqrt, Polynomial

SCHEDULES: list[type[Schedule]] = [
    Constant,
    Piecewise,
    Exponential,
    Polynomial,
    InverseSqrt,
    Cosine,
]
