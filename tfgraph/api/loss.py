"""Loss and Metric: what training makes small, and what people read."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from tfgraph.api.component import Component
from tfgraph.api.facts import ComparisonFacts
from tfgraph.api.tensors import TensorSpec

Tensor = Any  # a tf.Tensor; TensorFlow ships no types


class Loss(Component):
    """One number for each example; over a batch they are averaged, or summed."""

    kind: ClassVar[str] = "loss"
    #: How the examples of a batch, or of a whole split at evaluation, become one number.
    reduction: ClassVar[Literal["mean", "sum"]] = "mean"

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        """Raise ShapeError where output and target do not fit."""
        raise NotImplementedError

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        """What warnings may rely on, for what `check` has accepted; by default nothing."""
        return ComparisonFacts()

    def build(self, output: Tensor, target: Tensor) -> Tensor:
        """The losses, one for each example: shape [batch]."""
        raise NotImplementedError


class Metric(Component):
    """A figure over a whole split, exact however the split is cut into batches.

    The state is a dictionary of tensors that `update` takes and returns; nothing is kept
    elsewhere.
    """

    kind: ClassVar[str] = "metric"
    #: Whether a larger value is better; None where neither is.
    better: ClassVar[Literal["higher", "lower"] | None] = "higher"

    def check(self, output: TensorSpec, target: TensorSpec) -> None:
        """Raise ShapeError where output and target do not fit."""
        raise NotImplementedError

    def facts(self, output: TensorSpec, target: TensorSpec) -> ComparisonFacts:
        """What warnings may rely on, for what `check` has accepted; by default nothing."""
        return ComparisonFacts()

    def state(self, output: TensorSpec, target: TensorSpec) -> dict[str, TensorSpec]:
        """Shape (all of it: there is no batch axis) and dtype of each accumulator; all start at 0."""
        raise NotImplementedError

    def update(self, state: dict[str, Tensor], output: Tensor, target: Tensor) -> dict[str, Tensor]:
        """The state after one more batch."""
        raise NotImplementedError

    def result(self, state: dict[str, Tensor]) -> Tensor:
        """The figure, a floating-point scalar."""
        raise NotImplementedError
