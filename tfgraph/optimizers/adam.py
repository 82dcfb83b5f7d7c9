"""Adam and its kin: adam, adamw, nadam."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Optimizer, OptimizerFacts, Schedule, Tensor, WeightSpec, param
from tfgraph.lazy import tf


class AdaptiveMoments(Optimizer):
    """Abstract: moving means of the gradient and of its square."""

    learning_rate: Schedule = param(
        "Step size: a number, or a schedule over the steps.", default=0.001, primary=True
    )
    beta1: float = param(
        "How much of the mean gradient a step keeps.", default=0.9, minimum=0, below=1
    )
    beta2: float = param(
        "How much of the mean square a step keeps.", default=0.999, minimum=0, below=1
    )
    epsilon: float = param(
        "Added to the root of the mean square.", default=1e-8, minimum=0, also=("eps",)
    )

    def facts(self) -> OptimizerFacts:
        # A large epsilon makes the steps as small as one likes.
        return OptimizerFacts(too_high=1.0 if self.epsilon <= 1e-3 else None)

    def slots(self, weight: WeightSpec) -> dict[str, WeightSpec]:
        return {"mean_gradient": weight.slot(0.0), "mean_square": weight.slot(0.0)}


class AdamStep(AdaptiveMoments):
    """Abstract: the step of adam."""

    amsgrad: bool = param("Divide by the largest mean square so far.", default=False)

    def slots(self, weight: WeightSpec) -> dict[str, WeightSpec]:
        largest = {"largest_mean_square": weight.slot(0.0)} if self.amsgrad else {}
        return {**super().slots(weight), **largest}

    def update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        beta1 = tf.constant(self.beta1, variable.dtype)
        beta2 = tf.constant(self.beta2, variable.dtype)
        shared = {
            "var": variable.handle,
            "m": slots["mean_gradient"].handle,
            "v": slots["mean_square"].handle,
            "beta1_power": _power(beta1, step),
            "beta2_power": _power(beta2, step),
            "lr": tf.cast(learning_rate, variable.dtype),
            "beta1": beta1,
            "beta2": beta2,
            "epsilon": tf.constant(self.epsilon, variable.dtype),
            "grad": gradient,
        }
        with tf.control_dependencies(self._first(variable, learning_rate)):
            if self.amsgrad:
                return tf.raw_ops.ResourceApplyAdamWithAmsgrad(
                    vhat=slots["largest_mean_square"].handle, **shared
                )
            return tf.raw_ops.ResourceApplyAdam(**shared)

    def compiled_update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        if not self.amsgrad:
            return self.update(variable, gradient, slots, learning_rate, step)
        # XLA has no kernel for it.
        mean, square, largest = (
            slots[name].read_value()
            for name in ("mean_gradient", "mean_square", "largest_mean_square")
        )
        beta1 = tf.constant(self.beta1, variable.dtype)
        beta2 = tf.constant(self.beta2, variable.dtype)
        mean += (1 - beta1) * (gradient - mean)
        square += (1 - beta2) * (tf.square(gradient) - square)
        largest = tf.maximum(largest, square)
        correction = tf.sqrt(1 - _power(beta2, step)) / (1 - _power(beta1, step))
        rate = tf.cast(learning_rate, variable.dtype) * correction
        with tf.control_dependencies(self._first(variable, learning_rate)):
            return tf.group(
                variable.assign_sub(rate * mean / (tf.sqrt(largest) + self.epsilon)),
                slots["mean_gradient"].assign(mean),
                slots["mean_square"].assign(square),
                slots["largest_mean_square"].assign(largest),
            )

    def _first(self, variable: Any, learning_rate: Tensor) -> list[Any]:
        """What is done to the weight before the step."""
        return []


class Adam(AdamStep):
    """A moving mean of the gradient over the root of a moving mean of its square.

    m = beta1 · m + (1 - beta1) · g
    v = beta2 · v + (1 - beta2) · g²
    w -= learning_rate · √(1 - beta2^n) / (1 - beta1^n) · m / (√v + epsilon)
    for step number n, counted from 1; with `amsgrad` the largest v so far stands below the root.

    Slots: mean_gradient (m), mean_square (v); largest_mean_square with `amsgrad`.
    Source: Kingma and Ba, 2015, "Adam: A Method for Stochastic Optimization", in the form at the
    end of its section 2; Reddi et al., 2018, "On the Convergence of Adam and Beyond".
    """

    type = "adam"
    also_known_as = ("AdaptiveMoments",)
    example = "optimizer: {adam: {learning_rate: 0.001, epsilon: 1e-7}}"


class AdamW(AdamStep):
    """Adam, and each step takes a part of the weights away, whatever the gradient is.

    w -= learning_rate · weight_decay · w, then the step of adam.

    Slots: those of adam.
    Source: Loshchilov and Hutter, 2019, "Decoupled Weight Decay Regularization".
    """

    type = "adamw"
    example = "optimizer: {adamw: {learning_rate: 0.001, weight_decay: 0.05}}"

    weight_decay: float = param(
        "Part of the weight that a step takes away, times the learning rate.",
        default=0.01,
        minimum=0,
        also=("wd",),
    )

    def _first(self, variable: Any, learning_rate: Tensor) -> list[Any]:
        part = self.weight_decay * tf.cast(learning_rate, variable.dtype)
        return [variable.assign_sub(part * variable.read_value())]


class Nadam(AdaptiveMoments):
    """Adam with Nesterov's look ahead, its momentum warmed up.

    µ(n) = beta1 · (1 - 0.96^n / 2) for step number n, counted from 1; Π(n) = µ(1) · … · µ(n)
    m = beta1 · m + (1 - beta1) · g
    v = beta2 · v + (1 - beta2) · g²
    a = µ(n + 1) · m / (1 - Π(n + 1)) + (1 - µ(n)) · g / (1 - Π(n))
    w -= learning_rate · a / (√(v / (1 - beta2^n)) + epsilon)

    Slots: mean_gradient (m), mean_square (v), momentum_product (Π, a scalar).
    Source: Dozat, 2016, "Incorporating Nesterov Momentum into Adam".
    """

    type = "nadam"
    example = "optimizer: {nadam: 0.002}"

    def slots(self, weight: WeightSpec) -> dict[str, WeightSpec]:
        product = WeightSpec((), 1.0, weight.dtype, trainable=False)
        return {**super().slots(weight), "momentum_product": product}

    def update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        dtype = variable.dtype
        number = tf.cast(step + 1, tf.float64)
        now, ahead = self._momentum(number), self._momentum(number + 1)
        product = slots["momentum_product"].read_value() * tf.cast(now, dtype)
        mean = slots["mean_gradient"].read_value()
        square = slots["mean_square"].read_value()
        mean += (1 - self.beta1) * (gradient - mean)
        square += (1 - self.beta2) * (tf.square(gradient) - square)
        now, ahead = tf.cast(now, dtype), tf.cast(ahead, dtype)
        step_mean = ahead / (1 - product * ahead) * mean + (1 - now) / (1 - product) * gradient
        correction = tf.cast(1 - tf.pow(tf.constant(self.beta2, tf.float64), number), dtype)
        change = step_mean / (tf.sqrt(square / correction) + self.epsilon)
        return tf.group(
            variable.assign_sub(tf.cast(learning_rate, dtype) * change),
            slots["mean_gradient"].assign(mean),
            slots["mean_square"].assign(square),
            slots["momentum_product"].assign(product),
        )

    def _momentum(self, number: Tensor) -> Tensor:
        return self.beta1 * (1 - 0.5 * tf.pow(tf.constant(0.96, tf.float64), number))


def _power(beta: Tensor, step: Tensor) -> Tensor:
    # Of beta as it is rounded to the weight's dtype: then the correction fits the moving mean,
    # which the fused op rounds alike.
    exponent = tf.cast(step + 1, tf.float64)
    return tf.cast(tf.pow(tf.cast(beta, tf.float64), exponent), beta.dtype)
