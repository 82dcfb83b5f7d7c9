from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tfgraph
from tests.run.models import NOISY, Notes
from tests.run.runs import arrays
from tfgraph.run.ending import remarks

DATA = {"train": arrays(32), "validation": arrays(9, 1)}
CLASSES = """\
tfgraph: 1
inputs: {x: [3], y: {shape: [], dtype: int32, classes: 4}}
layers:
  - matmul: 4
    from: x
loss: {softmax_cross_entropy: , target: y}
metrics: [{accuracy: , target: y}]
optimizer: {adam: 0.05}
train: {epochs: 20, batch_size: 20}
"""


def remarked(text: str, data: dict, path: Path | None = None) -> tuple[list[str], tfgraph.Run]:
    notes = Notes()
    run = tfgraph.train(tfgraph.loads(text), path, data, listeners=[notes])
    assert notes.run
    return remarks(notes.run, run.outcome), run


@pytest.mark.parametrize("kept", [True, False])
def test_an_early_stop_says_why_and_whose_weights_these_are(tmp_path: Path, kept: bool) -> None:
    stopping = "{monitor: mean_absolute_error, patience: 3, min_delta: 0.01}"
    text = NOISY.replace("adam: 0.01", "adam: 0.3")
    text = text.replace("epochs: 3", f"epochs: 60, early_stopping: {stopping}")
    found, run = remarked(text, DATA, tmp_path / "r" if kept else None)
    best = min(run.history, key=lambda record: record.metrics["mean_absolute_error"])
    assert found == [
        "stopped early: validation mean_absolute_error has not improved by more than 0.01 in 3 "
        "evaluations",
        "the weights are those of the best validation mean_absolute_error: "
        f"{best.metrics['mean_absolute_error']:.4f} after step {best.step} (epoch {best.epoch})",
    ]
    if kept:
        log = (tmp_path / "r/run.log").read_text(encoding="utf-8").splitlines()
        assert [line[22:] for line in log[-2:]] == found


def test_the_last_weights_stay_where_nothing_is_restored() -> None:
    text = NOISY.replace("adam: 0.01", "adam: 0.3").replace(
        "epochs: 3", "epochs: 60, early_stopping: {patience: 3, restore_best: false}"
    )
    found, run = remarked(text, DATA)
    assert found[1].startswith("the best validation loss was ")
    assert found[1].endswith(f"; the weights are those after step {run.step}")


@pytest.mark.parametrize("learnt", [True, False])
def test_a_classifier_that_has_learned_nothing_is_remarked_on(learnt: bool) -> None:
    draws = np.random.default_rng(0)
    data = {}
    for split in ("train", "test"):
        x = draws.normal(size=(400, 3)).astype(np.float32)
        y = 2 * (x[:, 0] > 0) + (x[:, 1] > 0) if learnt else draws.integers(4, size=400)
        data[split] = {"x": x, "y": y.astype(np.int32)}
    found, _ = remarked(CLASSES, data)
    assert len(found) == (0 if learnt else 1)
    for text in found:
        said = "test accuracy is that of always answering the most frequent of 4 classes (0.2"
        assert text.startswith(said)


def test_an_answer_that_is_always_the_same_has_learned_nothing() -> None:
    draws = np.random.default_rng(0)
    data = {}
    for split in ("train", "test"):
        y = (draws.uniform(size=400) < 0.1).astype(np.int32)  # nine of ten are of the class 0
        x = 1 + draws.uniform(size=(400, 3))  # its sum stands for the bias that there is not
        data[split] = {"x": x.astype(np.float32), "y": y}
    found, run = remarked(CLASSES, data)
    assert run.metrics["accuracy"] > 0.85
    assert [text.split(":")[0] for text in found] == [
        "test accuracy is that of always answering the most frequent of 4 classes "
        f"({1 - data['test']['y'].mean():.4f})"
    ]
