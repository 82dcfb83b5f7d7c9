"""Miswritten: what stands for an entry and is not written as one, and how it is written here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import replace
from typing import Any

from jsonschema import Draft202012Validator

from tfgraph.api import Component
from tfgraph.api.parameters import article
from tfgraph.diagnostics import Diagnostic, Span
from tfgraph.registry import Registry
from tfgraph.spec.anatomy import Anatomy, rewritten
from tfgraph.spec.belonging import USUAL
from tfgraph.spec.examples import with_required
from tfgraph.spec.meaning import called, parameter_names, type_called
from tfgraph.spec.mending import mend
from tfgraph.spec.misnamed import with_rest
from tfgraph.spec.nodes import (
    UNKNOWN,
    Mapping,
    Node,
    Scalar,
    Sequence,
    as_written,
    is_null,
    kind_of,
    plain,
    shortened,
)
from tfgraph.spec.wording import block_help, entry_text, flow, is_item, to_write

#: Keys that other formats have for the type of an entry, and for its parameters.
TYPE_KEYS = ("type", "block", "class", "class_name", "kind", "op", "name")
CONFIG_KEYS = ("config", "params", "parameters", "args", "kwargs")

#: How often a layer stands there, before its type or behind it.
_TIMES = re.compile(r"(\d{1,4}) *[x×*] *([a-z]\w*)|([a-z]\w*?) *[x×*] *(\d{1,4})")

Types = AbstractMapping[str, type[Component]]


def no_type(node: Node, kind: str, registry: Registry) -> Diagnostic:
    """An entry without a type."""
    types = registry.types(kind)
    what = f"{article(kind)} {kind}"
    first = next(iter(types.values()), None)
    usual = entry_text(first, with_required(first, {})) if first else kind
    example = f"like `{_in_place(usual, kind)}`"
    if isinstance(node, Mapping):
        return Diagnostic("TG207", f"{what} needs its type as a key", node.span, help=example)
    meant = _in_place(rewritten(node, types, kind, registry), kind)
    if not meant and isinstance(node, Scalar) and node.value is not None:
        meant = next(_accepting(types.values(), node.value), "")
    help = f"write `{meant}`" if meant else example
    if is_null(node):
        help = f"write {what} there, {example}, or remove it"
    return Diagnostic("TG207", f"expected {what}, got {kind_of(node)}", node.span, help=help)


def miswritten(
    base: type[Component],
    type_node: Scalar,
    registry: Registry,
    known: Collection[str],
    inner: bool = False,
) -> Diagnostic | None:
    """An entry as other languages write it, as far as it can be said what was meant.

    `known` are the names of the types and of what else may stand for one; `inner` is for an entry
    inside another one.
    """
    kind, span = base.kind, type_node.span
    what = f"{article(kind)} {kind}"
    if type_node.value in known or type_node.value is UNKNOWN:
        return None
    if span.end_line > span.line and (item := _item_below(span)):
        message = f"this item is indented deeper than the one in line {span.line}"
        return Diagnostic("TG207", message, item, help="items of one list start in the same column")
    if meant := rewritten(type_node, known, kind, registry):
        message = f"`{shortened(type_node.value)}` is not how {what} is written"
        return Diagnostic("TG207", message, span, help=f"write `{_in_place(meant, kind, inner)}`")
    if base.number and (number := mend({"type": "number"}, type_node.value)):
        got = f"expected {what} or a number, got {kind_of(type_node)}"
        return Diagnostic("TG205", got, span, help=number)
    return None


def as_entry(node: Node, kind: str, registry: Registry) -> str:
    """Help on a list or a number where an entry is to stand."""
    types = registry.types(kind)
    if isinstance(node, Sequence) and node.items:
        first = plain(node.items[0])
        if isinstance(first, dict) and len(node.items) == 1 and first.keys() & types.keys():
            return f"write `{flow(as_written(node.items[0]))}`"
        component = type_called(first, kind, registry) if isinstance(first, str) else None
        if component:
            first_node = Scalar(component.type, node.items[0].span)
            node = replace(node, items=(first_node, *node.items[1:]))
        meant = rewritten(node, types, kind, registry)
    else:
        usual = [types[USUAL]] if USUAL in types else []
        meant = next(_accepting(usual, plain(node)), "")
    return f"write `{_in_place(meant, kind)}`" if meant else ""


def untyped(node: Mapping, kind: str, registry: Registry) -> Diagnostic | None:
    """Parameters where the type that they are of is missing, as far as that can be told."""
    fitting: list[tuple[type[Component], dict[str, Any]]] = []
    types = registry.types(kind)
    for component in sorted(types.values(), key=lambda c: c.type != USUAL):
        names = parameter_names(component)
        found = {key.value: called(key.value, names) for key, _ in node}
        given = {found[k.value][0]: v for k, v in node if found[k.value]}
        whole = len(given) == len(node.entries)
        values = {name: plain(value) for name, value in given.items()}
        if whole and Draft202012Validator(component.schema()).is_valid(values):
            shown = {name: as_written(value) for name, value in given.items()}
            fitting.append((component, shown))
    # Most optimizers have a learning rate, and any of them may be meant.
    if not fitting or (len(fitting) > 1 and kind != "optimizer"):
        return None
    message = f"{article(kind)} {kind} needs its type as a key"
    help = f"write `{_in_place(entry_text(*fitting[0]), kind)}`"
    return Diagnostic("TG207", message, node.entries[0][0].span, help=help)


def repeated(parts: Anatomy, types: Types, known: Collection[str]) -> Diagnostic | None:
    """A layer with the number of its copies in its name: `3x dense`."""
    written = parts.type.value if parts.type else None
    found = _TIMES.fullmatch(written) if isinstance(written, str) else None
    if parts.type is None or not found or written in known:
        return None
    name, times = (found[2], found[1]) if found[1] else (found[3], found[4])
    if name not in known:
        return None
    value, component = as_written(parts.value) if parts.value else None, types.get(name)
    beside = {key: as_written(below) for key, (_, below) in parts.beside.items()}
    beside["repeat"] = int(times)
    if component and value is None:
        help = to_write(component, with_required(component, {}), beside)
    else:
        help = block_help(name, value, beside)
    message = f"`{written}` is not how a layer is written"
    return Diagnostic("TG207", message, parts.type.span, help=help)


def _in_place(meant: str, kind: str, inner: bool = False) -> str:
    """An entry as it may stand: a mapping in braces, but for an item of a list."""
    braced = (inner or kind not in ("layer", "metric")) and ": " in meant
    return f"{{{meant}}}" if braced else meant


def type_as_value(
    node: Mapping,
    kind: str,
    siblings: Collection[str],
    registry: Registry,
    blocks: Collection[str] = (),
) -> Diagnostic | None:
    """A type, or one of the `blocks`, that is given as the value of a key, as other formats do."""
    for key, value in node:
        if key.value not in (*TYPE_KEYS, kind) or not isinstance(value, Scalar):
            continue
        component = type_called(str(value.value), kind, registry)
        if component is None and value.value not in blocks:
            continue
        given, beside = _around(node, key, siblings)
        message = f"the type of {article(kind)} {kind} is a key of its own, not the value of "
        message += f"`{key.value}`"
        if component is None:
            help = block_help(value.value, given, beside)
            return Diagnostic("TG207", message, key.span, help=help)
        names = {name: called(name, parameter_names(component)) for name in given}
        if key.value == "name" and not all(names.values()):
            continue
        known = {names[name][0]: shown for name, shown in given.items() if names[name]}
        values = with_required(component, known)
        help = to_write(component, values, beside)
        if kind not in ("layer", "metric") and not is_item(key):
            text = entry_text(component, values) + (": {}" if beside and not values else "")
            parts = [text, *(f"{name}: {flow(shown)}" for name, shown in beside.items())]
            help = f"write `{_in_place(', '.join(parts), kind)}`"
        dropped = {name: shown for name, shown in given.items() if not names[name]}
        help = with_rest(help, component, dropped, registry)
        return Diagnostic("TG207", message, key.span, help=help)
    return None


def _around(
    node: Mapping, type_key: Scalar, siblings: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the other keys give: the parameters, and what is to stand beside the type."""
    given: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    for key, value in node:
        if key.value in CONFIG_KEYS and isinstance(value, Mapping):
            given |= as_written(value)
        elif key is not type_key:
            (beside if key.value in siblings else given)[key.value] = as_written(value)
    return given, beside


def _item_below(span: Span) -> Span | None:
    """The second line of a text that runs over lines, if it looks like an item of a list."""
    number, line = span.line + 1, span.source.line(span.line + 1)
    start = len(line) - len(line.lstrip())
    if not line[start:].startswith("- "):
        return None
    return Span(span.source, number, start + 1, number, len(line.rstrip()) + 1)


def _accepting(types: Iterable[type[Component]], value: Any) -> Iterator[str]:
    """The types whose primary parameter may be a value, each with it."""
    for component in types:
        primary = component.primary()
        if primary and Draft202012Validator(primary.schema()).is_valid(value):
            yield f"{component.type}: {flow(value)}"
