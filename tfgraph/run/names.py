"""Names: what the files and folders of a run directory are called."""

from __future__ import annotations

SPEC, RESOLVED = "spec.yaml", "resolved.yaml"
#: In a run directory, what the run was made with; in a checkpoint, what it holds.
MANIFEST = "manifest.json"
#: In a run directory, the records so far; in a checkpoint, those up to its step.
METRICS = "metrics.jsonl"
OUTCOME, LOCK, LOG = "outcome.json", "lock", "run.log"
#: Folders.
CHECKPOINTS, PLOTS, TENSORBOARD = "checkpoints", "plots", "tensorboard"
#: In a checkpoint, every variable that training changes.
ARRAYS = "arrays.npz"
