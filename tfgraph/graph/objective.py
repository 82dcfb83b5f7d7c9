"""Objective: the weighted sum of the losses and the regularisation of the weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tfgraph.api import Tensor
from tfgraph.graph.faults import check_losses
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
    """The losses of a batch, one for each example, multiplied by the weights of each."""
    with part("loss", planned.name, planned.span):
        losses = planned.loss.build(values[planned.of], values[planned.target])
        check_losses(planned, losses, values[planned.of].shape[0])
        for factors in _weights_of_examples(planned, values):
            losses = wide(losses)
            losses *= tf.cast(factors, losses.dtype)
        return losses


def _weights_of_examples(planned: PlannedLoss, values: Mapping[str, Tensor]) -> Iterator[Tensor]:
    if planned.class_weights is not None:
        by_class = tf.constant(planned.class_weights, tf.float64)
        yield tf.gather(by_class, values[planned.target])
    if planned.sample_weights is not None:
        yield values[planned.sample_weights]


def objective(plan: Plan, values: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> Tensor:
    """What one training step makes small: a scalar of float64 where a part of it is, or float32."""
    return _sum([*_losses(plan, values), *_penalties(plan, weights)])


def objective_of_part(plan: Plan, values: Mapping[str, Tensor], examples: Tensor) -> Tensor:
    """What a part adds to the objective of a batch of so many examples, without regularisation."""
    return _sum(_losses(plan, values, examples))


def regularisation(plan: Plan, weights: Mapping[str, Tensor]) -> Tensor | None:
    """The sum of the l1 and l2 terms of all weights; None where there are none."""
    terms = _penalties(plan, weights)
    return _sum(terms) if terms else None


def wide(values: Tensor) -> Tensor:
    """The values in float32, or in float64 if they are: half precision cannot hold their sum."""
    return values if values.dtype == tf.float64 else tf.cast(values, tf.float32)


def _losses(
    plan: Plan, values: Mapping[str, Tensor], examples: Tensor | None = None
) -> list[Tensor]:
    """The losses as one number each; of a part, its share in the mean of so many examples."""
    terms = []
    for planned in plan.losses:
        each = wide(example_losses(planned, values))
        mean = planned.loss.reduction == "mean"
        if mean and examples is None:
            reduced = tf.reduce_mean(each)
        else:
            reduced = tf.reduce_sum(each)
            if mean:
                reduced /= tf.cast(examples, each.dtype)
        terms.append(_weighted(planned.weight, reduced))
    return terms


def _penalties(plan: Plan, weights: Mapping[str, Tensor]) -> list[Tensor]:
    terms = []
    for name, spec in plan.weights.items():
        if not spec.trainable:
            continue  # what does not change is no matter of training
        if spec.l1:
            terms.append(spec.l1 * tf.reduce_sum(tf.abs(wide(weights[name]))))
        if spec.l2:
            terms.append(spec.l2 * tf.reduce_sum(tf.square(wide(weights[name]))))
    return terms


def _sum(terms: Sequence[Tensor]) -> Tensor:
    dtype = max((term.dtype for term in terms), key=lambda dtype: dtype.size)
    cast = [tf.cast(term, dtype) for term in terms]
    return cast[0] if len(cast) == 1 else tf.add_n(cast)


def _weighted(weight: float, term: Tensor) -> Tensor:
    return term if weight == 1.0 else weight * term
