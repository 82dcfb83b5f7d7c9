"""Names: what the files and folders of a run directory are called."""

from __future__ import annotations

import re
from pathlib import Path

SPEC, RESOLVED = "spec.yaml", "resolved.yaml"
#: In a run directory, what the run was made with; in a checkpoint, what it holds.
MANIFEST = "manifest.json"
#: In a run directory, the records so far; in a checkpoint, those up to its step.
METRICS = "metrics.jsonl"
OUTCOME, LOCK, LOG = "outcome.json", "lock", "run.log"
#: The outcome before a run went on, as long as there are no other figures of its end.
EARLIER = "earlier.json"
#: Folders.
CHECKPOINTS, PLOTS, TENSORBOARD = "checkpoints", "plots", "tensorboard"
#: A checkpoint, by its step.
STEP = r"step-(0|[1-9][0-9]{0,17})"
#: In a checkpoint, every variable that training changes.
ARRAYS = "arrays.npz"


def named(path: str | Path) -> tuple[Path | None, int] | None:
    """The run and the step of what is written like a checkpoint: `step-500`, or a path to one.

    The run is None where it is not said; None where it is written like none.
    """
    parts = Path(path).parts
    match = re.fullmatch(STEP, parts[-1]) if parts else None
    if not match or parts[-2:-1] not in ((), (CHECKPOINTS,)):
        return None
    return Path(*parts[:-2]) if len(parts) > 2 else None, int(match[1])
