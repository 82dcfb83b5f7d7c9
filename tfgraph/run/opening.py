"""Opening: a run as a graph with the weights of one of its checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraph.errors import DataError
from tfgraph.run.checkpoint import Checkpoint
from tfgraph.run.directory import RunDirectory
from tfgraph.run.restoring import restore
from tfgraph.spec import Plan

if TYPE_CHECKING:
    from tfgraph.graph import Graph


def open_run(path: str | Path, *, plugin_files: Sequence[str] = ()) -> Graph:
    """The graph of a run directory, its weights those of its best or newest checkpoint.

    It is the best where the spec goes back to it at the end (`early_stopping`), else the newest.
    Raises DataError where the directory or its checkpoint is missing or damaged, UsageError where
    plugin files are missing that it was trained with.
    """
    directory = RunDirectory(Path(path))
    plan = directory.check_spec(plugin_files).sound()
    found = _chosen(directory, plan)
    from tfgraph.graph import build

    graph = build(plan)
    restore(graph, found)
    return graph


def checkpoint_of(path: Path, plugin_files: Sequence[str] = ()) -> Checkpoint:
    """The checkpoint that `open_run` takes the weights of."""
    directory = RunDirectory(path)
    return _chosen(directory, directory.check_spec(plugin_files).sound())


def _chosen(directory: RunDirectory, plan: Plan) -> Checkpoint:
    stopping = plan.spec.training.early_stopping
    if stopping and stopping.restore_best:
        best = directory.store.best()
        if best is not None:
            return best
    found = directory.store.last()
    if found.damaged:
        raise DataError(
            found.damaged[0],
            help=f"the newest sound one is that of step {found.saved.step}: "
            f"`--checkpoint {found.saved.step}`",
        )
    return found
