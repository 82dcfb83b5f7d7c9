"""Wording: the events of a run on one line each."""

from __future__ import annotations

from tfgraph.reports.figures import duration, figure, figures, short_time
from tfgraph.reports.text import count
from tfgraph.run.compiling import Measured
from tfgraph.run.events import Outcome, Record
from tfgraph.run.timetable import Timetable
from tfgraph.run.transfer import Transfer


def record_line(record: Record, table: Timetable, *, short: bool = False) -> str:
    """A record on one line, in columns; a short one without what follows and what passes."""
    parts = [f"epoch {record.epoch:>{len(str(table.epochs))}}/{table.epochs}"]
    if not short or table.evaluate_every % table.steps_per_epoch:
        parts.append(f"step {record.step:>{len(str(table.steps))}}")
    parts.append(f"loss {figure(record.loss)}")
    if record.split:
        parts.append(figures(record.metrics, record.split))
    if record.examples_per_second and not short:
        parts.append(f"{record.examples_per_second:,.0f} examples/s")
    return "  ".join(parts)


def transfer_line(moved: Transfer) -> str:
    """What was taken of another run, on one line."""
    taken = count(len(moved.taken), "weight")
    return f"{taken} taken over from {moved.run}, as they were after step {moved.step:,}"


def compiling_line(found: Measured) -> str:
    """What `compile: auto` has come to, on one line."""
    if found.plain is None or found.compiled is None:
        return f"not compiled: {found.reason}"
    plain, compiled = short_time(found.plain), short_time(found.compiled)
    if found.gains:
        return f"compiled with XLA: a step takes {compiled}, {plain} as it is"
    return f"not compiled: a step takes {plain}, {compiled} with XLA"


def outcome_line(outcome: Outcome) -> str:
    """How a run ended, on one line."""
    text = f"{outcome.status} after {count(outcome.step, 'step')}, {duration(outcome.seconds)}"
    if outcome.split:
        text += f": {figures(outcome.metrics, outcome.split)}"
    # Said already, but for what follows it: that it could not be saved.
    more = outcome.message.removeprefix(f"interrupted after step {outcome.step:,}").lstrip(", ")
    return f"{text}: {more}" if more else text
