from __future__ import annotations

import json
import os
import signal
import threading
import time
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest

import tfgraph
from tests.run.models import LINE, NOISY, Notes
from tests.run.runs import arrays, weights
from tfgraph.api import hookimpl
from tfgraph.errors import DataError, UsageError
from tfgraph.run import Interrupted, RunDirectory, RunInfo
from tfgraph.run.listing import listed


def test_a_run_in_calls_is_a_run_in_one_call() -> None:
    data = {"train": arrays(30)}
    plan = tfgraph.loads(NOISY)
    notes = Notes()
    run = tfgraph.train(plan, data=data, listeners=[notes])
    assert len(notes.steps) > len(notes.records)
    at_once = tfgraph.build(plan)
    at_once.train(steps=3 * 8, **data["train"])
    for name, value in weights(at_once).items():
        np.testing.assert_array_equal(weights(run.graph)[name], value)


def test_calls_end_with_the_epoch_and_cover_it() -> None:
    notes = Notes()
    run = tfgraph.train(tfgraph.loads(LINE), listeners=[notes])
    assert notes.run
    table = notes.run.timetable
    assert (table.epochs, table.steps_per_epoch, table.examples, table.steps) == (4, 7, 50, 28)
    assert [record.step for record in notes.records] == [7, 14, 21, 28]
    assert [record.epoch for record in notes.records] == [1, 2, 3, 4]
    assert {7, 14, 21, 28} <= set(notes.steps)
    assert notes.outcomes == [run.outcome]
    assert run.history == tuple(notes.records)


def test_calls_grow_to_a_quarter_of_a_second() -> None:
    long = LINE.replace("points: 50", "points: 400000").replace("epochs: 4", "epochs: 1")
    notes = Notes()
    started = time.monotonic()
    run = tfgraph.train(tfgraph.loads(long), listeners=[notes])
    assert run.step == 50_000
    # Six calls until they have grown, then a few a second.
    assert len(notes.steps) < 10 + 8 * (time.monotonic() - started)


def test_the_loss_of_an_epoch_is_the_mean_over_its_steps() -> None:
    run = tfgraph.train(tfgraph.loads(LINE))
    graph = tfgraph.build(tfgraph.loads(LINE))
    data = tfgraph.loads(LINE).spec.data.component.load("train", 0)
    for record in run.history:
        mean = float(graph.train(steps=7, **data)["loss"])
        assert record.loss == pytest.approx(mean, rel=1e-12)


def test_the_log_does_not_depend_on_how_steps_are_cut_into_calls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick = tfgraph.train(tfgraph.loads(LINE)).history
    monkeypatch.setattr("tfgraph.run.trainer.SECONDS_PER_CALL", 0.0)
    notes = Notes()
    slow = tfgraph.train(tfgraph.loads(LINE), listeners=[notes]).history
    assert len(notes.steps) == 28
    assert slow == quick


@pytest.mark.parametrize(
    ("splits", "between", "last"),
    [
        (("train", "validation", "test"), "validation", "test"),
        (("train", "validation"), "validation", "validation"),
        (("train", "test"), "test", "test"),
        (("train",), None, None),
    ],
)
def test_epochs_are_evaluated_on_validation_and_the_end_on_test(
    splits: tuple[str, ...], between: str | None, last: str | None
) -> None:
    data = {split: arrays(10 + i, i) for i, split in enumerate(splits)}
    run = tfgraph.train(tfgraph.loads(NOISY), data=data)
    assert {record.split for record in run.history} == {between}
    assert run.split == last
    if last is None:
        assert run.metrics == {}
    else:
        assert run.metrics == tfgraph.evaluate(run.graph, last, data)
        assert set(run.metrics) == {"loss", "mean_absolute_error"}


def test_no_epochs_leave_the_initial_weights() -> None:
    plan = tfgraph.loads(LINE.replace("epochs: 4", "epochs: 0"))
    run = tfgraph.train(plan)
    assert (run.step, run.history) == (0, ())
    assert run.metrics == tfgraph.evaluate(tfgraph.build(plan), "test")


def test_without_a_directory_a_run_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert tfgraph.train(tfgraph.loads(LINE)).directory is None
    assert list(tmp_path.iterdir()) == []


def test_what_a_run_starts_from_is_written_once_and_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    system = os.open

    def noting(path, flags: int, *args, **named) -> int:
        opened.append(f"{Path(path).name} {'written' if flags & os.O_WRONLY else 'read'}")
        return system(path, flags, *args, **named)

    monkeypatch.setattr(os, "open", noting)
    notes = Notes()
    text = LINE.replace("epochs: 4", "epochs: 0")
    tfgraph.train(tfgraph.loads(text), tmp_path / "r", listeners=[notes])
    assert [line for line in opened if line.startswith("arrays.npz")] == ["arrays.npz written"]
    assert notes.saved == [0]
    assert RunDirectory(tmp_path / "r").store.last().saved.step == 0


def test_a_figure_that_is_not_finite_is_null_in_the_log(tmp_path: Path) -> None:
    data = {"train": arrays(8), "test": {**arrays(4), "y": np.full((4, 2), np.nan, np.float32)}}
    run = tfgraph.train(tfgraph.loads(NOISY), tmp_path / "r", data=data)
    assert np.isnan(run.metrics["loss"])
    lines = (tmp_path / "r/metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["test"]["loss"] for line in lines] == [None] * 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"test": arrays(4)}, "the data given has no split `train`"),
        ({"train": {"x": arrays(4)["x"]}}, "the data given gives no field `y`"),
        ({"train": arrays(0)}, "the split `train` of the data given is empty"),
        ({"train": {**arrays(4), "y": arrays(5)["y"]}}, "unequal numbers in its split `train`"),
        ({"train": {**arrays(4), "x": np.zeros((4, 2))}}, "gives [4, 2] of float64 for `x`"),
        ({"train": {**arrays(4), "y": np.full((4, 2), "a")}}, "gives [4, 2] of <U1 for `y`"),
        (None, "the spec `spec` has no dataset"),
    ],
)
def test_data_that_do_not_fit_are_refused(data: dict | None, message: str) -> None:
    with pytest.raises((UsageError, DataError)) as caught:
        tfgraph.train(tfgraph.loads(NOISY), data=data)
    assert message in caught.value.message


def test_a_batch_larger_than_the_data_is_refused_where_it_would_be_left_out() -> None:
    text = LINE.replace("batch_size: 8", "batch_size: 51")
    assert tfgraph.train(tfgraph.loads(text)).step == 4
    dropping = text.replace("batch_size: 51", "batch_size: 51, drop_remainder: true")
    with pytest.raises(DataError) as caught:
        tfgraph.train(tfgraph.loads(dropping))
    assert caught.value.message == (
        "the split `train` has 50 examples, fewer than one batch of 51, and `drop_remainder` "
        "leaves them out"
    )


@pytest.mark.parametrize(("drop", "steps", "examples"), [("true", 6, 48), ("false", 7, 50)])
def test_examples_that_are_left_out_are_not_counted(drop: str, steps: int, examples: int) -> None:
    notes = Notes()
    text = LINE.replace("batch_size: 8", f"batch_size: 8, drop_remainder: {drop}")
    tfgraph.train(tfgraph.loads(text), listeners=[notes])
    assert notes.run
    table = notes.run.timetable
    assert (table.epochs, table.steps_per_epoch, table.examples) == (4, steps, examples)


class Interrupting(Notes):
    """Sends a signal in the midst of the third epoch."""

    def __init__(self, number: int, times: int = 1) -> None:
        super().__init__()
        self.number, self.times = number, times

    @hookimpl
    def tfgraph_steps_done(self, step: int) -> None:
        super().tfgraph_steps_done(step)
        if step > 14:
            for _ in range(self.times):
                os.kill(os.getpid(), self.number)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_the_run_after_the_call_and_saves(
    tmp_path: Path, number: int, code: int
) -> None:
    before = signal.getsignal(number)
    notes = Interrupting(number)
    with pytest.raises(KeyboardInterrupt) as caught:
        tfgraph.train(tfgraph.loads(LINE), tmp_path / "r", listeners=[notes])
    assert isinstance(caught.value, Interrupted)
    assert caught.value.exit_code == code
    assert signal.getsignal(number) == before
    step = notes.steps[-1]
    assert [(o.status, o.step) for o in notes.outcomes] == [("interrupted", step)]
    assert step > 14
    assert int(tfgraph.open_run(tmp_path / "r").step) == step


def test_a_terminal_that_closes_may_say_so_twice(tmp_path: Path) -> None:
    with pytest.raises(Interrupted) as caught:
        tfgraph.train(
            tfgraph.loads(LINE), tmp_path / "r", listeners=[Interrupting(signal.SIGHUP, times=2)]
        )
    assert caught.value.exit_code == 129
    assert int(tfgraph.open_run(tmp_path / "r").step) > 14


class Starting(Notes):
    """Sends a signal when the run has started, before it has made a step."""

    @hookimpl
    def tfgraph_run_started(self, run: RunInfo) -> None:
        super().tfgraph_run_started(run)
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_signal_between_making_a_run_and_its_first_step_ends_it_there(
    tmp_path: Path, goes_on: bool
) -> None:
    begun, first = tmp_path / "r", 0
    if goes_on:
        with pytest.raises(Interrupted):
            tfgraph.train(tfgraph.loads(LINE), begun, listeners=[Interrupting(signal.SIGINT)])
        first = int(tfgraph.open_run(begun).step)
    notes, plan = Starting(), tfgraph.loads(LINE)
    call = partial(tfgraph.resume, begun) if goes_on else partial(tfgraph.train, plan, begun)
    with pytest.raises(Interrupted) as caught:
        call(listeners=[notes])
    assert str(caught.value) == f"interrupted after step {first}"
    assert notes.steps == []
    assert [(o.status, o.step) for o in notes.outcomes] == [("interrupted", first)]
    assert listed(begun).status == "interrupted"


def test_the_speed_counts_the_examples_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    class Speeds:
        def __init__(self) -> None:
            self.found: list[float] = []

        @hookimpl
        def tfgraph_steps_done(self, examples_per_second: float) -> None:
            self.found.append(examples_per_second)

    # The clock moves by a second whenever it is looked at, and each step is a call.
    monkeypatch.setattr("tfgraph.run.trainer.time.monotonic", map(float, count()).__next__)
    monkeypatch.setattr("tfgraph.run.trainer.SECONDS_PER_CALL", 0.0)
    speeds = Speeds()
    tfgraph.train(tfgraph.loads(LINE, set={"train.epochs": 2}), listeners=[speeds])
    assert speeds.found == [0, 8, 8, 8, 8, 8, 2, 8, 8, 8, 8, 8, 8, 2]


def test_a_second_signal_ends_the_run_without_saving(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        tfgraph.train(
            tfgraph.loads(LINE), tmp_path / "r", listeners=[Interrupting(signal.SIGINT, times=2)]
        )
    assert int(tfgraph.open_run(tmp_path / "r").step) == 0


def test_a_signal_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run = tfgraph.train(tfgraph.loads(LINE), listeners=[Interrupting(signal.SIGINT)])
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert run.outcome.status == "finished"


def test_an_empty_folder_is_filled_and_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a mount point, the only folder that may be written to, or the current one."""
    before = tmp_path.stat()
    monkeypatch.chdir(tmp_path)
    run = tfgraph.train(tfgraph.loads(LINE), ".")
    assert (tmp_path.stat().st_ino, Path.cwd()) == (before.st_ino, tmp_path)
    assert int(tfgraph.open_run(tmp_path).step) == run.step
    with pytest.raises(UsageError, match="exists already: a run never overwrites anything"):
        tfgraph.train(tfgraph.loads(LINE), tmp_path)


def test_a_run_in_another_thread_leaves_signals_alone() -> None:
    found = []
    thread = threading.Thread(target=lambda: found.append(tfgraph.train(tfgraph.loads(LINE))))
    thread.start()
    thread.join()
    assert found[0].step == 28


def test_a_run_is_read_as_it_was_resolved_whatever_became_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(LINE, encoding="utf-8")
    (tmp_path / "line.yaml").write_text("extends: base.yaml\n", encoding="utf-8")
    plan = tfgraph.load(tmp_path / "line.yaml", set={"train.epochs": 2, "train.batch_size": 7})
    run = tfgraph.train(plan, tmp_path / "r")
    (tmp_path / "base.yaml").unlink()
    again = tfgraph.open_run(tmp_path / "r")
    assert again.plan.spec.training == plan.spec.training
    assert {n: v.tolist() for n, v in weights(again).items()} == {
        n: v.tolist() for n, v in weights(run.graph).items()
    }
