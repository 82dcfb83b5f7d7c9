"""The best state of a run that goes on is that of one that was never stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tfgraph
from tests.run.models import NOISY
from tests.run.runs import StopAt, arrays, digest, weights
from tfgraph.errors import DataError
from tfgraph.run import Interrupted, RunDirectory

#: What is learned from the first makes the second better, or worse.
X = {"train": arrays(30)["x"], "validation": arrays(9, 1)["x"]}
BETTER = {split: {"x": x, "y": x[:, :2]} for split, x in X.items()}
WORSE = {**BETTER, "validation": {"x": X["validation"], "y": -X["validation"][:, :2]}}
TEXT = NOISY.replace("  - dropout: 0.3\n    from: x\n", "").replace(
    "{units: 4, activation: tanh}\n", "{units: 4, activation: tanh}\n    from: x\n"
)
STOPPING = "early_stopping: {monitor: loss, patience: 50}"


def check_same(run: tfgraph.Run, straight: tfgraph.Run, best: int) -> None:
    """Both have ended with the best state, and anyone who opens them finds it."""
    assert run.history == straight.history
    assert run.outcome.metrics == straight.outcome.metrics
    for found in (run, straight):
        assert found.directory
        assert int(found.graph.step) == best
        assert int(tfgraph.open_run(found.directory).step) == best
        assert RunDirectory(found.directory).store.best_step() == best
    for name, value in weights(run.graph).items():
        np.testing.assert_array_equal(value, weights(straight.graph)[name])


@pytest.mark.usefixtures("small_calls")
@pytest.mark.parametrize(("every", "step"), [("1 epoch", 13), ("2 epochs", 8), ("3 steps", 13)])
@pytest.mark.parametrize("keep", [1, 50])
def test_an_evaluation_at_a_step_that_is_saved_already_can_be_the_best(
    tmp_path: Path, every: str, step: int, keep: int
) -> None:
    more = f"evaluate_every: {every}, {STOPPING}, checkpoint: {{keep: {keep}}}"
    text = TEXT.replace("epochs: 3", f"steps: 24, {more}")
    with pytest.raises(Interrupted):
        tfgraph.train(tfgraph.loads(text), tmp_path / "r", BETTER, listeners=[StopAt(step)])
    warned: list[str] = []
    short = {"settings": [f"train.steps={step}"], "warn": warned.append}
    run = tfgraph.resume(tmp_path / "r", BETTER, **short)  # type: ignore[arg-type]
    plan = tfgraph.loads(text.replace("steps: 24", f"steps: {step}"))
    straight = tfgraph.train(plan, tmp_path / "short", BETTER)
    assert warned == []
    check_same(run, straight, step)
    check_same(tfgraph.resume(tmp_path / "r", BETTER), straight, step)
    # It goes on from there as if it had never been asked to end.
    run = tfgraph.resume(tmp_path / "r", BETTER, settings=["train.steps=24"])
    straight = tfgraph.train(tfgraph.loads(text), tmp_path / "whole", BETTER)
    assert digest(tmp_path / "r") == digest(tmp_path / "whole")
    check_same(run, straight, 24)


@pytest.mark.parametrize("begun", ["", ", best: mean_absolute_error"])
@pytest.mark.parametrize("epochs", [3, 4])
def test_early_stopping_that_comes_later_finds_the_best_state_that_was_saved_before(
    tmp_path: Path, begun: str, epochs: int
) -> None:
    checkpoint = f"checkpoint: {{every: 1 epoch, keep: 50{begun}}}"
    text = TEXT.replace("epochs: 3", f"epochs: 3, {checkpoint}")
    tfgraph.train(tfgraph.loads(text), tmp_path / "r", WORSE)
    settings = [f"train.epochs={epochs}", "train.early_stopping={monitor: loss, patience: 50}"]
    if begun:
        settings.append("train.checkpoint.best=loss")
    warned: list[str] = []
    run = tfgraph.resume(tmp_path / "r", WORSE, settings=settings, warn=warned.append)
    checkpoint = checkpoint.replace("mean_absolute_error", "loss")
    whole = text.replace(text[text.index("epochs: 3") : text.index(", batch_size")], "LENGTH")
    plan = tfgraph.loads(whole.replace("LENGTH", f"epochs: {epochs}, {checkpoint}, {STOPPING}"))
    straight = tfgraph.train(plan, tmp_path / "whole", WORSE)
    assert warned == []
    assert digest(tmp_path / "r") == digest(tmp_path / "whole")
    check_same(run, straight, 8)


def figures(run: Path) -> dict[int, Any]:
    return RunDirectory(run).store.monitored()[0]


def test_the_best_by_the_new_figure_is_kept_and_the_one_by_the_old_is_not(tmp_path: Path) -> None:
    kept = f"checkpoint: {{every: 1 epoch, keep: 2}}, {STOPPING}"
    text = TEXT.replace("epochs: 3", "epochs: 3, checkpoint: {every: 1 epoch, keep: 4}")
    tfgraph.train(tfgraph.loads(text), tmp_path / "r", WORSE)
    settings = ["train.epochs=6", "train.checkpoint.keep=2", "train.early_stopping={patience: 50}"]
    tfgraph.resume(tmp_path / "r", WORSE, settings=settings)
    tfgraph.train(
        tfgraph.loads(TEXT.replace("epochs: 3", f"epochs: 6, {kept}")), tmp_path / "s", WORSE
    )
    assert figures(tmp_path / "r") == figures(tmp_path / "s")
    assert list(figures(tmp_path / "r")) == [8, 40, 48]
    # Without a figure none of them is better than another, and they go as they came.
    gone_on = ["train.epochs=7", "train.early_stopping=null"]
    tfgraph.resume(tmp_path / "r", WORSE, settings=gone_on)
    assert figures(tmp_path / "r") == {48: None, 56: None}
    with pytest.raises(DataError, match=r"no checkpoint in .* says how good it is"):
        tfgraph.open_run(tmp_path / "r", checkpoint="best")


def test_a_damaged_checkpoint_does_not_keep_a_run_from_another_figure(tmp_path: Path) -> None:
    text = TEXT.replace("epochs: 3", "epochs: 3, checkpoint: {every: 1 epoch, keep: 50}")
    tfgraph.train(tfgraph.loads(text), tmp_path / "r", WORSE)
    (tmp_path / "r/checkpoints/step-8/manifest.json").write_bytes(b"{}")
    warned: list[str] = []
    tfgraph.resume(
        tmp_path / "r",
        WORSE,
        settings=["train.early_stopping={patience: 50}"],
        warn=warned.append,
    )
    assert warned == ["the best state, after step 8, is lost: this is that of step 16"]
