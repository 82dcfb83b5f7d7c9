from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tests.run.models import LINE, Notes
from tfgraph.api import hookimpl
from tfgraph.errors import DivergedError
from tfgraph.run import RunDirectory

RELU = """\
tfgraph: 1
inputs: {x: [2], y: [1]}
layers:
  - dense: {units: 3, activation: relu}
    name: hidden
    from: x
  - matmul: 1
    name: out
loss: {squared_error: , target: y}
optimizer: {gradient_descent: 0.1}
train: {epochs: 3, batch_size: 4, shuffle: false}
"""


#: Its gradients are large where its data are.
STEEP = """\
tfgraph: 1
inputs: {x: [2], y: [1]}
layers:
  - matmul: 1
    from: x
loss:
  squared_error:
  target: y
optimizer: {gradient_descent: 0.001}
train: {epochs: 40, batch_size: 4}
"""


def trained(plan: tfgraph.Plan, where: Path | None, data=None) -> DivergedError:
    with pytest.raises(DivergedError) as caught:
        tfgraph.train(plan, where, data=data)
    return caught.value


@pytest.mark.parametrize("kept", [True, False])
def test_the_first_step_that_is_not_finite_is_named_and_the_last_finite_state_kept(
    tmp_path: Path, kept: bool
) -> None:
    text = LINE.replace("rmsprop: 0.01", "gradient_descent: 100")
    text = text.replace("epochs: 4, ", "epochs: 99, checkpoint: {every: 3 steps}, ")
    plan = tfgraph.loads(text)
    error = trained(plan, tmp_path / "r" if kept else None)
    alone = tfgraph.build(plan)
    data = plan.spec.data.component.load("train", 0)
    while np.isfinite(float(alone.train(steps=1, **data)["last_loss"])):
        pass
    step = int(alone.step)
    assert error.message == (
        f"training diverged in step {step}: the loss is not finite (`squared_error`, <spec>:6:7)"
    )
    # Clipping leaves steps of the length of the rate, which is no help where that is large.
    assert error.help == "try a smaller `optimizer.gradient_descent.learning_rate`"
    assert error.exit_code == 5
    if kept:
        directory = RunDirectory(tmp_path / "r")
        last = directory.store.last()
        assert last.saved.step == (step - 1) // 3 * 3
        assert all(np.isfinite(array).all() for array in last.arrays.values())
        assert directory.outcome()["status"] == "diverged"


def test_a_value_in_the_data_is_named(tmp_path: Path) -> None:
    x, y = np.ones((12, 2), np.float32), np.ones((12, 1), np.float32)
    x[9, 0] = np.nan
    error = trained(tfgraph.loads(RELU), tmp_path / "r", {"train": {"x": x, "y": y}})
    assert error.message == (
        "training diverged in step 3: the data hold values that are not finite in the field `x`"
    )
    assert RunDirectory(tmp_path / "r").store.last().saved.step == 0


def test_a_layer_that_overflows_is_named_with_its_line() -> None:
    text = RELU.replace("- matmul: 1", "- matmul: {units: 1, init: {constant: 3.0e+38}}")
    x, y = np.full((4, 2), 10, np.float32), np.ones((4, 1), np.float32)
    error = trained(tfgraph.loads(text), None, {"train": {"x": x, "y": y}})
    assert error.message == (
        "training diverged in step 1: the output of layer `out` is not finite (<spec>:7:5)"
    )
    # No learning rate has a part in it.
    assert error.help == (
        "nothing has been learned before the first step: scale what the data hold, or begin with "
        "smaller weights (`init`)"
    )


def test_a_gradient_is_named_that_the_loss_does_not_show() -> None:
    text = RELU.replace("- matmul: 1", "- matmul: {units: 1, init: {constant: 1.0e-18}}")
    # The output is 0, the gradient of `out` is made of numbers near the largest there is.
    text = text.replace("1.0e-18", "0.0")
    x, y = np.full((4, 2), 3e38, np.float32), np.full((4, 1), 1e15, np.float32)
    text = text.replace("activation: relu", "activation: relu, init: {constant: 0.1}")
    error = trained(tfgraph.loads(text), None, {"train": {"x": x, "y": y}})
    assert error.message.startswith("training diverged in step 1: the gradient of the weight")
    assert error.message.endswith("of layer `out` (<spec>:7:5) is not finite")


def test_the_update_of_the_last_step_is_seen(tmp_path: Path) -> None:
    text = LINE.replace("rmsprop: 0.01", "gradient_descent: 3.0e+38")
    text = text.replace("epochs: 4", "epochs: 1").replace("batch_size: 8", "batch_size: 1000")
    error = trained(tfgraph.loads(text), tmp_path / "r")
    assert error.message.startswith(
        "training diverged in step 1: the update makes the weight `slope/"
    )
    assert error.help.startswith("try a smaller `optimizer.gradient_descent.learning_rate`")
    assert RunDirectory(tmp_path / "r").store.last().saved.step == 0


def spoilt(step: int, steps: int = 10) -> dict[str, np.ndarray]:
    """The data of batches of 4, one of which spoils the first layer, which its rectifier hides."""
    draws = np.random.default_rng(0)
    x, y = draws.normal(size=(4 * steps, 2)), draws.normal(size=(4 * steps, 1))
    x[4 * step - 2, 1] = np.nan
    return {"x": x.astype(np.float32), "y": y.astype(np.float32)}


@pytest.mark.parametrize("kept", [True, False])
def test_nothing_is_recorded_of_the_step_that_diverged_and_those_after_it(
    tmp_path: Path, kept: bool
) -> None:
    text = RELU.replace("epochs: 3", "epochs: 9, evaluate_every: 3 steps")
    notes = Notes()
    with pytest.raises(DivergedError, match="in step 8: the data hold values") as caught:
        tfgraph.train(
            tfgraph.loads(text),
            tmp_path / "r" if kept else None,
            {"train": spoilt(8), "validation": spoilt(9)},
            listeners=[notes],
        )
    assert caught.value.settings == ()
    assert [record.step for record in notes.records] == [3, 6]
    if kept:
        lines = (tmp_path / "r/metrics.jsonl").read_text().splitlines()
        assert len(lines) == 2
        assert "nan" not in (tmp_path / "r/plots/loss.svg").read_text().lower()


@pytest.mark.parametrize("step", [1, 65, 700, 999, 1000])
def test_the_step_is_found_however_far_it_is_from_what_is_saved(step: int) -> None:
    text = RELU.replace("gradient_descent: 0.1", "gradient_descent: 0.001")
    error = trained(tfgraph.loads(text), None, {"train": spoilt(step, 1000)})
    assert error.message == (
        f"training diverged in step {step}: the data hold values that are not finite in the field "
        "`x`"
    )


LATE = """\
tfgraph: 1
data: {linear: {points: 50}}
layers:
  - scale: zeros
    name: slope
loss: squared_error
optimizer: {gradient_descent: {learning_rate: {piecewise: {boundaries: [3000], values: [1.0e-6, 1.0e+30]}}}}
train: {steps: 4000, batch_size: 8, evaluate_every: 4000 steps, checkpoint: {every: 1 hour}}
"""


@pytest.mark.parametrize("kept", [True, False])
def test_a_signal_ends_the_search_for_the_step_of_a_divergence_that_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    monkeypatch.setattr("tfgraph.run.divergence.SECONDS_UNTOLD", 0.0)
    run = tmp_path / "r"
    said: list[str] = []
    outcomes: list[dict] = []

    def interrupt(text: str) -> None:
        said.append(text)
        if kept:
            outcomes.append(RunDirectory(run).outcome())
        os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(DivergedError) as caught:
        tfgraph.train(tfgraph.loads(LATE), run if kept else None, warn=interrupt)
    number = re.fullmatch(
        r"training diverged by step (30\d\d): its numbers are not finite any more",
        caught.value.message,
    )
    assert number
    assert caught.value.help.startswith("try a smaller `optimizer.gradient_descent.learning_rate`")
    assert said == [
        f"the numbers are not finite any more by step {int(number[1]):,}: the steps after 0 are made "
        "again to find the first one that is at fault"
    ]
    if kept:
        before, after = outcomes[0], RunDirectory(run).outcome()
        for outcome in (before, after):
            assert outcome["status"] == "diverged"
            assert outcome["message"] == caught.value.message
            assert outcome["step"] == int(number[1])


def test_no_record_copies_the_state_to_see_whether_it_is_finite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    variable = type(tf.Variable(0.0))
    copy = variable.numpy

    def counted(self: tf.Variable) -> np.ndarray:
        copied.append(self.name)
        return copy(self)

    counts = []
    monkeypatch.setattr(variable, "numpy", counted)
    for epochs in (1, 9):
        copied.clear()
        text = LINE.replace("epochs: 4, ", f"epochs: {epochs}, checkpoint: {{every: 1 hour}}, ")
        tfgraph.train(tfgraph.loads(text), tmp_path / str(epochs))
        counts.append(copied.count("slope/scale:0"))
    assert counts[0] == counts[1] > 0


def test_a_divergence_is_one_where_no_checkpoint_can_be_read(tmp_path: Path) -> None:
    class Spoils:
        @hookimpl
        def tfgraph_checkpoint_saved(self, folder: Path) -> None:
            (folder / "arrays.npz").write_bytes(b"")

    said: list[str] = []
    text = LINE.replace("rmsprop: 0.01", "gradient_descent: 1e30")
    with pytest.raises(DivergedError) as caught:
        tfgraph.train(tfgraph.loads(text), tmp_path / "r", listeners=[Spoils()], warn=said.append)
    assert caught.value.message.endswith(": its numbers are not finite any more")
    assert caught.value.help.startswith("try a smaller `optimizer.gradient_descent.learning_rate`")
    assert len(said) == 1
    assert said[0].startswith(
        "where the numbers stopped being finite cannot be found: no checkpoint"
    )


def test_checkpoints_that_were_passed_over_for_a_divergence_are_told(tmp_path: Path) -> None:
    class Spoils:
        @hookimpl
        def tfgraph_checkpoint_saved(self, step: int, folder: Path) -> None:
            if step == 2:
                (folder / "arrays.npz").write_bytes(b"")

    said: list[str] = []
    text = LINE.replace("rmsprop: 0.01", "gradient_descent: 1e18")
    text = text.replace("epochs: 4", "epochs: 4, checkpoint: {every: 1 steps}")
    with pytest.raises(DivergedError, match="in step 3"):
        tfgraph.train(tfgraph.loads(text), tmp_path / "r", listeners=[Spoils()], warn=said.append)
    assert len(said) == 1
    assert said[0].startswith(f"the checkpoint `{tmp_path / 'r/checkpoints/step-2'}` is damaged: ")


def test_what_is_no_number_in_an_evaluation_is_told_with_where_the_data_hold_it() -> None:
    x, y = np.ones((12, 2), np.float32), np.ones((12, 1), np.float32)
    bad = x.copy()
    bad[[6, 9], 0] = np.nan
    data = {
        "train": {"x": x, "y": y},
        "validation": {"x": x, "y": np.where(x[:, :1], bad[:, :1], 0)},
    }
    said: list[str] = []
    run = tfgraph.train(tfgraph.loads(RELU), data=data, warn=said.append)
    expected = (
        "`loss` of the split `validation` is not finite: the field `y` holds values that are not, "
        "in 2 of 12 examples, first in number 7"
    )
    assert said == [expected]
    said.clear()
    found = tfgraph.evaluate(run.graph, "validation", data, warn=said.append)
    assert np.isnan(found["loss"])
    assert said == [expected]
    sound = tfgraph.evaluate(run.graph, "train", data, warn=said.append)
    assert np.isfinite(sound["loss"])
    assert said == [expected]


def test_clipping_is_advised_where_the_rate_is_small_and_mends_it() -> None:
    def data(scale: float) -> dict[str, dict[str, np.ndarray]]:
        x = np.linspace(-1, 1, 64, dtype=np.float32).reshape(32, 2)
        return {"train": {"x": scale * x, "y": x[:, :1]}}

    plan = tfgraph.loads(STEEP)
    with pytest.raises(DivergedError) as caught:
        tfgraph.train(plan, data=data(1e4))
    setting = "optimizer.gradient_descent.clip_global_norm"
    assert caught.value.help == (
        f"try a smaller `optimizer.gradient_descent.learning_rate` or `--set {setting}=1`"
    )
    mended = tfgraph.train(tfgraph.loads(STEEP, set={setting: 1}), data=data(1e4))
    assert mended.outcome.status == "finished"


def test_training_data_that_are_no_numbers_are_told_of_before_the_first_step() -> None:
    x, y = np.ones((12, 2), np.float32), np.ones((12, 1), np.float32)
    x[[4, 9], 0] = np.nan, np.inf
    said: list[str] = []
    with pytest.raises(DivergedError):
        tfgraph.train(tfgraph.loads(RELU), data={"train": {"x": x, "y": y}}, warn=said.append)
    assert said == [
        "the field `x` of the split `train` holds values that are not finite, in 2 of 12 examples, "
        "first in number 5: remove or replace them"
    ]


def test_inputs_that_are_no_numbers_are_told_of_where_outputs_are_predicted() -> None:
    graph = tfgraph.build(tfgraph.loads(RELU, set={"train.evaluate_batch_size": 4}))
    x = np.ones((12, 2), np.float32)
    said: list[str] = []
    tfgraph.predict(graph, {"x": x}, warn=said.append)
    assert said == []
    x[[6, 9], 0] = np.nan
    tfgraph.predict(graph, {"x": x}, warn=said.append)
    assert said == [
        "the input `x` holds values that are not finite, in 2 of 12 examples, first in number 7: "
        "what is predicted for them means nothing"
    ]
