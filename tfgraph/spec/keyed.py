"""Keyed: entries under names of outputs or of their own, as other libraries have them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace
from typing import Any

from tfgraph.api import Component
from tfgraph.api.parameters import article
from tfgraph.diagnostics import Diagnostic
from tfgraph.registry import Registry
from tfgraph.spec.anatomy import told_apart
from tfgraph.spec.examples import with_required
from tfgraph.spec.language import LAYER_SIBLINGS, LOSS_SIBLINGS, METRIC_SIBLINGS, NAME_PATTERN, Part
from tfgraph.spec.meaning import called, near, parameter_names, type_called
from tfgraph.spec.miswritten import TYPE_KEYS
from tfgraph.spec.nodes import Mapping, Node, Scalar, Sequence, as_written, is_null, plain
from tfgraph.spec.wording import FEW, block_help, entry_text, flow

#: The sections of entries that may be told apart by outputs: their kind and what stands beside them.
SECTIONS: dict[str, tuple[str, AbstractMapping[str, Part]]] = {
    "loss": ("loss", LOSS_SIBLINGS),
    "metrics": ("metric", METRIC_SIBLINGS),
}
#: A name, what stands under it, and what beside it.
_Pair = tuple[Scalar, Node, dict[str, Any]]


@dataclass(frozen=True)
class _Entry:
    component: type[Component]
    given: dict[str, Any]
    beside: dict[str, Any]

    def lines(self, **siblings: str) -> list[str]:
        beside = {**{k: v for k, v in siblings.items() if v}, **self.beside}
        text = entry_text(self.component, with_required(self.component, self.given))
        colon = ":" if beside and ":" not in text else ""
        return [f"- {text}{colon}", *(f"  {key}: {flow(value)}" for key, value in beside.items())]


def by_output(file: Mapping, section: str, registry: Registry) -> Diagnostic | None:
    """Losses or metrics under the outputs that they are of; `file` is the whole spec."""
    kind, siblings = SECTIONS[section]
    pairs = _pairs(file.get(section), siblings)
    names = _Names(file)
    if not pairs or len(pairs) > FEW:
        return None
    if any(_is_type(key.value, kind, registry, names) for key, _, _ in pairs):
        return None
    named = (*names.layers, *names.fields)
    if any(key.value in {*TYPE_KEYS, kind}.difference(named) for key, _, _ in pairs):
        return None
    lines: list[str] = []
    for key, value, beside in pairs:
        entries = list(_entries(value, kind, registry, siblings))
        places = names.compared(key.value, len(pairs))
        if not entries or None in entries or places is None:
            return None
        for entry in filter(None, entries):
            lines += _Entry(entry.component, entry.given, {**beside, **entry.beside}).lines(
                **places
            )
    key = pairs[0][0]
    under = f"output `{key.value}`" if key.value in names.layers else f"name `{key.value}`"
    message = f"{article(kind)} {kind} stands under its type, not under the {under}"
    return Diagnostic("TG207", message, key.span, help="\n".join(["write", *lines]))


def as_metrics(node: Mapping, registry: Registry) -> str:
    """Help on a mapping of metrics: the list of them, what belongs beside a metric beside it."""
    kind, siblings = SECTIONS["metrics"]
    beside = any(key.value in siblings for key, _ in node)
    items = [node] if beside else [replace(node, entries=(pair,)) for pair in node]
    found = [entry for item in items for entry in _entries(item, kind, registry, siblings)]
    if not found or None in found or len(found) > FEW:
        return ""
    return "\n".join(["write", *(line for entry in found if entry for line in entry.lines())])


def as_output_names(file: Mapping) -> str:
    """Help on outputs in a mapping or as mappings: the list of those of its names that are layers'."""
    node = file.get("outputs")
    if isinstance(node, Mapping):
        named = [[key.value for key, _ in node], [as_written(value) for _, value in node]]
    else:
        items = node.items if isinstance(node, Sequence) else ()
        named = [
            [item.get("name") if isinstance(item, dict) else None for item in map(plain, items)]
        ]
    layers = _Names(file).layers
    for found in filter(None, named):
        if all(isinstance(name, str) and name in layers for name in found):
            return f"write `{flow(found)}`"
    return ""


def layer_by_name(
    key: Scalar,
    value: Node | None,
    beside: AbstractMapping[str, Any],
    types: AbstractMapping[str, type[Component]],
    known: Collection[str],
) -> Diagnostic | None:
    """A layer under its own name: `c1: {conv2d: 8}`; `known` are its types, and the spec's blocks."""
    from tfgraph.spec.elsewhere import missing_type

    given = as_written(value) if value is not None else None
    entry = {given: None} if isinstance(given, str) else given
    if not isinstance(entry, dict) or not re.match(NAME_PATTERN, key.value):
        return None
    type_name, *others = [word for word in entry if word in known] or [None]
    if type_name is None or others or missing_type(key.value, "layer"):
        return None
    # A name like `conv1` is like a type, and its own all the same with another type below it.
    alike = near(key.value, dict.fromkeys(known, ()))
    if alike and (isinstance(given, str) or _has_parameter(types.get(alike[0]), type_name)):
        return None
    more = {k: v for k, v in entry.items() if k != type_name}
    if not more.keys() <= LAYER_SIBLINGS.keys():
        return None
    more = {"name": key.value, **beside, **more}
    message = f"a layer stands under its type, not under its name `{key.value}`"
    help = block_help(type_name, entry[type_name], more)
    return Diagnostic("TG207", message, key.span, help=help)


def _has_parameter(component: type[Component] | None, word: str) -> bool:
    return component is not None and bool(called(word, parameter_names(component)))


# ---- what stands under a name


def _pairs(node: Node | None, siblings: Collection[str]) -> list[_Pair]:
    """The names with what stands under them and beside them; none where it is not clear of which."""
    items = node.items if isinstance(node, Sequence) else (node,) if node is not None else ()
    found: list[_Pair] = []
    for item in items:
        parts = told_apart(item, siblings, ())
        if parts.type is None or parts.value is None or (parts.beside and parts.extra):
            return []
        beside = {name: as_written(value) for name, (_, value) in parts.beside.items()}
        found += [(parts.type, parts.value, beside), *((*pair, {}) for pair in parts.extra)]
    return found


def _is_type(word: str, kind: str, registry: Registry, names: _Names) -> bool:
    """Whether a word is a type, or meant for one: what is called by it is not."""
    types = {name: c.other_names() for name, c in registry.types(kind).items()}
    named = word in names.layers or word in names.fields
    return bool(called(word, types) or (not named and near(word, types)))


def _entries(
    node: Node, kind: str, registry: Registry, siblings: Collection[str]
) -> Iterator[_Entry | None]:
    """The entries that a node holds; None for what is none."""
    if isinstance(node, Sequence):
        for item in node.items:
            yield from (
                [None] if isinstance(item, Sequence) else _entries(item, kind, registry, siblings)
            )
        return
    parts = told_apart(node, siblings, registry.types(kind))
    word = parts.type.value if parts.type else None
    if word in TYPE_KEYS and parts.value is not None:
        # The type is the value of a key, and the other keys are parameters.
        named, span = plain(parts.value), parts.value.span
        parts = replace(parts, value=Mapping(parts.extra, span) if parts.extra else None, extra=())
        word = named
    component = type_called(word, kind, registry) if isinstance(word, str) else None
    if component is None or parts.extra:
        yield None
        return
    value, beside = (
        parts.value,
        {name: as_written(value) for name, (_, value) in parts.beside.items()},
    )
    if isinstance(value, Mapping):
        stray = [pair for pair in value if pair[0].value in siblings]
        beside |= {key.value: as_written(below) for key, below in stray}
        value = replace(value, entries=tuple(pair for pair in value if pair not in stray))
    given = _by_name(component, value)
    yield None if given is None else _Entry(component, given, beside)


def _by_name(component: type[Component], value: Node | None) -> dict[str, Any] | None:
    """Parameters by their own names; None where one is unknown."""
    if value is None or is_null(value):
        return {}
    given, primary = as_written(value), component.primary()
    if not isinstance(given, dict):
        return {primary.name: given} if primary else None
    names = {word: called(word, parameter_names(component)) for word in given}
    return {names[w][0]: v for w, v in given.items()} if all(names.values()) else None


# ---- what the names are of


class _Names:
    """The names of the layers and the fields of a spec, as far as they are written out."""

    def __init__(self, file: Mapping) -> None:
        stack = file.get("layers")
        items = stack.items if isinstance(stack, Sequence) else ()
        entries = [item for item in items if isinstance(item, Mapping)]
        self.layers = [name for item in entries for name in _texts(item.get("name"))]
        taken = {name for item in entries for name in _texts(item.get("from"))}
        inputs, outputs = file.get("inputs"), file.get("outputs")
        self.fields = [key.value for key, _ in inputs] if isinstance(inputs, Mapping) else []
        self.outputs = _texts(outputs)
        self.has_data = file.get("data") is not None
        # Where no layer names an input, the first one is what the first layer takes.
        used = taken & {*self.fields} or set(self.fields[:1])
        self.spare = [name for name in self.fields if name not in used]

    def compared(self, word: str, number: int) -> dict[str, str] | None:
        """What an entry under a name compares, as one of so many; None where that is not known."""
        of = word if word in self.layers else ""
        target = "" if self.has_data else self.target(word)
        if not of and word not in self.spare and len(self.outputs) > 1:
            return None
        if not of and (number > 1 or len(self.outputs) > 1):
            alike = [name for name in self.outputs or self.layers if _alike(name, word)]
            if len(alike) != 1:
                return None
            of = alike[0]
        return {"of": of, "target": target}

    def target(self, word: str) -> str:
        """The field that a name is, or is like; else the only one that no layer takes."""
        if word in self.spare:
            return word
        alike = [name for name in self.spare if _alike(name, word)]
        found = alike if len(alike) == 1 else self.spare
        return found[0] if len(found) == 1 else ""


def _alike(one: str, other: str) -> bool:
    """Whether one name is a part of the other, between its lines: `age` and `age_out`."""
    return f"_{one}_" in f"_{other}_" or f"_{other}_" in f"_{one}_"


def _texts(node: Node | None) -> list[str]:
    """The names in a node: one, or those of a list."""
    items = node.items if isinstance(node, Sequence) else (node,) if node is not None else ()
    return [text for text in map(plain, items) if isinstance(text, str)]
