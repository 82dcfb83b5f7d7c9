"""Adadelta."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Optimizer, Schedule, Tensor, WeightSpec, param
from tfgraph.lazy import tf


class Adadelta(Optimizer):
    """Steps in the units of the weights: scaled by a moving mean square of the steps themselves.

    s = decay · s + (1 - decay) · g²
    d = √(u + epsilon) / √(s + epsilon) · g
    u = decay · u + (1 - decay) · d², w -= learning_rate · d

    Slots: mean_square (s), mean_square_step (u).
    Source: Zeiler, 2012, "ADADELTA: An Adaptive Learning Rate Method", which has no learning rate:
    hence 1.
    """

    type = "adadelta"
    example = "optimizer: {adadelta: {learning_rate: 1.0, decay: 0.9}}"

    learning_rate: Schedule = param("A factor on the steps.", default=1.0, primary=True)
    decay: float = param(
        "How much of the mean squares a step keeps.",
        default=0.95,
        minimum=0,
        below=1,
        also=("rho",),
    )
    epsilon: float = param("Added to the mean squares.", default=1e-6, above=0, also=("eps",))

    def slots(self, weight: WeightSpec) -> dict[str, WeightSpec]:
        return {"mean_square": weight.slot(0.0), "mean_square_step": weight.slot(0.0)}

    def update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        dtype = variable.dtype
        return tf.raw_ops.ResourceApplyAdadelta(
            var=variable.handle,
            accum=slots["mean_square"].handle,
            accum_update=slots["mean_square_step"].handle,
            lr=tf.cast(learning_rate, dtype),
            rho=tf.constant(self.decay, dtype),
            epsilon=tf.constant(self.epsilon, dtype),
            grad=gradient,
        )
