"""Losses between numbers."""

from __future__ import annotations

from typing import ClassVar, Literal

from tfgraph.api import ComparisonFacts, Loss, ShapeError, Tensor, TensorSpec, param
from tfgraph.lazy import tf


class Elementwise(Loss):
    """Abstract: output and target of one shape, compared value by value."""

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        if output.shape != target.shape:
            raise ShapeError(
                f"needs a target like the output {output}, got {target}",
                help=instead_for_classes(output, target)
                or (
                    "give each example of the target one axis of size 1, or take the loss of a "
                    "`reshape: []` behind that layer"
                    if output.shape == (*target.shape, 1)
                    else ""
                ),
            )
        output.expect_floating()
        if not target.floating:
            raise ShapeError(
                f"needs a floating-point target, got {target}",
                help=instead_for_classes(output, target),
            )

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        return ComparisonFacts(compares="numbers")


class SquaredError(Elementwise):
    """(output - target)², the mean over an example's values and over the batch.

    Shape: output and target [batch, …].
    """

    type = "squared_error"
    also_known_as = ("MSE", "MSELoss", "MeanSquaredError", "L2", "L2Loss", "LeastSquares")
    example = "loss: squared_error"

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        return mean_per_example(tf.math.squared_difference(*in_one_dtype(output, target)))


class SumSquaredError(Elementwise):
    """(output - target)², the sum over an example's values and over the batch.

    Shape: output and target [batch, …].
    """

    type = "sum_squared_error"
    also_known_as = ("SSE", "SumOfSquares")
    example = """
    inputs: {image: [784]}
    layers:
      - dense: {units: 64, activation: relu}
      - dense: {units: 784, activation: sigmoid}
    loss:
      sum_squared_error:
      target: image
    optimizer: {gradient_descent: 0.001}
    """
    reduction: ClassVar[Literal["mean", "sum"]] = "sum"

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        squared = tf.math.squared_difference(*in_one_dtype(output, target))
        return squared if squared.shape.rank <= 1 else tf.reduce_sum(squared, value_axes(squared))


class AbsoluteError(Elementwise):
    """|output - target|, the mean over an example's values and over the batch.

    Shape: output and target [batch, …].
    """

    type = "absolute_error"
    also_known_as = ("MAE", "MAELoss", "MeanAbsoluteError", "L1", "L1Loss")
    example = "loss: absolute_error"

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        output, target = in_one_dtype(output, target)
        return mean_per_example(tf.abs(output - target))


class Huber(Elementwise):
    """Squared near 0 and absolute far from it, the mean over an example's values and the batch.

    e² / 2 for |e| ≤ delta, delta · (|e| - delta / 2) beyond, of the error e = output - target.

    Shape: output and target [batch, …].
    Source: Huber, 1964, "Robust Estimation of a Location Parameter".
    """

    type = "huber"
    also_known_as = ("HuberLoss", "SmoothL1", "SmoothL1Loss")
    example = "loss: {huber: 0.5}"

    delta: float = param("Where the loss turns absolute.", default=1.0, above=0, primary=True)

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        output, target = in_one_dtype(output, target)
        error = tf.abs(output - target)
        near = tf.minimum(error, self.delta)
        return mean_per_example(near * (error - near / 2))


class Cosine(Elementwise):
    """1 - the cosine between output and target along the last axis; the mean over the rest.

    The cosine with a vector of zeros counts as 0.

    Shape: output and target [batch, …, features].
    """

    type = "cosine"
    also_known_as = ("CosineSimilarity", "CosineDistance", "CosineLoss")
    example = """
    inputs: {text: [300], meaning: [64]}
    layers:
      - dense: 64
    loss:
      cosine:
      target: meaning
    """

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect("batch features", at_least=True)
        super().check(output, target)

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        output, target = in_one_dtype(output, target)
        cosine = tf.reduce_sum(unit(output) * unit(target), -1)
        return mean_per_example(1 - cosine)


def instead_for_classes(output: TensorSpec, target: TensorSpec) -> str:
    """The loss for a target that is a class index, for an output that it is no number for."""
    classes = target.classes
    if target.floating or classes is None:
        return ""
    if classes == 2 and output.shape[-1:] != (2,):
        return "the target is one of 2 classes: use `sigmoid_cross_entropy`, of one logit"
    return (
        f"the target is one of {classes} classes: use `softmax_cross_entropy`, of {classes} logits"
    )


def in_one_dtype(output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The output in float32 or better, and the target in the same."""
    output = wide(output)
    return output, tf.cast(target, output.dtype)


def wide(output: Tensor) -> Tensor:
    """The output in float32, or float64 if it is: a square overflows a float16 from 256 on."""
    return output if output.dtype == tf.float64 else tf.cast(output, tf.float32)


def unit(vectors: Tensor) -> Tensor:
    """The vectors along the last axis with length 1; shorter ones than 1e-6 are scaled by 1e6."""
    return tf.math.l2_normalize(vectors, axis=-1, epsilon=1e-12)


def mean_per_example(losses: Tensor) -> Tensor:
    """[batch, …] -> [batch], the mean over the other axes."""
    return losses if losses.shape.rank <= 1 else tf.reduce_mean(losses, value_axes(losses))


def value_axes(values: Tensor) -> list[int]:
    """All axes but the batch."""
    return list(range(1, values.shape.rank))
