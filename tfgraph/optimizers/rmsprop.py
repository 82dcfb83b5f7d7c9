"""RMSProp."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Optimizer, OptimizerFacts, Tensor, WeightSpec, param
from tfgraph.lazy import tf


class RMSProp(Optimizer):
    """Divides the gradient by a moving root mean square of it.

    s = decay · s + (1 - decay) · g²
    v = momentum · v + learning_rate · g / √(s - m² + epsilon), w -= v
    where m, the moving mean of g, is kept with `centered` only and else 0.

    Slots: mean_square, velocity; mean_gradient with `centered`.
    Source: Tieleman and Hinton, 2012, lecture 6.5 of "Neural Networks for Machine Learning";
    the start at 1 and the place of epsilon are those of TensorFlow's first RMSProp.
    """

    type = "rmsprop"
    example = "optimizer: {rmsprop: {learning_rate: 0.001, decay: 0.9, clip_global_norm: 1}}"

    decay: float = param(
        "How much of the mean square a step keeps.",
        default=0.9,
        minimum=0,
        below=1,
        also=("rho", "alpha"),
    )
    momentum: float = param("How much of the last step goes on.", default=0.0, minimum=0, below=1)
    epsilon: float = param("Added to the mean square.", default=1e-10, minimum=0, also=("eps",))
    centered: bool = param("Subtract the square of the mean gradient.", default=False)
    initial_mean_square: float = param(
        "Where the mean square starts; Keras starts at 0.", default=1.0, minimum=0
    )

    def facts(self) -> OptimizerFacts:
        # A large epsilon makes the steps as small as one likes.
        return OptimizerFacts(too_high=1.0 if self.epsilon <= 1e-3 else None)

    def slots(self, weight: WeightSpec) -> dict[str, WeightSpec]:
        names = {"mean_square": self.initial_mean_square, "velocity": 0.0}
        if self.centered:
            names["mean_gradient"] = 0.0
        return {name: weight.slot(start) for name, start in names.items()}

    def update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        shared = {
            "var": variable.handle,
            "ms": slots["mean_square"].handle,
            "mom": slots["velocity"].handle,
            "lr": tf.cast(learning_rate, variable.dtype),
            "rho": tf.constant(self.decay, variable.dtype),
            "momentum": tf.constant(self.momentum, variable.dtype),
            "epsilon": tf.constant(self.epsilon, variable.dtype),
            "grad": gradient,
        }
        if self.centered:
            return tf.raw_ops.ResourceApplyCenteredRMSProp(
                mg=slots["mean_gradient"].handle, **shared
            )
        return tf.raw_ops.ResourceApplyRMSProp(**shared)

    def compiled_update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        if self.momentum or self.centered:
            return self.update(variable, gradient, slots, learning_rate, step)
        # The velocity, which nothing reads, is not written: a quarter of the passes over memory.
        before, value = slots["mean_square"].read_value(), variable.read_value()
        part = 1 - tf.constant(self.decay, variable.dtype)
        mean_square = before + part * (tf.square(gradient) - before)
        rate = tf.cast(learning_rate, variable.dtype)
        change = rate * gradient * tf.math.rsqrt(mean_square + self.epsilon)
        return tf.group(slots["mean_square"].assign(mean_square), variable.assign(value - change))
