from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tfgraph
from tests.run.models import LINE
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
    assert error.help == (
        "try a smaller `optimizer.gradient_descent.learning_rate` or "
        "`--set optimizer.gradient_descent.clip_global_norm=1`"
    )
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
