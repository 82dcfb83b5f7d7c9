"""Compiling: whether the steps of a run are faster with XLA, measured before the first of them."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tfgraph.errors import TfgraphError
from tfgraph.run.interrupts import SECONDS_PER_CALL
from tfgraph.run.restoring import state_of
from tfgraph.spec.plan.cost import cost_of_training
from tfgraph.spec.plan.memory import machine_memory
from tfgraph.spec.training import WORTH_COMPILING

if TYPE_CHECKING:
    from tfgraph.graph import Graph
    from tfgraph.spec.plan import Plan

#: The share of a step's time that XLA must save, since turns differ by as much.
LEAST_GAIN = 0.03
#: Turns of each graph, at least and at most, and the share of the run that all of them may take.
LEAST_TURNS, MOST_TURNS, SHARE = 3, 5, 0.1
#: One that needs so many times as long in the first turns is the slower one.
FAR_SLOWER = 2.0
_TOO_LONG = "measuring would take more than a tenth of the run"


@dataclass(frozen=True)
class Measured:
    """Seconds of a step as it is and compiled, and why they were not measured where they were not."""

    plain: float | None = None
    compiled: float | None = None
    reason: str = ""

    @property
    def gains(self) -> bool:
        """Whether compiled steps are faster by more than chance."""
        if self.plain is None or self.compiled is None:
            return False
        return self.compiled < (1 - LEAST_GAIN) * self.plain


class _Diverges(Exception):
    """A loss is not finite: the training will end, and there is nothing to measure."""


def measured(graph: Graph, arrays: Mapping[str, Any], steps: int) -> tuple[Graph, Measured]:
    """The faster one of a graph that is not compiled and the same compiled, and what was measured.

    Both make some of the `steps` steps by turns; the one returned is as it was before them. Nothing
    is compiled, which takes a second or more, where the run takes less than `WORTH_COMPILING` seconds,
    where its steps are so few that the turns would take more than a tenth of it, or where a second
    model would not fit the machine's memory.
    """
    if not steps:
        return graph, Measured(reason="there is no step")
    if SHARE * steps < 2 * LEAST_TURNS:  # with turns of one step
        return graph, Measured(reason=_TOO_LONG)
    if not _fit_twice(graph.plan):
        return graph, Measured(reason="two models to measure would not fit into memory")
    before = state_of(graph)
    try:
        graph, found = _faster(graph, arrays, steps)
    except _Diverges:
        found = Measured(
            reason="there is nothing to measure, since the loss becomes infinite or NaN"
        )
    except TfgraphError as error:
        found = Measured(reason=error.message)
    for name, variable in graph.state.items():
        variable.assign(before[name])
    return graph, found


def _fit_twice(plan: Plan) -> bool:
    """Whether there is memory for a second graph, and for a copy of the state."""
    cost, memory = cost_of_training(plan), machine_memory()
    state = cost.weights + cost.slots + cost.averages
    return memory is None or cost.peak + 2 * state <= memory


def _faster(graph: Graph, arrays: Mapping[str, Any], steps: int) -> tuple[Graph, Measured]:
    from tfgraph.graph import build

    count, plain = _turn_length(graph, arrays)
    limit = graph.plan.spec.training.time_limit
    lasts = min(plain * steps, limit.seconds if limit else math.inf)
    if lasts < WORTH_COMPILING:
        return graph, Measured(plain, reason=f"the run takes less than {WORTH_COMPILING} s")
    turns = min(MOST_TURNS, int(SHARE * lasts / (2 * count * plain)))
    if turns < LEAST_TURNS:
        return graph, Measured(plain, reason=_TOO_LONG)
    other = build(graph.plan, compiled=True)
    found = _by_turns({graph: count, other: _turn_length(other, arrays)[0]}, arrays, turns)
    measured = Measured(found[graph], found[other])
    return (other if measured.gains else graph), measured


def _by_turns(
    counts: Mapping[Graph, int], arrays: Mapping[str, Any], turns: int
) -> dict[Any, float]:
    """Seconds of a step of each graph, in turns of so many steps."""
    taken: dict[Any, list[float]] = {graph: [] for graph in counts}
    for _ in range(turns):
        for graph, steps in counts.items():
            taken[graph].append(_seconds(graph, arrays, steps))
        last = [each[-1] for each in taken.values()]
        if max(last) > FAR_SLOWER * min(last):
            break
    return {graph: statistics.median(each) for graph, each in taken.items()}


def _turn_length(graph: Graph, arrays: Mapping[str, Any]) -> tuple[int, float]:
    """The steps of a turn, which is as long as a call in training, and seconds of one of them."""
    _make_ready(graph, arrays)
    count = 1
    while True:
        step = min(_seconds(graph, arrays, count) for _ in range(2))
        if count * step >= SECONDS_PER_CALL:
            return count, step
        count = min(8 * count, int(SECONDS_PER_CALL / step) + 1)


def _make_ready(graph: Graph, arrays: Mapping[str, Any]) -> None:
    """Make a step of each kind, which sets it up: of a whole batch, and the last one of an epoch."""
    from tfgraph.graph.batches import steps_per_epoch

    (examples,) = {len(array) for array in arrays.values()}
    epoch = steps_per_epoch(examples, graph.plan.spec.training)
    _seconds(graph, arrays, 1)
    # Never back: the updates that a scaling has left out are counted from the first step on.
    graph.step.assign_add(epoch - 1 - graph.step % epoch)
    _seconds(graph, arrays, 1)


def _seconds(graph: Graph, arrays: Mapping[str, Any], steps: int) -> float:
    """Seconds of a step, of so many in one call."""
    before, started = int(graph.step), time.perf_counter()
    graph.train(steps=steps, **arrays)
    made = int(graph.step) - before
    if made < steps:
        raise _Diverges
    return (time.perf_counter() - started) / steps
