"""Divergence: which step, and which part of the spec, brought up the first number not finite.

The steps from the last finite state on are made again, which gives the same numbers; so a good
step costs nothing.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from tfgraph.errors import DivergedError
from tfgraph.run.interrupts import SECONDS_PER_CALL
from tfgraph.run.restoring import assign, state_of
from tfgraph.spec import Plan

if TYPE_CHECKING:
    from tfgraph.graph import Graph

#: Most weights start far below 1.
_LARGE_STEP = 1.0
#: So many steps are made again in the first call, and twice as many in each further one.
_FIRST_CALL = 64
#: Who waits is told why, where it lasts longer than so many seconds.
SECONDS_UNTOLD = 2.0


class Safe(NamedTuple):
    """A step, and the state after it, which is finite."""

    step: int
    state: Mapping[str, Any]


@dataclass
class Search:
    """Looks for the first step after which a number is not finite, and for what brought it up.

    Args:
        graph: the graph that was trained, with numbers that are not finite any more.
        arrays: what it was trained with.
        last: a step by which they are not.
        given_up: whether somebody wants the process to end.
        tell: takes what is said to somebody who waits for it.
    """

    graph: Graph
    arrays: Mapping[str, Any]
    last: int
    given_up: Callable[[], bool]
    tell: Callable[[str], None]

    def error(self, safe: Safe | None) -> DivergedError:
        """The error that names them, or the step by which it is so.

        `safe` is an earlier step; where there is none, nobody knows which step it was. The graph
        is left with the state before the step that the error names.
        """
        if safe is None or not self.close_in(safe):
            return by_step(self.graph.plan, self.last)
        # What a run starts from may hold such a number: the first step shows it.
        before, number = state_of(self.graph), max(self.last, 1)
        cause = _cause(self.graph, self.arrays, _UNTRAINED if number == 1 else "")
        if not cause:
            self.graph.train(steps=1, **self.arrays)
            wrong = self.graph.not_finite()
            cause = _update(self.graph.plan, wrong) if wrong else ("the loss is not finite", "")
            assign(self.graph, before)
        return _error(self.graph.plan, number, *cause)

    def close_in(self, safe: Safe) -> bool:
        """Make steps again until the next one is `last`, the first that is not finite.

        False where that is given up. Calls grow as long as they are finite; of one that is not,
        half the steps are made, and so on.
        """
        assign(self.graph, safe.state)
        step, steps, found = safe.step, _FIRST_CALL, False
        began, told = time.monotonic(), False
        while step + 1 < self.last:
            if self.given_up():
                return False
            if not told and time.monotonic() - began >= SECONDS_UNTOLD:
                told = True
                self.tell(
                    f"the numbers are not finite any more by step {self.last:,}: the steps after "
                    f"{safe.step:,} are made again to find the first one that is at fault"
                )
            left = self.last - 1 - step
            steps = min(steps, (left + 1) // 2 if found else left)
            before, started = state_of(self.graph), time.monotonic()
            loss = float(self.graph.train(steps=steps, **self.arrays)["last_loss"])
            seconds = time.monotonic() - started
            if math.isfinite(loss) and self.graph.not_finite() is None:
                step += steps
                steps *= 2 if seconds < SECONDS_PER_CALL / 2 else 1
            else:
                self.last, found = int(self.graph.step), True
                assign(self.graph, before)
        return True


def by_step(plan: Plan, last: int) -> DivergedError:
    """The error for a run whose numbers are not finite any more after a step."""
    what = f"training diverged by step {last}: its numbers are not finite any more"
    return _by_the_rate(plan, what, by_step=last)


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


def _by_the_rate(plan: Plan, what: str, by_step: int | None = None) -> DivergedError:
    """The error where another learning rate may help."""
    optimizer = plan.spec.optimizer
    assert optimizer is not None
    rate = f"optimizer.{optimizer.component.type}.learning_rate"
    tries = [f"a smaller `{rate}`"]
    if optimizer.component.clip_global_norm is None and _clipping_may_help(plan):
        tries.append(f"`--set optimizer.{optimizer.component.type}.clip_global_norm=1`")
    help = "try " + " or ".join(tries)
    return DivergedError(what, help=help, settings=(rate,), by_step=by_step)


def _clipping_may_help(plan: Plan) -> bool:
    """Whether steps are small once gradients are: a step of a clipped one is as long as the rate."""
    assert plan.spec.optimizer is not None
    highest = plan.spec.optimizer.component.learning_rate.facts().highest
    return highest is None or highest.value < _LARGE_STEP
