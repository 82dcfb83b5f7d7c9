"""Only what a run has written is ever deleted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import tfgraph
from tests.run.models import NOISY
from tests.run.runs import DATA, StopAt
from tests.run.test_faults import save
from tfgraph.run import Interrupted, Outcome
from tfgraph.run.checkpoint import Store
from tfgraph.run.directory import RunDirectory

FOREIGN = "somebody's"


def put(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FOREIGN)


def foreign(folder: Path) -> set[str]:
    """Where in a folder somebody's files are."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.read_bytes() == FOREIGN.encode()
    }


def test_what_was_put_into_a_checkpoint_stays_when_that_is_deleted(tmp_path: Path) -> None:
    save(tmp_path, 1)
    folder = tmp_path / "checkpoints"
    put(folder / "step-1/notes.txt", folder / "step-1/more/arrays.npz", folder / "step-1/.hidden")
    put(folder / "step-1-others/notes.txt", folder / "notes.txt", folder / "step-x", folder / "0")
    for step in (2, 3):
        save(tmp_path, step)
    assert Store(folder).steps() == [2, 3]
    assert foreign(folder) == {
        *("step-1-others-1/notes.txt", "step-1-others-1/more/arrays.npz"),
        *("step-1-others-1/.hidden", "step-1-others/notes.txt", "notes.txt", "step-x", "0"),
    }


def test_links_in_the_place_of_files_are_deleted_and_not_what_they_lead_to(tmp_path: Path) -> None:
    save(tmp_path, 1)
    outside = tmp_path / "outside"
    put(outside / "arrays.npz", outside / "manifest.json")
    folder = tmp_path / "checkpoints"
    (folder / "step-1/arrays.npz").unlink()
    (folder / "step-1/arrays.npz").symlink_to(outside / "arrays.npz")
    (folder / "step-0").symlink_to(outside)
    for step in (2, 3):
        save(tmp_path, step)
    assert Store(folder).steps() == [2, 3]
    assert foreign(outside) == {"arrays.npz", "manifest.json"}
    assert (folder / "step-0-others").readlink() == outside


def test_leftovers_are_cleared_by_their_names_alone(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    save(tmp_path, 1)
    folder = tmp_path / "checkpoints"
    for name in (".step-5.123", ".step-6.123-1"):
        put(*(folder / name / file for file in ("arrays.npz", "manifest.json", "metrics.jsonl")))
    put(tmp_path / ".metrics.jsonl.77", tmp_path / ".resolved.yaml.77")
    put(tmp_path / "plots/.loss.svg.77")
    keep = [
        *(folder / name for name in (".step-7.123/mine", ".step-x.1", ".git/x", ".step-1", "x")),
        *(tmp_path / name for name in (".notes.txt.77", ".metrics.jsonl", "metrics.jsonl.77")),
        *(tmp_path / "plots" / name for name in (".mine.txt.77", "mine.svg", ".mine.svg")),
    ]
    put(*keep)
    (folder / ".step-8.1").symlink_to(tmp_path)
    (tmp_path / ".outcome.json.5").mkdir()
    run.tidy()
    assert foreign(tmp_path) == {str(path.relative_to(tmp_path)) for path in keep}
    assert (folder / ".step-8.1").is_symlink()
    assert (tmp_path / ".outcome.json.5").is_dir()
    assert run.store.steps() == [1]


def test_a_run_that_goes_on_leaves_what_is_not_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tfgraph.run.trainer.SECONDS_PER_CALL", 0.0)
    text = NOISY.replace("epochs: 3", "epochs: 2, checkpoint: {every: 3 steps, keep: 1}")
    path = tmp_path / "r"
    with pytest.raises(Interrupted):
        tfgraph.train(tfgraph.loads(text), path, DATA, listeners=[StopAt(4)])
    put(path / "notes.txt", path / "checkpoints/notes.txt", path / "checkpoints/step-4/notes.txt")
    put(path / "plots/mine.svg", path / "export/model.onnx")
    tfgraph.resume(path, DATA)
    assert foreign(path) == {
        *("notes.txt", "checkpoints/notes.txt", "checkpoints/step-4-others/notes.txt"),
        *("plots/mine.svg", "export/model.onnx"),
    }
    assert RunDirectory(path).store.steps() == [16]


def test_that_a_run_goes_on_survives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, fsync = RunDirectory(tmp_path), os.fsync
    synced: list[tuple[int, Any]] = []
    directory.write_outcome(Outcome("finished", 3, 1.0))

    def noted(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino, directory.outcome()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    directory.begin()
    assert synced == [(tmp_path.stat().st_ino, None)]
