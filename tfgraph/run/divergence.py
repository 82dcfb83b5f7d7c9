"""Divergence: which step, and which part of the spec, brought up the first number not finite.

The steps from the last finite state on are made again, which gives the same numbers; so a good
step costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tfgraph.errors import DivergedError
from tfgraph.run.restoring import assign, state_of
from tfgraph.spec import Plan

if TYPE_CHECKING:
    from tfgraph.graph import Graph

#: So many steps are made again at once, before each is looked at.
_CHUNK = 64


class Safe(NamedTuple):
    """A step, and the state after it, which is finite."""

    step: int
    state: Mapping[str, Any]


def diverged(
    graph: Graph, arrays: Mapping[str, Any], safe: Safe | None, last: int
) -> DivergedError:
    """The error for a run whose numbers are not finite any more after step `last`.

    `safe` is an earlier step; where there is none, nobody knows which step it was. The graph is left
    with the state before the step that the error names.
    """
    if safe is None:
        what = f"training diverged by step {last}: its numbers are not finite any more"
        return _by_the_rate(graph.plan, what)
    assign(graph, safe.state)
    step = safe.step
    while step < last:
        before = state_of(graph)
        chunk = min(_CHUNK, last - step)
        loss = float(graph.train(steps=chunk, **arrays)["last_loss"])
        if not math.isfinite(loss) or graph.not_finite():
            assign(graph, before)
            break
        step += chunk
    for number in range(step + 1, last + 1):
        before = state_of(graph)
        cause = _cause(graph, arrays, _UNTRAINED if number == 1 else "")
        if not cause:
            graph.train(steps=1, **arrays)
            wrong = graph.not_finite()
            if wrong:
                cause = _update(graph.plan, wrong)
        if cause:
            assign(graph, before)
            return _error(graph.plan, number, *cause)
    return _error(graph.plan, last, "the loss is not finite", "")


def _cause(graph: Graph, arrays: Mapping[str, Any], help: str) -> tuple[str, str] | None:
    """The first number of the next step that is not finite, and what may help.

    `help` is what does so where the data are finite.
    """
    for name, finite in graph.examine(**arrays).items():
        if bool(finite):
            continue
        kind, _, of = name.partition("/")
        if kind == "field":
            return f"the data hold values that are not finite in the field `{of}`", _LOOK
        if kind == "layer":
            return f"the output of layer `{of}` is not finite ({_place(graph.plan, of)})", help
        if kind == "gradient":
            layer = _owner(graph.plan, of)
            where = f" of layer `{layer}` ({_place(graph.plan, layer)})" if layer else ""
            return f"the gradient of the weight `{of}`{where} is not finite", help
        loss = graph.plan.losses[0]
        return f"the loss is not finite (`{loss.loss.type}`, {loss.span})", help
    return None


_LOOK = "remove or replace these values"
#: No learning rate has a part in the first step up to its update.
_UNTRAINED = (
    "nothing has been learned before the first step: scale what the data hold, or begin with smaller "
    "weights (`init`)"
)


def _update(plan: Plan, state: str) -> tuple[str, str]:
    """What an update did to a variable of the state."""
    kind, _, name = state.partition("/")
    what = {"weights": "weight", "slots": "optimizer's slot"}.get(kind, "value")
    layer = _owner(plan, name)
    where = f" of layer `{layer}` ({_place(plan, layer)})" if layer else ""
    return f"the update makes the {what} `{name or kind}`{where} infinite or not a number", ""


def _owner(plan: Plan, weight: str) -> str:
    """The layer that a weight, or a slot of it, belongs to."""
    for layer in plan.layers:
        if any(weight == name or weight.startswith(f"{name}/") for name in layer.created):
            return layer.name
    return ""


def _place(plan: Plan, layer: str) -> str:
    return str(plan.layer(layer).span)


def _error(plan: Plan, step: int, cause: str, help: str) -> DivergedError:
    what = f"training diverged in step {step}: {cause}"
    return DivergedError(what, help=help) if help else _by_the_rate(plan, what)


def _by_the_rate(plan: Plan, what: str) -> DivergedError:
    """The error where another learning rate may help."""
    optimizer = plan.spec.optimizer
    assert optimizer is not None
    rate = f"optimizer.{optimizer.component.type}.learning_rate"
    tries = [f"a smaller `{rate}`"]
    if optimizer.component.clip_global_norm is None:
        tries.append(f"`--set optimizer.{optimizer.component.type}.clip_global_norm=1`")
    return DivergedError(what, help="try " + " or ".join(tries), settings=(rate,))
