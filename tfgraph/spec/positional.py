"""Positional: values without names, as a call would give them, by the parameters that they are for."""

from __future__ import annotations

import re
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from typing import Any

from jsonschema import Draft202012Validator

from tfgraph.api import Component
from tfgraph.api.parameters import Parameter
from tfgraph.diagnostics import Diagnostic
from tfgraph.registry import Registry
from tfgraph.spec.mending import as_item
from tfgraph.spec.nodes import Mapping, Scalar, is_null, kind_of
from tfgraph.spec.wording import entry_text, flow, in_order

#: Longer texts, and lists of more values, are not looked at.
MAX_ENTRY, MAX_VALUES = 200, 6
#: Others have the parameters of initializers and schedules in another order.
KINDS = ("layer", "optimizer")
#: The parameters of types in the order in which calls give them, where libraries agree on it; of
#: other types it is the primary one alone.
CALLS: dict[str, tuple[str, ...]] = {
    "conv2d": ("filters", "kernel_size"),
    "max_pool": ("size", "stride"),
    "avg_pool": ("size", "stride"),
    "embedding": ("vocabulary", "units"),
    "gradient_descent": ("learning_rate", "momentum"),
    "adam": ("learning_rate", "beta1", "beta2"),
}
_NAMED = re.compile(r"([A-Za-z]\w*)(?: *[=:] *| +)([^\s=:]+)")
_COMMAS = re.compile(r" *[,;] *| +")


def named_value(text: str) -> tuple[str, str] | None:
    """A name and a value with a blank, a `=` or a tight colon between them."""
    found = _NAMED.fullmatch(text) if len(text) <= MAX_ENTRY else None
    return (found[1], found[2]) if found else None


def split(text: str) -> list[Any]:
    """The values in a text that stand there one after the other."""
    parts = [part for part in _COMMAS.split(text[:MAX_ENTRY].strip(" ,;()[]")) if part]
    return [as_item(part) for part in parts] if len(parts) <= MAX_VALUES else []


def by_position(
    component: type[Component],
    values: Sequence[Any],
    registry: Registry,
    given: AbstractMapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The parameters that several values are for; `given` are those that have a name.

    Numbers and lists are taken in the order that calls have elsewhere, a word or a truth value by
    the only parameter that has it among its choices or types. Empty where a value has no parameter,
    or none is left for what is required.
    """
    if component.kind not in KINDS or len(values) > MAX_VALUES:
        return {}
    primary = component.primary()
    order = CALLS.get(component.type) or ([primary.name] if primary else [])
    left = {name: p for name, p in component.parameters().items() if name not in (given or {})}
    found: dict[str, Any] = {}
    for value in values:
        named = isinstance(value, (str, bool))
        taking = [name for name in (left if named else order) if name in left]
        taking = [name for name in taking if _takes(left[name], value, registry)]
        if not taking or (named and len(taking) > 1):
            return {}
        found[taking[0]] = value
        del left[taking[0]]
    whole = {**found, **(given or {})}
    lost = any(parameter.required for parameter in left.values())
    return {} if lost else {name: whole[name] for name in in_order(component) if name in whole}


def help_by_position(
    component: type[Component],
    values: Sequence[Any],
    registry: Registry,
    given: AbstractMapping[str, Any] | None = None,
) -> str:
    """Help that gives values their names; empty where these cannot be told."""
    found = by_position(component, values, registry, given)
    return f"write `{entry_text(component, found)}`" if found else ""


def values_alone(node: Mapping, parameter: Parameter) -> Diagnostic | None:
    """Values in braces, without names, that make a list which a parameter takes."""
    values = [as_item(key.value) for key, value in node if is_null(value)]
    first = next((key for key, _ in node if not isinstance(as_item(key.value), str)), None)
    if first is None or len(values) < len(node.entries):
        return None
    if not Draft202012Validator(parameter.schema()).is_valid(values):
        return None
    got = kind_of(Scalar(as_item(first.value), first.span))
    help = f"write `{flow(values)}`: values alone stand in `[…]`"
    return Diagnostic("TG106", f"a key must be a string, got {got}", first.span, help=help)


def _takes(parameter: Parameter, value: Any, registry: Registry) -> bool:
    entry = parameter.entry
    if entry is not None and not parameter.primary:
        return isinstance(value, str) and value in registry.types(entry.kind)
    if str in parameter.alternatives:
        return False  # any word is a string
    return bool(Draft202012Validator(parameter.schema()).is_valid(value))
