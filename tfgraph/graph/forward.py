"""Forward: the layers of a plan as ops, from fed tensors to every value that is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tfgraph.api import Context, Field, Tensor
from tfgraph.graph.functions import part
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan, PlannedLayer


def forward(
    plan: Plan,
    wanted: Iterable[str],
    feeds: Mapping[str, Tensor],
    weights: Mapping[str, Tensor],
    *,
    training: bool,
    step: Tensor,
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The values of the wanted layers and inputs, and the new values of non-trainable weights.

    Only what the wanted ones depend on is built. `weights` holds tensors by full name.
    """
    needed = _needed(plan, wanted)
    values = dict(feeds)
    current = dict(weights)
    updates: dict[str, Tensor] = {}
    for planned in plan.layers:
        if planned.name not in needed:
            continue
        context = Context(planned.name, training, step, plan.spec.training.seed)
        with part("layer", planned.name, planned.span):
            values[planned.name] = planned.layer.build(
                *(values[name] for name in planned.inputs), own_weights(planned, current), context
            )
        for name, value in context.updates.items():
            full_name = planned.weight_name(name)
            # A layer that shares these weights goes on from the value of this one.
            updates[full_name] = current[full_name] = value
    return values, updates


def own_weights(planned: PlannedLayer, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a layer by their name within it; a tied one is its owner's as it is."""
    return {
        name: weights[spec.tied.weight if spec.tied else planned.weight_name(name)]
        for name, spec in planned.weights.items()
    }


def prepare(field: Field, stored: Tensor) -> Tensor:
    """A batch as the model sees it, from a batch as it is in memory."""
    value = tf.cast(stored, field.dtype)
    return value if field.scale is None else value * tf.constant(field.scale, field.dtype)


def _needed(plan: Plan, wanted: Iterable[str]) -> set[str]:
    layers: dict[str, Any] = {layer.name: layer for layer in plan.layers}
    seen: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += layers[name].inputs if name in layers else ()
    return seen
