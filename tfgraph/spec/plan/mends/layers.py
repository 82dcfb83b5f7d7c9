"""Mends of layers: what would give a layer an input that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tfgraph.api import Layer, LayerReference, TensorSpec
from tfgraph.errors import ComponentError
from tfgraph.spec.model import LayerEntry
from tfgraph.spec.plan import contract
from tfgraph.spec.plan.mends import changes, inputs, wording
from tfgraph.spec.plan.mends.bridges import Bridge, bridges
from tfgraph.spec.plan.mends.trial import MAX_STEPS, up, works
from tfgraph.spec.plan.model import above
from tfgraph.spec.plan.notes import place

if TYPE_CHECKING:
    from tfgraph.spec.plan.scope import Scope


def mend_layer(
    scope: Scope, entry: LayerEntry, layer: Layer, inputs: Sequence[str], error: ComponentError
) -> str:
    """Help for a layer that cannot take its inputs: what was tried and fits, else its own help.

    An error that names a parameter is about that parameter: what the layer takes is left alone.
    """
    specs = [scope.spec_of(name) for name in inputs]
    xs = tuple(spec for spec in specs if spec is not None)
    parts = _LayerMends(scope, entry, layer, inputs, xs)
    named = parts.reference(error.parameter)
    if named or error.parameter:
        return ", or ".join(filter(None, [error.help, named]))
    return (parts.one_input() if len(inputs) == 1 else parts.several_inputs()) or error.help


class _LayerMends:
    def __init__(
        self,
        scope: Scope,
        entry: LayerEntry,
        layer: Layer,
        inputs: Sequence[str],
        xs: tuple[TensorSpec, ...],
    ) -> None:
        self.scope = scope
        self.entry = entry
        self.layer = layer
        self.inputs = inputs
        self.xs = xs

    def takes(self, layer: Layer, *xs: TensorSpec) -> bool:
        caller = contract.Caller(layer, self.entry.span, self.entry.name)
        return works(lambda: (contract.infer(caller, xs), contract.weights(caller, xs)))

    def reference(self, parameter: str) -> str:
        """Another layer for a parameter that names one: above the named one, or above this."""
        for key, named in self.layer.parameter_values().items():
            if not isinstance(named, LayerReference) or parameter not in ("", key):
                continue
            above_it = [*up(self.scope, named.name), *up(self.scope, self.inputs[0])]
            for other in above_it:
                weights = {f"{other.owner}/{name}": spec for name, spec in other.weights.items()}
                reference = LayerReference(other.name).resolve(
                    other.layer, other.input_specs, other.output, weights
                )
                changed = self.layer.replace(**{key: reference})
                if self.takes(changed, *self.xs):
                    where = place(other.span, self.entry.span)
                    return (
                        f"write {wording.changed(self.entry, changed, key)}: that is the "
                        f"`{other.layer.type}` of {where}"
                    )
        return ""

    def one_input(self) -> str:
        """A change above the layer; or one just before it, where that loses nothing."""
        scope, name, reader = self.scope, self.inputs[0], self.entry.span

        def fits(x: TensorSpec) -> bool:
            return self.takes(self.layer, x)

        for change in (inputs.without_batch, inputs.other_dtype, changes.parameter_above):
            if found := change(scope, name, fits, reader):
                return found
        less = changes.left_out(scope, name, fits, reader) or changes.data_above(scope, name, fits)
        more = changes.reshaped(scope, name, fits)
        return ", or ".join(filter(None, [less, more and f"put {more} before it"]))

    def several_inputs(self) -> str:
        """A layer on one of the inputs, or a change above it, that makes it like another."""
        if len(self.inputs) > MAX_STEPS:
            return ""
        for index in self.shortcuts_first():
            name = self.inputs[index]

            def fits(x: TensorSpec, index: int = index) -> bool:
                return self.takes(self.layer, *self.xs[:index], x, *self.xs[index + 1 :])

            for bridge, other in bridges(self.scope, self.entry, tuple(self.inputs), index):
                suits = fits(bridge.of(self.xs[index], self.xs[other]))
                if suits and self.elsewhere(bridge, index, other):
                    return self.bridge(index, bridge.layer)
            found = changes.parameter_above(self.scope, name, fits, self.entry.span)
            if found:
                return found
        return ""

    def shortcuts_first(self) -> list[int]:
        """The inputs by number: those that others come from, then the last ones."""
        leads = {
            name: above(self.scope.planned, [other for other in self.inputs if other != name])
            for name in self.inputs
        }
        numbers = range(len(self.inputs))
        return sorted(numbers, key=lambda n: (self.inputs[n] not in leads[self.inputs[n]], -n))

    def elsewhere(self, bridge: Bridge, index: int, other: int) -> bool:
        """Whether a bridge does for the other uses of the block that the layer stands in."""
        for use in self.scope.planned.values():
            xs = list(use.input_specs)
            if use.span.place != self.entry.span.place or len(xs) != len(self.inputs):
                continue
            xs[index] = bridge.of(xs[index], xs[other])
            if not self.takes(use.layer, *xs):
                return False
        return True

    def bridge(self, index: int, layer: str) -> str:
        """How to put a layer on one of several inputs."""
        named = wording.as_given(self.entry.inputs, self.inputs)
        given = named[index]
        scope = self.entry.name.rpartition(".")[0]
        name, number = "shortcut", 1
        while ".".join(filter(None, [scope, name])) in self.scope.names:
            number += 1
            name = f"shortcut_{number}"
        named[index] = name
        return (
            f"put {layer} with `name: {name}` and `from: {given}` before it, and write "
            f"`from: [{', '.join(named)}]` here"
        )
