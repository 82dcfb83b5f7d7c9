"""Random parameters, drawn from their declarations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from tfgraph.api import Component, Parameter
from tfgraph.api.parameters import REQUIRED, is_component

#: Entries to choose from where a parameter takes a component.
_ENTRIES: dict[str, list[Any]] = {
    "initializer": ["zeros", "ones", {"normal": 0.5}, {"uniform": 0.5}],
    "layer": ["relu", "tanh", "softmax"],
    "schedule": [0.1, 0.01],
}


def random_parameters(
    component: type[Component], given: Mapping[str, Any], random: Any
) -> dict[str, Any]:
    """`given`, with each parameter drawn anew by even chance.

    What cannot be drawn (names, paths, lists) stays as given.
    """
    values = dict(given)
    for name, parameter in component.parameters().items():
        drawn = _draw(parameter, parameter.annotation, random)
        if drawn is not REQUIRED and random.random() < 0.5:
            values[name] = drawn
    return values


def _draw(parameter: Parameter, annotation: Any, random: Any) -> Any:
    """A value of the annotation; REQUIRED where there is no telling what would do."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if len(parameter.alternatives) > 1 and annotation is parameter.annotation:
        return _draw(
            parameter, parameter.alternatives[_below(parameter.alternatives, random)], random
        )
    if annotation in (None, type(None)):
        return None
    if annotation is bool:
        return bool(random.random() < 0.5)
    if annotation in (int, float):
        return _number(parameter, annotation, random)
    if origin is Literal:
        return arguments[_below(arguments, random)]
    if origin is tuple and Ellipsis not in arguments:
        return [_draw(parameter, member, random) for member in arguments]
    if is_component(annotation) and annotation.kind in _ENTRIES:
        entries = _ENTRIES[annotation.kind]
        return entries[_below(entries, random)]
    return REQUIRED


def _below(choices: Any, random: Any) -> int:
    return int(random.integers(len(choices)))


def _number(parameter: Parameter, annotation: Any, random: Any) -> float:
    bounds = parameter.declaration
    low, high = bounds.minimum, bounds.maximum
    low = bounds.above if low is None else low
    high = bounds.below if high is None else high
    if low is None:
        low = -1 if high is None else high - 2
    if high is None:
        high = low + 3
    if annotation is int:
        first = low + (bounds.above is not None)
        return int(random.integers(int(first), int(high) + (bounds.below is None)))
    return float(random.uniform(low + 0.01 * (high - low), high - 0.01 * (high - low)))
