"""Keeping: what a run saves of its state and its log while it lasts, and takes back at the end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tfgraph.errors import DataError, DivergedError
from tfgraph.run.checkpoint import Saved
from tfgraph.run.directory import RunDirectory
from tfgraph.run.divergence import Safe, Search, by_step
from tfgraph.run.events import Outcome, Record, RunInfo
from tfgraph.run.interrupts import Signals
from tfgraph.run.judging import judged
from tfgraph.run.listeners import Listeners
from tfgraph.run.refusals import LogTooLongError
from tfgraph.run.restoring import State, assign, state_of

if TYPE_CHECKING:
    from tfgraph.graph import Graph

#: After a save that has failed the next try comes as late again as the first failure is long ago,
#: and so many seconds later at least and at most.
SOONEST, LATEST = 1.0, 300.0


@dataclass
class Keeper:
    """Keeps the state of a run in its directory, or in memory where it has none.

    Args:
        info: the graph, its timetable and its records.
        directory: where the run leaves its files; None where it leaves none.
        listeners: who is told.
        warn: says what went wrong without ending the run.
        elapsed: how long training has taken, over all resumptions.
        signals: whether somebody wants the run to end.
        unsaved: whether the state of now is not saved yet.
    """

    info: RunInfo
    directory: RunDirectory | None
    listeners: Listeners
    warn: Callable[[str], None]
    elapsed: Callable[[], float]
    signals: Signals
    unsaved: bool = True
    #: When it was saved last, or that was tried.
    saved_at: float = field(default_factory=time.monotonic)
    #: A step whose state is finite, and the state, where no directory keeps it.
    safe: Safe | None = None
    #: The state of the best record, where no directory keeps it.
    best: dict[str, Any] | None = None
    #: Whether metrics.jsonl has less than it should.
    log_behind: bool = False
    #: Since when saving fails, which is said once; None where it works.
    failing_since: float | None = None
    #: Whether it has been said that a checkpoint could not be deleted; it is said once.
    overfull: bool = False
    #: The last step whose state is known to be finite.
    finite: int = -1

    @property
    def graph(self) -> Graph:
        """The graph that is trained."""
        return self.info.graph

    @property
    def step(self) -> int:
        """The number of steps made."""
        return int(self.graph.step)

    def follow(self) -> None:
        """Go on where the run directory is now; DataError where it is gone."""
        if self.directory and (before := self.directory.follow()):
            self.warn(
                f"`{before}` has been moved to `{self.directory.path}`: the run goes on there"
            )

    # ---- the log

    def add(self, record: Record) -> None:
        """Add to the log; where that fails it is written whole the next time."""
        if self.directory is None:
            return
        self.follow()
        try:
            if self.log_behind:
                self.directory.write_log(self.info.history.text())
            else:
                self.directory.add_to_log(record.line())
        except DataError as error:
            if not self.log_behind:
                self.warn(f"{error.message}; the line is written with a later one")
            self.log_behind = True
        else:
            self.log_behind = False

    # ---- the state

    def require_finite(self) -> None:
        """Raise DivergedError where a weight is not finite.

        The loss of a step is taken before its update, and does not show every weight: a rectifier
        hides what is not a number.
        """
        step = self.step
        if self.finite != step and self.graph.not_finite():
            raise self.diverged()
        self.finite = step

    def start(self) -> None:
        """Keep what the run starts from; a directory has been made with it, and has it already."""
        if self.directory and self.unsaved:
            self.require_finite()
            step, folder = self.step, self.directory.store.path(self.step)
            self.listeners.call("tfgraph_checkpoint_saved", run=self.info, step=step, folder=folder)
            self.saved_at = time.monotonic()
            self.unsaved = False
        self.save()

    def save_by_time(self, seconds: float | None) -> None:
        """Save if the time has come; where the last save has failed that is soon."""
        wait = math.inf if seconds is None else seconds
        if self.failing_since is not None:
            wait = min(wait, LATEST, max(SOONEST, self.saved_at - self.failing_since))
        if time.monotonic() - self.saved_at >= wait:
            self.save_or_warn()

    def save_best(self, *, over: bool) -> None:
        """Save the state that the best record is of; where the run is over that is done anyway."""
        if self.directory is None:
            self.best = state_of(self.graph)
        elif not over:
            self.save_or_warn()

    def save_or_warn(self) -> None:
        """Save; what keeps the disk from taking it may be gone the next time."""
        try:
            self.save()
        except DataError as error:
            if isinstance(error, LogTooLongError) or (self.directory and self.directory.gone):
                raise
            self.saved_at = time.monotonic()
            if self.failing_since is None:
                self.failing_since = self.saved_at
                more = f" ({error.help})" if error.help else ""
                self.warn(f"{error.message}{more}; training goes on, and it is tried again")

    def save(self) -> None:
        """Save the state; DivergedError, and nothing saved, where a weight is not finite."""
        if not self.unsaved:
            return
        self.require_finite()
        step = self.step
        if self.directory is None:
            self.safe = Safe(step, state_of(self.graph))
        else:
            self.follow()
            folder = self.directory.store.save(State(self.graph), self.saved(step))
            self.failing_since = None
            self.listeners.call("tfgraph_checkpoint_saved", run=self.info, step=step, folder=folder)
            if self.log_behind:
                self.add(self.info.history.records[-1])
            self.prune(self.directory, step)
        self.saved_at = time.monotonic()
        self.unsaved = False

    def prune(self, directory: RunDirectory, step: int) -> None:
        """Delete older checkpoints; what cannot be deleted stays."""
        try:
            directory.store.prune(self.graph.plan.spec.training.checkpoint.keep, step)
        except DataError as error:
            if not self.overfull:
                self.warn(f"{error.message}; later ones may not be either")
            self.overfull = True

    def saved(self, step: int) -> Saved:
        """What a checkpoint of now knows beside the arrays."""
        history = self.info.history
        last = history.records[-1] if history.records else None
        fresh = last if last and last.step == step else None
        monitored = judged(history, self.info.timetable, fresh) if fresh else None
        return Saved(step, self.elapsed(), history.text(), monitored)

    def rejudge(self, record: Record) -> None:
        """Have the checkpoint of now say how good it is, by a record that came after it."""
        if self.directory:
            self.follow()
            monitored = judged(self.info.history, self.info.timetable, record)
            self.directory.store.rejudge(record.step, monitored)

    # ---- taken back

    def diverged(self) -> DivergedError:
        """The error that says where the first number came up that is not finite.

        That may take long to find: how the run ended is written down before, as far as it is known.
        """
        safe, step = self.safe, self.step
        if self.directory:
            self.follow()
            known = by_step(self.graph.plan, step)
            try:
                self.directory.write_outcome(
                    Outcome("diverged", step, self.elapsed(), message=known.message)
                )
            except DataError as error:
                self.warn(error.message)
            try:
                found = self.directory.store.last()
            except DataError as error:
                self.warn(f"where the numbers stopped being finite cannot be found: {error}")
            else:
                for damaged in found.damaged:
                    self.warn(damaged)
                safe = Safe(found.saved.step, dict(found.arrays))
        search = Search(
            self.graph, self.arrays, step, lambda: self.signals.number is not None, self.warn
        )
        return search.error(safe)

    @property
    def arrays(self) -> Any:
        """The arrays that are trained with."""
        return self.info.arrays("train")

    def restore_best(self, figure: str) -> Record | None:
        """Give the graph the state of the best record, and say which that is.

        Where that state could not be saved it is the best one that could.
        """
        history = self.info.history
        best = history.best(figure)
        if best and best.step == self.step:
            return best
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
        return next((record for record in history.records if record.step == step), None)
