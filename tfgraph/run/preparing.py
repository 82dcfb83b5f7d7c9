"""Preparing: the graph of a run and the splits it needs, before its first step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tfgraph.errors import UsageError
from tfgraph.run.compiling import Measured, measured
from tfgraph.run.evaluation import figures
from tfgraph.run.splits import Arrays, examples_in, load_split, split_names
from tfgraph.run.spoilt import spoilt
from tfgraph.run.timetable import Timetable, timetable
from tfgraph.spec import Plan
from tfgraph.spec.plan.monitoring import WATCHED

if TYPE_CHECKING:
    from tfgraph.graph import Graph


@dataclass
class Prepared:
    """A graph and its splits.

    Args:
        graph: the graph, its functions traced.
        data: arrays by split and field, in place of the spec's dataset.
        known: the splits that have been loaded.
        watched: the split that is evaluated while training lasts; None where there is none.
        compiling: what was measured of compiling the steps, where the spec leaves it open.
    """

    graph: Graph
    data: Arrays | None
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    watched: str | None = None
    compiling: Measured | None = None
    _warned: set[str] = field(default_factory=set)

    def split(self, name: str) -> dict[str, Any]:
        """The arrays of a split, kept for the next time."""
        if name not in self.known:
            self.known[name] = load_split(self.graph, name, self.data)
        return self.known[name]

    def has(self, split: str) -> bool:
        """Whether there is such a split."""
        return split in split_names(self.graph.plan, self.data)

    @cached_property
    def timetable(self) -> Timetable:
        """What is due when."""
        return timetable(examples_in(self.split("train")), self.graph.plan.spec.training)

    def spoilt(self) -> Iterator[str]:
        """What is to be said of numbers in the training data that are none."""
        for name, found in spoilt(self.split("train")):
            yield (
                f"the field `{name}` of the split `train` holds values that are not finite, {found}: "
                "remove or replace them"
            )

    def figures(self, split: str, warn: Callable[[str], None]) -> dict[str, float]:
        """Loss and metrics of a split; what makes one of them no number is warned of once."""

        def once(text: str) -> None:
            if text not in self._warned:
                self._warned.add(text)
                warn(text)

        return figures(self.graph, split, self.split(split), once)


def prepared(plan: Plan, data: Arrays | None, *, compiled: bool | None = None) -> Prepared:
    """The graph of a plan, ready to be trained; `compiled` where that has been found out before.

    What is wrong with the model and its data shows here: it costs no training, and leaves no
    directory.
    """
    from tfgraph.graph import build

    graph = build(plan, compiled=compiled)
    made = Prepared(graph, data)
    made.watched = next((s for s in WATCHED if made.has(s)), None)
    _ = made.timetable
    if made.watched:
        made.split(made.watched)
    elif plan.spec.training.best or plan.spec.training.early_stopping:
        raise UsageError(
            "there is no split to evaluate while training lasts",
            help=f"give one of the splits {' and '.join(f'`{s}`' for s in WATCHED)}",
        )
    _ = graph.train
    if plan.spec.training.compile == "auto" and compiled is None:
        steps = made.timetable.steps
        made.graph, made.compiling = measured(graph, made.split("train"), steps)
    if made.watched:
        _ = made.graph.evaluate
    return made
