"""Unfit: values that the parameters of a component do not take."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from collections.abc import Mapping as AbstractMapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from tfgraph.api import Component
from tfgraph.api.parameters import Parameter, too_large
from tfgraph.diagnostics import Diagnostic, Span
from tfgraph.errors import ParameterError
from tfgraph.registry import Registry
from tfgraph.spec import positional
from tfgraph.spec.failures import innermost, wanted
from tfgraph.spec.intended import intended
from tfgraph.spec.misnamed import alone_help
from tfgraph.spec.nodes import Mapping, Node, Scalar, Sequence, at, is_null, kind_of, plain
from tfgraph.spec.wording import entry_text, subject_of
from tfgraph.words import did_you_mean

#: Longer lists are not looked at: JSON Schema takes its time over each item.
MAX_ITEMS = 10_000


def nameless(component: type[Component], value: Node | None) -> Diagnostic | None:
    """A value by itself where no parameter is the primary one."""
    if value is None or is_null(value) or isinstance(value, Mapping) or component.primary():
        return None
    takes = "its parameters by name" if component.parameters() else "no parameters"
    message = f"{subject_of(component)} takes {takes}"
    return Diagnostic("TG207", message, value.span, help=alone_help(component, value))


def too_long(component: type[Component], node: Mapping) -> Iterator[Diagnostic]:
    """The lists that are too long to be checked."""
    for key, value in node:
        if isinstance(value, Sequence) and len(value.items) > MAX_ITEMS:
            message = f"`{key.value}` of {subject_of(component)} has more than {MAX_ITEMS:,} items"
            yield Diagnostic("TG206", message, value.span)


def unfit(
    component: type[Component],
    node: Mapping,
    error: ValidationError,
    variables: Collection[str],
    registry: Registry,
) -> Diagnostic:
    """A value that its parameter does not take.

    `variables` are what `$name` may name: one may be meant by a word without `$`.
    """
    error = innermost(error)
    path = list(error.absolute_path)
    parameter = component.parameters()[str(path[0])]
    place = at(node, path)
    if isinstance(place, Mapping) and (found := positional.values_alone(place, parameter)):
        return found
    got = kind_of(place) + (" in the list" if len(path) > 1 else "")
    if error.validator in ("minItems", "maxItems") and isinstance(place, Sequence):
        got = f"a list of {len(place.items)}"
    given = {key.value: plain(value) for key, value in node}
    written = at(node, path[:1]).span.text
    value, alone = given[parameter.name], list(given) == [parameter.name] and parameter.primary
    help = ""
    if (
        parameter.primary
        and error.validator == "type"
        and isinstance(value, list)
        and len(path) == 1
    ):
        # Equal numbers are several as well, and not one that is written twice.
        help = _by_position(component, value, place.span, registry) if alone else ""
        help = help or _one_each(component, given, parameter.name)
    help = help or intended(component, parameter, given, written, variables)
    if not help and alone:
        help = _by_position(component, value, place.span, registry)
    if not help and error.validator == "enum" and isinstance(place, Scalar):
        help = did_you_mean(str(place.value), map(str, wanted(error)))
    takes = f"`{parameter.name}` of {subject_of(component)} must be {parameter.describe()}"
    code = "TG205" if error.validator in ("type", "anyOf") else "TG206"
    return Diagnostic(code, f"{takes}, got {got}", place.span, help=help)


def unfit_number(
    component: type[Component], parameter: Parameter, node: Node, registry: Registry
) -> Diagnostic | None:
    """A number in place of an entry, which the type that it stands for does not take."""
    base, value = parameter.component, plain(node)
    if base is None or isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    stands_for = registry.types(base.kind).get(base.number)
    primary = stands_for.primary() if stands_for else None
    subject = f"`{parameter.name}` of {subject_of(component)}"
    if not math.isfinite(value):
        return Diagnostic("TG206", f"{subject} must be a finite number", node.span)
    if primary is None or Draft202012Validator(primary.schema()).is_valid(value):
        return None
    message = f"{subject} must be {primary.describe()}, got {kind_of(node)}"
    return Diagnostic("TG206", message, node.span)


def _by_position(component: type[Component], value: Any, span: Span, registry: Registry) -> str:
    """Help on a value that is several, for other parameters too."""
    values = positional.split(value) if isinstance(value, str) else value
    if not isinstance(values, list) or len(values) < 2:
        return ""
    if help := positional.help_by_position(component, values, registry):
        return help
    if component.kind != "layer" or not isinstance(value, list):
        return ""
    if all(isinstance(word, str) for word in value):
        return alone_help(component, Sequence(tuple(Scalar(w, span) for w in value), span))
    return ""


def _one_each(component: type[Component], given: AbstractMapping[str, Any], name: str) -> str:
    """Help that makes a layer of each value where several are given for one."""
    values, parameter = given[name], component.parameters()[name]
    if component.kind != "layer" or not isinstance(values, list):
        return ""
    one = Draft202012Validator(parameter.schema())
    if not 2 <= len(values) <= positional.MAX_VALUES or not all(map(one.is_valid, values)):
        return ""
    lines = [f"- {entry_text(component, {**given, name: value})}" for value in values]
    return "\n".join(["write", *lines])


def disallowed(
    made: Component, type_node: Scalar, spans: AbstractMapping[str, Span]
) -> Iterator[Diagnostic]:
    """Why a component does not take values that its schema lets pass; `spans` are of what is given."""
    subject = subject_of(type(made))
    large = [name for name in made.parameters() if name in spans and _is_large(made, name)]
    for name in large:
        message = f"`{name}` of {subject} is out of range: it has over 64 bits"
        yield Diagnostic("TG108", message, spans[name])
    if large:
        return
    try:
        made.check_parameters()
    except ParameterError as error:
        span = spans.get(error.parameter, type_node.span)
        yield Diagnostic("TG206", f"{subject} {error.message}", span, help=error.help)


def _is_large(made: Component, name: str) -> bool:
    return next(too_large(getattr(made, name)), None) is not None
