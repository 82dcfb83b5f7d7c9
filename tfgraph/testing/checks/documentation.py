"""Names, prose and metadata: what the reference page and `explain` are made of."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from tfgraph.api import Component, Parameter
from tfgraph.registry.registry import TYPE_NAME
from tfgraph.testing.case import require

_WITH_SHAPES = ("layer", "loss", "metric")


def check_documentation(component: type[Component]) -> None:
    """A type's name, its docstring, its parameters' declarations, its metadata."""
    require(TYPE_NAME.fullmatch(component.type), "has a type that is no name of a type")
    metadata = component.metadata()
    require("type" in vars(component) and vars(component).get("__doc__"), "has no docstring")
    summary = component.summary()
    require(summary and summary[-1] in ".:", f"has no sentence as its first line: {summary!r}")
    if component.kind in _WITH_SHAPES:
        require("Shape:" in metadata["doc"], 'does not say its shapes: "Shape:" in the docstring')
    primary = [p.name for p in component.parameters().values() if p.primary]
    require(len(primary) <= 1, f"has more than one primary parameter: {primary}")
    for parameter in component.parameters().values():
        check_parameter(parameter)
    require(json.loads(json.dumps(metadata)), "has no metadata")


def check_parameter(parameter: Parameter) -> None:
    """The prose and the default of one parameter."""
    doc = parameter.doc
    require(
        doc.endswith(".") and (doc[0].isupper() or doc[0] == "`"),
        f"describes `{parameter.name}` with something else than sentences: {doc!r}",
    )
    Draft202012Validator.check_schema(parameter.schema())
    if not parameter.required:
        problem = next(
            iter(Draft202012Validator(parameter.schema()).iter_errors(parameter.default)), None
        )
        require(
            problem is None,
            f"has a default of `{parameter.name}` that it would not take: {parameter.default!r}",
        )
