"""History: the records of a run, and what follows from them: the best one, and whether to stop.

All of it is a function of the records, so that a run that goes on needs nothing but them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from tfgraph.run.events import Record
from tfgraph.spec import Plan
from tfgraph.spec.training import EarlyStopping

Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class Monitored:
    """A figure at some step, and whether more or less of it is better.

    `at_end` where it was evaluated for no other reason than that the run ended there: it counts as
    long as the run goes no further.
    """

    name: str
    value: float
    better: Better
    at_end: bool = False

    def beats(self, other: float | None, by: float = 0.0) -> bool:
        """Whether it is better than `other`, by more than `by`.

        What is not finite never is: the log has null for it, and a run that goes on reads it there.
        """
        if not math.isfinite(self.value):
            return False
        if other is None:
            return True
        gain = self.value - other if self.better == "higher" else other - self.value
        return gain > by


@dataclass
class History:
    """The records of a run so far; more are added at the end, and none but the last is changed.

    Each is looked at once for each question, however often that is asked: there may be many.
    """

    plan: Plan
    records: list[Record] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list, repr=False)
    _best: dict[str, tuple[int, Record | None]] = field(default_factory=dict, repr=False)
    _waited: dict[tuple[str, float], tuple[int, float | None, int]] = field(
        default_factory=dict, repr=False
    )

    @property
    def last_step(self) -> int:
        """The step of the last record; 0 where there is none."""
        return self.records[-1].step if self.records else 0

    def text(self) -> str:
        """The records as metrics.jsonl has them."""
        self._lines += [record.line() for record in self.records[len(self._lines) :]]
        return "".join(self._lines)

    def amend(self, record: Record) -> None:
        """Put a record in the place of the last one."""
        self.records[-1] = record
        self._lines = self._lines[: len(self.records) - 1]
        self._best.clear()
        self._waited.clear()

    def monitored(self, name: str, record: Record) -> Monitored | None:
        """A figure of a record; None where it was not evaluated."""
        if name not in record.metrics:
            return None
        return Monitored(name, record.metrics[name], better(self.plan, name))

    def best(self, name: str) -> Record | None:
        """The first record with the best value of a figure."""
        seen, found = self._best.get(name, (0, None))
        for record in self.records[seen:]:
            now = self.monitored(name, record)
            if now and now.beats(found.metrics[name] if found else None):
                found = record
        self._best[name] = len(self.records), found
        return found

    def waited(self, stopping: EarlyStopping) -> int:
        """How many evaluations have passed since the last one that brought something better."""
        asked = stopping.monitor, stopping.min_delta
        seen, best, count = self._waited.get(asked, (0, None, 0))
        for record in self.records[seen:]:
            now = self.monitored(stopping.monitor, record)
            if now is None:
                continue
            if now.beats(best, stopping.min_delta):
                best, count = now.value, 0
            else:
                count += 1
        self._waited[asked] = len(self.records), best, count
        return count


def better(plan: Plan, figure: str) -> Better:
    """Whether more or less of a figure is better."""
    for metric in plan.metrics:
        if metric.name == figure:
            return "higher" if metric.metric.better == "higher" else "lower"
    return "lower"


def parsed(text: str) -> list[Record]:
    """The records of a metrics.jsonl; ValueError, KeyError or TypeError where it is none."""
    return [_record(json.loads(line)) for line in text.splitlines()]


def _record(line: dict[str, object]) -> Record:
    given = dict(line)
    epoch, step, loss = given.pop("epoch"), given.pop("step"), _number(given.pop("loss"))
    if not (isinstance(epoch, int) and isinstance(step, int)) or len(given) > 1:
        raise ValueError("a line of the log is not one of a run")
    for split, figures in given.items():
        if not isinstance(figures, dict):
            raise ValueError(f"`{split}` holds no figures")
        return Record(epoch, step, loss, split, {n: _number(v) for n, v in figures.items()})
    return Record(epoch, step, loss, None, {})


def _number(value: object) -> float:
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def names(records: Iterable[Record]) -> tuple[str, ...]:
    """The figures that records hold, in the order of their first appearance."""
    return tuple(dict.fromkeys(name for record in records for name in record.metrics))
