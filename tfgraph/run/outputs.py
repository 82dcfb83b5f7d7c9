"""Outputs: what a run leaves for people to read, each of them a listener of its hooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tfgraph.run.begun import versions
from tfgraph.run.directory import RunDirectory


@dataclass(frozen=True)
class Outputs:
    """The files beside spec, metrics and checkpoints: run.log, TensorBoard's events, plots.

    Args:
        listeners: who write them.
        warn: takes what goes wrong without ending the run; it stands in run.log as well.
    """

    listeners: Sequence[object]
    warn: Callable[[str], None]


def outputs(
    directory: RunDirectory | None, command: Sequence[str], warn: Callable[[str], None]
) -> Outputs:
    """The outputs of a run; none where it has no directory."""
    if directory is None:
        return Outputs((), warn)
    # What they stand on is no part of what the first line of a run waits for.
    from tfgraph.run import log, plots, tensorboard

    written = log.RunLog(directory, command, versions(), warn)
    events = tensorboard.Events(directory, written.warn)
    pictures = plots.Plots(directory, written.warn)
    # The pictures first: what keeps them from being drawn stands before the end in run.log.
    return Outputs((pictures, written, events), written.warn)
