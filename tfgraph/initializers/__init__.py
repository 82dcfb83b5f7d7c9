"""Initializers, one family a file."""

from tfgraph.api import Initializer
from tfgraph.initializers.constant import Constant, Identity, Ones, Zeros
from tfgraph.initializers.random import Normal, Orthogonal, TruncatedNormal, Uniform
from tfgraph.initializers.scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
)

INITIALIZERS: list[type[Initializer]] = [
    Zeros,
    Ones,
    Constant,
    Identity,
    Normal,
    TruncatedNormal,
    Uniform,
    Orthogonal,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
]
