"""Lion."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Optimizer, OptimizerFacts, Tensor, WeightSpec, param
from tfgraph.lazy import tf


class Lion(Optimizer):
    """Steps of one size in every weight, in the direction of the sign of a momentum.

    w -= learning_rate · (sign(beta1 · m + (1 - beta1) · g) + weight_decay · w)
    m = beta2 · m + (1 - beta2) · g

    Slots: momentum (m).
    Source: Chen et al., 2023, "Symbolic Discovery of Optimization Algorithms", which takes a
    learning rate 3 to 10 times smaller than that of adamw, and a larger weight decay.
    """

    type = "lion"
    example = "optimizer: {lion: {learning_rate: 0.0001, weight_decay: 0.1}}"

    beta1: float = param(
        "The momentum's part in the direction of a step.", default=0.9, minimum=0, below=1
    )
    beta2: float = param("How much of the momentum a step keeps.", default=0.99, minimum=0, below=1)
    weight_decay: float = param(
        "Part of the weight that a step takes away, times the learning rate.",
        default=0.0,
        minimum=0,
        also=("wd",),
    )

    def facts(self) -> OptimizerFacts:
        return OptimizerFacts(too_high=1.0)

    def slots(self, weight: WeightSpec) -> dict[str, WeightSpec]:
        return {"momentum": weight.slot(0.0)}

    def update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        rate = tf.cast(learning_rate, variable.dtype)
        momentum = slots["momentum"].read_value()
        direction = tf.sign(self.beta1 * momentum + (1 - self.beta1) * gradient)
        if self.weight_decay:
            direction += self.weight_decay * variable.read_value()
        kept = self.beta2 * momentum + (1 - self.beta2) * gradient
        return tf.group(variable.assign_sub(rate * direction), slots["momentum"].assign(kept))
