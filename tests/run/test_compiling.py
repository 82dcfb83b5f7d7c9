"""`compile: auto`: what is measured before a run, and that it changes no run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tfgraph
from tests.run.models import LINE, NOISY
from tests.run.runs import arrays
from tfgraph.errors import DivergedError
from tfgraph.run import Run, compiling
from tfgraph.run.compiling import Measured
from tfgraph.run.interrupts import SECONDS_PER_CALL
from tfgraph.run.wording import compiling_line
from tfgraph.spec.plan.cost import cost_of_training

#: Steps that XLA makes in a hundredth of the time: all in one loop, and of a few numbers each.
SMALL = LINE.replace(
    "batch_size: 8",
    "batch_size: 8, ema: 0.9, shuffle: false, drop_remainder: true, compile: auto",
)
#: A layer that XLA cannot compile.
RECURRENT = """\
tfgraph: 1
inputs: {x: [4, 2], y: [1]}
layers:
  - lstm: 3
  - dropout: 0.2
  - dense: 1
loss: {squared_error: , target: y}
optimizer: {adam: 0.01}
train: {epochs: 2, batch_size: 8, compile: auto}
"""


@pytest.fixture
def _worthwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short runs are taken for long ones, and measured in short turns."""
    monkeypatch.setattr(compiling, "SECONDS_PER_CALL", 0.01)
    monkeypatch.setattr(compiling, "WORTH_COMPILING", 0.0)
    monkeypatch.setattr(compiling, "SHARE", 1e9)


def check_equal(ours: Run, theirs: Run) -> None:
    """Two runs end with the same bits."""
    assert ours.step == theirs.step
    state = {name: variable.numpy() for name, variable in theirs.graph.state.items()}
    for name, variable in ours.graph.state.items():
        np.testing.assert_array_equal(variable.numpy(), state[name], err_msg=name)


def train(text: str, **arguments: Any) -> Run:
    return tfgraph.train(tfgraph.loads(text), **arguments)


def recurrent_rows() -> dict[str, Any]:
    """The training split of RECURRENT: its last batch is a smaller one."""
    draws = np.random.default_rng(0)
    return {
        "x": draws.normal(size=(20, 4, 2)).astype("float32"),
        "y": draws.normal(size=(20, 1)).astype("float32"),
    }


def test_a_short_run_is_not_compiled(tmp_path: Path) -> None:
    spec = SMALL.replace("epochs: 4", "epochs: 100")
    run = train(spec, run_dir=tmp_path / "run")
    assert not run.graph.compiled
    check_equal(run, train(spec.replace(", compile: auto", "")))
    log = (tmp_path / "run" / "run.log").read_text()
    assert "not compiled: the run takes less than 20 s" in log


def test_a_run_of_many_steps_in_little_time_is_not_compiled(tmp_path: Path) -> None:
    lasting = SMALL.replace("epochs: 4", "epochs: 100000000, time_limit: 1 second")
    train(lasting, run_dir=tmp_path / "run")
    log = (tmp_path / "run" / "run.log").read_text()
    assert "not compiled: the run takes less than 20 s" in log


@pytest.mark.parametrize("epochs", [4, 100])
def test_a_run_that_measuring_would_prolong_by_more_than_a_tenth_is_not_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, epochs: int
) -> None:
    monkeypatch.setattr(compiling, "WORTH_COMPILING", 0.0)
    train(SMALL.replace("epochs: 4", f"epochs: {epochs}"), run_dir=tmp_path / "run")
    log = (tmp_path / "run" / "run.log").read_text()
    assert "not compiled: measuring would take more than a tenth of the run" in log


def test_a_model_that_does_not_fit_into_memory_twice_is_not_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cost = cost_of_training(tfgraph.loads(SMALL))
    monkeypatch.setattr(compiling, "machine_memory", lambda: cost.peak + 2 * cost.weights)
    train(SMALL.replace("epochs: 4", "epochs: 100"), run_dir=tmp_path / "run")
    log = (tmp_path / "run" / "run.log").read_text()
    assert "not compiled: two models to measure would not fit into memory" in log


@pytest.mark.parametrize("compiled", [False, True])
def test_a_turn_lasts_though_an_epoch_is_short(compiled: bool) -> None:
    plan = tfgraph.loads(RECURRENT.replace("  - lstm: 3\n", "  - reshape: [8]\n"))
    graph = tfgraph.build(plan, compiled=compiled)
    count, seconds = compiling._turn_length(graph, recurrent_rows())
    assert count * seconds >= SECONDS_PER_CALL
    assert count > 8


@pytest.mark.usefixtures("_worthwhile")
@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_a_run_that_is_compiled_starts_where_it_would_without_measuring(
    precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "LEAST_GAIN", -1e9)
    spec = RECURRENT.replace("  - lstm: 3\n", "  - reshape: [8]\n  - dense: 4\n  - batch_norm\n")
    spec = spec.replace("compile: auto", f"compile: auto, ema: 0.9, precision: {precision}")
    data = {"train": recurrent_rows()}
    run = train(spec, data=data)
    assert run.graph.compiled
    check_equal(run, train(spec.replace("compile: auto", "compile: true"), data=data))


@pytest.mark.usefixtures("_worthwhile")
def test_a_run_that_lasts_is_compiled_where_that_is_faster_and_goes_on_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight = train(SMALL, run_dir=tmp_path / "straight")
    assert straight.graph.compiled
    assert "compiled with XLA: a step takes " in (tmp_path / "straight" / "run.log").read_text()
    check_equal(straight, train(SMALL.replace("compile: auto", "compile: true")))
    short = SMALL.replace("epochs: 4", "epochs: 2")
    train(short, run_dir=tmp_path / "run")
    monkeypatch.setattr(
        compiling, "WORTH_COMPILING", 1e9
    )  # measured again it would not be compiled
    resumed = tfgraph.resume(tmp_path / "run", plan=tfgraph.loads(SMALL))
    assert resumed.graph.compiled
    check_equal(resumed, straight)


@pytest.mark.usefixtures("_worthwhile")
def test_what_cannot_be_compiled_is_not(tmp_path: Path) -> None:
    data = {"train": recurrent_rows()}
    run = train(RECURRENT, data=data, run_dir=tmp_path / "run")
    assert not run.graph.compiled
    check_equal(run, train(RECURRENT.replace("compile: auto", "compile: false"), data=data))
    said = "not compiled: layer `lstm_1` (<spec>:4) cannot be compiled: XLA has no operation"
    assert said in (tmp_path / "run" / "run.log").read_text()


@pytest.mark.usefixtures("_worthwhile")
def test_a_loss_that_becomes_infinite_is_left_to_the_training() -> None:
    data = {"train": arrays(30)}
    data["train"]["x"][7] = np.inf
    spec = NOISY.replace("train: {", "train: {compile: auto, ")
    with pytest.raises(DivergedError) as caught:
        train(spec, data=data)
    with pytest.raises(DivergedError) as plain:
        train(NOISY, data=data)
    assert str(caught.value) == str(plain.value)


def test_a_run_without_a_step_measures_nothing(tmp_path: Path) -> None:
    train(SMALL.replace("epochs: 4", "epochs: 0"), run_dir=tmp_path / "run")
    assert "not compiled: there is no step" in (tmp_path / "run" / "run.log").read_text()
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["compiled"] is False


def test_a_graph_is_compiled_where_it_is_said_to_be() -> None:
    for option, given, compiled in [
        ("auto", None, False),
        ("true", None, True),
        ("true", False, False),
        ("auto", True, True),
    ]:
        plan = tfgraph.loads(SMALL.replace("compile: auto", f"compile: {option}"))
        assert tfgraph.build(plan, compiled=given).compiled is compiled


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (Measured(150e-6, 134e-6), "compiled with XLA: a step takes 134 µs, 150 µs as it is"),
        (Measured(11e-6, 8.05e-9), "compiled with XLA: a step takes 8.05 ns, 11 µs as it is"),
        (Measured(1.0, 0.98), "not compiled: a step takes 1 s, 980 ms with XLA"),
        (Measured(999.7e-6, 2e-3), "not compiled: a step takes 1,000 µs, 2 ms with XLA"),
        (Measured(0.05, 1.7654), "not compiled: a step takes 50 ms, 1.77 s with XLA"),
        (Measured(reason="there is no step"), "not compiled: there is no step"),
    ],
)
def test_what_was_measured_is_one_line(found: Measured, line: str) -> None:
    assert compiling_line(found) == line
