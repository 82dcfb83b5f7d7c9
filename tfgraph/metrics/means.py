"""Metrics that are a mean over values: mean_squared_error, mean_absolute_error, perplexity."""

from __future__ import annotations

from tfgraph.api import Metric, ShapeError, Tensor, TensorSpec
from tfgraph.lazy import tf
from tfgraph.metrics.classification import ratio


class Mean(Metric):
    """Abstract: the mean of a figure over all values of all examples."""

    better = "lower"

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect_floating()
        if output.shape != target.shape:
            raise ShapeError(f"needs a target like the output {output}, got {target}")

    def state(self, output: TensorSpec, target: TensorSpec) -> dict[str, TensorSpec]:
        return {"total": TensorSpec((), "float64"), "seen": TensorSpec((), "int64")}

    def update(self, state: dict[str, Tensor], output: Tensor, target: Tensor) -> dict[str, Tensor]:
        values = tf.cast(self.values(output, target), tf.float64)
        return {
            "total": state["total"] + tf.reduce_sum(values),
            "seen": state["seen"] + tf.size(values, out_type=tf.int64),
        }

    def result(self, state: dict[str, Tensor]) -> Tensor:
        return ratio(state["total"], state["seen"])

    def values(self, output: Tensor, target: Tensor) -> Tensor:
        """The figure of each value."""
        raise NotImplementedError


class MeanSquaredError(Mean):
    """The mean of (output - target)² over all values.

    Shape: output and target [batch, …].
    """

    type = "mean_squared_error"

    def values(self, output: Tensor, target: Tensor) -> Tensor:
        return tf.math.squared_difference(output, tf.cast(target, output.dtype))


class MeanAbsoluteError(Mean):
    """The mean of |output - target| over all values.

    Shape: output and target [batch, …].
    """

    type = "mean_absolute_error"

    def values(self, output: Tensor, target: Tensor) -> Tensor:
        return tf.abs(output - tf.cast(target, output.dtype))


class Perplexity(Mean):
    """exp of the mean cross entropy, in nats, between softmax(logits) and the class.

    Shape: logits [batch, …, classes]; target [batch, …] of class indices.
    Source: Jelinek et al., 1977, "Perplexity: a measure of the difficulty of speech recognition
    tasks".
    """

    type = "perplexity"

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect("batch classes", at_least=True)
        output.expect_floating()
        if target.floating or target.shape != output.shape[:-1]:
            raise ShapeError(f"needs a class index for each {output}, got {target}")

    def values(self, output: Tensor, target: Tensor) -> Tensor:
        return tf.nn.sparse_softmax_cross_entropy_with_logits(target, output)

    def result(self, state: dict[str, Tensor]) -> Tensor:
        return tf.exp(super().result(state))
