"""Anatomy: an entry's type, its value and its siblings told apart, before any of them is checked."""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field

from tfgraph.spec.mending import as_item
from tfgraph.spec.nodes import Mapping, Node, Scalar, Sequence, plain
from tfgraph.spec.wording import flow

_CALL = re.compile(r"([a-z][a-z0-9_.]*?)(\(.*\)|[ :=,].*)", re.DOTALL)
#: Longer texts are not taken for an entry written another way.
MAX_ENTRY = 200
QUOTES = "\"'"


@dataclass(frozen=True)
class Anatomy:
    """The parts of an entry; `extra` are keys that are neither its type nor siblings."""

    type: Scalar | None = None
    value: Node | None = None
    beside: AbstractMapping[str, tuple[Scalar, Node]] = field(default_factory=dict)
    extra: tuple[tuple[Scalar, Node], ...] = ()


def told_apart(node: Node, siblings: Collection[str], known: Collection[str]) -> Anatomy:
    """The parts of an entry: its type is the first key among the known types, or else the first."""
    if isinstance(node, Scalar):
        return Anatomy(node) if isinstance(node.value, str) else Anatomy()
    if not isinstance(node, Mapping):
        return Anatomy()
    beside = {key.value: (key, value) for key, value in node if key.value in siblings}
    rest = [(key, value) for key, value in node if key.value not in siblings]
    if not rest:
        return Anatomy(beside=beside)
    type_node, value = next((pair for pair in rest if pair[0].value in known), rest[0])
    extra = tuple(pair for pair in rest if pair[0] is not type_node)
    return Anatomy(type_node, value, beside, extra)


def rewritten(node: Node, known: Collection[str], primary: AbstractMapping[str, str]) -> str:
    """An entry written as other languages would, as this one does; nothing where it is no such.

    `primary` are the types' primary parameters.
    """
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return _of_text(node.value, known, primary)
    if isinstance(node, Sequence) and len(node.items) in (1, 2):
        word, *given = map(plain, node.items)
        if isinstance(word, str) and word in known:
            return f"{word}: {flow(given[0])}" if given else word
    return ""


def _of_text(text: str, known: Collection[str], primary: AbstractMapping[str, str]) -> str:
    found = _CALL.fullmatch(text) if len(text) <= MAX_ENTRY else None
    if not found or found[1] not in known or text in known:
        return ""
    name, rest = found[1], found[2].strip(" :=,")
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1]
    if rest in known:  # two entries in one line
        return ""
    values = {}
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    if len(parts) == 1 and "=" not in parts[0]:
        return f"{name}: {flow(as_item(parts[0].strip(QUOTES)))}"
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals:
            key, value = primary.get(name, ""), part
        if not key or key in values:
            return name
        values[key.strip()] = as_item(value.strip().strip(QUOTES))
    return f"{name}: {flow(values)}" if values else name
