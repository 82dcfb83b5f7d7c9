"""Nodes: the values of a spec, each with its place in the text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tfgraph.diagnostics import Span, Via


@dataclass(frozen=True, slots=True)
class Scalar:
    """None, a boolean, a number or a string."""

    value: Any
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping with string keys, in the order of the text."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.entries)

    def get(self, name: str) -> Node | None:
        """The value of a key, or None."""
        return next((value for key, value in self.entries if key.value == name), None)

    def key(self, name: str) -> Scalar:
        """The key of a name that is there."""
        return next(key for key, _ in self.entries if key.value == name)


Node = Scalar | Sequence | Mapping

#: The value of a node that has one which could not be found; why is already reported.
UNKNOWN: Any = type("Unknown", (), {"__repr__": lambda self: "UNKNOWN"})()


def through(node: Node, label: str, place: Span) -> Node:
    """The node and all below it, come by through another place."""
    return _by(node, place.steps(label))


def _by(node: Node, way: tuple[Via, ...]) -> Node:
    span = node.span.by(way)
    if isinstance(node, Scalar):
        return Scalar(node.value, span)
    if isinstance(node, Sequence):
        return Sequence(tuple(_by(item, way) for item in node.items), span)
    entries = tuple((Scalar(key.value, key.span.by(way)), _by(value, way)) for key, value in node)
    return Mapping(entries, span)


def measure(node: Node) -> tuple[int, int]:
    """The number of values in a node, and of the levels below it."""
    if isinstance(node, Scalar):
        return 1, 0
    below = node.items if isinstance(node, Sequence) else [value for _, value in node]
    measures = [measure(child) for child in below]
    size = 1 + sum(size for size, _ in measures)
    return size, 1 + max((levels for _, levels in measures), default=0)


def is_null(node: Node | None) -> bool:
    """Whether the node is there and says nothing."""
    return isinstance(node, Scalar) and node.value is None


def plain(node: Node) -> Any:
    """The node as plain Python data."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.value: plain(value) for key, value in node}


def as_written(node: Node) -> Any:
    """The same, a variable by its name: what is to be written in place of an entry keeps it."""
    if isinstance(node, Scalar):
        text = node.span.text
        return text if text.startswith("$") else node.value
    if isinstance(node, Sequence):
        return [as_written(item) for item in node.items]
    return {key.value: as_written(value) for key, value in node}


def at(node: Node, path: list[str | int]) -> Node:
    """The node that a path of keys and positions leads to, as far as it leads."""
    for step in path:
        below: Node | None = None
        if isinstance(node, Mapping):
            below = node.get(str(step))
        elif isinstance(node, Sequence) and isinstance(step, int):
            below = node.items[step]
        if below is None:
            break
        node = below
    return node


def not_finite(node: Node) -> Iterator[Scalar]:
    """The infinities and NaNs in a node."""
    if isinstance(node, Scalar):
        if isinstance(node.value, float) and not math.isfinite(node.value):
            yield node
        return
    for below in node.items if isinstance(node, Sequence) else [value for _, value in node]:
        yield from not_finite(below)


def kind_of(node: Node) -> str:
    """What the node is, in words."""
    if isinstance(node, Sequence):
        return "a list" if node.items else "an empty list"
    if isinstance(node, Mapping):
        return "a mapping" if node.entries else "an empty mapping"
    if node.value is None:
        return "null"
    if node.value is UNKNOWN:
        return "a value that is not known"
    if node.value == "":
        return "an empty string"
    if isinstance(node.value, str) and node.value.isspace():
        return "a blank string"
    if isinstance(node.value, bool):
        return str(node.value).lower()
    if isinstance(node.value, float) and not math.isfinite(node.value):
        return f"the number {str(node.value).replace('inf', '.inf').replace('nan', '.nan')}"
    if isinstance(node.value, (int, float)):
        return f"the number {node.value}"
    return f"the string `{shortened(node.value)}`"


def shortened(text: str, limit: int = 40) -> str:
    """The text on one line, cut to `limit` characters."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
