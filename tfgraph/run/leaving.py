"""Leaving: what a run writes down that is left at once, in the middle of a call."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tfgraph.errors import DataError
from tfgraph.run import log
from tfgraph.run.directory import RunDirectory
from tfgraph.run.events import Outcome
from tfgraph.run.listing import listed
from tfgraph.run.wording import outcome_line


def note_leaving(path: Path, step: int) -> int | None:
    """Note in a run directory that its process leaves without saving; the step that is saved.

    `step` is the last one that is known to have been made. How a run has ended that has ended
    already is left as it is. None where nobody knows what is saved.
    """
    found, directory = listed(path), RunDirectory(path)
    outcome = Outcome(
        "interrupted", step, found.seconds or 0.0, message=f"saved is step {found.saved}"
    )
    with suppress(DataError):
        if directory.outcome() is None:
            directory.write_outcome(outcome)
            log.RunLog(directory, (), {}, lambda text: None).write(outcome_line(outcome))
    return found.saved
