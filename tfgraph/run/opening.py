"""Opening: a run as a graph with the weights of one of its checkpoints."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraph.errors import DataError, UsageError
from tfgraph.run.changes import refuse_changes_to_evaluate
from tfgraph.run.checkpoint import Checkpoint, Store
from tfgraph.run.directory import RunDirectory
from tfgraph.run.names import named
from tfgraph.run.plugins import warn_of_changed_plugins
from tfgraph.run.restoring import restore_to_evaluate
from tfgraph.run.trained import check_trained
from tfgraph.spec import Checked, Plan

if TYPE_CHECKING:
    from tfgraph.graph import Graph

LAST, BEST = "last", "best"
_LOGGER = logging.getLogger("tfgraph")


def open_run(
    path: str | Path,
    *,
    checkpoint: str | int | None = None,
    plugin_files: Sequence[str] = (),
    settings: Sequence[str] = (),
    warn: Callable[[str], None] | None = None,
) -> Graph:
    """The graph of a run directory, its weights those of one of its checkpoints.

    `checkpoint` is `last`, `best`, or one of a step: 500, `step-500` or a path to it. If not given it is the best one where
    the spec goes back to it at the end (`early_stopping`), else the last. One that is damaged is
    never left out without a word. Raises DataError where the directory or the checkpoint is
    missing or damaged, UsageError where plugin files are missing that it was trained with.

    `settings` may say how many examples are evaluated at a time: `train.evaluate_batch_size=64`.
    `warn` takes which plugins it was trained with are others now; the logger `tfgraph` if not given.
    """
    directory = RunDirectory(Path(path))
    plan = check_to_evaluate(directory, plugin_files, settings).sound()
    found = chosen(directory.store, plan, checkpoint)
    warn_of_changed_plugins(directory, plan, plugin_files, warn or _LOGGER.warning)
    return graph_with(plan, found)


def check_to_evaluate(
    directory: RunDirectory, plugins: Sequence[str], settings: Sequence[str]
) -> Checked:
    """`check_trained`; UsageError where settings change more than how it is evaluated."""
    found = check_trained(directory, plugins)
    if not settings or not found.plan:
        return found
    changed = check_trained(directory, plugins, settings)
    refuse_changes_to_evaluate(found.plan, changed.sound(), directory.path)
    return changed


def graph_with(plan: Plan, checkpoint: Checkpoint) -> Graph:
    """The graph of a plan with the weights of a checkpoint; DataError where they do not fit."""
    from tfgraph.graph import build

    graph = build(plan)
    restore_to_evaluate(graph, checkpoint)
    return graph


def checkpoint_of(
    path: Path, plugin_files: Sequence[str], warn: Callable[[str], None]
) -> Checkpoint:
    """The checkpoint that `open_run` takes the weights of; `warn` as there."""
    directory = RunDirectory(path)
    plan = check_trained(directory, plugin_files, edited=True).sound()
    found = chosen(directory.store, plan, None)
    warn_of_changed_plugins(directory, plan, plugin_files, warn)
    return found


def chosen(store: Store, plan: Plan, wanted: str | int | None) -> Checkpoint:
    """The checkpoint that `open_run` takes for its argument `checkpoint`."""
    if wanted is None:
        stopping = plan.spec.training.early_stopping
        best = _best(store) if stopping and stopping.restore_best else None
        return best or _undamaged(store.last(), "newest")
    if wanted == LAST:
        return _undamaged(store.last(), "newest")
    if wanted == BEST:
        if best := _best(store):
            return best
        raise DataError(
            f"no checkpoint in `{store.folder}` says how good it is",
            help="they do with `train: {checkpoint: {best: METRIC}}`; `--checkpoint last` takes "
            "the last",
        )
    return _of_step(store, _step(store, str(wanted)))


def _step(store: Store, wanted: str) -> int:
    """The step of a checkpoint that is named by its number, its folder or the path to that."""
    if re.fullmatch(r"[0-9]{1,18}", wanted):
        return int(wanted)
    found = named(wanted)
    if found is None:
        raise UsageError(f"`{wanted}` is no checkpoint: {LAST}, {BEST} or the number of a step")
    run, step = found
    if run is not None and run.resolve() != store.folder.parent.resolve():
        raise UsageError(
            f"`{wanted}` is no checkpoint of `{store.folder.parent}`", help=f"name its run: `{run}`"
        )
    return step


def _best(store: Store) -> Checkpoint | None:
    try:
        found = store.best()
    except DataError as error:
        raise DataError(error.message, help=_offer(store.last(), "newest")) from error
    return found and _undamaged(found, "best")


def _of_step(store: Store, step: int) -> Checkpoint:
    try:
        return store.load(step)
    except DataError as error:
        if error.help:
            raise
        raise DataError(error.message, help=_offer(store.last(), "newest")) from error


def _undamaged(found: Checkpoint, which: str) -> Checkpoint:
    if found.damaged:
        raise DataError(found.damaged[0], help=_offer(found, which))
    return found


def _offer(found: Checkpoint, which: str) -> str:
    step = found.saved.step
    return f"the {which} sound one is that of step {step}: `--checkpoint {step}` takes it"
