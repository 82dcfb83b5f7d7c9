from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import tfgraph
from tests.run.models import LINE, NOISY, Notes
from tests.run.runs import arrays
from tfgraph.api import hookimpl
from tfgraph.errors import UsageError
from tfgraph.run import Record, RunDirectory
from tfgraph.run.history import History, parsed

DATA = {"train": arrays(32), "validation": arrays(9, 1)}


def run_of(text: str, **more) -> tuple[tfgraph.Run, Notes]:
    notes = Notes()
    return tfgraph.train(tfgraph.loads(text), listeners=[notes], **more), notes


def test_evaluation_every_few_steps_adds_lines_within_epochs() -> None:
    run, _ = run_of(LINE.replace("epochs: 4", "epochs: 2, evaluate_every: 5 steps"))
    assert [(r.epoch, r.step, r.split) for r in run.history] == [
        (1, 5, "test"),
        (1, 7, None),
        (2, 10, "test"),
        (2, 14, "test"),  # the end
    ]


def test_evaluation_every_few_epochs_keeps_a_line_an_epoch() -> None:
    run, _ = run_of(LINE.replace("epochs: 4", "epochs: 5, evaluate_every: 2 epochs"))
    assert [(r.epoch, r.split) for r in run.history] == [
        (1, None),
        (2, "test"),
        (3, None),
        (4, "test"),
        (5, "test"),
    ]


def test_the_first_call_which_sets_everything_up_tells_no_speed() -> None:
    class Speeds:
        def __init__(self) -> None:
            self.found: list[float] = []

        @hookimpl
        def tfgraph_steps_done(self, examples_per_second: float) -> None:
            self.found.append(examples_per_second)

    speeds = Speeds()
    run = tfgraph.train(tfgraph.loads(LINE), listeners=[speeds])
    first, *others = speeds.found
    assert first == 0
    assert min(others) > 0
    assert run.history[0].examples_per_second > 0  # of the six steps that follow
    one = tfgraph.train(tfgraph.loads(LINE.replace("batch_size: 8", "batch_size: 50")))
    assert [r.examples_per_second > 0 for r in one.history] == [False, True, True, True]


def test_steps_stand_in_place_of_epochs() -> None:
    run, _ = run_of(LINE.replace("epochs: 4", "steps: 10"))
    assert run.step == 10
    assert [(r.epoch, r.step) for r in run.history] == [(1, 7), (2, 10)]
    whole, _ = run_of(LINE)
    assert run.history[0] == whole.history[0]


def test_checkpoints_are_made_as_often_as_is_said_and_the_newest_kept(tmp_path: Path) -> None:
    text = LINE.replace("epochs: 4", "epochs: 4, checkpoint: {every: 4 steps, keep: 3}")
    _, notes = run_of(text, run_dir=tmp_path / "r")
    assert notes.saved == [0, 4, 8, 12, 16, 20, 24, 28]
    assert RunDirectory(tmp_path / "r").store.steps() == [20, 24, 28]


def test_the_best_checkpoint_is_kept_beside_the_newest(tmp_path: Path) -> None:
    # The targets of the validation split are far off: each epoch makes it worse.
    data = {**DATA, "validation": {"x": DATA["train"]["x"], "y": -DATA["train"]["y"]}}
    text = NOISY.replace("epochs: 3", "epochs: 4, checkpoint: {keep: 1, best: loss}")
    run, _ = run_of(text.replace("adam: 0.01", "adam: 0.1"), run_dir=tmp_path / "r", data=data)
    losses = [record.metrics["loss"] for record in run.history]
    best = run.history[int(np.argmin(losses))]
    store = RunDirectory(tmp_path / "r").store
    assert store.best_step() == best.step
    assert store.steps() == sorted({best.step, run.step})


@pytest.mark.parametrize("kept", [True, False])
def test_early_stopping_ends_and_goes_back_to_the_best(tmp_path: Path, kept: bool) -> None:
    text = NOISY.replace("adam: 0.01", "adam: 0.3").replace(
        "epochs: 3", "epochs: 60, early_stopping: {monitor: mean_absolute_error, patience: 3}"
    )
    run, _ = run_of(text, data=DATA, run_dir=tmp_path / "r" if kept else None)
    figures = [record.metrics["mean_absolute_error"] for record in run.history]
    best = int(np.argmin(figures))
    assert run.outcome.status == "stopped early"
    assert len(figures) == best + 1 + 3
    assert run.metrics["mean_absolute_error"] == figures[best]
    assert tfgraph.evaluate(run.graph, "validation", DATA) == dict(run.metrics)
    if kept:
        opened = tfgraph.open_run(tmp_path / "r")
        assert tfgraph.evaluate(opened, "validation", DATA) == dict(run.metrics)


def test_early_stopping_stops_where_keras_does() -> None:
    import keras

    draws = np.random.default_rng(3)
    for min_delta in (0.0, 0.3):
        values = list(np.cumsum(draws.normal(-0.05, 1.0, 60)))
        theirs = keras.callbacks.EarlyStopping(
            monitor="val_loss", patience=4, min_delta=min_delta, mode="min"
        )
        theirs.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
        theirs.model.stop_training = False
        theirs.on_train_begin()
        text = NOISY.replace(
            "epochs: 3",
            f"epochs: 60, early_stopping: {{patience: 4, min_delta: {min_delta}}}",
        )
        plan = tfgraph.loads(text)
        history = History(plan)
        stopping = plan.spec.training.early_stopping
        assert stopping
        for epoch, value in enumerate(values):
            theirs.on_epoch_end(epoch, {"val_loss": value})
            line = f'{{"epoch": {epoch + 1}, "step": {epoch + 1}, "loss": 0.0, '
            history.records += parsed(line + f'"validation": {{"loss": {value}}}}}')
            assert theirs.model.stop_training == (history.waited(stopping) >= 4)
            if theirs.model.stop_training:
                break
        assert theirs.model.stop_training


def test_figures_that_are_not_finite_count_the_same_after_a_resumption() -> None:
    plan = tfgraph.loads(NOISY.replace("epochs: 3", "epochs: 60, early_stopping: loss"))
    stopping = plan.spec.training.early_stopping
    assert stopping
    values = [math.inf, math.inf, 2.0, math.inf, math.nan]
    history = History(plan, [Record(n, n, 1.0, "test", {"loss": v}) for n, v in enumerate(values)])
    again = History(plan, parsed(history.text()))
    assert history.waited(stopping) == again.waited(stopping) == 2
    for one in (history, again):
        best = one.best("loss")
        assert best
        assert best.step == 2


def test_very_many_records_are_looked_at_once() -> None:
    class Counted(dict[str, float]):
        asked = 0

        def __getitem__(self, name: str) -> float:
            Counted.asked += 1
            return super().__getitem__(name)

    plan = tfgraph.loads(NOISY.replace("epochs: 3", "epochs: 60, early_stopping: loss"))
    stopping = plan.spec.training.early_stopping
    assert stopping
    history = History(plan)
    for n in range(200):
        history.records.append(Record(n, n, 1.0, "test", Counted(loss=float(n))))
        assert history.best("loss") is history.records[0]
        assert history.waited(stopping) == n
    assert Counted.asked < 5 * 200


def test_each_record_is_formatted_once_however_often_the_run_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, line = [], Record.line
    monkeypatch.setattr(Record, "line", lambda self: lines.append(self.step) or line(self))
    text = LINE.replace("epochs: 4", "epochs: 4, checkpoint: {every: 1 steps}")
    _, notes = run_of(text, run_dir=tmp_path / "r")
    assert len(notes.saved) == 29
    assert sorted(lines) == [7, 7, 14, 14, 21, 21, 28, 28]  # added to the log, and saved


def test_a_monitor_without_a_split_is_refused() -> None:
    text = NOISY.replace("epochs: 3", "epochs: 3, early_stopping: loss")
    with pytest.raises(UsageError) as caught:
        tfgraph.train(tfgraph.loads(text), data={"train": DATA["train"]})
    assert caught.value.message == "there is no split to evaluate while training lasts"


def test_a_time_limit_ends_the_run_which_can_go_on(tmp_path: Path) -> None:
    text = LINE.replace("epochs: 4", "steps: 5000000, time_limit: 1 second")
    run, _ = run_of(text, run_dir=tmp_path / "r")
    assert run.outcome.status == "time limit"
    assert 0 < run.step < 5_000_000
    assert RunDirectory(tmp_path / "r").store.last().saved.step == run.step
    assert tfgraph.resume(tmp_path / "r").outcome.status == "time limit"
    longer = ["train.time_limit=1 hour", f"train.steps={run.step + 3}"]
    again = tfgraph.resume(tmp_path / "r", settings=longer)
    assert (again.outcome.status, again.step) == ("finished", run.step + 3)


@pytest.mark.usefixtures("small_calls")
def test_the_figures_of_a_run_that_ends_within_an_epoch_are_those_of_its_last_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tfgraph.run.trainer.Trainer.out_of_time", lambda self: self.step == 11)
    data = {"train": arrays(32), "test": arrays(9, 1)}
    run, _ = run_of(NOISY, data=data)
    assert (run.outcome.status, run.step) == ("time limit", 11)
    assert run.history[-1].step == 8
    assert dict(run.metrics) == tfgraph.evaluate(run.graph, "test", data)
