"""Examples: the small spec that a component shows itself in, made whole and checked."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from tfgraph.api import Component
from tfgraph.spec import Plan
from tfgraph.spec.language import SECTIONS, VERSION

_SECTION = re.compile(r"^(?=[a-z]+:)", re.MULTILINE)
_TRAINING = ("loss", "optimizer", "metrics", "train")


def example_of(component: type[Component]) -> str:
    """The whole spec of a component's example, one that a user can paste and validate."""
    return complete(inspect.cleandoc(component.example))


def complete(fragment: str) -> str:
    """A spec from some of its sections: the others that it needs are those of a fitted line."""
    given = {
        section.partition(":")[0]: section.strip() + "\n"
        for section in _SECTION.split(fragment)
        if section.strip()
    }
    found = {"tfgraph": f"tfgraph: {VERSION}\n", **given}
    if not {"inputs", "data"} & set(given):
        found["data"] = "data: linear\n"
    found.setdefault("layers", "layers:\n  - scale\n")
    if set(_TRAINING) & set(given) or "data" in found:
        found.setdefault("loss", "loss: squared_error\n")
        found.setdefault("optimizer", "optimizer: {gradient_descent: 0.01}\n")
    return "".join(found[name] for name in SECTIONS if name in found)


def components_of(plan: Plan) -> Iterator[Component]:
    """Every component that a spec names or that stands for a default, those within others too."""
    spec = plan.spec
    entries = [*spec.layers, *spec.losses, *spec.metrics]
    named: list[Component] = [entry.component for entry in entries]
    named += [entry.component for entry in (spec.data, spec.optimizer) if entry]
    while named:
        component = named.pop()
        yield component
        named += [v for v in component.parameter_values().values() if isinstance(v, Component)]
