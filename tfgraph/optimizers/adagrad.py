"""Optimizers that sum squared gradients over all steps: adagrad, ftrl."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Optimizer, OptimizerFacts, Tensor, WeightSpec, param
from tfgraph.lazy import tf


class Adagrad(Optimizer):
    """Divides the gradient by the root of the sum of all its squares so far.

    s += g², w -= learning_rate · g / √s

    Slots: accumulator (s).
    Source: Duchi et al., 2011, "Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization"; the start of s takes the part of the paper's δ, which bounds the first steps.
    """

    type = "adagrad"
    example = "optimizer: {adagrad: {learning_rate: 0.05, initial_accumulator: 0.1}}"

    initial_accumulator: float = param(
        "Where the sum of squares starts; an epsilon below the root is added here.",
        default=0.1,
        above=0,
        also=("initial_accumulator_value",),
    )

    def facts(self) -> OptimizerFacts:
        return OptimizerFacts(too_high=10.0)

    def slots(self, weight: WeightSpec) -> dict[str, WeightSpec]:
        return {"accumulator": weight.slot(self.initial_accumulator)}

    def update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        return tf.raw_ops.ResourceApplyAdagrad(
            var=variable.handle,
            accum=slots["accumulator"].handle,
            lr=tf.cast(learning_rate, variable.dtype),
            grad=gradient,
        )


class FTRL(Optimizer):
    """Follow the regularised leader, proximal: sparse weights where `l1` is large.

    s' = s + g²
    z += g + 2 · l2_shrinkage · w - (s'^-power - s^-power) / learning_rate · w
    w = (clip(z, -l1, l1) - z) / ((beta + s'^-power) / learning_rate + 2 · l2)
    where power is `learning_rate_power`.

    Slots: accumulator (s), linear (z).
    Source: McMahan et al., 2013, "Ad Click Prediction: a View from the Trenches".
    """

    type = "ftrl"
    also_known_as = ("FollowTheRegularizedLeader",)
    example = "optimizer: {ftrl: {learning_rate: 0.1, l1: 0.001, l2: 0.001}}"

    learning_rate_power: float = param(
        "How the rate falls with the sum of squares; 0 keeps it.",
        default=-0.5,
        maximum=0,
        also=("lr_power",),
    )
    initial_accumulator: float = param(
        "Where the sum of squares starts.",
        default=0.1,
        minimum=0,
        also=("initial_accumulator_value",),
    )
    l1: float = param(
        "Weight of the sum of absolute values.",
        default=0.0,
        minimum=0,
        also=("l1_regularization_strength",),
    )
    l2: float = param(
        "Weight of the sum of squares.",
        default=0.0,
        minimum=0,
        also=("l2_regularization_strength",),
    )
    l2_shrinkage: float = param(
        "The same, as a part of the gradient only: it shrinks weights that get one.",
        default=0.0,
        minimum=0,
        also=("l2_shrinkage_regularization_strength",),
    )
    beta: float = param("Added to the root of the sum of squares.", default=0.0, minimum=0)

    def facts(self) -> OptimizerFacts:
        return OptimizerFacts(too_high=10.0)

    def slots(self, weight: WeightSpec) -> dict[str, WeightSpec]:
        return {"accumulator": weight.slot(self.initial_accumulator), "linear": weight.slot(0.0)}

    def update(
        self,
        variable: Any,
        gradient: Tensor,
        slots: dict[str, Any],
        learning_rate: Tensor,
        step: Tensor,
    ) -> Any:
        dtype = variable.dtype
        rate = tf.cast(learning_rate, dtype)
        return tf.raw_ops.ResourceApplyFtrlV2(
            var=variable.handle,
            accum=slots["accumulator"].handle,
            linear=slots["linear"].handle,
            grad=gradient,
            lr=rate,
            l1=tf.constant(self.l1, dtype),
            l2=self.l2 + self.beta / (2.0 * rate),
            l2_shrinkage=tf.constant(self.l2_shrinkage, dtype),
            lr_power=tf.constant(self.learning_rate_power, dtype),
        )
