"""Initializers that draw from a fixed distribution, whatever the weight's shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfgraph.api import Initializer, Tensor, param
from tfgraph.lazy import tf


class Normal(Initializer):
    """Normal distribution."""

    type = "normal"

    stddev: float = param("Standard deviation.", default=0.05, minimum=0, primary=True)
    mean: float = param("Mean.", default=0.0)

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        return tf.random.stateless_normal(shape, seed, self.mean, self.stddev, dtype)


class TruncatedNormal(Initializer):
    """Normal distribution, values beyond two standard deviations drawn again."""

    type = "truncated_normal"

    stddev: float = param(
        "Standard deviation before the truncation.", default=0.05, minimum=0, primary=True
    )
    mean: float = param("Mean.", default=0.0)

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        return tf.random.stateless_truncated_normal(shape, seed, self.mean, self.stddev, dtype)


class Uniform(Initializer):
    """Uniform distribution over [-limit, limit), or [low, high) where those are given."""

    type = "uniform"

    limit: float = param("Half the width, around 0.", default=0.05, minimum=0, primary=True)
    low: float | None = param("Lower bound; -limit if not given.", default=None)
    high: float | None = param("Upper bound; limit if not given.", default=None)

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        low = -self.limit if self.low is None else self.low
        high = self.limit if self.high is None else self.high
        return tf.random.stateless_uniform(shape, seed, low, high, dtype)
