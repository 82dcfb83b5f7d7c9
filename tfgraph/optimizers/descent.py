"""Gradient descent, plain and with momentum."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Optimizer, Tensor, WeightSpec, param
from tfgraph.lazy import tf


class GradientDescent(Optimizer):
    """Stochastic gradient descent, with momentum and Nesterov's look ahead where asked for.

    Without momentum w -= learning_rate · g; with it v = momentum · v - learning_rate · g and
    w += v, or w += momentum · v - learning_rate · g with `nesterov`.

    Slots: velocity, where momentum is not 0.
    Source: Sutskever et al., 2013, "On the importance of initialization and momentum in deep
    learning".
    """

    type = "gradient_descent"

    momentum: float = param("How much of the last step goes on.", default=0.0, minimum=0, below=1)
    nesterov: bool = param("Take the gradient's effect ahead.", default=False)

    def slots(self, weight: WeightSpec) -> dict[str, WeightSpec]:
        if self.momentum == 0:
            return {}
        return {"velocity": WeightSpec(weight.shape, 0.0, weight.dtype, trainable=False)}

    def update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        rate = tf.cast(learning_rate, variable.dtype)
        if self.momentum == 0:
            return tf.raw_ops.ResourceApplyGradientDescent(
                var=variable.handle, alpha=rate, delta=gradient
            )
        return tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,
            accum=slots["velocity"].handle,
            lr=rate,
            grad=gradient,
            momentum=tf.constant(self.momentum, variable.dtype),
            use_nesterov=self.nesterov,
        )
