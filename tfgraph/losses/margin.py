"""Losses that ask for a margin."""

from __future__ import annotations

from tfgraph.api import ComparisonFacts, Loss, ShapeError, Tensor, TensorSpec
from tfgraph.lazy import tf
from tfgraph.losses.regression import in_one_dtype, instead_for_classes, mean_per_example


class Hinge(Loss):
    """max(0, 1 - z · x) for a score x and a side z of -1 or 1; the mean over values and batch.

    A target of 0 stands for the side -1 as well.

    Shape: scores [batch, …]; target of the same shape, for scores [batch, 1] also [batch].
    Source: Cortes and Vapnik, 1995, "Support-Vector Networks".
    """

    type = "hinge"
    also_known_as = ("HingeLoss",)
    example = """
    inputs:
      x: [20]
      side: {shape: [], dtype: int32, classes: 2}
    layers:
      - dense: 1
    loss:
      hinge:
      target: side
    """

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect_floating()
        one_score = output.rank == 2 and output.shape[1] == 1
        if target.shape != output.shape and not (one_score and target.rank == 1):
            raise ShapeError(
                f"needs a side for each score of {output}, got {target}",
                help=instead_for_classes(output, target),
            )
        if target.classes is not None and target.classes > 2:
            raise ShapeError(
                f"takes two sides, and the target has {target.classes} classes",
                help=instead_for_classes(output, target),
            )

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        output, target = in_one_dtype(output, tf.reshape(target, tf.shape(output)))
        return mean_per_example(tf.nn.relu(1 - tf.where(target > 0, output, -output)))

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        return ComparisonFacts(takes="scores", compares="classes")
