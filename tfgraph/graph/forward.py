"""Forward: the layers of a plan as ops, from fed tensors to every value that is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tfgraph.api import Context, Dim, Tensor, show_shape
from tfgraph.errors import GraphError
from tfgraph.graph.functions import part
from tfgraph.lazy import tf
from tfgraph.registry.origins import origin_of
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
        context = Context(planned.name, training, step, plan.spec.training.seed)
        with part("layer", planned.name, planned.span):
            values[planned.name] = planned.layer.build(
                *(values[name] for name in planned.inputs), own_weights(planned, current), context
            )
        _check_output(planned, values[planned.name])
        for name, value in context.updates.items():
            _check_update(planned, name, value)
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


def _check_output(planned: PlannedLayer, value: Any) -> None:
    """Raise GraphError where what a layer builds is not what it declares."""
    declared = planned.output
    built = _misfit(value, declared.shape, declared.dtype)
    if built:
        wanted = f"{show_shape(declared.shape)} of {declared.dtype}"
        raise _at_odds(planned, f"it declares {wanted} and builds {built}")


def _check_update(planned: PlannedLayer, name: str, value: Any) -> None:
    """Raise GraphError where a layer updates what is not its own state, or with what does not fit."""
    declared = planned.weights.get(name)
    if declared is None or declared.trainable:
        kind = "declares as trained" if declared else "does not declare"
        raise _at_odds(planned, f"it updates the weight `{name}`, which it {kind}")
    given = _misfit(value, declared.shape, declared.dtype)
    if given:
        wanted = f"{list(declared.shape)} of {declared.dtype}"
        raise _at_odds(planned, f"it declares `{name}` as {wanted} and updates it with {given}")


def _misfit(value: Any, shape: Sequence[Dim], dtype: str) -> str:
    """What a value is that is no tensor of a shape and dtype, as far as the graph knows."""
    if not tf.is_tensor(value):
        return f"{type(value).__name__}, not a tensor"
    if value.shape.is_compatible_with(list(shape)) and value.dtype.name == dtype:
        return ""
    known = "unknown axes" if value.shape.rank is None else show_shape(value.shape)
    return f"{known} of {value.dtype.name}"


def _at_odds(planned: PlannedLayer, problem: str) -> GraphError:
    layer = planned.layer
    return GraphError(
        f"the layer `{layer.type}` of {origin_of(type(layer))} failed for `{planned.name}` at "
        f"{planned.span}: {problem}",
        help="this is a fault of the plugin, not of the spec",
    )
