"""Metrics of how well scores are ordered: auc."""

from __future__ import annotations

from typing import Literal

from tfgraph.api import ComparisonFacts, Metric, ShapeError, Tensor, TensorSpec, param
from tfgraph.lazy import tf
from tfgraph.metrics.classification import check_enough, counts, ratio


class AUC(Metric):
    """Area under the receiver operating characteristic: how often a yes scores above a no.

    The scores are counted in bins of equal width over [0, 1], logits after a sigmoid. Two scores
    of one bin count as equal, half a win each, so the figure is off by at most half the share of
    pairs that meet in a bin: scores that crowd near 0 or 1 need more bins. Without a yes or without
    a no it is 0.

    Shape: output [batch] or [batch, 1], or [batch, 2] whose second score is that of yes; target
    [batch], or [batch, 1] for such an output, of 0 and 1.
    Source: Hanley and McNeil, 1982, "The Meaning and Use of the Area under a Receiver Operating
    Characteristic (ROC) Curve".
    """

    type = "auc"
    also_known_as = ("AUROC", "ROCAUC")
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
      - auc:
        target: ill
    """

    scores: Literal["logits", "probabilities"] = param(
        "What the output is: logits, or probabilities in [0, 1].", default="logits"
    )
    bins: int = param("The number of bins.", default=2000, minimum=2, also=("num_thresholds",))

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        output.expect_floating()
        if output.shape[1:] not in ((), (1,), (2,)):
            raise ShapeError(f"needs [batch], [batch, 1] or [batch, 2], got {output}")
        if target.shape not in (output.shape[:1], output.shape[:1] + (1,) * (output.rank - 1)):
            raise ShapeError(f"needs a 0 or 1 for each of {output}, got {target}")
        check_enough(2, output, target)

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        return ComparisonFacts(
            takes=self.scores,
            settings={
                "logits": {"scores": "logits"},
                "probabilities": {"scores": "probabilities"},
            },
        )

    def state(self, output: TensorSpec, target: TensorSpec) -> dict[str, TensorSpec]:
        return {name: TensorSpec((self.bins,), "int64") for name in ("yes", "no")}

    def update(self, state: dict[str, Tensor], output: Tensor, target: Tensor) -> dict[str, Tensor]:
        truth = tf.reshape(tf.cast(target, tf.float32) > 0.5, [-1])
        score = tf.reshape(self.probability(output), [-1])
        # float32 has no number between 1 and 1 - 6e-8: clip after the product, not before it.
        place = tf.cast(score * self.bins, tf.int32)
        place = tf.clip_by_value(place, 0, self.bins - 1)
        return {
            "yes": state["yes"] + counts(tf.boolean_mask(place, truth), self.bins),
            "no": state["no"] + counts(tf.boolean_mask(place, ~truth), self.bins),
        }

    def probability(self, output: Tensor) -> Tensor:
        """The probability of yes."""
        output = tf.cast(output, tf.float32)  # a float16 cannot count the bins
        two = output.shape.rank == 2 and output.shape[1] == 2
        if self.scores == "probabilities":
            return output[:, 1] if two else output
        return tf.sigmoid(output[:, 1] - output[:, 0] if two else output)

    def result(self, state: dict[str, Tensor]) -> Tensor:
        yes, no = tf.cast(state["yes"], tf.float64), tf.cast(state["no"], tf.float64)
        lower = tf.cumsum(no, exclusive=True)
        wins = tf.reduce_sum(yes * (lower + no / 2))
        return ratio(wins, tf.reduce_sum(yes) * tf.reduce_sum(no))
