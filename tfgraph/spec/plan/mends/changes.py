"""Changes: of one parameter, of the dataset, of a layer that only moves values, of a shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from tfgraph.api import Component, Dataset, Layer, LayerFacts, Shape, TensorSpec
from tfgraph.diagnostics import Span
from tfgraph.errors import ComponentError, PluginError
from tfgraph.spec.model import Entry
from tfgraph.spec.plan import contract
from tfgraph.spec.plan.mends import wording
from tfgraph.spec.plan.mends.trial import specs_with, up, works
from tfgraph.spec.plan.model import PlannedLayer
from tfgraph.spec.plan.notes import place

if TYPE_CHECKING:
    from tfgraph.spec.plan.scope import Scope

#: A row of fewer numbers than this squared is not taken for an image.
MIN_SIDE = 8
#: Whether what stands at the end of a trial can be taken.
Fits = Callable[[TensorSpec], bool]


def other_values(component: Component) -> Iterator[tuple[str, Component]]:
    """The component with one choice made otherwise: true for false, `same` for `valid`."""
    for name, parameter in component.parameters().items():
        current = getattr(component, name)
        for kind in parameter.alternatives:
            choices: tuple[Any, ...] = (True, False) if kind is bool else ()
            choices = get_args(kind) if get_origin(kind) is Literal else choices
            for choice in choices:
                if choice == current:
                    continue
                other = component.replace(**{name: choice})
                if works(other.check_parameters):
                    yield name, other


def parameter_above(scope: Scope, name: str, fits: Fits, reader: Span) -> str:
    """A choice made otherwise in one of the layers that lead to an output."""
    for layer in up(scope, name):
        for parameter, other in other_values(layer.layer):
            assert isinstance(other, Layer)
            found = specs_with(scope, [name], layers={layer.name: other})
            if found and fits(found[0]):
                entry = scope.entries[layer.name]
                given = wording.changed(entry, other, parameter)
                return f"write {given} for `{layer.name}` ({place(layer.span, reader)})"
    return ""


def left_out(scope: Scope, name: str, fits: Fits, reader: Span) -> str:
    """A layer above that only moves values, left out."""
    for layer in moving(scope, name):
        named = any(n.value == layer.name for e in scope.spec.layers for n in e.inputs)
        if layer.output == layer.input_specs[0] or layer.weights or named:
            continue
        found = specs_with(scope, [name], layers={layer.name: None})
        if found and fits(found[0]):
            return f"remove `{layer.name}` ({place(layer.span, reader)})"
    return ""


def moving(scope: Scope, name: str) -> Iterator[PlannedLayer]:
    """The layers above an output for as long as they keep the values of an example."""
    for layer in up(scope, name):
        if layer.output != layer.input_specs[0] and not _facts(layer).passes:
            return
        yield layer


def _facts(layer: PlannedLayer) -> LayerFacts:
    try:
        caller = contract.Caller(layer.layer, layer.span, layer.name)
        found = caller.call("facts", *layer.input_specs)
    except (ComponentError, PluginError):
        return LayerFacts()
    return found if isinstance(found, LayerFacts) else LayerFacts()


def other_data(scope: Scope) -> Iterator[tuple[str, dict[str, TensorSpec]]]:
    """The dataset with one choice made otherwise: what to write for that, and its fields then."""
    data = scope.spec.data
    if data is None:
        return
    for parameter, other in other_values(data.component):
        assert isinstance(other, Dataset)
        try:
            fields = contract.fields(contract.Caller(other, data.span))
        except (ComponentError, PluginError):
            continue
        now = {name: field.spec for name, field in fields.items()}
        before = {name: field.spec for name, field in scope.fields.items()}
        sizes = {name: spec.size for name, spec in now.items()}
        if now != before and sizes == {name: spec.size for name, spec in before.items()}:
            yield _data_change(data, other, parameter), now


def _data_change(data: Entry[Dataset], other: Dataset, parameter: str) -> str:
    declared = other.parameters()[parameter]
    where = f"`data` (line {data.span.line})"
    if parameter in data.spans and getattr(other, parameter) == declared.convert(declared.default):
        given = wording.value(getattr(data.component, parameter))
        return f"remove `{parameter}: {given}` from {where}"
    return f"write {wording.changed(data, other, parameter)} in {where}"


def data_above(scope: Scope, name: str, fits: Fits) -> str:
    """The dataset with one choice made otherwise, for an output that only moves its values."""
    *_, last = [None, *moving(scope, name)]
    if (last.inputs[0] if last else name) not in scope.fields:
        return ""
    for change, fields in other_data(scope):
        found = specs_with(scope, [name], fields=fields)
        if found and fits(found[0]):
            return change
    return ""


def reshaped(scope: Scope, name: str, fits: Fits) -> str:
    """The same values in a shape that they had before, or one like it: the layer for that."""
    spec = scope.spec_of(name)
    if spec is None or spec.size is None:
        return ""
    shapes = [spec.shape]
    for layer in up(scope, name):
        shapes += [layer.output.shape, *(x.shape for x in layer.input_specs)]
    for _, fields in other_data(scope):
        shapes += [field.shape for field in fields.values()]
    shapes += _squares(scope, name, spec)
    same = [s for s in dict.fromkeys(shapes) if spec.with_shape(s).size == spec.size]
    for shape in sorted(same, key=len, reverse=True):
        for candidate in _alike(shape):
            if candidate != spec.shape and fits(spec.with_shape(candidate)):
                return wording.sizes(candidate)
    return ""


def _alike(shape: Shape) -> Iterator[Shape]:
    """A shape, and those of the same values that its axes suggest."""
    batch, *axes = shape
    yield shape
    without = [size for size in axes if size != 1]
    if len(without) < len(axes):
        yield (batch, *without)
    if len(axes) > 1:
        yield (*shape, 1)
        last = math.prod(size or 1 for size in axes[1:])
        yield (batch, axes[0], last)
        yield (batch, math.prod(size or 1 for size in axes))


def _squares(scope: Scope, name: str, spec: TensorSpec) -> Iterator[Shape]:
    """The square images that the values of an input may be."""
    *_, last = [None, *moving(scope, name)]
    if (last.inputs[0] if last else name) not in scope.fields or spec.rank != 2:
        return
    for channels in (1, 3):
        side = math.isqrt((spec.size or 0) // channels)
        if side >= MIN_SIDE:
            yield (None, side, side, channels)
