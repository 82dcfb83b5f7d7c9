"""The peers compute the same: without masks, equal weights after equal steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.benchmarks.machine import threads
from tests.benchmarks.peers import MASKED, MODULES, TURNS, Task
from tests.benchmarks.workers import Worker, installed, workers

STEPS = 4
#: Of the largest value of a weight; beside it one last digit of a bias that starts at 1, where
#: peers keep the forget bias of the LSTM.
TOLERANCE = 1e-4
LAST_DIGIT = 2e-7
Arrays = dict[str, np.ndarray]


def in_time(model: str) -> Any:
    """A model as a parameter: those that take seconds to trace are left to `-m benchmark`."""
    quick = model in ("linear_regression", "deep_mlp")
    return pytest.param(model, marks=[] if quick else pytest.mark.benchmark)


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, Worker]]:
    with workers(installed(MODULES), threads()) as started:
        yield started


def weights_after(
    steps: int, model: str, found: dict[str, Worker], folder: Path, *, masks: bool
) -> tuple[Arrays, dict[str, Arrays]]:
    """The initial weights, and those of each peer after two calls that make so many steps."""
    task, rows = str(folder / "task.npz"), steps * 128
    found["tfgraph"]("call", function="make_task", model=model, file=task, masks=masks, rows=rows)
    for worker in found.values():
        worker.ask("prepare", file=task)
    ended = {}
    for peer, worker in found.items():
        worker.answer()
        worker("run", steps=1)
        worker("run", steps=steps - 1)
        worker("weights", file=str(folder / f"{peer}.npz"))
        with np.load(folder / f"{peer}.npz") as file:
            ended[peer] = {name: file[name] for name in file.files}
    return dict(Task.load(Path(task)).initial), ended


@pytest.mark.parametrize("model", [in_time(model) for model in TURNS])
def test_without_masks_all_peers_end_with_equal_weights(
    model: str, found: dict[str, Worker], tmp_path: Path
) -> None:
    initial, ended = weights_after(STEPS, model, found, tmp_path, masks=False)
    ours = ended["tfgraph"]
    for peer, theirs in ended.items():
        assert set(theirs) == set(initial), peer
        for name, value in theirs.items():
            error = np.abs(value - ours[name]).max()
            assert error <= TOLERANCE * np.abs(ours[name]).max() + LAST_DIGIT, (peer, name)
    moved = [np.abs(ours[n] - initial[n]).max() > 10 * LAST_DIGIT for n in initial]
    assert all(moved)


@pytest.mark.parametrize("model", [in_time(model) for model in MASKED])
def test_with_masks_no_peer_ends_with_the_weights_it_has_without(
    model: str, found: dict[str, Worker], tmp_path: Path
) -> None:
    _, without = weights_after(2, model, found, tmp_path, masks=False)
    _, ended = weights_after(2, model, found, tmp_path, masks=True)
    for peer, theirs in ended.items():
        assert any((theirs[name] != without[peer][name]).any() for name in theirs), peer
