"""A checkpoint that may be whole and cannot be read here: nothing takes its place."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tfgraph
from tests.run.faults import refusing
from tests.run.models import LINE
from tfgraph.errors import DataError
from tfgraph.run import RunDirectory
from tfgraph.run.checkpoint import Saved, Store
from tfgraph.run.sealed import sealed, unsealed

TEXT = LINE.replace("epochs: 4", "epochs: 4, checkpoint: {every: 1 epoch, keep: 3}")
NEWEST = "checkpoints/step-28"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trained") / "r"
    tfgraph.train(tfgraph.loads(TEXT), path)
    return path


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "r"))


def of_format_4(checkpoint: Path) -> None:
    path = checkpoint / "manifest.json"
    path.write_bytes(sealed({**unsealed(path.read_bytes()), "format": 4}))
    (checkpoint / "new-in-4.bin").write_text("x")


def left(run: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(run)): path.read_bytes()
        for path in run.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def refusal(act: Callable[..., Any], run: Path, **options: Any) -> DataError:
    """The error of an act that changes nothing."""
    before = left(run)
    with pytest.raises(DataError) as caught:
        act(run, **options)
    assert left(run) == before
    return caught.value


def test_a_run_does_not_go_on_over_a_checkpoint_of_another_format(run: Path) -> None:
    of_format_4(run / NEWEST)
    error = refusal(tfgraph.resume, run, settings=["train.epochs=5"])
    assert error.message == f"`{run / NEWEST}/manifest.json` is of format 4, not 3"
    assert error.help == (
        "another version of tfgraph has written it: go on with that one; or move "
        f"`{run / NEWEST}` to another folder, and the run goes on from an earlier checkpoint"
    )
    # What the help says can be done.
    (run / NEWEST).rename(run.parent / "step-28")
    warned: list[str] = []
    assert tfgraph.resume(run, warn=warned.append).step == 28
    assert warned == []


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
@pytest.mark.parametrize("name", ["manifest.json", "metrics.jsonl", "arrays.npz"])
def test_a_run_does_not_go_on_over_a_checkpoint_that_the_system_does_not_read(
    run: Path, name: str, number: int
) -> None:
    with refusing(f"step-28/{name}", number):
        error = refusal(tfgraph.resume, run, settings=["train.epochs=5"])
    assert error.message == f"cannot read `{run / NEWEST / name}`: {os.strerror(number)}"
    assert error.help.startswith(f"make it readable again; or move `{run / NEWEST}` to another")
    assert tfgraph.resume(run).step == 28


def test_where_it_is_the_only_one_there_is_nothing_to_go_on_from(run: Path) -> None:
    of_format_4(run / NEWEST)
    for step in (14, 21):
        shutil.rmtree(run / f"checkpoints/step-{step}")
    error = refusal(tfgraph.resume, run)
    assert error.help == "another version of tfgraph has written it: go on with that one"


def test_who_reads_is_offered_the_newest_that_can_be_read(run: Path) -> None:
    of_format_4(run / NEWEST)
    error = refusal(tfgraph.open_run, run)
    assert "is of format 4, not 3" in error.message
    assert error.help == "the newest sound one is that of step 21: `--checkpoint 21` takes it"
    assert int(tfgraph.open_run(run, checkpoint=21).step) == 21


@pytest.mark.parametrize("number", [None, errno.EIO])
def test_it_is_neither_replaced_nor_deleted(run: Path, number: int | None) -> None:
    store = RunDirectory(run).store
    if number is None:
        of_format_4(run / "checkpoints/step-14")
    before = left(run / "checkpoints/step-14")
    arrays = store.load(21).arrays
    with refusing("step-14/manifest.json", number or errno.EIO) if number else refusing("?", 0):
        with pytest.raises(DataError):
            store.save({**arrays, "step": arrays["step"] * 0 + 14}, Saved(14, 0.0, ""))
        store.prune(1, 28)
    assert store.steps() == [14, 28]
    assert left(run / "checkpoints/step-14") == before


def test_where_no_checkpoint_is_sound_there_is_a_way_out(run: Path) -> None:
    for path in (run / "checkpoints").glob("step-*/arrays.npz"):
        path.write_bytes(b"x")
    error = refusal(tfgraph.resume, run)
    assert error.message.startswith(f"no checkpoint in `{run / 'checkpoints'}` is sound: ")
    assert error.help == (
        f"put a copy of one there, or train anew with `tfgraph train {run / 'resolved.yaml'}`"
    )
    shutil.rmtree(run / "checkpoints")
    error = refusal(tfgraph.resume, run)
    assert error.message == f"there is no checkpoint in `{run / 'checkpoints'}`"
    assert error.help.startswith("put a copy of one there, or train anew with `")
    plan = tfgraph.load(run / "resolved.yaml")
    assert tfgraph.train(plan).step == 28


def test_a_link_in_the_place_of_one_is_no_checkpoint(run: Path) -> None:
    manifest = run / NEWEST / "manifest.json"
    manifest.rename(run.parent / "manifest.json")
    manifest.symlink_to(run.parent / "manifest.json")
    found = Store(run / "checkpoints").last(wary=True)
    assert (found.saved.step, len(found.damaged)) == (21, 1)
