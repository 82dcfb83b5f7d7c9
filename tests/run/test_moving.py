"""Run directories that are moved, replaced or deleted while they are trained in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tfgraph
from tests.run.models import Notes
from tests.run.runs import DATA, TEXT, StopAt, arrays, digest
from tfgraph.api import hookimpl
from tfgraph.errors import DataError
from tfgraph.run import Interrupted, RunDirectory

pytestmark = pytest.mark.usefixtures("small_calls")


class At:
    """Does something when a step has been made."""

    def __init__(self, step: int, act: Callable[[], object]) -> None:
        self.step = step
        self.act = act

    @hookimpl
    def tfgraph_steps_done(self, step: int) -> None:
        if step == self.step:
            self.act()


def contents(run: Path) -> set[str]:
    return {path.name for path in run.iterdir()}


@pytest.mark.parametrize("step", [1, 5, 7, 10, 23, 24])
def test_a_run_that_is_moved_goes_on_where_it_is_now(
    tmp_path: Path, straight: dict[str, str], step: int
) -> None:
    old, new = tmp_path / "r", tmp_path / "else/where/r"
    new.parent.mkdir(parents=True)
    warned: list[str] = []
    run = tfgraph.train(
        tfgraph.loads(TEXT), old, DATA, listeners=[At(step, lambda: old.rename(new))],
        warn=warned.append,
    )  # fmt: skip
    assert warned == [f"`{old}` has been moved to `{new}`: the run goes on there"]
    assert not old.exists()
    assert run.directory == new
    assert digest(new) == straight
    assert {"plots", "run.log", "outcome.json", "tensorboard", "lock"} <= contents(new)
    log = (new / "run.log").read_text()
    assert "warning: " + warned[0] in log
    assert f"finished after {run.step} steps" in log


def test_what_takes_the_place_of_a_moved_run_is_left_alone(
    tmp_path: Path, straight: dict[str, str]
) -> None:
    old, new = tmp_path / "r", tmp_path / "moved"

    def replace() -> None:
        old.rename(new)
        old.mkdir()
        (old / "mine.txt").write_text("mine")

    tfgraph.train(tfgraph.loads(TEXT), old, DATA, listeners=[At(7, replace)])
    assert contents(old) == {"mine.txt"}
    assert digest(new) == straight


def test_a_run_that_was_moved_is_interrupted_and_gone_on_with_there(
    tmp_path: Path, straight: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    notes = Notes()
    with pytest.raises(Interrupted):
        tfgraph.train(
            tfgraph.loads(TEXT), "r", DATA,
            listeners=[notes, At(7, lambda: Path("r").rename("s")), StopAt(13)],
        )  # fmt: skip
    assert notes.run
    assert notes.run.directory == Path("s")
    assert not Path("r").exists()

    tfgraph.resume("s", DATA, listeners=[At(17, lambda: Path("s").rename("t"))])
    assert contents(tmp_path) == {"t"}
    assert digest(Path("t")) == straight


@pytest.mark.parametrize("step", [1, 5, 7, 24])
def test_a_run_that_is_deleted_ends_with_one_message_and_nothing_is_made_again(
    tmp_path: Path, step: int
) -> None:
    path = tmp_path / "r"
    warned: list[str] = []
    notes = Notes()
    with pytest.raises(DataError) as caught:
        tfgraph.train(
            tfgraph.loads(TEXT), path, DATA,
            listeners=[notes, At(step, lambda: shutil.rmtree(path))], warn=warned.append,
        )  # fmt: skip
    assert caught.value.message == (
        f"the run directory `{path}` is gone: somebody has deleted it, or moved it to another "
        "disk, while it was being trained in"
    )
    assert caught.value.exit_code == 4
    assert notes.steps[-1] == step
    assert [outcome.status for outcome in notes.outcomes] == ["failed"]
    assert warned == []
    assert not contents(tmp_path)


class Evaluated(dict[str, dict[str, Any]]):
    """Data with a split `test`; does something when that is read, which is at the end."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__({**DATA, "test": arrays(7, 3)})
        self.act = act

    def __getitem__(self, split: str) -> dict[str, Any]:
        if split == "test":
            self.act()
        return super().__getitem__(split)


def test_a_run_that_is_moved_while_it_is_evaluated_at_the_end_ends_there(tmp_path: Path) -> None:
    old, new = tmp_path / "r", tmp_path / "moved"
    warned: list[str] = []
    run = tfgraph.train(
        tfgraph.loads(TEXT), old, Evaluated(lambda: old.rename(new)), warn=warned.append
    )
    assert warned == [f"`{old}` has been moved to `{new}`: the run goes on there"]
    assert run.directory == new
    assert set(RunDirectory(new).manifest()["data"]) == {"train", "validation", "test"}
    assert {"plots", "outcome.json"} <= contents(new)
    assert contents(tmp_path) == {"moved"}


def test_a_run_that_is_deleted_while_it_is_evaluated_at_the_end_is_told_of_once(
    tmp_path: Path,
) -> None:
    path = tmp_path / "r"
    warned: list[str] = []
    data = Evaluated(lambda: shutil.rmtree(path))
    run = tfgraph.train(tfgraph.loads(TEXT), path, data, warn=warned.append)
    assert [text.partition(":")[0] for text in warned] == [f"the run directory `{path}` is gone"]
    assert run.directory is None
    assert not contents(tmp_path)


def test_a_folder_above_a_run_may_be_moved(tmp_path: Path, straight: dict[str, str]) -> None:
    runs, moved = tmp_path / "runs", tmp_path / "old"
    tfgraph.train(
        tfgraph.loads(TEXT), runs / "r", DATA, listeners=[At(7, lambda: runs.rename(moved))]
    )
    assert contents(tmp_path) == {"old"}
    assert digest(moved / "r") == straight
