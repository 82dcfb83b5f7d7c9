"""Fields: what the dataset gives, or the inputs that the spec declares."""

from __future__ import annotations

from tfgraph.api import Dataset, show_shape
from tfgraph.spec.model import Entry, Name
from tfgraph.spec.plan import budget, contract
from tfgraph.spec.plan.scope import Scope
from tfgraph.words import did_you_mean, listed


def find_fields(scope: Scope) -> None:
    """Fill in the fields of a scope, and which of them the model takes."""
    spec = scope.spec
    if spec.data is None:
        _declared(scope)
    else:
        _of_dataset(scope, spec.data)
    scope.check_twice(spec.chosen, "input")
    for name in scope.fields:
        budget.check_field(scope, name)
        if name in scope.entries or name in scope.spec.aliases:
            _named_twice(scope, name)


def _declared(scope: Scope) -> None:
    spec = scope.spec
    scope.fields = {name: field for name, (field, _) in spec.inputs.items()}
    scope.field_spans = {name: span for name, (_, span) in spec.inputs.items()}
    names = [*scope.fields, *map(str, spec.chosen), *spec.doubts.inputs]
    scope.model_inputs = tuple(dict.fromkeys(names))
    for name in spec.chosen:
        scope.failed.add(name.value)
        scope.report(
            "TG306",
            f"the input `{name}` has no shape, and there is no dataset to give it one",
            name.span,
            help=f"write `inputs: {{{name}: [...]}}` with the shape of one example",
        )


def _of_dataset(scope: Scope, data: Entry[Dataset]) -> None:
    dataset = data.component
    scope.fields = contract.fields(contract.Caller(dataset, data.span))
    scope.field_spans = dict.fromkeys(scope.fields, data.span)
    scope.model_inputs = dataset.inputs()
    spec = scope.spec
    names = [*spec.chosen, *(Name(name, span) for name, (_, span) in spec.inputs.items())]
    for name in names:
        _choose(scope, dataset.type, name)
    if names:
        # The model's inputs are narrowed to those that the spec names.
        scope.model_inputs = tuple(dict.fromkeys([*map(str, names), *spec.doubts.inputs]))


def _choose(scope: Scope, dataset: str, name: Name) -> None:
    """Report a named input that the dataset does not have, or not in that shape."""
    if name.value not in scope.fields:
        scope.failed.add(name.value)
        help = did_you_mean(name.value, scope.fields)
        scope.report(
            "TG306",
            f"the dataset `{dataset}` has no field `{name}`",
            name.span,
            help=help or f"its fields are {listed(scope.fields)}",
        )
    elif name.value in scope.spec.inputs:
        given = scope.spec.inputs[name.value][0]
        actual = scope.fields[name.value]
        if given.shape != actual.shape:
            scope.failed.add(name.value)
            scope.report(
                "TG306",
                f"the input `{name}` is {show_shape((None, *given.shape))} here and "
                f"{actual.spec} in the dataset `{dataset}`",
                name.span,
                help=f"write `inputs: [{name}]`: the dataset gives the shape",
            )


def _named_twice(scope: Scope, name: str) -> None:
    entry = scope.entries.get(name)
    place = (entry.name_span or entry.span) if entry else scope.spec.aliases[name]
    scope.failed.add(name)
    scope.report(
        "TG208",
        f"an input and a layer are called `{name}`",
        place,
        notes=(f"the input stands {scope.field_spans[name].seen_from(place)}",),
    )
