"""Losses between numbers."""

from __future__ import annotations

from typing import ClassVar, Literal

from tfgraph.api import Loss, ShapeError, Tensor, TensorSpec
from tfgraph.lazy import tf


class Elementwise(Loss):
    """Abstract: output and target of one shape, compared value by value."""

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        if output.shape != target.shape:
            raise ShapeError(f"needs a target like the output {output}, got {target}")
        output.expect_floating()
        if not target.floating:
            raise ShapeError(f"needs a floating-point target, got {target}")


class SquaredError(Elementwise):
    """(output - target)², the mean over an example's values and over the batch.

    Shape: output and target [batch, …].
    """

    type = "squared_error"

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        return over_values(tf.math.squared_difference(output, target), tf.reduce_mean)


class SumSquaredError(Elementwise):
    """(output - target)², the sum over an example's values and over the batch.

    Shape: output and target [batch, …].
    """

    type = "sum_squared_error"
    reduction: ClassVar[Literal["mean", "sum"]] = "sum"

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        return over_values(tf.math.squared_difference(output, target), tf.reduce_sum)


def over_values(losses: Tensor, reduce: Tensor) -> Tensor:
    """[batch, …] -> [batch] by `reduce`."""
    if losses.shape.rank <= 1:
        return losses
    return reduce(losses, list(range(1, losses.shape.rank)))
