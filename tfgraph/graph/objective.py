"""Objective: the weighted sum of the losses and the regularisation of the weights."""

from __future__ import annotations

from collections.abc import Mapping

from tfgraph.api import Tensor
from tfgraph.graph.functions import part
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan, PlannedLoss


def wanted_by_losses(plan: Plan) -> tuple[str, ...]:
    """The layers and inputs that the losses are of."""
    return tuple(dict.fromkeys(planned.of for planned in plan.losses))


def wanted_by_evaluation(plan: Plan) -> tuple[str, ...]:
    """The layers and inputs that losses and metrics are of."""
    metrics = (planned.of for planned in plan.metrics)
    return tuple(dict.fromkeys([*wanted_by_losses(plan), *metrics]))


def example_losses(planned: PlannedLoss, values: Mapping[str, Tensor]) -> Tensor:
    """The losses of a batch, one for each example."""
    with part("loss", planned.name, planned.span):
        return planned.loss.build(values[planned.of], values[planned.target])


def objective(plan: Plan, values: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> Tensor:
    """What one training step makes small: a float32 scalar."""
    terms = []
    for planned in plan.losses:
        each = example_losses(planned, values)
        mean = planned.loss.reduction == "mean"
        reduced = tf.reduce_mean(each) if mean else tf.reduce_sum(each)
        terms.append(_weighted(planned.weight, tf.cast(reduced, tf.float32)))
    total = terms[0] if len(terms) == 1 else tf.add_n(terms)
    penalty = regularisation(plan, weights)
    return total if penalty is None else total + penalty


def regularisation(plan: Plan, weights: Mapping[str, Tensor]) -> Tensor | None:
    """The sum of the l1 and l2 terms of all weights, a float32; None where there are none."""
    terms = []
    for name, spec in plan.weights.items():
        if spec.l1:
            terms.append(spec.l1 * tf.cast(tf.reduce_sum(tf.abs(weights[name])), tf.float32))
        if spec.l2:
            terms.append(spec.l2 * tf.cast(tf.reduce_sum(tf.square(weights[name])), tf.float32))
    return tf.add_n(terms) if terms else None


def _weighted(weight: float, term: Tensor) -> Tensor:
    return term if weight == 1.0 else weight * term
