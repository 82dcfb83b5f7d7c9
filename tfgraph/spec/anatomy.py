"""Anatomy: an entry's type, its value and its siblings told apart, before any of them is checked."""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from typing import Any

from tfgraph.api import Component
from tfgraph.registry import Registry
from tfgraph.spec.meaning import called, parameter_names
from tfgraph.spec.mending import as_item
from tfgraph.spec.nodes import Mapping, Node, Scalar, Sequence, plain
from tfgraph.spec.positional import MAX_ENTRY, MAX_VALUES, by_position, named_value, split
from tfgraph.spec.wording import entry_text, flow

_CALL = re.compile(r"([A-Za-z][A-Za-z0-9_.]*?)(\(.*\)|[ :=,].*)", re.DOTALL)
#: A comma between arguments, and not inside of one.
_COMMA = re.compile(r",(?![^(\[]*[)\]])")
QUOTES = "\"'"
Types = AbstractMapping[str, type[Component]]


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


def rewritten(node: Node, known: Collection[str], kind: str, registry: Registry) -> str:
    """An entry written as other languages would, as this one does; nothing where it is no such."""
    types = registry.types(kind)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return _of_text(node.value, known, types, registry)
    if isinstance(node, Sequence) and node.items:
        word, *given = map(plain, node.items[: MAX_VALUES + 2])
        if isinstance(word, str) and word in known:
            if len(given) == 1 and isinstance(given[0], str) and given[0] in known:
                return ""  # two entries in one list
            if len(given) < 2:
                return f"{word}: {flow(given[0])}" if given else word
            named = by_position(types[word], given, registry) if word in types else {}
            return entry_text(types[word], named) if named else ""
    return ""


def _parameter(component: type[Component] | None, word: str) -> str:
    """The parameter that a word is the name of, or another name; the word where it is of none."""
    found = called(word, parameter_names(component)) if component else []
    return found[0] if len(found) == 1 else word


def _with_equals(component: type[Component] | None, part: str) -> str:
    """An argument with a blank or a colon after its name, as it is written with `=`."""
    found = named_value(part)
    known = found and component and called(found[0], parameter_names(component))
    return "=".join(found) if found and known else part


def _argument(text: str) -> Any:
    text = text.strip()
    if text[:1] in "([" and text[-1:] in ")]":
        return [as_item(part) for part in text[1:-1].split(",") if part.strip()]
    return as_item(text.strip(QUOTES))


def _of_text(text: str, known: Collection[str], types: Types, registry: Registry) -> str:
    found = _CALL.fullmatch(text) if len(text) <= MAX_ENTRY else None
    if not found or text in known:
        return ""
    name, rest = found[1], found[2].strip(" :=,")
    if name not in known:  # as Python calls it
        meant = called(name, {n: c.other_names() for n, c in types.items()})
        if len(meant) != 1 or not rest.startswith("("):
            return ""
        name = meant[0]
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1]
    if rest in known:  # two entries in one line
        return ""
    parts = [part.strip() for part in _COMMA.split(rest) if part.strip()]
    parts = [_with_equals(types.get(name), part) for part in parts]
    if len(parts) == 1 and "=" not in parts[0]:
        if name in types and (several := by_position(types[name], split(rest), registry)):
            return entry_text(types[name], several)
        return f"{name}: {flow(as_item(parts[0].strip(QUOTES)))}"
    needs = name in types and any(p.required for p in types[name].parameters().values())
    bare = "" if needs else name
    values = {}
    for word, equals, value in (part.partition("=") for part in parts):
        key = _parameter(types.get(name), word.strip())
        if equals and key and value.strip() and key not in values:
            values[key] = _argument(value)
        elif equals:
            return bare
    alone = [_argument(part) for part in parts if "=" not in part]
    if alone and name in types:
        known_names = types[name].parameters().keys() & values.keys()
        named = {key: values[key] for key in known_names}
        values = {**by_position(types[name], alone, registry, named), **values}
    return f"{name}: {flow(values)}" if values else bare
