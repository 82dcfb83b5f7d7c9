"""Wording: how messages about entries call their parts."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from itertools import islice
from typing import Any

from tfgraph.api import Component
from tfgraph.spec.nodes import UNKNOWN, Mapping, Node, Scalar, as_written, is_null, plain, shortened
from tfgraph.spec.scalars import core_scalar

#: So many characters of the items of a list are shown in a help.
MAX_ITEMS_SHOWN = 120

#: So many names are listed in a message; of more it says where they are listed.
FEW = 8
#: Values are shown to so many levels.
LEVELS = 4
_PLAIN = re.compile(r"[\w./$][\w./$ …-]*")


def subject_of(component: type[Component]) -> str:
    """How a message calls it: "layer `matmul`", or the section's name."""
    if component.kind == component.type:
        return f"an {component.kind}"
    if component.grouped:
        return f"`{component.type}`"
    return f"{component.kind} `{component.type}`"


def as_list(name: str, takes: str, place: Node, types: Collection[str] = ()) -> str:
    """Help where one item stands for a list, or a mapping of names for one of these types."""
    if not takes.startswith("a list of"):
        return ""
    if isinstance(place, Scalar) and isinstance(place.value, str):
        item = place.value.strip().removeprefix("-").strip()
        return f"write `{name}: [{shortened(item)}]`" if item and "- " not in item else ""
    if not isinstance(place, Mapping) or not place.entries:
        return ""
    if named := _named(place, types):
        return named
    pairs = [(k.value, "" if is_null(v) else f": {flow(as_written(v))}") for k, v in place]
    items = ", ".join(f"`- {key}{value}`" for key, value in pairs[:3])
    return f"an item of a list starts with `- `: {shortened(items, MAX_ITEMS_SHOWN)}"


def _named(place: Mapping, types: Collection[str]) -> str:
    """Help that makes a list of entries that are the values of their names, as other formats do."""
    lines: list[str] = []
    for key, value in place.entries[:FEW]:
        given = plain(value)
        entry = {given: None} if isinstance(given, str) else given
        if key.value in types or not isinstance(entry, dict):
            return ""
        type_name = next((word for word in entry if word in types), None)
        if type_name is None:
            return ""
        more = {"name": key.value, **entry}
        below = more.pop(type_name)
        shown = "" if below is None else f" {flow(below)}"
        lines.append(f"- {type_name}:{shown}")
        lines += [f"  {word}: {flow(item)}" for word, item in more.items()]
    return "\n".join(["write", *lines, *(["…"] if len(place.entries) > FEW else [])])


def plural(kind: str) -> str:
    """Several of a kind of component."""
    return kind + ("es" if kind.endswith("s") else "s")


def joined(names: AbstractSequence[str]) -> str:
    """Names in a sentence: "`a`, `b` and `c`"."""
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def flow(value: Any, few: int = FEW, levels: int = LEVELS) -> str:
    """A value as a spec would write it on one line; of more than a few items and levels a part."""
    if isinstance(value, (dict, list, tuple)) and value and not levels:
        return "…"
    if isinstance(value, dict):
        items = (f"{_text(name)}: {flow(below, few, levels - 1)}" for name, below in value.items())
        return f"{{{_some(items, few)}}}"
    if isinstance(value, (list, tuple)):
        return f"[{_some((flow(item, few, levels - 1) for item in value), few)}]"
    if value is UNKNOWN:
        return "…"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return re.sub(r"e([-+])0", r"e\1", f"{value:g}")
    return _text(value) if isinstance(value, str) else str(value)


def _some(items: Iterator[str], few: int) -> str:
    shown = list(islice(items, few + 1))
    return ", ".join([*shown[:few], *(["…"] if len(shown) > few else [])])


def _text(value: str) -> str:
    """A string, in quotes where it would be read as something else."""
    try:
        read_as_one = isinstance(core_scalar(value), str)
    except OverflowError:
        read_as_one = False
    text = shortened(value)
    return text if read_as_one and _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def entry_text(component: type[Component], given: AbstractMapping[str, Any]) -> str:
    """An entry as a spec would write it: in short where only the primary parameter is given."""
    if not given:
        return component.type
    primary, alone = component.primary(), next(iter(given.values()))
    if primary and list(given) == [primary.name] and not isinstance(alone, dict):
        return f"{component.type}: {flow(alone)}"
    return f"{component.type}: {flow(given)}"


def in_order(component: type[Component]) -> list[str]:
    """Its parameters, the required ones and the primary one first."""
    parameters = component.parameters()
    return sorted(parameters, key=lambda n: (not parameters[n].required, not parameters[n].primary))


def to_write(
    component: type[Component],
    given: AbstractMapping[str, Any],
    beside: AbstractMapping[str, Any],
    listed: bool = False,
) -> str:
    """Help that shows an entry with what stands beside it, as the lines to write.

    `listed` for one that is an item of a list; layers and metrics always are.
    """
    item = listed or component.kind in ("layer", "metric")
    first, more = ("- ", "  ") if item else ("", "")
    text = entry_text(component, given)
    if not beside:
        return f"write `{first}{text}`"
    lines = [f"{first}{text}" + ("" if given else ":")]
    lines += [f"{more}{name}: {flow(value)}" for name, value in beside.items()]
    return "\n".join(["write", *lines])


def is_item(type_node: Scalar) -> bool:
    """Whether an entry is an item of a list, on lines of its own."""
    span = type_node.span
    return span.source.line(span.line)[: span.column - 1].strip() == "-"


def block_help(name: str, given: Any, beside: AbstractMapping[str, Any]) -> str:
    """Help that shows the use of a block."""
    lines = [f"- {name}" + (f": {flow(given)}" if given else ":" if beside else "")]
    lines += [f"  {key}: {flow(value)}" for key, value in beside.items()]
    return "\n".join(["write", *lines]) if beside else f"write `{lines[0]}`"
