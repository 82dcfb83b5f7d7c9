"""Progress: how a training goes, on standard error, in the form that suits where it is shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

import click

from tfgraph.api import hookimpl
from tfgraph.cli.output import say
from tfgraph.reports.figures import duration, figure, figures
from tfgraph.reports.text import count
from tfgraph.run.events import Outcome, Record, RunInfo
from tfgraph.run.names import LOG
from tfgraph.run.wording import compiling_line, outcome_line, record_line, transfer_line

#: So many lines are written as they come; then one in so many seconds.
FREE_LINES, SECONDS_A_LINE = 20, 1.0
#: On a terminal a line stays at least as often.
SECONDS_A_MILESTONE = 60.0
#: What rewrites a line in a notebook does so no more often.
SECONDS_A_REWRITE = 0.25


class Display(Protocol):
    """What shows the moments of a run."""

    def start(self, run: RunInfo) -> None: ...
    def move(self, step: int, loss: float, speed: float) -> None: ...
    def add(self, record: Record) -> None: ...
    def saved(self, folder: Path) -> None: ...
    def stop(self, outcome: Outcome) -> None: ...
    def hide(self) -> None: ...


class Progress:
    """A listener that shows how a training goes.

    On a terminal it is a bar with epoch, step, loss, metrics, speed and the time that is left,
    below lines of the course so far; in a notebook the same in one line that is rewritten; elsewhere a line for each record, and after
    the first ones at most one a second.

    Args:
        verbose: a line for each record and each checkpoint, wherever it is shown.
    """

    def __init__(self, *, verbose: bool = False) -> None:
        self.verbose = verbose
        self.display: Display = Lines()

    @hookimpl
    def tfgraph_run_started(self, run: RunInfo) -> None:
        """Begin."""
        self.display = _display(sys.stderr, verbose=self.verbose)
        self.display.start(run)

    @hookimpl
    def tfgraph_steps_done(self, step: int, loss: float, examples_per_second: float) -> None:
        """Show where training stands."""
        self.display.move(step, loss, examples_per_second)

    @hookimpl
    def tfgraph_epoch_ended(self, record: Record) -> None:
        """Show the figures."""
        self.display.add(record)

    @hookimpl
    def tfgraph_checkpoint_saved(self, folder: Path) -> None:
        """Show that it is safe."""
        self.display.saved(folder)

    @hookimpl
    def tfgraph_run_ended(self, outcome: Outcome) -> None:
        """End."""
        self.display.stop(outcome)

    def hide(self) -> None:
        """Leave the screen to others, as the process ends in the middle of a run."""
        self.display.hide()


def _display(stream: IO[str], *, verbose: bool) -> Display:
    if verbose:
        return Everything()
    if _in_notebook():
        return Rewritten(sys.stdout)
    if stream.isatty():
        from tfgraph.cli.bar import Bar

        return Bar()
    return Lines()


def _in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


class Lines:
    """A line a record; of very many those that a second has room for, and the last one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.free = FREE_LINES
        self.written_at = 0.0
        self.waiting: Record | None = None

    def start(self, run: RunInfo) -> None:
        """Say what it begins with."""
        self.run = run
        say_origin(run)

    def move(self, step: int, loss: float, speed: float) -> None:
        """Nothing: records are enough."""

    def add(self, record: Record) -> None:
        """Write the line, now or when there is room."""
        if self.free > 0 or self.clock() - self.written_at >= SECONDS_A_LINE:
            self.write(record)
        else:
            self.waiting = record

    def saved(self, folder: Path) -> None:
        """Nothing."""

    def stop(self, outcome: Outcome) -> None:
        """Write what still waits."""
        if self.waiting:
            self.write(self.waiting)

    def hide(self) -> None:
        """Nothing: nothing moves."""

    def write(self, record: Record) -> None:
        """Write a record."""
        click.echo(record_line(record, self.run.timetable), err=True)
        self.free -= 1
        self.written_at = self.clock()
        self.waiting = None


class Everything:
    """Each record, each checkpoint, and where the files of the run lie."""

    def start(self, run: RunInfo) -> None:
        """Say how long it is to be, and where its files lie."""
        self.run = run
        say_origin(run)
        table = run.timetable
        click.echo(
            f"{count(table.epochs, 'epoch')} of {count(table.steps_per_epoch, 'step')} over "
            f"{count(table.examples, 'example')}; {count(run.graph.plan.parameters, 'parameter')}",
            err=True,
        )
        if run.directory:
            click.echo(f"all of it is written down in {run.directory / LOG}", err=True)

    def move(self, step: int, loss: float, speed: float) -> None:
        """Nothing: records are enough."""

    def add(self, record: Record) -> None:
        """Write the line."""
        click.echo(record_line(record, self.run.timetable), err=True)

    def saved(self, folder: Path) -> None:
        """Write where."""
        click.echo(f"saved {folder}", err=True)

    def stop(self, outcome: Outcome) -> None:
        """Nothing: whoever has trained knows."""

    def hide(self) -> None:
        """Nothing: nothing moves."""


class Milestones:
    """Which records stay on a terminal: 1 to 10, then 20, 30, … 100, 200, …, and one a minute.

    So there are few of them however many there are, dense where a model learns fast.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.seen = 0
        self.last = clock()

    def reached(self) -> bool:
        """Whether the next record is one."""
        self.seen += 1
        round_one = self.seen % 10 ** (len(str(self.seen)) - 1) == 0
        if round_one or self.clock() - self.last >= SECONDS_A_MILESTONE:
            self.last = self.clock()
            return True
        return False


class Pace:
    """How much time is left, by the steps that were made since the first ones, which are slow."""

    def __init__(self, run: RunInfo, clock: Callable[[], float] = time.monotonic) -> None:
        self.steps = run.timetable.steps
        self.clock = clock
        self.first: tuple[int, float] | None = None

    def left(self, step: int) -> str:
        """The time that is left after a step; nothing where nobody can say."""
        now = self.clock()
        if self.first is None:
            self.first = step, now
        made, took = step - self.first[0], now - self.first[1]
        return f"{duration((self.steps - step) * took / made)} left" if made and took else ""


class Rewritten:
    """One line that is written over and over: a notebook has no other way to move on a page."""

    def __init__(self, stream: IO[str], clock: Callable[[], float] = time.monotonic) -> None:
        self.stream = stream
        self.clock = clock
        self.shown_at = 0.0
        self.width = 0
        self.metrics = ""

    def start(self, run: RunInfo) -> None:
        """Begin the line."""
        self.run = run
        self.pace = Pace(run, self.clock)
        self.metrics = metrics_before(run)

    def move(self, step: int, loss: float, speed: float) -> None:
        """Show where training stands."""
        left = self.pace.left(step)
        if self.clock() - self.shown_at >= SECONDS_A_REWRITE:
            self.shown_at = self.clock()
            place = place_of(self.run, step)
            self.write("  ".join(filter(None, [place, state_of(loss, self.metrics, speed), left])))

    def add(self, record: Record) -> None:
        """Take up the metrics."""
        if record.split:
            self.metrics = figures(record.metrics, record.split)

    def saved(self, folder: Path) -> None:
        """Nothing."""

    def stop(self, outcome: Outcome) -> None:
        """Leave how it ended."""
        self.write(f"{self.run.graph.plan.spec.name}: {outcome_line(outcome)}\n")

    def hide(self) -> None:
        """End the line."""
        self.stream.write("\n")

    def write(self, text: str) -> None:
        """Write over what stands there."""
        self.stream.write(f"\r{text:<{self.width}}")
        self.stream.flush()
        self.width = len(text)


def place_of(run: RunInfo, step: int) -> str:
    """Epoch and step, of how many."""
    table = run.timetable
    return f"epoch {table.epoch(step)}/{table.epochs}  step {step:,}/{table.steps:,}"


def metrics_before(run: RunInfo) -> str:
    """The metrics that a run which goes on has had last; nothing for one that begins."""
    evaluated = [record for record in run.history.records if record.split]
    return figures(evaluated[-1].metrics, evaluated[-1].split or "") if evaluated else ""


def state_of(loss: float, metrics: str, speed: float) -> str:
    """Loss, the metrics evaluated last, and speed where it is known."""
    shown = f"{speed:,.0f} examples/s" if speed else ""
    return "  ".join(filter(None, [f"loss {figure(loss)}", metrics, shown]))


def say_origin(run: RunInfo) -> None:
    """Say what was found out about compiling, and what was taken of another run's weights."""
    if run.compiling:
        say(compiling_line(run.compiling), err=True)
    moved = run.transfer
    if moved is None:
        return
    say(transfer_line(moved), err=True)
    for what, names in (
        ("of another shape there, begun anew", moved.misfit),
        ("not there, begun anew", moved.own),
        ("of the other run, not used", moved.unused),
    ):
        if names:
            say(f"  {what}: {', '.join(names)}", err=True)
