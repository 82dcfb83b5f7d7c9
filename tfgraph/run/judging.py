"""Judging: by which figure it is told how good the state after a step is."""

from __future__ import annotations

from dataclasses import replace

from tfgraph.run.checkpoint import Store
from tfgraph.run.events import Record
from tfgraph.run.history import History, Monitored
from tfgraph.run.timetable import Timetable


def judged(history: History, timetable: Timetable, record: Record) -> Monitored | None:
    """The figure that tells the best, as a record has it; None where it was not evaluated."""
    figure = history.plan.spec.training.best
    found = history.monitored(figure, record) if figure else None
    return found and replace(found, at_end=timetable.only_as_the_end(record.step))


def judge_again(store: Store, history: History, timetable: Timetable) -> None:
    """Have the checkpoints of a run that goes on tell the best by the figure that it has now.

    They were saved when another one told it, or none. DataError where one cannot be written.
    """
    figure = history.plan.spec.training.best
    records = {record.step: record for record in history.records}
    for step, had in store.figures().items():
        record = records.get(step)
        now = judged(history, timetable, record) if record else None
        if had != now and (had.name if had else None) != figure:
            store.rejudge(step, now)
