"""Training: a run from its start, or from where it stopped, to its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from tfgraph.errors import DataError, UsageError
from tfgraph.registry import load_registry
from tfgraph.run import course
from tfgraph.run.begun import changed_versions
from tfgraph.run.changes import refuse_changes
from tfgraph.run.checkpoint import Checkpoint
from tfgraph.run.course import Run, Told
from tfgraph.run.directory import RunDirectory, reopened
from tfgraph.run.events import Record
from tfgraph.run.fingerprint import fingerprints
from tfgraph.run.history import History, parsed
from tfgraph.run.interrupts import deferred_signals
from tfgraph.run.judging import judge_again
from tfgraph.run.listeners import refuse_unfit
from tfgraph.run.lock import locked
from tfgraph.run.making import created, refuse_existing
from tfgraph.run.outputs import outputs
from tfgraph.run.plugins import changed_plugins
from tfgraph.run.preparing import Prepared, prepared
from tfgraph.run.restoring import State, restore
from tfgraph.run.splits import Arrays
from tfgraph.run.timetable import refuse_no_step
from tfgraph.run.trained import check_trained
from tfgraph.run.transfer import transfer
from tfgraph.spec import Plan

_LOGGER = logging.getLogger("tfgraph")


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
    check_possible(plan, run_dir if again is None else None, data)
    refuse_unfit(listeners)
    ready = prepared(plan, data)
    moved, doubts = None, list(ready.spoilt())
    if weights_from:
        moved = transfer(ready.graph, weights_from, plugin_files, warn=doubts.append)
    folder: AbstractContextManager[RunDirectory | None] = nullcontext()
    if run_dir is not None:
        hashes = fingerprints(ready.known)
        folder = created(
            Path(run_dir),
            plan,
            command=command,
            plugin_files=plugin_files,
            data=hashes,
            state=State(ready.graph),
            compiled=ready.graph.compiled,
            again=again,
        )
    with deferred_signals() as signals, folder as directory:
        written = outputs(directory, command, warn or _LOGGER.warning)
        for text in doubts:
            written.warn(text)
        told = Told((*written.listeners, *listeners), plugin_files, written.warn, signals)
        return course.run(ready, directory, None, told, moved)


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
        plan: the spec it is thought to be of, in the place of settings; refused where it differs.
        listeners: as for `train`.
        warn: as for `train`.
        command: the command line, for run.log.
        plugin_files: the plugin files that it was trained with.

    Raises UsageError where the spec has changed in anything that training depends on, or another
    process is training there; DataError where the data have changed, or the directory is
    damaged.
    """
    refuse_unfit(listeners)
    if plan is not None and settings:
        raise UsageError(
            "`plan` and `settings` exclude each other: a plan has its settings already",
            help="give the settings alone, or load the plan with them: `tfgraph.load(SPEC, set=…)`",
        )
    path = Path(run_dir)
    with reopened(path) as directory:
        before = check_trained(directory, plugin_files).sound()
        _refuse_without_arrays(before, path, data)
        if settings:
            plan = check_trained(directory, plugin_files, settings).sound()
        if plan is not None:
            refuse_changes(before, plan, path)
        plan = plan or before
        written = outputs(directory, command, warn or _LOGGER.warning)
        warn = written.warn
        manifest, registry = directory.manifest(), load_registry(plugin_files)
        other = changed_versions(manifest) + changed_plugins(manifest, plan, registry)
        if other:
            text = f"what the run stands on has changed since it began: {'; '.join(other)}"
            warn(f"{text}: it may come out otherwise")
        ready = prepared(plan, data, compiled=manifest["compiled"])
        for split in directory.manifest()["data"]:
            if ready.has(split):
                ready.split(split)
        _refuse_other_data(directory, ready)
        checkpoint = directory.store.last(wary=True)
        for damaged in checkpoint.damaged:
            warn(f"{damaged}; going on from step {checkpoint.saved.step}")
        restore(ready.graph, checkpoint)
        records = filter(None, map(ready.timetable.due, _records(checkpoint)))
        history = History(plan, list(records))
        saved = replace(checkpoint.saved, log=history.text())
        # The arrays would be held to the end else.
        checkpoint = replace(checkpoint, arrays={}, saved=saved)
        with deferred_signals() as signals:
            judge_again(directory.store, history, ready.timetable)
            if plan is not before:
                directory.write_resolved(plan)
            directory.write_log(checkpoint.saved.log)
            directory.begin()
            told = Told((*written.listeners, *listeners), plugin_files, warn, signals)
            return course.run(ready, directory, checkpoint, told)


def check_possible(plan: Plan, run_dir: str | Path | None, data: Arrays | None = None) -> None:
    """Raise UsageError where it is plain, before TensorFlow loads, that `train` would fail."""
    if not plan.losses:
        raise UsageError(
            f"the spec `{plan.spec.name}` has no loss: there is nothing to train",
            help="add `loss` and `optimizer`",
        )
    if data is None and plan.spec.data:
        size = plan.spec.data.component.splits().get("train")
        if size:
            refuse_no_step(size, plan.spec.training)
    if run_dir is not None:
        refuse_existing(Path(run_dir))


def check_resumable(
    directory: RunDirectory, plan: Plan | None, plugin_files: Sequence[str] = ()
) -> None:
    """Raise where it is plain, before TensorFlow loads, that `resume` with a plan would fail."""
    before = check_trained(directory, plugin_files).sound()
    _refuse_without_arrays(before, directory.path, None)
    if plan is not None:
        refuse_changes(before, plan, directory.path)
    with locked(directory.path):
        return


def _records(checkpoint: Checkpoint) -> list[Record]:
    try:
        return parsed(checkpoint.saved.log)
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"the log in `{checkpoint.folder}` cannot be read: {error}") from error


def _refuse_without_arrays(plan: Plan, run: Path, data: Arrays | None) -> None:
    """Raise UsageError where a run has no data but arrays that Python code had handed over."""
    if plan.spec.data is None and data is None:
        raise UsageError(
            f"the run `{run}` was trained with arrays of Python code, and its spec names no data",
            help=f'go on from Python: `tfgraph.resume("{run}", data)` with the same arrays',
        )


def _refuse_other_data(directory: RunDirectory, ready: Prepared) -> None:
    """Raise DataError where the data are not those that the run was begun with."""
    had, now = directory.manifest()["data"], fingerprints(ready.known)
    for split in dict.fromkeys([*had, *now]):
        if had.get(split) != now.get(split):
            raise DataError(
                f"the data of the split `{split}` are not those that `{directory.path}` was "
                "trained with",
                help=f"bring them back, or begin a run of its own with `--from {directory.path}`",
            )
