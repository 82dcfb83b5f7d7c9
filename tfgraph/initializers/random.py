"""Initializers that draw from a fixed distribution, whatever the weight's shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tfgraph.api import Initializer, ParameterError, ShapeError, Tensor, param
from tfgraph.lazy import tf


class Normal(Initializer):
    """Normal distribution."""

    type = "normal"
    also_known_as = ("Gaussian", "RandomNormal")
    example = """
    inputs: {image: [784]}
    layers:
      - matmul: {units: 10, init: {normal: 0.01}}
    """

    stddev: float = param(
        "Standard deviation.", default=0.05, minimum=0, primary=True, also=("std", "sigma", "scale")
    )
    mean: float = param("Mean.", default=0.0)

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        return tf.random.stateless_normal(shape, seed, self.mean, self.stddev, dtype)


class TruncatedNormal(Initializer):
    """Normal distribution, values beyond two standard deviations drawn again."""

    type = "truncated_normal"
    also_known_as = ("TruncNormal",)
    example = """
    inputs: {image: [32, 32, 3]}
    layers:
      - conv2d: {filters: 32, init: {truncated_normal: 0.02}}
    """

    stddev: float = param(
        "Standard deviation before the truncation.",
        default=0.05,
        minimum=0,
        primary=True,
        also=("std", "sigma", "scale"),
    )
    mean: float = param("Mean.", default=0.0)

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        return tf.random.stateless_truncated_normal(shape, seed, self.mean, self.stddev, dtype)


class Uniform(Initializer):
    """Uniform distribution over [-limit, limit), or [low, high) where those are given."""

    type = "uniform"
    also_known_as = ("RandomUniform",)
    example = """
    inputs: {words: {shape: [40], dtype: int32, classes: 5000}}
    layers:
      - embedding: {units: 64, init: {uniform: {low: -0.1, high: 0.1}}}
    """

    limit: float = param(
        "Half the width, around 0.", default=0.05, minimum=0, primary=True, also=("scale", "bound")
    )
    low: float | None = param(
        "Lower bound; -limit if not given.", default=None, also=("minval", "min", "a")
    )
    high: float | None = param(
        "Upper bound; limit if not given.", default=None, also=("maxval", "max", "b")
    )

    def check_parameters(self) -> None:
        low, high = self.bounds()
        if low > high:
            raise ParameterError(f"has the bounds {low} and {high}, the lower one above the upper")

    def bounds(self) -> tuple[float, float]:
        """The lower and the upper bound."""
        low = -self.limit if self.low is None else self.low
        return low, self.limit if self.high is None else self.high

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        low, high = self.bounds()
        return tf.random.stateless_uniform(shape, seed, low, high, dtype)


class Orthogonal(Initializer):
    """A matrix with orthogonal rows or columns, whichever are fewer, of length `gain`.

    A kernel of more axes is filled as the matrix of its last axis and all others.

    Source: Saxe et al., 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks".
    """

    type = "orthogonal"
    also_known_as = ("OrthogonalInitializer",)
    example = """
    inputs: {rows: [28, 28]}
    layers:
      - lstm: {units: 64, recurrent_init: orthogonal}
    """

    gain: float = param(
        "The length of each row or column.", default=1.0, above=0, primary=True, also=("scale",)
    )

    def check(self, shape: Sequence[int]) -> None:
        if len(shape) < 2:
            raise ShapeError(f"cannot fill a weight {list(shape)} with `orthogonal`: not a matrix")

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn_as = tf.float64 if dtype == "float64" else tf.float32
        tall = (max(rows, columns), min(rows, columns))
        drawn = tf.random.stateless_normal(tall, seed, dtype=drawn_as)
        q, r = tf.linalg.qr(drawn)
        # With the signs of R's diagonal the matrices are spread evenly over all orthogonal ones.
        q *= tf.sign(tf.linalg.diag_part(r))
        q = q if rows >= columns else tf.transpose(q)
        return tf.cast(self.gain * tf.reshape(q, shape), dtype)
