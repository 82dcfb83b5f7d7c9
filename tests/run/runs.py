"""Data for small runs, a way to stop them, and what they leave that must be the same."""

from __future__ import annotations

import hashlib
import os
import signal
from pathlib import Path

import numpy as np

import tfgraph
from tests.run.models import NOISY
from tfgraph.api import hookimpl
from tfgraph.run import RunDirectory


def arrays(examples: int, seed: int = 0) -> dict[str, np.ndarray]:
    draws = np.random.default_rng(seed)
    return {
        "x": draws.normal(size=(examples, 3)).astype(np.float32),
        "y": draws.normal(size=(examples, 2)).astype(np.float32),
    }


def weights(graph: tfgraph.Graph) -> dict[str, np.ndarray]:
    return {name: variable.numpy() for name, variable in graph.weights.items()}


DATA = {"train": arrays(30), "validation": arrays(9, 1)}
EVERY = "checkpoint: {every: 5 steps, best: mean_absolute_error, keep: 100}"
TEXT = NOISY.replace("epochs: 3", f"epochs: 3, {EVERY}")


class StopAt:
    """Sends a signal when a step has been made."""

    def __init__(self, step: int) -> None:
        self.step = step

    @hookimpl
    def tfgraph_steps_done(self, step: int) -> None:
        if step == self.step:
            os.kill(os.getpid(), signal.SIGINT)


def digest(path: Path) -> dict[str, str]:
    """What a run has left that must be the same: its newest state and its log."""
    found = RunDirectory(path).store.last()
    state = hashlib.sha256()
    for name in sorted(found.arrays):
        state.update(name.encode() + found.arrays[name].tobytes())
    log = (path / "metrics.jsonl").read_text(encoding="utf-8")
    assert log == found.saved.log
    return {"state": state.hexdigest(), "log": log, "step": str(found.saved.step)}
