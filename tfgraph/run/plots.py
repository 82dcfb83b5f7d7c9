"""Plots: pictures in `plots/` of how a run went and what its model does, made when it has ended."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence

from tfgraph.api import hookimpl
from tfgraph.drawing.chart import Point, Series, chart
from tfgraph.drawing.images import gallery
from tfgraph.drawing.matrix import confusion_matrix
from tfgraph.errors import DataError
from tfgraph.reports.text import count
from tfgraph.run import files
from tfgraph.run.directory import RunDirectory
from tfgraph.run.events import Outcome, Record, RunInfo
from tfgraph.run.history import names
from tfgraph.run.names import PLOTS
from tfgraph.run.viewing import classes_taken, pixel_weights, reconstructions
from tfgraph.spec.training import LOSS

#: What is computed of a split is broken off after so many seconds.
SECONDS = 2.5


class Plots:
    """Draws loss and metrics over the steps; of a run that was not broken off also its results.

    Those are a confusion matrix for classifiers, for autoencoders of images some of them and what
    came of them, and the weights of a layer that weighs every pixel.

    Args:
        directory: the run directory, in whose folder `plots` they are written.
        warn: says what goes wrong, which ends nothing.
    """

    def __init__(self, directory: RunDirectory, warn: Callable[[str], None]) -> None:
        self.directory = directory
        self.warn = warn

    @hookimpl
    def tfgraph_run_ended(self, run: RunInfo, outcome: Outcome) -> None:
        """Draw."""
        if self.directory.gone:
            return
        try:
            if run.history.records:
                self.draw_figures(run, outcome)
            if outcome.status in ("finished", "stopped early", "time limit") and outcome.split:
                self.draw_results(run, outcome.split)
        except Exception as error:
            # Layers of plugins are called as well: whatever they raise, the run has ended well.
            self.warn(f"no more plots: {str(error) or type(error).__name__}")

    def draw_figures(self, run: RunInfo, outcome: Outcome) -> None:
        """The loss, and each metric, over the steps."""
        about = (
            f"{outcome.status} after {count(outcome.step, 'step')} in "
            f"{count(run.timetable.epoch(outcome.step), 'epoch')}"
        )
        name = run.graph.plan.spec.name
        for figure in dict.fromkeys([LOSS, *names(run.history.records)]):
            series = list(_series(run, figure))
            self.write(figure, chart(f"{figure} of {name}", about, series))

    def draw_results(self, run: RunInfo, split: str) -> None:
        """What the model makes of the examples of a split."""
        deadline = time.monotonic() + SECONDS
        name = run.graph.plan.spec.name
        found = classes_taken(run.graph, run.arrays(split), deadline)
        if found:
            right = sum(found.counts[i][i] for i in range(len(found.counts)))
            share = 100 * right / max(found.answers, 1)
            about = f"{share:.2f} % of {count(found.answers, 'answer')} right, on the split {split}"
            if found.part:
                about += f" ({found.part})"
            title = f"{found.target} by {name}"
            self.write("confusion_matrix", confusion_matrix(title, about, found.counts))
        rows = reconstructions(run.graph, run.arrays(split))
        if rows:
            about = f"the first examples of the split {split}, and what the model makes of them"
            self.write("reconstructions", gallery(f"reconstructions by {name}", about, rows))
        weights = pixel_weights(run.graph)
        if weights:
            layer, rows = weights
            shown = sum(len(images) for _, images in rows)
            units = run.graph.plan.layer(layer).weights["kernel"].shape[-1]
            of = "each unit" if shown == units else f"the first {shown:,} of {units:,} units"
            about = f"of {of}: grey is 0, white its largest positive weight, black negative ones"
            self.write("weights", gallery(f"weights of {layer} in {name}", about, rows))

    def write(self, name: str, text: str) -> None:
        """Write a plot."""
        folder = self.directory.path / PLOTS
        if files.kind(folder) not in ("folder", None):
            raise DataError(f"`{folder}` is a link, or no folder")
        files.make_folder(folder)
        files.write_text(folder / f"{re.sub(r'[^A-Za-z0-9_.-]+', '_', name)}.svg", text)


def _series(run: RunInfo, figure: str) -> Iterator[Series]:
    """The lines of a figure: of training where it is the loss, and of the split evaluated."""
    history = run.history
    if figure == LOSS:
        yield Series("train", _evened(history.records), ink=0)
    points: list[Point] = []
    for record in history.records:
        if figure in record.metrics:
            points.append((record.step, record.metrics[figure]))
    if points:
        best = history.best(figure)
        mark = (best.step, best.metrics[figure]) if best else None
        yield Series(run.split or "", points, best=mark)


def _evened(records: Sequence[Record]) -> list[Point]:
    """The training loss over the steps, each point a mean of about as many of them as the others.

    What is left of an epoch after its last evaluation may be a few steps, whose mean jumps.
    """
    spans = [now.step - before for now, before in zip(records, [0, *(r.step for r in records)])]
    longest = max(spans)
    points: list[tuple[int, float, int]] = []
    total, steps = 0.0, 0
    for record, span in zip(records, spans):
        total, steps = total + record.loss * span, steps + span
        if 2 * steps >= longest:
            points.append((record.step, total, steps))
            total, steps = 0.0, 0
    if steps:  # the last point is that of the last step
        _, before, more = points.pop()
        points.append((records[-1].step, before + total, more + steps))
    return [(step, total / steps) for step, total, steps in points]
