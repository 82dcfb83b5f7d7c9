"""Circles: which name closes one, and how a shared weight is better shared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from tfgraph.api import LayerReference
from tfgraph.diagnostics import Span
from tfgraph.spec.plan.notes import place

if TYPE_CHECKING:
    from tfgraph.spec.plan.scope import Scope


def culprit(scope: Scope, around: Sequence[str]) -> tuple[Span, str]:
    """The place that closes a circle of layers, each needing the next one, and help for it.

    It is a name of a layer that stands further down: what is not named stands above.
    """
    position = {name: number for number, name in enumerate(scope.entries)}
    for name, needed in pairwise(around):
        if position[needed] < position[name]:
            continue
        entry = scope.entries[name]
        if entry.share and entry.share.value == needed:
            where = place(scope.entries[needed].span, entry.share.span)
            help = f"write `share: {name}` beside `{needed}` ({where}) instead, which comes later"
            own = "leave `share` out: a layer has its own weights without it"
            return entry.share.span, help if needed != name else own
        for given in entry.inputs:
            if given.value == needed:
                return given.span, "`from` can only name what does not depend on it"
        for key, value in entry.component.parameter_values().items():
            if isinstance(value, LayerReference) and value.name == needed:
                own = f"`{key}` names another layer, one that stands above"
                return entry.spans.get(key, entry.span), own if needed == name else ""
    return scope.entries[around[0]].span, ""
