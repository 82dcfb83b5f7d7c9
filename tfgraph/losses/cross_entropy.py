"""Cross entropies over logits."""

from __future__ import annotations

from tfgraph.api import Loss, ShapeError, Tensor, TensorSpec, param
from tfgraph.lazy import tf


class SoftmaxCrossEntropy(Loss):
    """Cross entropy between softmax(logits) and the class, in nats; the mean over a batch.

    Shape: logits [batch, …, classes]; target [batch, …] of class indices, or one-hot (or any
    distribution) [batch, …, classes].
    """

    type = "softmax_cross_entropy"

    label_smoothing: float = param(
        "How much of the target is spread evenly over all classes.",
        default=0.0,
        minimum=0,
        below=1,
    )

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect("batch classes", at_least=True)
        output.expect_floating()
        classes = output.shape[-1]
        if target.floating:
            if target.shape != output.shape:
                raise ShapeError(
                    f"needs one-hot targets like the logits {output}, got {target}",
                    help="class indices are integers: [batch] of int32",
                )
            return
        if target.shape != output.shape[:-1]:
            raise ShapeError(f"needs a class for each {output}, got {target}")
        if target.classes is not None and classes is not None and target.classes > classes:
            raise ShapeError(
                f"needs {target.classes} logits for {target.classes} classes, got {output}",
                help=f"give the last layer {target.classes} units",
            )

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        classes = output.shape[-1]
        if not target.dtype.is_floating and self.label_smoothing == 0:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(target, output)
        else:
            if not target.dtype.is_floating:
                target = tf.one_hot(target, classes, dtype=output.dtype)
            smoothing = self.label_smoothing
            if smoothing:
                target = target * (1 - smoothing) + smoothing / classes
            losses = tf.nn.softmax_cross_entropy_with_logits(target, output)
        return mean_per_example(losses)


def mean_per_example(losses: Tensor) -> Tensor:
    """[batch, …] -> [batch], the mean over the other axes."""
    if losses.shape.rank <= 1:
        return losses
    return tf.reduce_mean(losses, list(range(1, losses.shape.rank)))
