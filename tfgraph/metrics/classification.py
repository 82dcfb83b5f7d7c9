"""Metrics that count classes guessed right: accuracy, top_k_accuracy, precision, recall, f1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tfgraph.api import ComparisonFacts, Metric, ShapeError, Tensor, TensorSpec, param
from tfgraph.api.facts import Meaning
from tfgraph.lazy import tf


def check_classes(output: TensorSpec, target: TensorSpec) -> None:
    """Raise ShapeError unless the target holds a class, or its one-hot, for each output."""
    output.expect_floating()
    if single(output.shape):
        if target.shape not in (output.shape, output.shape[:-1]):
            raise ShapeError(f"needs a 0 or 1 for each of {output}, got {target}")
        check_enough(2, output, target)
        return
    wanted = output.shape if target.floating else output.shape[:-1]
    if target.shape != wanted:
        kind = "a one-hot class" if target.floating else "a class index"
        raise ShapeError(f"needs {kind} for each {output}, got {target}")
    check_enough(output.shape[-1], output, target)


def check_enough(classes: int | None, output: TensorSpec, target: TensorSpec) -> None:
    """Raise ShapeError where the target has more classes than the output can tell apart."""
    if classes is not None and target.classes is not None and target.classes > classes:
        raise ShapeError(
            f"needs {target.classes} outputs for {target.classes} classes, got {output}",
            help=f"give the last layer {target.classes} units",
        )


def threshold_facts(threshold: float, output: TensorSpec) -> ComparisonFacts:
    """Of a metric that counts classes, those of a single output by a threshold."""
    if not single(output.shape):
        return ComparisonFacts(compares="classes")
    meanings: dict[float, Meaning] = {0.0: "logits", 0.5: "probabilities"}
    return ComparisonFacts(
        takes=meanings.get(threshold),
        compares="classes",
        settings={meaning: {"threshold": value} for value, meaning in meanings.items()},
    )


def single(shape: Sequence[int | None]) -> bool:
    """Whether an output is one score, of yes or no: [batch], or [batch, …, 1]."""
    return len(shape) == 1 or shape[-1] == 1


def classes_of(output: Tensor, target: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
    """The guessed and the true classes, int64 vectors of one length."""
    if single(output.shape):
        guess = tf.cast(output > threshold, tf.int64)
        truth = tf.cast(target, tf.float32) > 0.5
    else:
        guess = tf.argmax(output, -1)
        truth = true_classes(output, target)
    return tf.reshape(guess, [-1]), tf.reshape(tf.cast(truth, tf.int64), [-1])


def true_classes(output: Tensor, target: Tensor) -> Tensor:
    """The true classes, int64; an index that is no class is an error, as it is in a loss."""
    if target.dtype.is_floating:
        return tf.argmax(target, -1)
    index, classes = tf.cast(target, tf.int64), tf.shape(output, tf.int64)[-1]
    sound = tf.reduce_all((index >= 0) & (index < classes))
    # Without the check recall would leave such an example out, and the others count it as missed.
    check = tf.debugging.Assert(sound, ["a target is no class index below", classes])
    with tf.control_dependencies([check]):
        return tf.identity(index)


class Accuracy(Metric):
    """The share of examples whose class is guessed.

    The guess is the class of the greatest output; of a single output, whether it is above
    `threshold`.

    Shape: output [batch, …, classes], and target [batch, …] of class indices or one-hot
    [batch, …, classes]; or output [batch] or [batch, …, 1] and a target of 0 and 1 for each.
    """

    type = "accuracy"
    also_known_as = ("Acc", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy")
    example = """
    inputs:
      image: [784]
      digit: {shape: [], dtype: int32, classes: 10}
    layers:
      - dense: 10
    loss:
      softmax_cross_entropy:
      target: digit
    metrics:
      - accuracy:
        target: digit
    """

    threshold: float = param(
        "For a single output: 0 for a logit, 0.5 for a probability.", default=0.0
    )

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        check_classes(output, target)

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        return threshold_facts(self.threshold, output)

    def state(self, output: TensorSpec, target: TensorSpec) -> dict[str, TensorSpec]:
        return {"right": TensorSpec((), "int64"), "seen": TensorSpec((), "int64")}

    def update(self, state: dict[str, Tensor], output: Tensor, target: Tensor) -> dict[str, Tensor]:
        guess, truth = classes_of(output, target, self.threshold)
        right = tf.reduce_sum(tf.cast(guess == truth, tf.int64))
        return {
            "right": state["right"] + right,
            "seen": state["seen"] + tf.size(guess, out_type=tf.int64),
        }

    def result(self, state: dict[str, Tensor]) -> Tensor:
        return ratio(state["right"], state["seen"])


class TopKAccuracy(Metric):
    """The share of examples whose class is among the `k` greatest outputs.

    Outputs equal to the class's own count for it.

    Shape: output [batch, …, classes]; target [batch, …] of class indices, or one-hot.
    """

    type = "top_k_accuracy"
    also_known_as = (
        "TopK",
        "TopKCategoricalAccuracy",
        "SparseTopKCategoricalAccuracy",
        "Top5",
        "Top5Accuracy",
    )
    example = """
    inputs:
      image: [784]
      species: {shape: [], dtype: int32, classes: 100}
    layers:
      - dense: 100
    loss:
      softmax_cross_entropy:
      target: species
    metrics:
      - top_k_accuracy: 5
        target: species
    """

    k: int = param(
        "How many guesses there are.", default=5, minimum=1, primary=True, also=("top_k",)
    )

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect("batch classes", at_least=True)
        if single(output.shape):
            raise ShapeError(f"needs the scores of several classes, got {output}")
        check_classes(output, target)
        classes = output.known(-1, "classes")
        if self.k > classes:
            raise ShapeError(f"cannot take {self.k} of {classes} classes", parameter="k")

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        return ComparisonFacts(compares="classes")

    def state(self, output: TensorSpec, target: TensorSpec) -> dict[str, TensorSpec]:
        return {"right": TensorSpec((), "int64"), "seen": TensorSpec((), "int64")}

    def update(self, state: dict[str, Tensor], output: Tensor, target: Tensor) -> dict[str, Tensor]:
        truth = tf.reshape(true_classes(output, target), [-1])
        scores = tf.reshape(tf.cast(output, tf.float32), [-1, output.shape[-1]])
        right = tf.math.in_top_k(truth, scores, self.k)
        return {
            "right": state["right"] + tf.reduce_sum(tf.cast(right, tf.int64)),
            "seen": state["seen"] + tf.size(right, out_type=tf.int64),
        }

    def result(self, state: dict[str, Tensor]) -> Tensor:
        return ratio(state["right"], state["seen"])


class Confusion(Metric):
    """Abstract: figures from how often each class is guessed, is true, and both.

    Of a single output the class is yes or no, and the figure is that of yes. Of several classes
    `average` says how theirs become one: `macro`, the mean of the classes' figures; `micro`, the
    figure of all guesses together. A class that is never guessed, or never true, counts 0.
    """

    average: Literal["macro", "micro"] = param(
        "How the figures of several classes become one.", default="macro"
    )
    threshold: float = param(
        "For a single output: 0 for a logit, 0.5 for a probability.", default=0.0
    )

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        check_classes(output, target)
        if not single(output.shape):
            output.known(-1, "classes")

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        return threshold_facts(self.threshold, output)

    def state(self, output: TensorSpec, target: TensorSpec) -> dict[str, TensorSpec]:
        shape = () if single(output.shape) else (output.known(-1, "classes"),)
        return {name: TensorSpec(shape, "int64") for name in ("both", "guessed", "true")}

    def update(self, state: dict[str, Tensor], output: Tensor, target: Tensor) -> dict[str, Tensor]:
        guess, truth = classes_of(output, target, self.threshold)
        if state["both"].shape.rank == 0:
            found = {"both": guess * truth, "guessed": guess, "true": truth}
            return {name: state[name] + tf.reduce_sum(found[name]) for name in state}
        found = {
            "both": tf.boolean_mask(guess, guess == truth),
            "guessed": guess,
            "true": truth,
        }
        return {name: state[name] + counts(found[name], state[name].shape[0]) for name in state}

    def result(self, state: dict[str, Tensor]) -> Tensor:
        both, guessed, true = (state[name] for name in ("both", "guessed", "true"))
        if self.average == "micro":
            return self.figure(*(tf.reduce_sum(count) for count in (both, guessed, true)))
        return tf.reduce_mean(self.figure(both, guessed, true))

    def figure(self, both: Tensor, guessed: Tensor, true: Tensor) -> Tensor:
        """The figure of a class, or of each class."""
        raise NotImplementedError


class Precision(Confusion):
    """Of the examples guessed to be of a class, the share that is.

    Shape: output [batch, …, classes], and target [batch, …] of class indices or one-hot; or output
    [batch] or [batch, …, 1] and a target of 0 and 1 for each.
    """

    type = "precision"
    example = """
    inputs:
      x: [20]
      ill: {shape: [], dtype: int32, classes: 2}
    layers:
      - dense: 1
    loss:
      sigmoid_cross_entropy:
      target: ill
    metrics:
      - precision: {threshold: 0}
        target: ill
    """

    def figure(self, both: Tensor, guessed: Tensor, true: Tensor) -> Tensor:
        return ratio(both, guessed)


class Recall(Confusion):
    """Of the examples of a class, the share that is guessed to be.

    Shape: output [batch, …, classes], and target [batch, …] of class indices or one-hot; or output
    [batch] or [batch, …, 1] and a target of 0 and 1 for each.
    """

    type = "recall"
    example = """
    inputs:
      image: [784]
      digit: {shape: [], dtype: int32, classes: 10}
    layers:
      - dense: 10
    loss:
      softmax_cross_entropy:
      target: digit
    metrics:
      - recall: {average: macro}
        target: digit
    """

    def figure(self, both: Tensor, guessed: Tensor, true: Tensor) -> Tensor:
        return ratio(both, true)


class F1(Confusion):
    """The harmonic mean of precision and recall.

    Shape: output [batch, …, classes], and target [batch, …] of class indices or one-hot; or output
    [batch] or [batch, …, 1] and a target of 0 and 1 for each.
    Source: van Rijsbergen, 1979, "Information Retrieval".
    """

    type = "f1"
    also_known_as = ("F1Score",)
    example = """
    inputs:
      image: [784]
      digit: {shape: [], dtype: int32, classes: 10}
    layers:
      - dense: 10
    loss:
      softmax_cross_entropy:
      target: digit
    metrics:
      - f1: {average: micro}
        target: digit
    """

    def figure(self, both: Tensor, guessed: Tensor, true: Tensor) -> Tensor:
        return ratio(2 * both, guessed + true)


def counts(values: Tensor, classes: int) -> Tensor:
    """How often each class is among the values, int64."""
    return tf.math.bincount(
        tf.cast(values, tf.int32), minlength=classes, maxlength=classes, dtype=tf.int64
    )


def ratio(part: Tensor, whole: Tensor) -> Tensor:
    """The quotient of counts in 64 bits; 0 where there are none."""
    return tf.math.divide_no_nan(tf.cast(part, tf.float64), tf.cast(whole, tf.float64))
