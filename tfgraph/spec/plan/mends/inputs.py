"""Mends of inputs that the spec declares: without the batch, of another dtype, of one number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tfgraph.api import Field, TensorSpec
from tfgraph.api.tensors import INTEGERS
from tfgraph.diagnostics import Span
from tfgraph.spec.model import LayerEntry
from tfgraph.spec.plan import contract
from tfgraph.spec.plan.mends import wording
from tfgraph.spec.plan.mends.trial import specs_with, up, works
from tfgraph.spec.plan.notes import place

if TYPE_CHECKING:
    from tfgraph.spec.plan.scope import Scope

#: Whether what stands at the end of a trial can be taken.
Fits = Callable[[TensorSpec], bool]
#: The dtypes that tokens and classes come in; others hold pixels.
TOKENS = ("int32", "int64")
#: Sizes to show where only the author knows them.
VOCABULARY, UNITS = 1000, 32
#: The axes of a batch of images.
IMAGES = 4


def without_batch(scope: Scope, name: str, fits: Fits, reader: Span) -> str:
    """The input that leads to an output, without a first axis that is the batch of other tools."""
    origin = _origin(scope, name)
    field = scope.fields.get(origin)
    if field is None or origin not in scope.spec.inputs or not field.shape:
        return ""
    size, shorter = field.shape[0], replace(field, shape=field.shape[1:])
    if size is not None and len(field.shape) != IMAGES:
        return ""
    if not _fits_with(scope, name, origin, shorter, fits):
        return ""
    said = declared(scope, origin, shorter, reader)
    return f"if {wording.value(size)} is the batch, leave it out: write {said}"


def other_dtype(scope: Scope, name: str, fits: Fits, reader: Span) -> str:
    """Integers for tokens, or an embedding of them; numbers for what computes with them."""
    x, origin = scope.spec_of(name), _origin(scope, name)
    if x is None:
        return ""
    field = scope.fields.get(origin) if origin in scope.spec.inputs else None
    if x.floating and field:
        tokens = replace(field, dtype="int32")
        for found, said in {
            tokens: "",
            replace(tokens, classes=VOCABULARY): ", with the number of tokens as `classes`",
        }.items():
            if _fits_with(scope, name, origin, found, fits):
                return f"write {declared(scope, origin, found, reader)}{said}"
    if x.dtype not in INTEGERS:
        return ""
    changes = []
    numbers = field and replace(field, dtype="float32", classes=None)
    if numbers and not x.classes and _fits_with(scope, name, origin, numbers, fits):
        changes.append(f"write {declared(scope, origin, numbers, reader)}")
    vectors = replace(x, shape=(*x.shape, UNITS), dtype="float32", classes=None)
    if x.dtype in TOKENS and fits(vectors):
        layer = f"embedding: {{vocabulary: {VOCABULARY}, units: {UNITS}}}"
        of = ", with the number of tokens as its `vocabulary`"
        layer, of = (f"embedding: {UNITS}", "") if x.classes else (layer, of)
        changes.append(f"{'for tokens ' if changes else ''}put `{layer}` before it{of}")
    return ", or ".join(changes)


def one_more(scope: Scope, entry: LayerEntry) -> str:
    """What else a layer of several inputs may take: the only input or layer that nothing takes."""
    names = list(scope.entries)
    above = names[: names.index(entry.name)]
    before = dict(zip(names[1:], names))
    explicit = [name.value for layer in scope.spec.layers for name in layer.inputs]
    implicit = [before.get(layer.name, "") for layer in scope.spec.layers if not layer.inputs]
    compared = [found for one in scope.comparisons for found in (one.of, one.target) if found]
    used = {*explicit, *implicit, *map(str, compared), *map(str, scope.spec.outputs)}
    given = [name.value for name in entry.inputs] or above[-1:]
    first = scope.spec.layers[0]
    spare = [name for name in (*scope.model_inputs, *above) if name not in used]
    if "." in entry.name or not first.inputs or len(spare) != 1 or spare[0] in given:
        return ""
    taken = [*given, spare[0]]
    xs = tuple(spec for spec in map(scope.spec_of, taken) if spec is not None)
    caller = contract.Caller(entry.component, entry.span, entry.name)
    if len(xs) < len(taken) or not works(lambda: contract.infer(caller, xs)):
        return ""
    return f"write `from: [{', '.join(taken)}]`: nothing else takes `{spare[0]}`"


def other_shape(scope: Scope, target: str, fits: Fits, reader: Span) -> str:
    """A target of classes without a last axis of one number, or any without one for the batch."""
    field = scope.fields.get(target)
    taken = any(target in layer.inputs for layer in scope.planned.values())
    if field is None or target not in scope.spec.inputs or taken or not field.shape:
        return ""
    shorter = {
        "a class is one number": field.shape[:-1] if field.shape[-1] == 1 else None,
        "if null is the batch, leave it out": field.shape[1:] if field.shape[0] is None else None,
    }
    for said, shape in shorter.items():
        found = replace(field, shape=shape or ())
        whole = field.dtype in INTEGERS or "batch" in said
        if shape is not None and whole and fits(found.spec):
            return f"{said}: write {declared(scope, target, found, reader)}"
    return ""


def declared(scope: Scope, name: str, field: Field, reader: Span) -> str:
    """How a spec declares an input, and where."""
    values = {"shape": wording.value(field.shape), "dtype": field.dtype}
    values |= {"classes": str(field.classes)} if field.classes else {}
    inside = ", ".join(f"{key}: {value}" for key, value in values.items())
    short = field.dtype == "float32" and not field.classes
    text = values["shape"] if short else f"{{{inside}}}"
    return f"`{name}: {text}` in `inputs` ({place(scope.field_spans[name], reader)})"


def _origin(scope: Scope, name: str) -> str:
    """What the layers above an output start from."""
    *_, last = [None, *up(scope, name)]
    return last.inputs[0] if last else name


def _fits_with(scope: Scope, name: str, origin: str, field: Field, fits: Fits) -> bool:
    found = specs_with(scope, [name], fields={origin: field.spec})
    return found is not None and fits(found[0])
