"""Faults: tensors that a component builds, held to what its kind and itself declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tfgraph.api import Component, Dim, TensorSpec, show_shape
from tfgraph.diagnostics import Span
from tfgraph.errors import GraphError
from tfgraph.lazy import tf
from tfgraph.registry.origins import origin_of
from tfgraph.spec.plan import PlannedLayer, PlannedLoss, PlannedMetric


def check_output(planned: PlannedLayer, value: Any, expected: TensorSpec) -> None:
    """Raise GraphError where what a layer builds is not what it declares.

    `expected` is that in the precision it computes in, which it need not keep to.
    """
    declared = planned.output
    built = _misfit(value, declared.shape, declared.dtype)
    if built and _misfit(value, expected.shape, expected.dtype):
        wanted = f"{show_shape(declared.shape)} of {declared.dtype}"
        problem = f"it declares {wanted} and builds {built}"
        raise fault(planned.layer, planned.name, planned.span, problem)


def check_update(planned: PlannedLayer, name: str, value: Any) -> None:
    """Raise GraphError where a layer updates what is not its own state, or with what does not fit."""
    declared = planned.weights.get(name)
    problem = ""
    if declared is None or declared.trainable:
        kind = "declares as trained" if declared else "does not declare"
        problem = f"it updates the weight `{name}`, which it {kind}"
    elif given := _misfit(value, declared.shape, declared.dtype):
        wanted = f"{list(declared.shape)} of {declared.dtype}"
        problem = f"it declares `{name}` as {wanted} and updates it with {given}"
    if problem:
        raise fault(planned.layer, planned.name, planned.span, problem)


def check_losses(planned: PlannedLoss, losses: Any, examples: int | None) -> None:
    """Raise GraphError unless a loss gives one floating-point number for each of the examples.

    How many there are is None where the graph is for any number.
    """
    if not tf.is_tensor(losses):
        built = f"{type(losses).__name__}, not a tensor"
    elif losses.shape.is_compatible_with([examples]) and losses.dtype.is_floating:
        return
    else:
        built = _shown(losses, examples)
    problem = f"it gives {built}, not a number for each example: [batch]"
    raise fault(planned.loss, planned.name, planned.span, problem)


def check_state(
    planned: PlannedMetric, declared: Mapping[str, TensorSpec], state: Mapping[str, Any]
) -> None:
    """Raise GraphError where the state that a metric gives is not the one it declares."""
    problem = ""
    if not isinstance(state, Mapping) or set(state) != set(declared):
        given = str(sorted(state)) if isinstance(state, Mapping) else type(state).__name__
        problem = f"it declares the state {sorted(declared)} and gives {given}"
    else:
        for name, spec in declared.items():
            if given := _misfit(state[name], spec.shape, spec.dtype):
                wanted = f"{list(spec.shape)} of {spec.dtype}"
                problem = f"it declares its state `{name}` as {wanted} and gives {given}"
    if problem:
        raise fault(planned.metric, planned.name, planned.span, problem)


def check_result(planned: PlannedMetric, value: Any) -> None:
    """Raise GraphError unless the result of a metric is a number."""
    if not tf.is_tensor(value) or value.shape.rank not in (None, 0):
        given = _shown(value) if tf.is_tensor(value) else f"{type(value).__name__}, not a tensor"
        problem = f"its result is {given}, not a number"
        raise fault(planned.metric, planned.name, planned.span, problem)


def fault(component: Component, name: str, span: Span, problem: str) -> GraphError:
    """The error for a component that breaks what its kind promises."""
    return GraphError(
        f"the {component.kind} `{component.type}` of {origin_of(type(component))} failed for "
        f"`{name}` at {span}: {problem}",
        help="this is a fault of the plugin, not of the spec",
    )


def _misfit(value: Any, shape: Sequence[Dim], dtype: str) -> str:
    """What a value is that is no tensor of a shape and dtype, as far as the graph knows."""
    if not tf.is_tensor(value):
        return f"{type(value).__name__}, not a tensor"
    if value.shape.is_compatible_with(list(shape)) and value.dtype.name == dtype:
        return ""
    return _shown(value)


def _shown(value: Any, examples: int | None = None) -> str:
    """Shape and dtype, the first axis as the batch where it is as long as that."""
    if value.shape.rank is None:
        return f"unknown axes of {value.dtype.name}"
    shape = list(value.shape)
    if shape[:1] == [examples]:
        shape[0] = None
    return f"{show_shape(shape)} of {value.dtype.name}"
