"""Course: what a run does from its first step on to its end, and who is told of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraph.errors import DataError, DivergedError, Interrupted
from tfgraph.registry import load_registry
from tfgraph.run.checkpoint import Checkpoint
from tfgraph.run.directory import RunDirectory
from tfgraph.run.events import Outcome, Record, RunInfo, Status
from tfgraph.run.fingerprint import fingerprints
from tfgraph.run.history import History, parsed
from tfgraph.run.interrupts import Signals
from tfgraph.run.keeping import Keeper
from tfgraph.run.listeners import Listeners
from tfgraph.run.preparing import Prepared
from tfgraph.run.trainer import Trainer
from tfgraph.run.transfer import Transfer

if TYPE_CHECKING:
    from tfgraph.graph import Graph


@dataclass(frozen=True)
class Run:
    """A run that has ended.

    Args:
        graph: the graph with its final weights; those of the best evaluation with
            `early_stopping`.
        history: the records, from the first step on.
        outcome: how it ended, with the figures of the split `test` where the data has it, else
            `validation`.
        directory: where its files are; None where it left none.
    """

    graph: Graph
    history: tuple[Record, ...]
    outcome: Outcome
    directory: Path | None

    @property
    def step(self) -> int:
        """The number of steps made."""
        return self.outcome.step

    @property
    def split(self) -> str | None:
        """The split that `metrics` are of."""
        return self.outcome.split

    @property
    def metrics(self) -> Mapping[str, float]:
        """The figures of the split `split` with the final weights."""
        return self.outcome.metrics

    @property
    def seconds(self) -> float:
        """How long training has taken, over all resumptions."""
        return self.outcome.seconds


@dataclass(frozen=True)
class Told:
    """Who is told of a run, who of what goes wrong without ending it, and what the run is told."""

    listeners: Sequence[object]
    plugin_files: Sequence[str]
    warn: Callable[[str], None]
    signals: Signals


def run(
    prepared: Prepared,
    directory: RunDirectory | None,
    checkpoint: Checkpoint | None,
    told: Told,
    moved: Transfer | None = None,
) -> Run:
    """Train what is prepared to its end, on from a checkpoint where there is one."""
    graph = prepared.graph
    saved = checkpoint.saved if checkpoint else None
    history = History(graph.plan, parsed(saved.log) if saved else [])
    watched = prepared.watched
    info = RunInfo(
        graph,
        prepared.timetable,
        directory,
        saved is not None,
        saved.step if saved else 0,
        watched,
        history,
        prepared.split,
        moved,
        prepared.compiling,
    )
    listeners = Listeners(load_registry(told.plugin_files), told.listeners, told.warn)
    before, started = saved.seconds if saved else 0.0, time.monotonic()

    def elapsed() -> float:
        return before + time.monotonic() - started

    trainer = Trainer(
        info,
        prepared.split("train"),
        lambda: prepared.figures(watched, told.warn) if watched else {},
        Keeper(info, directory, listeners, told.warn, elapsed, told.signals, unsaved=saved is None),
        listeners,
        told.signals,
        elapsed,
    )
    status: Status | None = None
    try:
        listeners.call("tfgraph_run_started", run=info)
        status = trainer.run()
        split = next((s for s in ("test", "validation") if prepared.has(s)), None)
        outcome = trainer.outcome(status, split, lambda name: prepared.figures(name, told.warn))
        if directory:
            _note_data(directory, prepared, trainer.keeper)
    except BaseException as error:
        said = f"the evaluation at its end failed: {error}" if status else str(error)
        known = error.by_step if isinstance(error, DivergedError) else None
        step = trainer.step if known is None else known
        outcome = Outcome(status or _status(error), step, elapsed(), message=said)
        _end(listeners, info, outcome, told.warn)
        raise
    _end(listeners, info, outcome, told.warn)
    if told.signals.number is not None:  # it came too late to end anything, and is obeyed
        text = f"interrupted after step {outcome.step:,}, when the run had ended: {outcome.status}"
        raise Interrupted(told.signals.number, text)
    return Run(graph, tuple(history.records), outcome, info.directory)


def _end(
    listeners: Listeners, info: RunInfo, outcome: Outcome, warn: Callable[[str], None]
) -> None:
    if info.home and not info.home.gone:
        try:
            info.home.follow()
            info.home.write_outcome(outcome)
        except DataError as error:
            warn(error.message)
    listeners.call("tfgraph_run_ended", run=info, outcome=outcome)


def _status(error: BaseException) -> Status:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return "diverged" if isinstance(error, DivergedError) else "failed"


def _note_data(directory: RunDirectory, prepared: Prepared, keeper: Keeper) -> None:
    """Have the manifest say what was evaluated at the end only, as what was trained with."""
    try:
        keeper.follow()
        had = directory.manifest()["data"]
        new = {split: arrays for split, arrays in prepared.known.items() if split not in had}
        if new:
            directory.add_data(fingerprints(new))
    except DataError as error:
        keeper.warn(error.message)
