"""Wording: changes as a spec would write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tfgraph.api import Component, LayerReference, Shape
from tfgraph.spec.model import Entry, LayerEntry, Name


def value(of: Any, entry: Entry[Any] | None = None) -> str:
    """A value in YAML's flow form; empty for one that cannot be written shortly.

    A layer that `entry` names is called as it is in the block that the entry stands in.
    """
    if isinstance(of, LayerReference):
        room = entry.name.rpartition(".")[0] if isinstance(entry, LayerEntry) else ""
        return of.name.removeprefix(f"{room}.") if room else of.name
    if isinstance(of, bool):
        return "true" if of else "false"
    if isinstance(of, (int, float)):
        return f"{of:g}" if isinstance(of, float) else str(of)
    if isinstance(of, str):
        return of if of.replace("_", "").isalnum() and not of[:1].isdigit() else ""
    if isinstance(of, (list, tuple)):
        items = [value(item) for item in of]
        return f"[{', '.join(items)}]" if all(items) else ""
    return "null" if of is None else ""


def sizes(shape: Shape) -> str:
    """A reshape to the shape of a batch: `flatten` where one axis is left."""
    if len(shape) == 2:
        return "`flatten`"
    return f"`reshape: {value(shape[1:])}`"


def changed(entry: Entry[Any], component: Component, parameter: str) -> str:
    """What to write for an entry so that it has another value for a parameter.

    The whole entry where it is short, the parameter alone elsewhere.
    """
    new = value(getattr(component, parameter), entry)
    names = [name for name in entry.spans if "." not in name and name != parameter]
    values = {name: value(getattr(component, name, ...)) for name in names}
    if not all(values.values()):
        return f"`{parameter}: {new}`"
    primary = component.primary()
    if not values and primary and primary.name == parameter:
        return f"`{component.type}: {new}`"
    return f"`{mapping(component.type, {**values, parameter: new})}`"


def mapping(type_name: str, values: Mapping[str, str]) -> str:
    """An entry with its parameters by name."""
    return f"{type_name}: {{{', '.join(f'{key}: {text}' for key, text in values.items())}}}"


def beside(entry: Entry[Any], *siblings: str) -> str:
    """Where to write siblings of an entry: "`of: a` beside `accuracy`", in full for a bare type."""
    span, type_name = entry.span, entry.component.type
    said = f"write {' and '.join(f'`{sibling}`' for sibling in siblings)} beside `{type_name}`"
    after = span.source.line(span.line)[span.end_column - 1 :].lstrip()
    if span.line == span.end_line and not after.startswith(":"):
        said += f": `{{{type_name}: {{}}, {', '.join(siblings)}}}`"
    return said


def as_given(names: Sequence[Name], inputs: Sequence[str]) -> list[str]:
    """The inputs of a layer by the names that its text has for them."""
    if len(names) != len(inputs):
        return list(inputs)
    return [name.span.text or name.value for name in names]
