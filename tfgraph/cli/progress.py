"""Progress on a terminal as a bar, elsewhere as a line an epoch; both on standard error."""

from __future__ import annotations

from typing import IO

import click

from tfgraph.cli.output import figure, figures
from tfgraph.run.progress import EpochRecord, Progress, Silent, Work
from tfgraph.run.training import Run


def progress_for(stream: IO[str]) -> Progress:
    """A bar where the stream is a terminal, lines where it is not."""
    return Bar() if stream.isatty() else Lines()


def epoch_line(record: EpochRecord, epochs: int) -> str:
    """An epoch on one line."""
    parts = [f"epoch {record.epoch:>{len(str(epochs))}}/{epochs}  loss {figure(record.loss)}"]
    if record.split:
        parts.append(figures(record.metrics, record.split))
    parts.append(f"{record.examples_per_second:,.0f} examples/s")
    return "  ".join(parts)


class Lines(Silent):
    """A line an epoch."""

    def started(self, work: Work) -> None:
        self.epochs = work.epochs

    def epoch_ended(self, record: EpochRecord) -> None:
        click.echo(epoch_line(record, self.epochs), err=True)


class Bar:
    """A bar over all epochs with the time left; below it loss, latest metrics and speed."""

    def started(self, work: Work) -> None:
        """Show the bar."""
        from rich.console import Console, Group
        from rich.live import Live
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress
        from rich.text import Text

        self.work = work
        self.metrics = ""
        self.bar = RichProgress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            expand=True,
        )
        self.task = self.bar.add_task("", total=work.steps, epoch=f"1/{work.epochs}")
        self.line = Text(no_wrap=True, overflow="ellipsis")
        shown = Group(self.bar, self.line)
        self.live = Live(shown, console=Console(stderr=True), transient=True)
        self.live.start()

    def steps_done(self, epoch: int, step: int, loss: float, examples_per_second: float) -> None:
        """Move the bar."""
        self.bar.update(self.task, completed=step, epoch=f"{epoch}/{self.work.epochs}")
        parts = [f"loss {figure(loss)}", self.metrics, f"{examples_per_second:,.0f} examples/s"]
        self.line.plain = "  ".join(filter(None, parts))

    def epoch_ended(self, record: EpochRecord) -> None:
        """Take up the metrics."""
        self.metrics = figures(record.metrics, record.split or "")

    def ended(self, run: Run | None) -> None:
        """Take the bar away."""
        self.live.stop()
