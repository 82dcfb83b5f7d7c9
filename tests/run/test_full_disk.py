"""Training on a disk that is full for a while, or to the end."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

import tfgraph
from tests.run.faults import Faulty
from tests.run.models import NOISY
from tests.run.runs import DATA, TEXT, StopAt, digest
from tfgraph.api import hookimpl
from tfgraph.errors import DataError
from tfgraph.run import Interrupted, RunDirectory, RunInfo, files

pytestmark = pytest.mark.usefixtures("small_calls")

STOPPING = TEXT.replace(
    "train: {", "train: {early_stopping: {monitor: mean_absolute_error, patience: 50}, "
)


class Disk(Faulty):
    """The module `os` of a disk that has no room after some steps; itself a listener of a run."""

    def __init__(
        self, full: range, failing: tuple[str, ...] = ("write", "mkdir"), signal_at: int = -1
    ) -> None:
        super().__init__(None, errno.ENOSPC)
        self.signal_at = signal_at
        self.full = full
        self.failing = failing
        self.step = 0

    def counted(self, name: str, real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            if name in self.failing and self.step in self.full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arguments[0]))
            return real(*arguments, **options)

        return call

    @hookimpl
    def tfgraph_steps_done(self, step: int) -> None:
        self.step = step


def train(
    path: Path,
    disk: Disk,
    monkeypatch: pytest.MonkeyPatch,
    text: str = TEXT,
    warned: list[str] | None = None,
) -> list[str]:
    """Train on a disk; what was warned of."""
    warned = [] if warned is None else warned
    with monkeypatch.context() as patch:
        patch.setattr(files, "os", disk)
        told = [disk, StopAt(disk.signal_at)]
        tfgraph.train(tfgraph.loads(text), path, DATA, listeners=told, warn=warned.append)
    return warned


def test_a_disk_that_is_full_for_a_while_costs_nothing(
    tmp_path: Path, straight: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    warned = train(tmp_path / "r", Disk(range(7, 17)), monkeypatch)
    assert digest(tmp_path / "r") == straight
    # What failed again at steps 10, 15 and 16 is the same trouble.
    saving = [text for text in warned if "/checkpoints/" in text]
    assert len(saving) == 1
    assert len(warned) <= 3
    assert saving[0].startswith(f"cannot write `{tmp_path}/r/checkpoints/step-8`: No space left")
    assert "bytes are free there, and it takes about" in saving[0]
    assert saving[0].endswith("training goes on, and it is tried again")
    assert 10 not in RunDirectory(tmp_path / "r").store.steps()


class Clock(Disk):
    """A disk that is full for a while, and a clock that moves with each step."""

    def __init__(self, full: range, seconds_a_step: float) -> None:
        super().__init__(full)
        self.seconds_a_step = seconds_a_step
        self.saved: list[int] = []
        self.refused: list[int] = []

    def counted(self, name: str, real: Any) -> Any:
        refusing = super().counted(name, real)
        if name != "mkdir":
            return refusing

        def call(path: Any, *arguments: Any, **options: Any) -> Any:
            if path.name == "checkpoints" and self.step in self.full:
                self.refused.append(self.step)
            return refusing(path, *arguments, **options)

        return call

    def monotonic(self) -> float:
        return self.step * self.seconds_a_step

    @hookimpl
    def tfgraph_checkpoint_saved(self, step: int) -> None:
        self.saved.append(step)


def train_by_time(
    path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, every: str, epochs: int
) -> None:
    text = NOISY.replace("epochs: 3", f"epochs: {epochs}, checkpoint: {{every: {every}, keep: 9}}")
    monkeypatch.setattr("tfgraph.run.keeping.time.monotonic", clock.monotonic)
    train(path, clock, monkeypatch, text)


def test_a_save_that_fails_is_tried_again_soon_however_seldom_one_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(range(10, 11), 360.0)
    train_by_time(tmp_path / "r", clock, monkeypatch, "1 hour", 3)
    assert clock.refused == [10]
    assert clock.saved == [0, 11, 21, 24]


def test_saves_that_fail_again_and_again_are_tried_more_and_more_seldom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(range(30, 100), 1.0)
    with pytest.raises(DataError, match="No space left"):
        train_by_time(tmp_path / "r", clock, monkeypatch, "30 seconds", 9)
    assert clock.saved == [0]
    assert clock.refused == [30, 31, 32, 34, 38, 46, 62, 72]


def test_a_disk_that_stays_full_ends_the_run_which_goes_on_when_there_is_room(
    tmp_path: Path, straight: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError) as caught:
        train(tmp_path / "r", Disk(range(12, 100)), monkeypatch)
    assert caught.value.message.startswith(f"cannot write `{tmp_path}/r/checkpoints/step-24`: ")
    assert RunDirectory(tmp_path / "r").store.last().saved.step == 10
    tfgraph.resume(tmp_path / "r", DATA)
    assert digest(tmp_path / "r") == straight


def test_what_ends_a_run_is_not_warned_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = TEXT.replace("every: 5 steps", "every: 8 steps")  # it is due at the last step too
    warned: list[str] = []
    with pytest.raises(DataError, match=r"step-24`: No space"):
        train(tmp_path / "r", Disk(range(24, 100), ("mkdir",)), monkeypatch, text, warned)
    assert not [said for said in warned if "step-24" in said]


def test_an_interruption_that_cannot_be_saved_is_one_all_the_same(
    tmp_path: Path, straight: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Interrupted) as caught:
        train(tmp_path / "r", Disk(range(13, 14), signal_at=13), monkeypatch)
    assert caught.value.exit_code == 130
    assert caught.value.message.startswith(
        "interrupted after step 13, which could not be saved: cannot write `"
    )
    assert RunDirectory(tmp_path / "r").store.last().saved.step == 10
    tfgraph.resume(tmp_path / "r", DATA)
    assert digest(tmp_path / "r") == straight


def test_checkpoints_that_cannot_be_deleted_end_no_run(
    tmp_path: Path, straight: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(range(100), ("unlink",))
    warned = train(tmp_path / "r", disk, monkeypatch, TEXT.replace("keep: 100", "keep: 1"))
    assert digest(tmp_path / "r") == straight
    assert len(warned) == 1
    assert warned[0].startswith("cannot delete `")
    assert warned[0].endswith("; later ones may not be either")


def test_a_best_state_that_was_not_saved_is_missed_aloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r"
    warned = train(path, Disk(range(24, 24)), monkeypatch, STOPPING)
    assert not warned
    best = RunDirectory(path).store.best_step()
    assert best
    assert best < 24
    again = tmp_path / "again"
    warned = train(again, Disk(range(best, best + 1)), monkeypatch, STOPPING)
    other = RunDirectory(again).store.best_step()
    assert warned[-1] == f"the best state, after step {best}, is lost: this is that of step {other}"


class Spoiling:
    """Damages each checkpoint of an evaluation."""

    @hookimpl
    def tfgraph_checkpoint_saved(self, run: RunInfo, step: int, folder: Path) -> None:
        if run.history.last_step == step > 0:
            (folder / "arrays.npz").write_bytes(b"")


def test_best_states_that_are_all_damaged_are_missed_aloud_and_end_no_run(tmp_path: Path) -> None:
    warned: list[str] = []
    plan = tfgraph.loads(STOPPING)
    run = tfgraph.train(plan, tmp_path / "r", DATA, listeners=[Spoiling()], warn=warned.append)
    assert run.outcome.status == "finished"
    assert int(run.graph.step) == run.step
    assert "is damaged: arrays.npz has 0 bytes" in warned[-2]
    assert warned[-1].endswith(f"is lost: this is that of step {run.step}")
