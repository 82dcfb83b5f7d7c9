"""What is left of making the directory of a run that was killed meanwhile, and who takes it away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tfgraph
from tests.run.faults import REASONS, faulty
from tests.run.models import LINE
from tfgraph.errors import DataError
from tfgraph.run import RunDirectory
from tfgraph.run.lock import locked
from tfgraph.run.making import created
from tfgraph.run.trained import check_trained

TEXT = LINE.replace("epochs: 4", "epochs: 0")
STATE = {"step": np.array(0), "weights/slope": np.zeros(3)}


def make(
    path: Path, state: Mapping[str, Any] = STATE, again: Callable[[], Path] | None = None
) -> Path:
    """Make the directory of a run; where it is."""
    plan = tfgraph.loads(TEXT)
    with created(
        path, plan, command=(), plugin_files=(), data={}, state=state, again=again, compiled=False
    ) as directory:
        return directory.path


def check_whole(path: Path) -> None:
    """There is all that a run starts with."""
    directory = RunDirectory(path)
    assert check_trained(directory).sound().layers
    assert directory.store.last().saved.step == 0


#: Makes `mlp-1` in each of the folders, and is killed at its moment: an event of Python's, and the
#: name at the end of the path that it is about.
KILLED = """
import os, signal, sys
from tests.run.test_making import make
from pathlib import Path

def killed_at(moment, name):
    def look(event, arguments):
        if event == moment and Path(str(arguments[event == "os.rename"])).name == name:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(look)

for folder, moment, name in zip(*[iter(sys.argv[1:])] * 3):
    child = os.fork()
    if not child:
        killed_at(moment, name)
        make(Path(folder) / "mlp-1")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
"""
MOMENTS = {
    "whole": ("os.rename", "mlp-1"),
    "half": ("os.rename", "step-0"),
    "empty": ("open", "lock"),
}


@pytest.fixture(scope="module")
def all_left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What processes have left that were killed, each in a folder of its own."""
    parent = tmp_path_factory.mktemp("left")
    arguments = []
    for name, moment in MOMENTS.items():
        (parent / name).mkdir()
        arguments += [parent / name, *moment]
    subprocess.run([sys.executable, "-c", KILLED, *arguments], check=True)
    return parent


@pytest.fixture(params=MOMENTS)
def left(request: pytest.FixtureRequest, tmp_path: Path, all_left: Path) -> Path:
    """What a process that was killed while it made `mlp-1` has left."""
    shutil.copytree(all_left / request.param, tmp_path, dirs_exist_ok=True)
    (folder,) = tmp_path.iterdir()
    assert folder.name.startswith(".mlp-1.")
    return folder


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


def test_what_is_called_otherwise_stays(tmp_path: Path, all_left: Path) -> None:
    (whole,) = (all_left / "whole").iterdir()
    dead = whole.name.rpartition(".")[2]
    for name in (f".cnn-1.{dead}", f"mlp-1.{dead}", ".mlp-1"):
        (tmp_path / name).mkdir()
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (tmp_path / f".mlp-1.{dead}").symlink_to(elsewhere)
    before = sorted(tmp_path.iterdir())
    train(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "mlp-2"])


@pytest.mark.parametrize("filled", [False, True], ids=["a new folder", "an empty folder"])
def test_a_run_that_cannot_be_made_leaves_nothing_whichever_call_fails(
    tmp_path: Path, filled: bool
) -> None:
    def begin(parent: Path) -> Path:
        (parent / "r" if filled else parent).mkdir(parents=True)
        return parent / "r"

    path = begin(tmp_path / "whole")
    with faulty(None, 0) as system:
        make(path)
    refused = set()
    for number in REASONS:
        for at in range(len(system.done)):
            path = begin(tmp_path / f"{number}-{at}")
            failure = None
            try:
                with faulty(at, number):
                    make(path)
            except DataError as error:
                failure = error
            if failure:
                assert f" `{path.parent}" in failure.message
                assert "/.r." not in failure.message
                assert os.strerror(number) in failure.message
                assert {*path.parent.rglob("*")} <= ({path, path / "lock"} if filled else set())
                refused.add(system.done[at])
                make(path)
            assert [found.name for found in path.parent.iterdir()] == ["r"]
            check_whole(path)
    assert {"open", "write", "fsync", "mkdir", "rename"} <= refused


class Meanwhile(Mapping[str, Any]):
    """A state; while it is written another process makes `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __getitem__(self, name: str) -> Any:
        return STATE[name]

    def __len__(self) -> int:
        return len(STATE)

    def __iter__(self) -> Iterator[str]:
        self.path.mkdir(exist_ok=True)
        (self.path / "lock").write_text("1\n")
        return iter(STATE)


def test_a_name_that_another_process_takes_meanwhile_is_left_to_it(tmp_path: Path) -> None:
    """The moment between looking whether a name is free and making the directory."""
    names = iter([tmp_path / "line-2", tmp_path / "line-3"])
    made = make(tmp_path / "line-1", Meanwhile(tmp_path / "line-1"), lambda: next(names))
    assert made == tmp_path / "line-2"
    assert [path.name for path in (tmp_path / "line-1").iterdir()] == ["lock"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["line-1", "line-2"]
