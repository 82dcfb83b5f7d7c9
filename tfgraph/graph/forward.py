"""Forward: the layers of a plan as ops, from fed tensors to every value that is needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tfgraph.api import Context, Tensor, TensorSpec, WeightSpec
from tfgraph.graph.faults import check_output, check_update
from tfgraph.graph.functions import part
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan, PlannedLayer


def forward(
    plan: Plan,
    wanted: Collection[str],
    feeds: Mapping[str, Tensor],
    weights: Mapping[str, Tensor],
    *,
    training: bool,
    step: Tensor,
    draw: Tensor | None = None,
    compiled: bool = False,
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The values of the wanted layers and inputs, and the new values of non-trainable weights.

    Only what the wanted ones depend on is built. `weights` holds tensors by full name. Layers
    compute in the precision that `train` asks for; what is wanted is given as it is declared. `draw` is
    what random numbers are keyed by, where that is not the step. `compiled` says that those of
    training steps that are compiled with XLA are drawn.
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
        seed = plan.spec.training.seed
        context = Context(planned.name, learning, step, seed, draw=draw, compiled=compiled)
        with part("layer", planned.name, planned.span):
            dtype = plan.precision_of(planned)
            xs = (values[name] for name in planned.inputs)
            taken = (in_precision(x, s, dtype) for x, s in zip(xs, planned.input_specs))
            own = own_weights(planned, current, dtype)
            values[planned.name] = planned.layer.build(*taken, own, context)
        check_output(planned, values[planned.name], plan.built_by(planned))
        for name, built in context.updates.items():
            declared = planned.weights.get(name)
            value = built
            if declared and tf.is_tensor(built) and built.dtype.name == dtype:
                value = in_precision(built, declared, "float32")
            check_update(planned, name, value)
            full_name = planned.weight_name(name)
            # A layer that shares these weights goes on from the value of this one.
            updates[full_name] = current[full_name] = value
    for name in wanted:
        values[name] = in_precision(values[name], plan.output_of(name), "float32")
    return values, updates


def in_precision(value: Any, declared: TensorSpec | WeightSpec, dtype: str) -> Any:
    """A tensor that is declared as float32 in another precision; any other as it is."""
    if declared.dtype != "float32" or not tf.is_tensor(value) or not value.dtype.is_floating:
        return value
    return value if value.dtype.name == dtype else tf.cast(value, dtype)


def own_weights(
    planned: PlannedLayer, weights: Mapping[str, Tensor], dtype: str = "float32"
) -> dict[str, Tensor]:
    """The weights of a layer by their name within it, those of float32 in the precision `dtype`.

    A tied one is its owner's as it is.
    """
    own = {
        name: weights[spec.tied.weight if spec.tied else planned.weight_name(name)]
        for name, spec in planned.weights.items()
    }
    return {name: in_precision(own[name], spec, dtype) for name, spec in planned.weights.items()}
