"""Metrics that are a mean over values: mean_squared_error, mean_absolute_error, perplexity."""

from __future__ import annotations

from tfgraph.api import ComparisonFacts, Metric, ShapeError, Tensor, TensorSpec
from tfgraph.lazy import tf
from tfgraph.metrics.classification import check_enough, ratio


class Mean(Metric):
    """Abstract: the mean of a figure over all values of all examples."""

    better = "lower"

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect_floating()
        if output.shape != target.shape:
            raise ShapeError(f"needs a target like the output {output}, got {target}")

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        return ComparisonFacts(compares="numbers")

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
    also_known_as = ("MSE", "SquaredError")
    example = "metrics: [mean_squared_error]"

    def values(self, output: Tensor, target: Tensor) -> Tensor:
        return tf.square(error(output, target))


class MeanAbsoluteError(Mean):
    """The mean of |output - target| over all values.

    Shape: output and target [batch, …].
    """

    type = "mean_absolute_error"
    also_known_as = ("MAE", "AbsoluteError")
    example = """
    loss: huber
    metrics: [mean_absolute_error]
    """

    def values(self, output: Tensor, target: Tensor) -> Tensor:
        return tf.abs(error(output, target))


class Perplexity(Mean):
    """exp of the mean cross entropy, in nats, between softmax(logits) and the class.

    Shape: logits [batch, …, classes]; target [batch, …] of class indices.
    Source: Jelinek et al., 1977, "Perplexity: a measure of the difficulty of speech recognition
    tasks".
    """

    type = "perplexity"
    also_known_as = ("PPL",)
    example = """
    inputs:
      words: {shape: [40], dtype: int32, classes: 5000}
      next: {shape: [40], dtype: int32, classes: 5000}
    layers:
      - embedding: 64
      - lstm: {units: 64, sequence: true}
      - dense: 5000
    loss:
      softmax_cross_entropy:
      target: next
    metrics:
      - perplexity:
        target: next
    """

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect("batch classes", at_least=True)
        output.expect_floating()
        if target.floating or target.shape != output.shape[:-1]:
            raise ShapeError(f"needs a class index for each {output}, got {target}")
        check_enough(output.shape[-1], output, target)

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        return ComparisonFacts(takes="class_logits", compares="classes")

    def values(self, output: Tensor, target: Tensor) -> Tensor:
        logits = output if output.dtype == tf.float64 else tf.cast(output, tf.float32)
        # The op takes no smaller integers.
        index = tf.cast(target, tf.int64)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(index, logits)

    def result(self, state: dict[str, Tensor]) -> Tensor:
        return tf.exp(super().result(state))


def error(output: Tensor, target: Tensor) -> Tensor:
    """The output minus the target, in 64 bits as it is summed."""
    return tf.cast(output, tf.float64) - tf.cast(target, tf.float64)
