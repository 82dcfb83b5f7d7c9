"""Progress on a terminal as a bar, elsewhere as a line an epoch; both on standard error."""

from __future__ import annotations

from typing import IO

import click

from tfgraph.api import hookimpl
from tfgraph.cli.output import say
from tfgraph.reports.figures import figure, figures
from tfgraph.reports.text import count
from tfgraph.run.events import Outcome, Record, RunInfo


def progress_for(stream: IO[str]) -> Lines | Bar:
    """A bar where the stream is a terminal, lines where it is not."""
    return Bar() if stream.isatty() else Lines()


def epoch_line(record: Record, epochs: int) -> str:
    """An epoch on one line."""
    parts = [f"epoch {record.epoch:>{len(str(epochs))}}/{epochs}  loss {figure(record.loss)}"]
    if record.split:
        parts.append(figures(record.metrics, record.split))
    if record.examples_per_second:
        parts.append(f"{record.examples_per_second:,.0f} examples/s")
    return "  ".join(parts)


class Transferred:
    """What was taken of another run's weights, and what was not."""

    @hookimpl
    def tfgraph_run_started(self, run: RunInfo) -> None:
        """Write it, where there was another run."""
        moved = run.transfer
        if moved is None:
            return
        say(f"{count(len(moved.taken), 'weight')} of the other run taken over", err=True)
        for what, names in (
            ("of another shape there, begun anew", moved.misfit),
            ("not there, begun anew", moved.own),
            ("of the other run, not used", moved.unused),
        ):
            if names:
                say(f"  {what}: {', '.join(names)}", err=True)


class Lines:
    """A line an epoch."""

    @hookimpl
    def tfgraph_epoch_ended(self, run: RunInfo, record: Record) -> None:
        """Write the line."""
        click.echo(epoch_line(record, run.timetable.epochs), err=True)


class Bar:
    """A bar over all epochs with the time left; below it loss, latest metrics and speed."""

    @hookimpl
    def tfgraph_run_started(self, run: RunInfo) -> None:
        """Show the bar."""
        from rich.console import Console, Group
        from rich.live import Live
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress
        from rich.text import Text

        table = run.timetable
        self.metrics = ""
        self.bar = RichProgress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            expand=True,
        )
        now = f"{table.epoch(run.first_step)}/{table.epochs}"
        self.task = self.bar.add_task("", total=table.steps, completed=run.first_step, epoch=now)
        self.line = Text(no_wrap=True, overflow="ellipsis")
        shown = Group(self.bar, self.line)
        self.live = Live(shown, console=Console(stderr=True), transient=True)
        self.live.start()

    @hookimpl
    def tfgraph_steps_done(
        self, run: RunInfo, step: int, loss: float, examples_per_second: float
    ) -> None:
        """Move the bar."""
        epoch = f"{run.timetable.epoch(step)}/{run.timetable.epochs}"
        self.bar.update(self.task, completed=step, epoch=epoch)
        parts = [f"loss {figure(loss)}", self.metrics, f"{examples_per_second:,.0f} examples/s"]
        self.line.plain = "  ".join(filter(None, parts))

    @hookimpl
    def tfgraph_epoch_ended(self, record: Record) -> None:
        """Take up the metrics."""
        if record.split:
            self.metrics = figures(record.metrics, record.split)

    @hookimpl
    def tfgraph_run_ended(self, outcome: Outcome) -> None:
        """Take the bar away."""
        self.live.stop()
