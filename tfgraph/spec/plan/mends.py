"""Mends: what would make an output fit its target, tried before it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tfgraph.api import TensorSpec, show_shape
from tfgraph.diagnostics import Span
from tfgraph.errors import ComponentError
from tfgraph.spec.plan.model import PlannedLayer
from tfgraph.spec.plan.notes import place
from tfgraph.spec.plan.scope import Scope

#: Raises ComponentError where an output does not fit a target.
Check = Callable[[TensorSpec, TensorSpec], object]


def mend(scope: Scope, of: str, target: str, check: Check, reader: Span) -> str:
    """Help that names the layer above an output and what to change there; empty if nothing helps.

    A change of the last axis is looked for in the layers that lead to the output, then axes to be
    flattened away.
    """
    output, wanted = scope.spec_of(of), scope.spec_of(target)
    if output is None or wanted is None:
        return ""

    def fits(candidate: TensorSpec) -> bool:
        try:
            check(candidate, wanted)
        except ComponentError:
            return False
        return True

    layers = list(_up(scope, of))
    sizes = {wanted.classes: f"has {wanted.classes} classes", wanted.shape[-1]: f"is {wanted}"}
    for size, why in sizes.items():
        if size is not None and fits(replace(output, shape=(*output.shape[:-1], size))):
            found = _sized(layers, output.shape[-1])
            if found is None:
                return ""
            layer, parameter = found
            return (
                f"`{parameter}` of `{layer.name}` ({place(layer.span, reader)}) must be {size}: "
                f"`{target}` {why}"
            )
    flat = replace(output, shape=(None, output.shape[-1]))
    weighted = [layer for layer in layers if layer.weights]
    if weighted and weighted[0].input_specs[0].rank == output.rank > 2 and fits(flat):
        layer = weighted[0]
        pooled = " or `global_avg_pool`" if output.rank == 4 else ""
        return (
            f"put `flatten`{pooled} before `{layer.name}` ({place(layer.span, reader)}): it gives "
            f"{show_shape(flat.shape)} then"
        )
    return ""


def _up(scope: Scope, name: str) -> Iterator[PlannedLayer]:
    """The layers that lead to an output, from it to the last one that takes several inputs."""
    while name in scope.planned and len(scope.planned[name].inputs) == 1:
        yield scope.planned[name]
        name = scope.planned[name].inputs[0]


def _sized(layers: list[PlannedLayer], size: int | None) -> tuple[PlannedLayer, str] | None:
    """The layer whose primary parameter gives the last axis its size, and that parameter."""
    for layer in layers:
        primary = layer.layer.primary()
        if primary and getattr(layer.layer, primary.name) == size:
            return layer, primary.name
        if layer.input_specs[0].shape[-1] != size:
            return None
    return None
