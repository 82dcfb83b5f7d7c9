"""Bar: the progress of a training on a terminal."""

from __future__ import annotations

from pathlib import Path

from tfgraph.cli.progress import Milestones, Pace, metrics_before, place_of, say_origin, state_of
from tfgraph.reports.figures import figures
from tfgraph.run.events import Outcome, Record, RunInfo
from tfgraph.run.wording import record_line


class Bar:
    """A bar over all steps with the time left; below it loss, latest metrics and speed.

    Above it stay lines of the course: of the first records all, later fewer and fewer, and the last.
    """

    def start(self, run: RunInfo) -> None:
        """Show the bar."""
        from rich.console import Console, Group
        from rich.live import Live
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
        from rich.text import Text

        say_origin(run)
        self.run = run
        self.pace = Pace(run)
        self.metrics = metrics_before(run)
        self.milestones = Milestones()
        self.waiting: Record | None = None
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[left]}"),
            expand=True,
        )
        self.task = self.bar.add_task(
            place_of(run, run.first_step),
            total=run.timetable.steps,
            completed=run.first_step,
            left="",
        )
        self.line = Text(no_wrap=True, overflow="ellipsis")
        shown = Group(self.bar, self.line)
        self.live = Live(shown, console=Console(stderr=True), transient=True)
        self.live.start()

    def move(self, step: int, loss: float, speed: float) -> None:
        """Move the bar."""
        self.bar.update(
            self.task,
            completed=step,
            description=place_of(self.run, step),
            left=self.pace.left(step),
        )
        self.line.plain = state_of(loss, self.metrics, speed)

    def add(self, record: Record) -> None:
        """Take up the metrics, and write a line where one is due."""
        if record.split:
            self.metrics = figures(record.metrics, record.split)
        self.waiting = record
        if self.milestones.reached():
            self.write()

    def write(self) -> None:
        """Write the record that waits, above the bar."""
        from rich.text import Text

        if self.waiting:
            line = record_line(self.waiting, self.run.timetable, short=True)
            self.live.console.print(Text(line))
        self.waiting = None

    def saved(self, folder: Path) -> None:
        """Nothing."""

    def stop(self, outcome: Outcome) -> None:
        """Write the last record, and take the bar away."""
        self.write()
        self.hide()

    def hide(self) -> None:
        """Take the bar away."""
        self.live.stop()
