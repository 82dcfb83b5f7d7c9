"""Trial: what the shapes of a scope would be if something were changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tfgraph.api import Component, Layer, LayerReference, TensorSpec
from tfgraph.errors import ComponentError, PluginError
from tfgraph.spec.plan import contract
from tfgraph.spec.plan.model import PlannedLayer

if TYPE_CHECKING:
    from tfgraph.spec.plan.scope import Scope

#: What needs more layers to be worked out anew is not tried.
MAX_LAYERS = 200
#: So many layers above a mistake are looked at for its cause, and so many outputs and inputs.
MAX_STEPS = 12


def works(call: Callable[[], object]) -> bool:
    """Whether components take what they are given; one that fails in a trial does not."""
    try:
        call()
    except (ComponentError, PluginError):
        return False
    return True


def up(scope: Scope, name: str) -> Iterator[PlannedLayer]:
    """The layers that lead to an output, from it to the last one that takes several inputs."""
    for _ in range(MAX_STEPS):
        if name not in scope.planned or len(scope.planned[name].inputs) != 1:
            return
        yield scope.planned[name]
        name = scope.planned[name].inputs[0]


def specs_with(
    scope: Scope,
    names: Sequence[str],
    *,
    fields: Mapping[str, TensorSpec] | None = None,
    layers: Mapping[str, Layer | None] | None = None,
) -> tuple[TensorSpec, ...] | None:
    """The specs of layers and inputs with other fields or layers; None where those do not fit.

    A layer that is None is left out: what takes it takes its input.
    """
    layers = layers or {}
    changed: dict[str, TensorSpec] = dict(fields or {})
    steps = _steps(scope, names, layers)
    if steps is None:
        return None
    for step in steps:
        if step.name not in layers and not changed.keys() & step.inputs:
            continue
        if _references(step.layer) & changed.keys():
            return None
        xs = tuple(changed.get(n, spec) for n, spec in zip(step.inputs, step.input_specs))
        found = xs[0] if layers.get(step.name, step) is None else _infer(step, layers, xs)
        if found is None:
            return None
        if found != step.output:
            changed[step.name] = found
    specs = [changed.get(name) or scope.spec_of(name) for name in names]
    known = tuple(spec for spec in specs if spec is not None)
    return known if len(known) == len(names) else None


def _steps(
    scope: Scope, names: Sequence[str], layers: Mapping[str, Layer | None]
) -> list[PlannedLayer] | None:
    """The layers that lead to some from the changed ones on, each after what it takes.

    None where they are too many.
    """
    found: dict[str, PlannedLayer] = {}
    waiting = list(names)
    while waiting:
        if len(found) + len(waiting) > MAX_LAYERS:
            return None
        name = waiting[-1]
        layer = scope.planned.get(name)
        above = [] if layer is None or name in layers else layer.inputs
        missing = [n for n in above if n in scope.planned and n not in found]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        if layer is not None:
            found.setdefault(name, layer)
    return list(found.values())


def _infer(
    step: PlannedLayer, layers: Mapping[str, Layer | None], xs: tuple[TensorSpec, ...]
) -> TensorSpec | None:
    try:
        caller = contract.Caller(layers.get(step.name) or step.layer, step.span, step.name)
        return contract.infer(caller, xs)
    except (ComponentError, PluginError):
        return None


def _references(layer: Component) -> set[str]:
    values = layer.parameter_values().values()
    return {value.name for value in values if isinstance(value, LayerReference)}
