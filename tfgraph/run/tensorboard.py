"""TensorBoard: its event files, written with TensorFlow's own protocol buffers and record writer.

The package `tensorboard` is needed to look at them only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tfgraph.api import hookimpl
from tfgraph.lazy import tf
from tfgraph.run import files
from tfgraph.run.directory import RunDirectory
from tfgraph.run.events import Outcome, Record, RunInfo
from tfgraph.run.names import TENSORBOARD


class Events:
    """Writes a file of events for each process that trains.

    Scalars are `loss/train`, `loss/SPLIT`, `METRIC/SPLIT`, `learning_rate` and `examples_per_second`
    at each record; the training graph stands in the first file of a run; histograms of the
    weights are called as the weights are. What a run that goes on computes again is purged of the
    earlier files by a SessionLog, as TensorBoard has it.

    Args:
        directory: the run directory, in whose folder `tensorboard` they are written.
        warn: says what goes wrong; then nothing more is written.
    """

    def __init__(self, directory: RunDirectory, warn: Callable[[str], None]) -> None:
        self.directory = directory
        self.warn = warn
        self.writer: Any = None

    @hookimpl
    def tfgraph_run_started(self, run: RunInfo) -> None:
        """Begin a file."""
        try:
            self.writer = _opened(self.directory.path / TENSORBOARD)
        except (OSError, tf.errors.OpError) as error:
            self.give_up(error)
            return
        self.add(file_version="brain.Event:2")
        if run.resumed:
            # TensorBoard drops what earlier files say of this step and those after it.
            start = tf.compat.v1.SessionLog(status=tf.compat.v1.SessionLog.START)
            self.add(run.first_step + 1, session_log=start)
        else:
            graph_def = run.graph.train.graph.as_graph_def()
            self.add(graph_def=graph_def.SerializeToString())
            if run.timetable.histograms_every:
                self.add_histograms(run, 0)
        self.flush()

    @hookimpl
    def tfgraph_steps_done(self, run: RunInfo, step: int) -> None:
        """Write the histograms that are due."""
        every = run.timetable.histograms_every
        if every and step % every == 0:
            self.add_histograms(run, step)
            self.flush()

    @hookimpl
    def tfgraph_epoch_ended(self, run: RunInfo, record: Record) -> None:
        """Write the figures of a record."""
        scalars = {"loss/train": record.loss}
        scalars |= {f"{name}/{record.split}": value for name, value in record.metrics.items()}
        scalars["learning_rate"] = run.graph.learning_rate(record.step - 1)
        if record.examples_per_second:
            scalars["examples_per_second"] = record.examples_per_second
        summary = tf.compat.v1.Summary()
        for tag, value in scalars.items():
            summary.value.add(tag=tag, simple_value=value)
        self.add(record.step, summary=summary)
        self.flush()

    @hookimpl
    def tfgraph_run_ended(self, outcome: Outcome) -> None:
        """End the file."""
        if self.writer is not None:
            self.guarded(self.writer.close)
            self.writer = None

    def add_histograms(self, run: RunInfo, step: int) -> None:
        """Write how the values of each weight are distributed."""
        for name, variable in run.graph.weights.items():
            value = variable.read_value()
            if value.dtype.is_floating and bool(tf.reduce_all(tf.math.is_finite(value))):
                made = tf.raw_ops.HistogramSummary(tag=name, values=tf.cast(value, tf.float64))
                self.add(step, summary=tf.compat.v1.Summary.FromString(made.numpy()))

    def add(self, step: int = 0, **what: Any) -> None:
        """Write an event."""
        if self.writer is not None:
            event = tf.compat.v1.Event(wall_time=time.time(), step=step, **what)
            self.guarded(lambda: self.writer.write(event.SerializeToString()))

    def flush(self) -> None:
        """Have it where TensorBoard reads it."""
        if self.writer is not None:
            self.guarded(self.writer.flush)

    def guarded(self, write: Callable[[], None]) -> None:
        """Write; where that fails, give up."""
        try:
            write()
        except (OSError, tf.errors.OpError) as error:
            self.give_up(error)

    def give_up(self, error: Exception) -> None:
        """Say what went wrong, and write no more."""
        self.writer = None
        # TensorFlow puts the path of the file before it.
        said = getattr(error, "strerror", None) or getattr(error, "message", None) or str(error)
        reason = str(said).rpartition("; ")[2]
        self.warn(
            f"cannot write `{self.directory.path / TENSORBOARD}`: {reason}; training goes on without it"
        )


def _opened(folder: Path) -> Any:
    if files.kind(folder) not in ("folder", None):
        raise NotADirectoryError(0, "it is a link, or no folder")
    files.make_folder(folder)
    # TensorBoard reads the files of a folder in the order of their names.
    name = f"events.out.tfevents.{time.time_ns() // 1000:016d}.{os.getpid()}"
    return tf.io.TFRecordWriter(str(folder / name))
