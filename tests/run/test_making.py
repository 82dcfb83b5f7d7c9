"""What is left of making the directory of a run that was killed meanwhile, and who takes it away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tfgraph
from tests.run.models import LINE
from tfgraph.run import files, making
from tfgraph.run.lock import locked

TEXT = LINE.replace("epochs: 4", "epochs: 0")


@pytest.fixture(scope="module")
def dead() -> int:
    """The number of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture(params=["whole", "empty", "half"])
def left(
    request: pytest.FixtureRequest, tmp_path: Path, dead: int, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """What a process that was killed while it made `mlp-1` has left."""
    folder = tmp_path / f".mlp-1.{dead}"
    if request.param == "empty":
        folder.mkdir()
        return folder
    with monkeypatch.context() as patch:
        # As a kill at the last call of all, which leaves all that was written.
        patch.setattr(making, "_empty", lambda folder: None)
        patch.setattr(making, "_renamed", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            tfgraph.train(tfgraph.loads(TEXT), tmp_path / "mlp-1")
    (tmp_path / f".mlp-1.{os.getpid()}").rename(folder)
    if request.param == "half":
        (folder / "checkpoints/step-0").rename(folder / f"checkpoints/.step-0.{dead}")
        (folder / "manifest.json").unlink()
    return folder


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def train(folder: Path) -> None:
    tfgraph.train(tfgraph.loads(TEXT), folder / "mlp-2")


def test_the_next_run_of_the_name_takes_it_away(tmp_path: Path, left: Path) -> None:
    train(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mlp-2"]


@pytest.mark.parametrize("left", ["whole"], indirect=True)
def test_what_is_not_ours_stays(tmp_path: Path, left: Path) -> None:
    (left / "notes.txt").write_text("mine", encoding="utf-8")
    before = sorted(left.rglob("*"))
    train(tmp_path)
    assert sorted(left.rglob("*")) == before


@pytest.mark.parametrize("left", ["whole"], indirect=True)
def test_what_a_process_is_making_stays(tmp_path: Path, left: Path) -> None:
    with locked(left):
        train(tmp_path)
    assert (left / "manifest.json").exists()
    living = left.rename(tmp_path / f".mlp-1.{os.getppid()}")
    train_again = tmp_path / "mlp-3"
    tfgraph.train(tfgraph.loads(TEXT), train_again)
    assert (living / "manifest.json").exists()


def test_what_is_called_otherwise_stays(tmp_path: Path, dead: int) -> None:
    for name in (f".cnn-1.{dead}", f"mlp-1.{dead}", ".mlp-1"):
        (tmp_path / name).mkdir()
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (tmp_path / f".mlp-1.{dead}").symlink_to(elsewhere)
    before = sorted(tmp_path.iterdir())
    train(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "mlp-2"])


def test_an_empty_folder_is_empty_again_where_it_cannot_be_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tmp_path.stat().st_ino
    synced = iter(range(100))

    def failing(folder: Path) -> None:
        if next(synced) == 3:
            raise OSError(28, os.strerror(28))

    monkeypatch.setattr(files, "sync_folder", failing)
    with pytest.raises(tfgraph.errors.DataError, match="cannot write"):
        tfgraph.train(tfgraph.loads(TEXT), tmp_path)
    assert not list(tmp_path.iterdir())
    assert tmp_path.stat().st_ino == before


def test_a_name_that_another_process_takes_meanwhile_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment between looking whether a name is free and making the directory."""
    names = iter([tmp_path / "line-2", tmp_path / "line-3"])
    asked = making.manifest_text

    def taken(*given: object) -> str:
        (tmp_path / "line-1").mkdir()
        (tmp_path / "line-1/lock").write_text("1\n")
        return asked(*given)

    monkeypatch.setattr(making, "manifest_text", taken)
    run = tfgraph.train(tfgraph.loads(TEXT), tmp_path / "line-1", again=lambda: next(names))
    assert run.directory == tmp_path / "line-2"
    assert [path.name for path in (tmp_path / "line-1").iterdir()] == ["lock"]
