"""Trainer: the loop of a run, in calls of many steps, and what is due between them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tfgraph.errors import DataError, Interrupted
from tfgraph.run.events import Outcome, Record, RunInfo, Status
from tfgraph.run.history import History
from tfgraph.run.interrupts import SECONDS_PER_CALL, Signals
from tfgraph.run.keeping import Keeper
from tfgraph.run.listeners import Listeners
from tfgraph.run.timetable import Timetable

if TYPE_CHECKING:
    from tfgraph.graph import Graph

#: The first calls say little of how long a step takes: the number of steps grows by degrees.
MOST_GROWTH = 8


@dataclass
class Trainer:
    """Makes the steps of a run that are left, from the state that the graph has.

    Args:
        info: the graph, its timetable, and the records so far.
        arrays: the training split, resident.
        evaluate: the figures of the split that is evaluated while training lasts.
        keeper: saves the state and the log.
        listeners: who is told.
        signals: whether somebody wants the run to end.
        elapsed: how long training has taken, over all resumptions.
    """

    info: RunInfo
    arrays: Mapping[str, Any]
    evaluate: Callable[[], dict[str, float]]
    keeper: Keeper
    listeners: Listeners
    signals: Signals
    elapsed: Callable[[], float]
    steps_a_call: int = 1
    #: The examples since the last record, and the time they took, of calls that tell the speed.
    timed: tuple[int, float] = (0, 0.0)
    called: bool = False

    @property
    def graph(self) -> Graph:
        """The graph that is trained."""
        return self.info.graph

    @property
    def timetable(self) -> Timetable:
        """What is due when."""
        return self.info.timetable

    @property
    def history(self) -> History:
        """The records so far."""
        return self.info.history

    @property
    def step(self) -> int:
        """The number of steps made."""
        return int(self.graph.step)

    def run(self) -> Status:
        """Make all steps that are left, and say why there are no more."""
        if self.step == self.info.first_step == 0:
            self.keeper.start()
        step = self.step
        self.close(step)
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
            if self.over(step) is None:
                self.heed()
        self.keeper.save()
        return status

    def close(self, step: int) -> None:
        """Evaluate where a run goes on that is to end at once, by a length that it had not before.

        The checkpoint of this step is told how good it is; the log in it stays as it was saved, and
        a run that goes on from there evaluates again.
        """
        if step != self.timetable.steps or not step:
            return
        last = self.history.records[-1] if self.history.records else None
        if last is None or last.step < step:
            self.record(step)
        elif self.info.split and not last.split:
            self.history.amend(replace(last, split=self.info.split, metrics=self.evaluate()))
            self.keeper.log_behind = True
            self.keeper.add(self.history.records[-1])
        else:
            return
        self.keeper.rejudge(self.history.records[-1])

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

    def call(self, steps: int) -> int:
        """One call of so many steps; the next one's number follows from the time it took."""
        started = time.monotonic()
        found = self.graph.train(steps=steps, **self.arrays)
        loss, last = float(found["loss"]), float(found["last_loss"])
        seconds = max(time.monotonic() - started, 1e-9)
        self.keeper.unsaved = True
        if not (math.isfinite(last) and math.isfinite(loss)):
            raise self.keeper.diverged()
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
        self.keeper.require_finite()
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
        self.keeper.add(record)
        self.listeners.call("tfgraph_epoch_ended", run=self.info, record=record)
        figure = self.graph.plan.spec.training.best
        if figure and self.history.best(figure) is record:
            self.keeper.save_best(over=self.over(step) is not None)

    def heed(self) -> None:
        """Save and stop where a signal has come; notice a run directory that is not there."""
        self.keeper.follow()
        if self.signals.number is None:
            return
        said = f"interrupted after step {self.step:,}"
        try:
            self.keeper.save()
        except DataError as error:
            more = f" ({error.help})" if error.help else ""
            said += f", which could not be saved: {error.message}{more}"
        raise Interrupted(self.signals.number, said)

    def save_by_time(self) -> None:
        """Save if the time has come."""
        if not self.over(self.step):
            self.keeper.save_by_time(self.timetable.save_seconds)

    def save_or_warn(self) -> None:
        """Save, unless the run is over: then it is saved at once, or fails."""
        if not self.over(self.step):
            self.keeper.save_or_warn()

    def outcome(
        self, status: Status, split: str | None, figures: Callable[[str], dict[str, float]]
    ) -> Outcome:
        """How a run ended that was not broken off; its graph has the weights to use."""
        training, step = self.graph.plan.spec.training, self.step
        stopping = training.early_stopping
        last = self.history.records[-1] if self.history.records else None
        if stopping and stopping.restore_best and training.best:
            last = self.keeper.restore_best(training.best) or last
        fresh = last is not None and last.step == self.step and last.split == split
        metrics = dict(last.metrics) if last and fresh else {}
        if split and not metrics:
            if self.signals.number is not None:  # somebody waits for the end
                split, metrics = (last.split, dict(last.metrics)) if last else (None, {})
            else:
                metrics = figures(split)
        return Outcome(status, step, self.elapsed(), split, metrics)
