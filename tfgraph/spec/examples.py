"""Examples: the values of parameters in the example that a component declares."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from functools import cache
from typing import Any

from tfgraph.api import Component
from tfgraph.diagnostics import Source
from tfgraph.spec.nodes import plain
from tfgraph.spec.reader import read


def with_required(component: type[Component], given: AbstractMapping[str, Any]) -> dict[str, Any]:
    """Given values, with what is required and missing as the component's example has it."""
    shown = {**example_values(component), **given}
    required = [name for name, p in component.parameters().items() if p.required]
    return {**{name: shown[name] for name in required if name in shown}, **given}


def example_values(component: type[Component]) -> dict[str, Any]:
    """The values of parameters in the component's own example."""
    found = next(_below(_read(component.example), component.type), None)
    primary = component.primary()
    if isinstance(found, dict) or found is None:
        return found or {}
    return {primary.name: found} if primary else {}


@cache
def _read(example: str) -> Any:
    """An example as plain data; None where there is none."""
    node = read(Source("example", inspect.cleandoc(example))).node
    return plain(node) if node else None


def _below(value: Any, key: str) -> Iterator[Any]:
    """What stands at a key, wherever there is one."""
    if isinstance(value, dict):
        if key in value:
            yield value[key]
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from _below(inner, key)
