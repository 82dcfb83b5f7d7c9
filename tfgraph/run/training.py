"""Training: a run from its start, or from where it stopped, to its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfgraph.errors import DataError, DivergedError, Interrupted, UsageError
from tfgraph.registry import load_registry
from tfgraph.run import directory as directories
from tfgraph.run.changes import refuse_changes
from tfgraph.run.checkpoint import Checkpoint
from tfgraph.run.directory import RunDirectory
from tfgraph.run.events import Outcome, Record, RunInfo, Status
from tfgraph.run.fingerprint import fingerprints
from tfgraph.run.history import History, parsed
from tfgraph.run.interrupts import Signals, deferred_signals
from tfgraph.run.listeners import Listeners, refuse_unfit
from tfgraph.run.lock import locked
from tfgraph.run.making import created, refuse_existing
from tfgraph.run.outputs import outputs
from tfgraph.run.restoring import State, restore
from tfgraph.run.splits import Arrays, examples_in, load_split, split_names
from tfgraph.run.timetable import Timetable, timetable
from tfgraph.run.trainer import Trainer
from tfgraph.run.transfer import Transfer, transfer
from tfgraph.spec import Plan
from tfgraph.spec.plan.monitoring import WATCHED

if TYPE_CHECKING:
    from tfgraph.graph import Graph

_LOGGER = logging.getLogger("tfgraph")


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


def train(
    plan: Plan,
    run_dir: str | Path | None = None,
    data: Arrays | None = None,
    *,
    weights_from: str | Path | None = None,
    listeners: Sequence[object] = (),
    warn: Callable[[str], None] | None = None,
    command: Sequence[str] = (),
    plugin_files: Sequence[str] = (),
    again: Callable[[], Path] | None = None,
) -> Run:
    """Train the model of a plan for as long as it says.

    Args:
        plan: a loaded spec.
        run_dir: a directory to make for spec, figures and checkpoints; None leaves no trace.
        data: arrays by split and field, in place of the spec's dataset.
        weights_from: the directory of a run whose weights are the first ones here, by name.
        listeners: objects with methods called like the hooks of a run (`tfgraph_epoch_ended`),
            marked with `hookimpl`.
        warn: takes what goes wrong without ending the run; the logger `tfgraph` if not given.
        command: the command line, for the manifest.
        plugin_files: the plugin files that the plan was loaded with.
        again: where `run_dir` is taken by now, gives another.

    Raises DivergedError at a loss or a weight that is not finite. Ctrl-C, SIGTERM and
    SIGHUP let the current call finish, save, and raise Interrupted, which is a KeyboardInterrupt.
    """
    check_possible(plan, run_dir if again is None else None)
    refuse_unfit(listeners)
    prepared = _prepared(plan, data)
    moved = transfer(prepared.graph, weights_from, plugin_files) if weights_from else None
    folder: AbstractContextManager[RunDirectory | None] = nullcontext()
    if run_dir is not None:
        hashes = fingerprints(prepared.known)
        folder = created(
            Path(run_dir),
            plan,
            command=command,
            plugin_files=plugin_files,
            data=hashes,
            state=State(prepared.graph),
            again=again,
        )
    with folder as directory, deferred_signals() as signals:
        written = outputs(directory, command, warn or _LOGGER.warning)
        told = _Told((*written.listeners, *listeners), plugin_files, written.warn, signals)
        return _run(prepared, directory, None, told, moved)


def resume(
    run_dir: str | Path,
    data: Arrays | None = None,
    *,
    settings: Sequence[str] = (),
    plan: Plan | None = None,
    listeners: Sequence[object] = (),
    warn: Callable[[str], None] | None = None,
    command: Sequence[str] = (),
    plugin_files: Sequence[str] = (),
) -> Run:
    """Go on with a run where its newest sound checkpoint stands.

    On the same hardware and versions the weights, the optimizer's slots and the log are bit for
    bit those of a run that never stopped.

    Args:
        run_dir: the directory of the run.
        data: as `train` was given it.
        settings: changes of how long it lasts and what is measured: `train.epochs=20`.
        plan: the spec it is thought to be of; refused where it differs.
        listeners: as for `train`.
        warn: as for `train`.
        command: the command line, for run.log.
        plugin_files: the plugin files that it was trained with.

    Raises UsageError where the spec has changed in anything that training depends on, or another
    process is training there; DataError where the data have changed, or the directory is
    damaged.
    """
    refuse_unfit(listeners)
    path = Path(run_dir)
    with directories.reopened(path) as directory:
        before = directory.check_spec(plugin_files).sound()
        if plan is None and settings:
            plan = directory.check_spec(plugin_files, settings).sound()
        if plan is not None:
            refuse_changes(before, plan, path)
        plan = plan or before
        written = outputs(directory, command, warn or _LOGGER.warning)
        warn = written.warn
        _warn_of_versions(directory, warn)
        prepared = _prepared(plan, data)
        for split in directory.manifest()["data"]:
            if prepared.has(split):
                prepared.split(split)
        _refuse_other_data(directory, prepared)
        checkpoint = directory.store.last()
        for damaged in checkpoint.damaged:
            warn(f"{damaged}; going on from step {checkpoint.saved.step}")
        restore(prepared.graph, checkpoint)
        records = filter(None, map(prepared.timetable.due, _records(checkpoint)))
        saved = replace(checkpoint.saved, log=History(plan, list(records)).text())
        # The arrays would be held to the end else.
        checkpoint = replace(checkpoint, arrays={}, saved=saved)
        with deferred_signals() as signals:
            if plan is not before:
                directory.write_resolved(plan)
            directory.write_log(checkpoint.saved.log)
            directory.begin()
            told = _Told((*written.listeners, *listeners), plugin_files, warn, signals)
            return _run(prepared, directory, checkpoint, told, None)


def check_possible(plan: Plan, run_dir: str | Path | None) -> None:
    """Raise UsageError where it is plain, before TensorFlow loads, that `train` would fail."""
    if not plan.losses:
        raise UsageError(
            f"the spec `{plan.spec.name}` has no loss: there is nothing to train",
            help="add `loss` and `optimizer`",
        )
    if run_dir is not None:
        refuse_existing(Path(run_dir))


def check_resumable(
    directory: RunDirectory, plan: Plan | None, plugin_files: Sequence[str] = ()
) -> None:
    """Raise where it is plain, before TensorFlow loads, that `resume` with a plan would fail."""
    if plan is not None:
        refuse_changes(directory.check_spec(plugin_files).sound(), plan, directory.path)
    with locked(directory.path):
        return


@dataclass
class _Prepared:
    """A graph and the splits it needs, before the first step.

    `known` are the splits that have been loaded.
    """

    graph: Graph
    data: Arrays | None
    known: dict[str, dict[str, Any]]
    watched: str | None

    def split(self, name: str) -> dict[str, Any]:
        """The arrays of a split, kept for the next time."""
        if name not in self.known:
            self.known[name] = load_split(self.graph, name, self.data)
        return self.known[name]

    @property
    def timetable(self) -> Timetable:
        """What is due when."""
        return timetable(examples_in(self.split("train")), self.graph.plan.spec.training)

    def figures(self, split: str) -> dict[str, float]:
        """Loss and metrics of a split."""
        return _figures(self.graph, self.split(split))

    def has(self, split: str) -> bool:
        """Whether there is such a split."""
        return split in split_names(self.graph.plan, self.data)


def _prepared(plan: Plan, data: Arrays | None) -> _Prepared:
    from tfgraph.graph import build

    graph = build(plan)
    prepared = _Prepared(graph, data, {}, None)
    prepared.watched = next((s for s in WATCHED if prepared.has(s)), None)
    prepared.split("train")
    if prepared.watched:
        prepared.split(prepared.watched)
    elif plan.spec.training.best or plan.spec.training.early_stopping:
        raise UsageError(
            "there is no split to evaluate while training lasts",
            help=f"give one of the splits {' and '.join(f'`{s}`' for s in WATCHED)}",
        )
    # Traced here, so that what is wrong with the model costs no training, and leaves no directory.
    _ = graph.train
    if prepared.watched:
        _ = graph.evaluate
    return prepared


@dataclass(frozen=True)
class _Told:
    """Who is told of a run, who of what goes wrong without ending it, and what the run is told."""

    listeners: Sequence[object]
    plugin_files: Sequence[str]
    warn: Callable[[str], None]
    signals: Signals


def _run(
    prepared: _Prepared,
    directory: RunDirectory | None,
    checkpoint: Checkpoint | None,
    told: _Told,
    moved: Transfer | None,
) -> Run:
    graph = prepared.graph
    plan = graph.plan
    table = prepared.timetable
    saved = checkpoint.saved if checkpoint else None
    history = History(plan, parsed(saved.log) if saved else [])
    path = directory.path if directory else None
    info = RunInfo(
        graph,
        table,
        path,
        saved.step if saved else 0,
        prepared.watched,
        history,
        prepared.split,
        moved,
    )
    listeners = Listeners(load_registry(told.plugin_files), told.listeners, told.warn)
    watched = prepared.watched
    trainer = Trainer(
        info,
        prepared.split("train"),
        lambda: prepared.figures(watched) if watched else {},
        history,
        listeners,
        told.signals,
        told.warn,
        seconds=saved.seconds if saved else 0.0,
        unsaved=checkpoint is None,
    )
    try:
        listeners.call("tfgraph_run_started", run=info)
        status = trainer.run()
        split = next((s for s in ("test", "validation") if prepared.has(s)), None)
        outcome = trainer.outcome(status, split, prepared.figures)
        if directory:
            _note_data(directory, prepared, told.warn)
    except BaseException as error:
        outcome = Outcome(_status(error), trainer.step, trainer.elapsed(), message=str(error))
        _end(listeners, info, directory, outcome, told.warn)
        raise
    _end(listeners, info, directory, outcome, told.warn)
    if told.signals.number is not None:  # it came too late to end anything, and is obeyed
        said = f"interrupted after step {outcome.step}, when the run had ended: {outcome.status}"
        raise Interrupted(told.signals.number, said)
    return Run(graph, tuple(history.records), outcome, path)


def _end(
    listeners: Listeners,
    info: RunInfo,
    directory: RunDirectory | None,
    outcome: Outcome,
    warn: Callable[[str], None],
) -> None:
    if directory:
        try:
            directory.write_outcome(outcome)
        except DataError as error:
            warn(error.message)
    listeners.call("tfgraph_run_ended", run=info, outcome=outcome)


def _status(error: BaseException) -> Status:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return "diverged" if isinstance(error, DivergedError) else "failed"


def _records(checkpoint: Checkpoint) -> list[Record]:
    try:
        return parsed(checkpoint.saved.log)
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"the log in `{checkpoint.folder}` cannot be read: {error}") from error


def _note_data(directory: RunDirectory, prepared: _Prepared, warn: Callable[[str], None]) -> None:
    """Have the manifest say what was evaluated at the end only, as what was trained with."""
    try:
        had = directory.manifest()["data"]
        new = {split: arrays for split, arrays in prepared.known.items() if split not in had}
        if new:
            directory.add_data(fingerprints(new))
    except DataError as error:
        warn(error.message)


def _refuse_other_data(directory: RunDirectory, prepared: _Prepared) -> None:
    """Raise DataError where the data are not those that the run was begun with."""
    had, now = directory.manifest()["data"], fingerprints(prepared.known)
    for split in dict.fromkeys([*had, *now]):
        if had.get(split) != now.get(split):
            raise DataError(
                f"the data of the split `{split}` are not those that `{directory.path}` was "
                "trained with",
                help=f"bring them back, or begin a run of its own with `--from {directory.path}`",
            )


def _warn_of_versions(directory: RunDirectory, warn: Callable[[str], None]) -> None:
    had, now = directory.manifest()["versions"], directories.versions()
    changed = [
        f"{name} {had.get(name)} then, {now[name]} now"
        for name in now
        if had.get(name) != now[name]
    ]
    if changed:
        warn(f"other versions than the run began with: {'; '.join(changed)}: it may differ in bits")


def evaluate(graph: Graph, split: str, data: Arrays | None = None) -> dict[str, float]:
    """Loss and metrics over all examples of a split, `data` in place of the spec's dataset."""
    return _figures(graph, load_split(graph, split, data))


def _figures(graph: Graph, arrays: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in graph.evaluate(**arrays).items()}
