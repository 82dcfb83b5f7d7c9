"""Opening: a finished run as a graph with the weights it ended with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraph.run.checkpoint import load_checkpoint
from tfgraph.run.directory import RunDirectory

if TYPE_CHECKING:
    from tfgraph.graph import Graph


def open_run(path: str | Path, *, plugin_files: Sequence[str] = ()) -> Graph:
    """The graph of a run directory, its weights those of the newest checkpoint.

    Raises DataError where the directory or its checkpoint is missing or damaged, UsageError where
    plugin files are missing that it was trained with.
    """
    directory = RunDirectory(Path(path))
    plan = directory.check_spec(plugin_files).sound()
    from tfgraph.graph import build

    graph = build(plan)
    load_checkpoint(graph, directory.checkpoint)
    return graph
