"""Trainer: the loop of a run, in calls of many steps, and what is due between them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tfgraph.errors import DataError, DivergedError, Interrupted
from tfgraph.run.checkpoint import Saved
from tfgraph.run.directory import RunDirectory
from tfgraph.run.divergence import diverged
from tfgraph.run.events import Outcome, Record, RunInfo, Status
from tfgraph.run.history import History
from tfgraph.run.interrupts import Signals
from tfgraph.run.listeners import Listeners
from tfgraph.run.restoring import State, assign, not_finite, state_of
from tfgraph.run.timetable import Timetable

if TYPE_CHECKING:
    from tfgraph.graph import Graph

#: A call should last about so many seconds: signals and the progress bar wait for its end.
SECONDS_PER_CALL = 0.25
#: The first calls say little of how long a step takes: the number of steps grows by degrees.
MOST_GROWTH = 8


@dataclass
class Trainer:
    """Makes the steps of a run that are left, from the state that the graph has.

    Args:
        info: the graph, its timetable, and where the run leaves its files.
        arrays: the training split, resident.
        evaluate: the figures of the split that is evaluated while training lasts.
        history: the records so far.
        listeners: who is told.
        signals: whether somebody wants the run to end.
        warn: says what went wrong without ending the run.
        seconds: how long training took before.
    """

    info: RunInfo
    arrays: Mapping[str, Any]
    evaluate: Callable[[], dict[str, float]]
    history: History
    listeners: Listeners
    signals: Signals
    warn: Callable[[str], None]
    seconds: float = 0.0
    steps_a_call: int = 1
    started: float = field(default_factory=time.monotonic)
    saved_at: float = field(default_factory=time.monotonic)
    #: The examples since the last record, and the time they took, of calls that tell the speed.
    timed: tuple[int, float] = (0, 0.0)
    called: bool = False
    #: A step whose state is finite, and the state, where no directory keeps it.
    safe: tuple[int, dict[str, Any]] | None = None
    #: The state of the best record, where no directory keeps it.
    best: dict[str, Any] | None = None
    unsaved: bool = True
    #: Whether metrics.jsonl has less than it should.
    log_behind: bool = False

    @property
    def graph(self) -> Graph:
        """The graph that is trained."""
        return self.info.graph

    @property
    def timetable(self) -> Timetable:
        """What is due when."""
        return self.info.timetable

    @property
    def directory(self) -> RunDirectory | None:
        """Where the run leaves its files."""
        return RunDirectory(self.info.directory) if self.info.directory else None

    @property
    def step(self) -> int:
        """The number of steps made."""
        return int(self.graph.step)

    def run(self) -> Status:
        """Make all steps that are left, and say why there are no more."""
        if self.step == self.info.first_step == 0:
            self.save()
        step = self.step
        if self.over(step) is None:
            self.heed()
        while (status := self.over(step)) is None:
            stop = self.timetable.next_stop(step)
            while step < stop and not self.out_of_time():
                step = self.call(min(self.steps_a_call, stop - step))
                if step < stop:
                    self.heed()
                    self.save_by_time()
            if step == stop and self.timetable.records(step):
                self.record(step)
            if self.timetable.saves(step):
                self.save_or_warn()
            self.save_by_time()
            self.heed()
        self.save()
        return status

    def over(self, step: int) -> Status | None:
        """Why the run is over; None where it is not."""
        stopping = self.graph.plan.spec.training.early_stopping
        if stopping and self.history.waited(stopping) >= stopping.patience:
            return "stopped early"
        if step >= self.timetable.steps:
            return "finished"
        return "time limit" if self.out_of_time() else None

    def out_of_time(self) -> bool:
        """Whether the time limit has passed."""
        limit = self.graph.plan.spec.training.time_limit
        return limit is not None and self.elapsed() >= limit.seconds

    def elapsed(self) -> float:
        """How long training has taken, over all resumptions."""
        return self.seconds + time.monotonic() - self.started

    def call(self, steps: int) -> int:
        """One call of so many steps; the next one's number follows from the time it took."""
        started = time.monotonic()
        found = self.graph.train(steps=steps, **self.arrays)
        loss, last = float(found["loss"]), float(found["last_loss"])
        seconds = max(time.monotonic() - started, 1e-9)
        self.unsaved = True
        if not math.isfinite(last):
            raise self.diverged()
        speed = self.speed(steps, seconds)
        wanted = int(steps * SECONDS_PER_CALL / seconds)
        self.steps_a_call = max(1, min(wanted, steps * MOST_GROWTH))
        step = self.step
        self.listeners.call(
            "tfgraph_steps_done",
            run=self.info,
            step=step,
            loss=loss,
            examples_per_second=speed,
        )
        return step

    def speed(self, steps: int, seconds: float) -> float:
        """The examples a second of a call; 0 for the first one, which sets everything up."""
        if not self.called:
            self.called = True
            return 0.0
        size, step = self.graph.plan.spec.training.batch_size, self.step
        first, last = (self.timetable.examples_before(s, size) for s in (step - steps, step))
        examples, took = self.timed
        self.timed = examples + last - first, took + seconds
        return (last - first) / seconds

    def record(self, step: int) -> None:
        """Evaluate if that is due, and add a line to the log."""
        before = self.history.last_step
        split = self.info.split if self.timetable.evaluates(step) else None
        metrics = self.evaluate() if split else {}
        examples, seconds = self.timed
        speed = examples / seconds if examples else 0.0
        loss = float(self.graph.loss_sum) / (step - before)
        record = Record(self.timetable.epoch(step), step, loss, split, metrics, speed)
        if self.timetable.resets(step):
            self.graph.loss_sum.assign(0.0)
        self.timed = 0, 0.0
        self.history.records.append(record)
        if self.directory:
            self.log(record.line())
        self.listeners.call("tfgraph_epoch_ended", run=self.info, record=record)
        figure = self.graph.plan.spec.training.best
        if figure and self.history.best(figure) is record:
            self.save_best()

    def log(self, line: str) -> None:
        """Add to the log; where that fails it is written whole the next time."""
        assert self.directory
        try:
            if self.log_behind:
                self.directory.write_log(self.history.text())
            else:
                self.directory.add_to_log(line)
        except DataError as error:
            self.warn(error.message)
            self.log_behind = True
        else:
            self.log_behind = False

    def heed(self) -> None:
        """Save and stop where a signal has come."""
        if self.signals.number is None:
            return
        said = f"interrupted after step {self.step}"
        try:
            self.save()
        except DataError as error:
            more = f" ({error.help})" if error.help else ""
            said += f", which could not be saved: {error.message}{more}"
        raise Interrupted(self.signals.number, said)

    # ---- saving

    def save_by_time(self) -> None:
        """Save if the time has come."""
        seconds = self.timetable.save_seconds
        if seconds is not None and time.monotonic() - self.saved_at >= seconds:
            self.save_or_warn()

    def save_best(self) -> None:
        """Save the state that the best record is of."""
        if self.directory:
            self.save_or_warn()
        else:
            self.best = state_of(self.graph)

    def save_or_warn(self) -> None:
        """Save; what keeps the disk from taking it may be gone the next time."""
        if self.over(self.step):
            return  # it is saved at once, or the run fails
        try:
            self.save()
        except DataError as error:
            self.saved_at = time.monotonic()
            more = f" ({error.help})" if error.help else ""
            self.warn(f"{error.message}{more}; training goes on, and it is tried again")

    def save(self) -> None:
        """Save the state; DivergedError, and nothing saved, where a weight is not finite.

        The loss of a step is taken before its update, and does not show every weight: a rectifier
        hides what is not a number.
        """
        if not self.unsaved:
            return
        state = State(self.graph)
        if not_finite(state):
            raise self.diverged()
        step = self.step
        if self.directory is None:
            self.safe = step, dict(state)
        else:
            folder = self.directory.store.save(state, self.saved(step))
            self.listeners.call("tfgraph_checkpoint_saved", run=self.info, step=step, folder=folder)
            if self.log_behind:
                self.log("")
            self.prune(self.directory, step)
        self.saved_at = time.monotonic()
        self.unsaved = False

    def prune(self, directory: RunDirectory, step: int) -> None:
        """Delete older checkpoints; where that fails it is tried again after the next."""
        try:
            directory.store.prune(self.graph.plan.spec.training.checkpoint.keep, step)
        except DataError as error:
            self.warn(error.message)

    def saved(self, step: int) -> Saved:
        """What a checkpoint of now knows beside the arrays."""
        figure = self.graph.plan.spec.training.best
        last = self.history.records[-1] if self.history.records else None
        fresh = figure is not None and last is not None and last.step == step
        monitored = self.history.monitored(figure, last) if fresh else None  # type: ignore[arg-type]
        if monitored:
            monitored = replace(monitored, at_end=self.timetable.only_as_the_end(step))
        return Saved(step, self.elapsed(), self.history.text(), monitored)

    def diverged(self) -> DivergedError:
        """The error that says where the first number came up that is not finite."""
        step = self.step
        if self.directory:
            found = self.directory.store.last()
            safe = found.saved.step, dict(found.arrays)
        else:
            assert self.safe is not None
            safe = self.safe
        return diverged(self.graph, self.arrays, safe, step)

    # ---- the end

    def outcome(
        self, status: Status, split: str | None, figures: Callable[[str], dict[str, float]]
    ) -> Outcome:
        """How a run ended that was not broken off; its graph has the weights to use."""
        training, step = self.graph.plan.spec.training, self.step
        stopping = training.early_stopping
        last = self.history.records[-1] if self.history.records else None
        if stopping and stopping.restore_best and training.best:
            last = self.restore_best(training.best) or last
        fresh = last is not None and last.step == self.step and last.split == split
        metrics = dict(last.metrics) if last and fresh else {}
        if split and not metrics:
            metrics = figures(split)
        return Outcome(status, step, self.elapsed(), split, metrics)

    def restore_best(self, figure: str) -> Record | None:
        """Give the graph the state of the best record, and say which that is.

        Where that state could not be saved it is the best one that could.
        """
        best = self.history.best(figure)
        if self.directory is None:
            if self.best is not None:
                assign(self.graph, self.best)
            return best
        try:
            found = self.directory.store.best()
        except DataError as error:
            self.warn(error.message)
            found = None
        if found:
            assign(self.graph, found.arrays)
        step = self.step
        if best and best.step != step:
            self.warn(
                f"the best state, after step {best.step}, is lost: this is that of step {step}"
            )
        return next((record for record in self.history.records if record.step == step), None)
