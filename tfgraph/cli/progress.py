"""Progress on a terminal as a bar, elsewhere as a line an epoch; both on standard error."""

from __future__ import annotations

from typing import IO, Any

import click

from tfgraph.cli.output import duration, figure, figures
from tfgraph.run.progress import Epoch, Length, Progress


def progress_for(stream: IO[str]) -> Progress:
    """A bar where the stream is a terminal, lines where it is not."""
    return Bar() if stream.isatty() else Lines()


def epoch_line(epoch: Epoch, epochs: int) -> str:
    """An epoch on one line."""
    return (
        f"epoch {epoch.number:>{len(str(epochs))}}/{epochs}  loss {figure(epoch.loss)}, "
        f"{figures(epoch.metrics, epoch.split)}  "
        f"({epoch.examples_per_second:,.0f} examples/s)"
    )


class Lines(Progress):
    """A line an epoch."""

    def started(self, length: Length) -> None:
        self.epochs = length.epochs

    def epoch_ended(self, epoch: Epoch) -> None:
        click.echo(epoch_line(epoch, self.epochs), err=True)


class Bar(Progress):
    """A bar over all epochs, with loss, the last metrics, examples/s and the time left."""

    def started(self, length: Length) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self.length = length
        self.total = length.epochs * length.steps_per_epoch
        self.done = 0
        self.rate = 0.0
        self.last = 0.0
        self.metrics = ""
        self.bar: Any = RichProgress(
            TextColumn("{task.fields[epoch]}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[figures]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.bar.add_task("", total=self.total, epoch="epoch 1", figures="")
        self.bar.start()
        self.clock = self.bar.get_time

    def stepped(self, epoch: int, steps: int, loss: float, examples: int) -> None:
        now = self.clock()
        if self.done:
            rate = steps / max(now - self.last, 1e-6)
            # A moving mean: the time left must not jump with every call.
            self.rate = rate if self.rate == 0 else 0.8 * self.rate + 0.2 * rate
        self.last = now
        self.done += steps
        parts = [f"loss {figure(loss)}", self.metrics]
        if self.rate:
            parts.append(f"{self.rate * examples / steps:,.0f} examples/s")
            parts.append(f"{duration((self.total - self.done) / self.rate)} left")
        self.bar.update(
            self.task,
            completed=self.done,
            epoch=f"epoch {epoch}/{self.length.epochs}",
            figures="  ".join(part for part in parts if part),
        )

    def epoch_ended(self, epoch: Epoch) -> None:
        self.metrics = figures(epoch.metrics, epoch.split)
        self.bar.console.print(epoch_line(epoch, self.length.epochs), highlight=False)
        # Evaluation is no step: it must not count in the rate of steps.
        self.last = self.clock()

    def ended(self) -> None:
        self.bar.stop()
