"""Compiling: whether the steps of a run are faster with XLA, measured before the first of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tfgraph.errors import TfgraphError
from tfgraph.run.restoring import state_of

if TYPE_CHECKING:
    from tfgraph.graph import Graph

#: Seconds that all steps take at least where compiling them may win more than it costs.
WORTHWHILE = 10.0
#: The share of a step's time that XLA must save, since turns differ by as much.
LEAST_GAIN = 0.03
#: Seconds of a turn, and turns of each graph.
TURN, TURNS = 0.1, 5


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

    Both make some of the `steps` steps by turns; the one returned is as it was before them. Where
    all steps take less than `WORTHWHILE` seconds nothing is compiled, which takes a second or more.
    """
    from tfgraph.graph import build

    if not steps:
        return graph, Measured(reason="there is no step")
    before = state_of(graph)
    try:
        count, plain = _turn_length(graph, arrays)
        if plain * steps < WORTHWHILE:
            found = Measured(plain, reason=f"all steps take less than {WORTHWHILE:g} s")
        else:
            other = build(graph.plan, compiled=True)
            found = _by_turns(graph, other, arrays, count)
            if found.gains:
                graph = other
    except _Diverges:
        found = Measured(reason="the loss becomes infinite or NaN")
    except TfgraphError as error:
        found = Measured(reason=error.message)
    for name, variable in graph.state.items():
        variable.assign(before[name])
    return graph, found


def _by_turns(plain: Graph, compiled: Graph, arrays: Mapping[str, Any], count: int) -> Measured:
    counts = {plain: count, compiled: _turn_length(compiled, arrays)[0]}
    taken: dict[Graph, list[float]] = {plain: [], compiled: []}
    for _ in range(TURNS):
        for graph, steps in counts.items():
            taken[graph].append(_seconds(graph, arrays, steps))
    return Measured(statistics.median(taken[plain]), statistics.median(taken[compiled]))


def _turn_length(graph: Graph, arrays: Mapping[str, Any]) -> tuple[int, float]:
    """The steps of a turn, and seconds of one; the first call, which sets all up, does not count."""
    _seconds(graph, arrays, 1)
    count = 1
    while count * (step := _seconds(graph, arrays, count)) < TURN:
        count = min(8 * count, int(TURN / step) + 1)
    return count, step


def _seconds(graph: Graph, arrays: Mapping[str, Any], steps: int) -> float:
    """Seconds of a step, of so many in one call."""
    before, started = int(graph.step), time.perf_counter()
    graph.train(steps=steps, **arrays)
    made = int(graph.step) - before
    if made < steps:
        raise _Diverges
    return (time.perf_counter() - started) / steps
