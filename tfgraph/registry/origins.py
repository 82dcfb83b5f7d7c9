"""Origins: which distribution or file a component type came from, for messages about its faults."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from tfgraph.api import Component

_ORIGINS: WeakKeyDictionary[type[Component], str] = WeakKeyDictionary()


def remember_origin(component: type[Component], origin: str) -> None:
    """Note where a type comes from: a distribution with its version, or a file."""
    _ORIGINS[component] = origin


def origin_of(component: type[Component]) -> str:
    """Where a type comes from; its module where no registry holds it."""
    key = next((base for base in component.__mro__ if base in _ORIGINS), None)
    return component.__module__ if key is None else _ORIGINS[key]
