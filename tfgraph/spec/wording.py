"""Wording: how messages about entries call their parts."""

from __future__ import annotations

from tfgraph.api import Component
from tfgraph.spec.nodes import Mapping, Node, Scalar, shortened


def short_value(node: Node) -> str:
    """A value as a spec writes it, if it is no list or mapping."""
    if not isinstance(node, Scalar):
        return "…"
    return str(node.value).lower() if isinstance(node.value, bool) else shortened(str(node.value))


def subject_of(component: type[Component]) -> str:
    """How a message calls it: "layer `matmul`", or the section's name."""
    if component.kind == component.type:
        return f"an {component.kind}"
    if component.grouped:
        return f"`{component.type}`"
    return f"{component.kind} `{component.type}`"


def as_list(name: str, takes: str, place: Node) -> str:
    """Help where one item stands for a list."""
    if not takes.startswith("a list of"):
        return ""
    if isinstance(place, Scalar) and isinstance(place.value, str):
        return f"write `{name}: [{shortened(place.value)}]`"
    return "an item of a list starts with `- `" if isinstance(place, Mapping) else ""


def plural(kind: str) -> str:
    """Several of a kind of component."""
    return kind + ("es" if kind.endswith("s") else "s")
