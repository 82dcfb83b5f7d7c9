"""Gradient descent, plain and with momentum."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Optimizer, OptimizerFacts, ParameterError, Tensor, WeightSpec, param
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
    also_known_as = ("SGD", "GD", "StochasticGradientDescent")
    example = "optimizer: {gradient_descent: {learning_rate: 0.1, momentum: 0.9}}"

    momentum: float = param("How much of the last step goes on.", default=0.0, minimum=0, below=1)
    nesterov: bool = param("Take the gradient's effect ahead.", default=False)

    def check_parameters(self) -> None:
        if self.nesterov and self.momentum == 0:
            raise ParameterError(
                "has no use for `nesterov` without `momentum`",
                help="`momentum: 0.9` is usual",
                parameter="nesterov",
            )

    def facts(self) -> OptimizerFacts:
        return OptimizerFacts(too_high=10.0, follows_gradient=True)

    def slots(self, weight: WeightSpec) -> dict[str, WeightSpec]:
        return {} if self.momentum == 0 else {"velocity": weight.slot(0.0)}

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
