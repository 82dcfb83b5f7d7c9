"""Forward: the layers of a plan as ops, from fed tensors to every value that is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tfgraph.api import Context, Tensor
from tfgraph.graph.faults import check_output, check_update
from tfgraph.graph.functions import part
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
    needed = plan.above(wanted)
    values = dict(feeds)
    current = dict(weights)
    updates: dict[str, Tensor] = {}
    for planned in plan.layers:
        if planned.name not in needed:
            continue
        # A frozen layer that keeps state uses it as it is, and goes on as at evaluation.
        learning = training and not (planned.frozen and planned.keeps_state)
        context = Context(planned.name, learning, step, plan.spec.training.seed)
        with part("layer", planned.name, planned.span):
            values[planned.name] = planned.layer.build(
                *(values[name] for name in planned.inputs), own_weights(planned, current), context
            )
        check_output(planned, values[planned.name])
        for name, value in context.updates.items():
            check_update(planned, name, value)
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
