"""Cross entropies and divergences between distributions."""

from __future__ import annotations

from tfgraph.api import ComparisonFacts, Loss, ShapeError, Tensor, TensorSpec, param
from tfgraph.lazy import tf
from tfgraph.losses.regression import (
    Elementwise,
    in_one_dtype,
    instead_for_classes,
    mean_per_example,
    wide,
)


class SoftmaxCrossEntropy(Loss):
    """Cross entropy between softmax(logits) and the class, in nats.

    The mean over the axes between batch and classes, and over the batch.

    Shape: logits [batch, …, classes]; target [batch, …] of class indices, or one-hot (or any
    distribution) [batch, …, classes].
    Source: Bridle, 1990, "Probabilistic Interpretation of Feedforward Classification Network
    Outputs"; label smoothing: Szegedy et al., 2016, "Rethinking the Inception Architecture for
    Computer Vision".
    """

    type = "softmax_cross_entropy"
    also_known_as = (
        "CrossEntropy",
        "CE",
        "XEnt",
        "CategoricalCrossentropy",
        "CrossEntropyLoss",
        "SparseCategoricalCrossentropy",
        "NLL",
        "NLLLoss",
        "NegativeLogLikelihood",
    )
    unlike_them = "it takes logits, so no `softmax` stands before it"
    example = """
    inputs:
      image: [784]
      digit: {shape: [], dtype: int32, classes: 10}
    layers:
      - dense: 10
    loss:
      softmax_cross_entropy: {label_smoothing: 0.1}
      target: digit
    """

    label_smoothing: float = param(
        "How much of the target is spread evenly over all classes.",
        default=0.0,
        minimum=0,
        below=1,
    )

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect("batch classes", at_least=True)
        output.expect_floating()
        classes = output.known(-1, "classes")
        if target.floating:
            if target.shape != output.shape:
                raise ShapeError(
                    f"needs one-hot targets like the logits {output}, got {target}",
                    help="class indices are integers: [batch] of int32",
                )
            return
        if target.shape != output.shape[:-1]:
            raise ShapeError(
                f"needs one class index for each {output.shape[-1]} logits of {output}, "
                f"got {target}"
            )
        if target.classes is not None and target.classes > classes:
            raise ShapeError(
                f"needs {target.classes} logits for {target.classes} classes, got {output}",
                help=f"give the last layer {target.classes} units",
            )

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        output = wide(output)
        if target.dtype.is_floating:
            target = tf.cast(target, output.dtype)
            losses = tf.nn.softmax_cross_entropy_with_logits(target, output)
        else:
            # The op takes no smaller integers, and refuses an index that is no class.
            index = tf.cast(target, tf.int64)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(index, output)
        if self.label_smoothing:
            # The loss is linear in the target: no one-hot of the indices is needed.
            even = -tf.reduce_mean(tf.nn.log_softmax(output), -1)
            losses = (1 - self.label_smoothing) * losses + self.label_smoothing * even
        return mean_per_example(losses)

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        one = output.shape[-1] == 1
        return ComparisonFacts(takes="class_logits", compares="classes", constant=one)


class SigmoidCrossEntropy(Loss):
    """Cross entropy of independent yes-or-no questions, in nats; the mean over values and batch.

    max(x, 0) - x · z + log(1 + exp(-|x|)) for a logit x and an answer z.

    Shape: logits [batch, …]; target of the same shape, 0 or 1 or a probability; for logits
    [batch, 1] also [batch].
    """

    type = "sigmoid_cross_entropy"
    also_known_as = (
        "BCE",
        "BinaryCrossentropy",
        "BCELoss",
        "BCEWithLogits",
        "BCEWithLogitsLoss",
        "LogLoss",
        "LogisticLoss",
        "MultiLabelSoftMarginLoss",
    )
    unlike_them = "it takes logits, so no `sigmoid` stands before it"
    example = """
    inputs:
      image: [784]
      tags: [5]
    layers:
      - dense: 5
    loss:
      sigmoid_cross_entropy:
      target: tags
    """

    label_smoothing: float = param(
        "How much the answers are drawn towards 1/2.", default=0.0, minimum=0, below=1
    )

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect_floating()
        one_logit = output.rank == 2 and output.shape[1] == 1
        if target.shape != output.shape and not (one_logit and target.rank == 1):
            raise ShapeError(
                f"needs an answer for each logit of {output}, got {target}",
                help=instead_for_classes(output, target),
            )
        if target.classes is not None and target.classes > 2:
            raise ShapeError(
                f"asks yes or no, and the target has {target.classes} classes",
                help=instead_for_classes(output, target),
            )

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        output, target = in_one_dtype(output, tf.reshape(target, tf.shape(output)))
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + self.label_smoothing / 2
        return mean_per_example(tf.nn.sigmoid_cross_entropy_with_logits(target, output))

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        return ComparisonFacts(takes="logits", compares="classes")


class KLDivergence(Elementwise):
    """Kullback-Leibler divergence from the target to the output, both distributions, in nats.

    The sum over the last axis of target · log(target / output), both clipped to at least 1e-7,
    the mean over the other axes and the batch. The output is probabilities: put `softmax` last.

    Shape: output and target [batch, …, classes].
    Source: Kullback and Leibler, 1951, "On Information and Sufficiency".
    """

    type = "kl_divergence"
    also_known_as = ("KL", "KLD", "KLDiv", "KLDivLoss", "KullbackLeiblerDivergence")
    example = """
    inputs: {image: [784], shares: [10]}
    layers:
      - dense: 10
      - softmax
    loss:
      kl_divergence:
      target: shares
    """

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect("batch classes", at_least=True)
        super().check(output, target)

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        output, target = (tf.clip_by_value(x, 1e-7, 1) for x in in_one_dtype(output, target))
        return mean_per_example(tf.reduce_sum(target * tf.math.log(target / output), -1))

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        return ComparisonFacts(takes="probabilities", compares="classes")
