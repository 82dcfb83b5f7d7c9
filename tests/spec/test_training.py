from __future__ import annotations

from pathlib import Path

import pytest

import tfgraph
from tfgraph.api import Duration, Interval
from tfgraph.registry import load_registry
from tfgraph.spec.training import Training

LINE = """\
tfgraph: 1
data: {linear: {points: 50}}
layers: [scale]
loss: squared_error
optimizer: {gradient_descent: 0.01}
metrics: [mean_absolute_error]
"""

UNSPLIT = """\
from tfgraph.api import Dataset, Field, hookimpl

class Unsplit(Dataset):
    type = "unsplit"

    def fields(self):
        return {"x": Field((), "float32"), "y": Field((), "float32")}

    def target(self):
        return "y"

    def splits(self):
        return {"train": 4}

@hookimpl
def tfgraph_datasets():
    return [Unsplit]
"""


def training(text: str) -> Training:
    return tfgraph.loads(f"{LINE}train: {text}").spec.training


def codes(text: str) -> list[str]:
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text)
    return [found.code for found in caught.value.diagnostics]


def test_intervals_count_steps_and_epochs() -> None:
    assert Interval("3 epochs").steps(7) == 21
    assert Interval("1 epoch").steps(7) == 7
    assert Interval("500 steps").steps(7) == 500


def test_times_are_seconds() -> None:
    times = ["30 seconds", "1.5 hours", "0.5 minutes", "2 days", "1 minute"]
    assert [Duration(time).seconds for time in times] == [30, 5400, 30, 172800, 60]


@pytest.mark.parametrize(
    "text",
    ["0 steps", "-1 steps", "1.5 epochs", "5", "steps", "5  steps", "1e3 steps", "5 steps\\n"],
)
def test_what_is_no_interval_is_refused(text: str) -> None:
    assert codes(f'{LINE}train: {{evaluate_every: "{text}"}}') in (["TG206"], ["TG205"])


@pytest.mark.parametrize("text", ["0 seconds", "0.0 hours", "1 week", "nan seconds", "1e9 days"])
def test_what_is_no_time_is_refused(text: str) -> None:
    assert codes(f'{LINE}train: {{time_limit: "{text}"}}') == ["TG206"]


def test_groups_have_their_defaults() -> None:
    made = training("{}")
    assert (made.checkpoint.every, made.checkpoint.keep, made.checkpoint.best) == (
        "30 seconds",
        2,
        None,
    )
    assert isinstance(made.checkpoint.every, Duration)
    assert isinstance(training("{checkpoint: {every: 2 steps}}").checkpoint.every, Interval)
    assert made.early_stopping is None
    assert made.best is None


def test_a_group_is_short_for_its_primary_parameter() -> None:
    stopping = training("{early_stopping: mean_absolute_error}").early_stopping
    assert stopping is not None
    assert (stopping.monitor, stopping.patience) == ("mean_absolute_error", 5)


def test_the_best_is_what_early_stopping_goes_back_to() -> None:
    assert training("{early_stopping: {}}").best == "loss"
    assert training("{early_stopping: {restore_best: false}}").best is None
    assert training("{checkpoint: {best: mean_absolute_error}}").best == "mean_absolute_error"


def test_steps_stand_in_place_of_epochs() -> None:
    assert training("{epochs: 3}").total_steps(7) == 21
    assert training("{steps: 5}").total_steps(7) == 5


def test_of_two_lengths_the_one_said_last_holds(tmp_path: Path) -> None:
    of_epochs, of_steps = (f"{LINE}train: {{{text}}}" for text in ("epochs: 3", "steps: 5"))
    changed = tfgraph.loads(of_epochs, set={"train.steps": 9})
    assert changed.spec.training.total_steps(7) == 9
    assert tfgraph.loads(changed.spec.resolved_text()).spec.training.total_steps(7) == 9
    assert tfgraph.loads(of_steps, set={"train.epochs": 2}).spec.training.total_steps(7) == 14
    (tmp_path / "base.yaml").write_text(of_epochs)
    (tmp_path / "spec.yaml").write_text("extends: base.yaml\ntrain: {steps: 5}\n")
    assert tfgraph.load(tmp_path / "spec.yaml").spec.training.total_steps(7) == 5


def test_steps_of_null_are_no_length() -> None:
    assert training("{epochs: 3, steps: null}").total_steps(7) == 21
    of_epochs = f"{LINE}train: {{epochs: 3}}"
    changed = tfgraph.loads(of_epochs, set={"train.steps": None})
    assert changed.spec.training.total_steps(7) == 21


def test_a_figure_of_a_model_without_figures_is_refused_where_it_is_asked_for() -> None:
    text = "tfgraph: 1\ninputs: {x: [4]}\nlayers: [relu]\ntrain:\n  early_stopping: {}\n"
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text)
    (found,) = caught.value.diagnostics
    assert (found.code, found.span.line) == ("TG209", 5)
    assert found.help == "add a `loss` or `metrics`"


def test_settings_reach_into_groups() -> None:
    plan = tfgraph.loads(LINE, set={"train.checkpoint.keep": 5, "train.early_stopping": "loss"})
    assert plan.spec.training.checkpoint.keep == 5
    assert plan.spec.training.early_stopping is not None


def test_a_monitor_needs_a_split_to_evaluate(tmp_path: Path) -> None:
    plugin = tmp_path / "unsplit.py"
    plugin.write_text(UNSPLIT)
    text = LINE.replace("{linear: {points: 50}}", "unsplit")
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(
            f"{text}train: {{early_stopping: loss}}", registry=load_registry([str(plugin)])
        )
    (found,) = caught.value.diagnostics
    assert (found.code, found.notes) == ("TG210", ("the dataset has `train` only",))
