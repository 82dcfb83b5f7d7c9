from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tfgraph
from tests.run.models import LINE, NOISY, Notes
from tests.run.runs import arrays
from tfgraph.reports.figures import figure
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


def remarked(
    text: str, data: dict | None, path: Path | None = None
) -> tuple[list[str], tfgraph.Run]:
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


def test_a_loss_that_has_grown_is_told() -> None:
    found, run = remarked(LINE.replace("rmsprop: 0.01", "gradient_descent: 4"), None)
    first, last = run.history[0].loss, run.history[-1].loss
    assert last > 10 * first
    assert found == [
        f"the loss has grown from {figure(first)} in the first steps to {figure(last)}: the learning "
        "rate is likely too high, and what was learned is lost"
    ]
    assert remarked(NOISY, DATA)[0] == []


def test_a_classifier_that_knows_less_than_nothing_is_told() -> None:
    draws = np.random.default_rng(0)
    x, y = draws.normal(size=(64, 3)).astype(np.float32), draws.integers(0, 4, 64)
    text = CLASSES.replace("adam: 0.05", "gradient_descent: 1.0e+20")
    found, _ = remarked(text, {"train": {"x": x, "y": y}, "validation": {"x": x, "y": y}})
    assert found[0].startswith("validation loss ")
    assert " is far above that of equal odds for all 4 classes (1.3863): the learning " in found[0]
