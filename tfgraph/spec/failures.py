"""Failures: what JSON Schema finds wrong with the nodes of a part, one for each value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from tfgraph.api import Component
from tfgraph.spec import language
from tfgraph.spec.nodes import Node, plain


@cache
def parameter_schema(component: type[Component]) -> Draft202012Validator:
    """What checks the parameters of a component type."""
    return Draft202012Validator(component.schema())


@cache
def siblings_schema(names: tuple[str, ...]) -> Draft202012Validator:
    """What checks the siblings of an entry that may have those of these names."""
    siblings = {**language.LAYER_SIBLINGS, **language.LOSS_SIBLINGS}
    return Draft202012Validator(language.sibling_schema({n: siblings[n] for n in names}))


def failures(schema: Draft202012Validator, node: Node) -> Iterator[ValidationError]:
    """The errors of a node, at most one for each child."""
    seen: set[Any] = set()
    for error in schema.iter_errors(plain(node)):
        place = error.absolute_path[0] if error.absolute_path else error.validator
        if place not in seen or not error.absolute_path:
            yield error
        seen.add(place)


def wanted(error: ValidationError) -> list[Any]:
    """What the failing rule lists: the required names, the choices."""
    value = error.validator_value
    return list(value) if isinstance(value, (list, tuple)) else []


def innermost(error: ValidationError) -> ValidationError:
    """Of the ways in which a value fits no alternative, the one by which it fits best."""
    if not error.context:
        return error
    best = max(error.context, key=lambda e: (len(e.absolute_path), e.validator != "type"))
    same_place = len(best.absolute_path) == len(error.absolute_path)
    return error if same_place and best.validator == "type" else innermost(best)


def missing(error: ValidationError) -> str:
    """The name that a failed "required" is about: there is an error for each."""
    return next(str(name) for name in wanted(error) if f"'{name}'" in error.message)
