"""The example of a component: a spec that is sound, and shows it."""

from __future__ import annotations

from pathlib import Path

from tfgraph.api import Component
from tfgraph.diagnostics import Source, render_all
from tfgraph.graph import build
from tfgraph.reference.examples import components_of, example_of
from tfgraph.registry import Registry
from tfgraph.spec import check
from tfgraph.testing.case import require


def check_example(component: type[Component], registry: Registry) -> None:
    """Validate the example, and build it where the component is a layer."""
    require(component.example, "has no example: a small spec as `example`")
    source = Source("example", example_of(component))
    found = check(source, folder=Path(), default_name="example", registry=registry)
    problems = render_all(found.diagnostics)
    require(not problems, f"has an example that is not sound:\n{problems}")
    plan = found.sound()
    shown = any(type(other) is component for other in components_of(plan))
    require(shown, f"is not in its own example:\n{source.text}")
    if component.kind == "layer":
        require(build(plan).predict, "has an example that cannot be built")
