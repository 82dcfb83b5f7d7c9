"""Metrics of classifiers: accuracy."""

from __future__ import annotations

from tfgraph.api import Metric, ShapeError, Tensor, TensorSpec
from tfgraph.lazy import tf


class Accuracy(Metric):
    """The share of examples whose class is guessed.

    The guess is the class of the greatest output; for a single output, whether it is above 0.

    Shape: output [batch, …, classes] and target [batch, …] of class indices or one-hot.
    """

    type = "accuracy"

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect("batch classes", at_least=True)
        output.expect_floating()
        wanted = output.shape if target.floating else output.shape[:-1]
        if target.shape != wanted:
            raise ShapeError(f"needs a class for each {output}, got {target}")

    def state(self, output: TensorSpec, target: TensorSpec) -> dict[str, TensorSpec]:
        return {"right": TensorSpec((), "int64"), "seen": TensorSpec((), "int64")}

    def update(self, state: dict[str, Tensor], output: Tensor, target: Tensor) -> dict[str, Tensor]:
        guess = tf.argmax(output, -1)
        truth = tf.argmax(target, -1) if target.dtype.is_floating else tf.cast(target, tf.int64)
        right = tf.reduce_sum(tf.cast(guess == truth, tf.int64))
        return {
            "right": state["right"] + right,
            "seen": state["seen"] + tf.size(guess, out_type=tf.int64),
        }

    def result(self, state: dict[str, Tensor]) -> Tensor:
        return tf.cast(state["right"], tf.float64) / tf.cast(state["seen"], tf.float64)
