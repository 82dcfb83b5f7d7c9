"""Optimizer and Schedule: how a gradient becomes a new weight."""

from __future__ import annotations

from typing import Any, ClassVar

from tfgraph.api.component import Component
from tfgraph.api.facts import OptimizerFacts, ScheduleFacts
from tfgraph.api.parameters import param
from tfgraph.api.tensors import WeightSpec

Tensor = Any  # a tf.Tensor; TensorFlow ships no types


class Schedule(Component):
    """A learning rate as a function of the step; a bare number is short for `constant`."""

    kind: ClassVar[str] = "schedule"
    number: ClassVar[str] = "constant"

    def build(self, step: Tensor) -> Tensor:
        """The float32 scalar for `step`, an int64 scalar that counts from 0."""
        raise NotImplementedError

    def facts(self) -> ScheduleFacts:
        """What warnings may rely on; by default nothing."""
        return ScheduleFacts()


class Optimizer(Component):
    """Declares its slots for each weight and emits the update of one weight.

    Gradients are clipped before `update` sees them: each value, then each weight's norm, then
    the norm over all weights.
    """

    kind: ClassVar[str] = "optimizer"

    learning_rate: Schedule = param(
        "Step size: a number, or a schedule over the steps.", primary=True, also=("lr",)
    )
    clip_value: float | None = param(
        "Clip each value of a gradient to [-clip_value, clip_value].",
        default=None,
        above=0,
        also=("grad_clip_value",),
    )
    clip_norm: float | None = param(
        "Scale down the gradient of a weight whose L2 norm is larger.", default=None, above=0
    )
    clip_global_norm: float | None = param(
        "Scale down all gradients where their common L2 norm is larger.",
        default=None,
        above=0,
        also=("global_clipnorm", "max_grad_norm", "gradient_clip"),
    )

    def slots(self, weight: WeightSpec) -> dict[str, WeightSpec]:
        """The state kept for one weight, by name; scalars of all weights alike included."""
        return {}

    def facts(self) -> OptimizerFacts:
        """What warnings may rely on; by default nothing."""
        return OptimizerFacts()

    def update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        """Emit the op that updates `variable` (a tf.Variable) and its slots in place.

        `step` is an int64 scalar that counts from 0. Return the operation to run.
        """
        raise NotImplementedError

    def compiled_update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        """Emit what `update` does in a step that XLA compiles; by default the same operations.

        XLA makes one loop of plain operations, where TensorFlow's kernel for an update may be
        faster without it. A slot that no update reads may be left as it is.
        """
        return self.update(variable, gradient, slots, learning_rate, step)
