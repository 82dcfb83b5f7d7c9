"""One process a run directory, and one run directory a process."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import command
from tests.run.models import LINE
from tfgraph.errors import DataError, UsageError
from tfgraph.run.lock import is_locked, locked

HOLD = """
import sys, time
from pathlib import Path
from tfgraph.run.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, which has the lock of the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    with process.stdout:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()
        process.wait()


def test_a_second_process_is_told_which_one_has_the_run(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    assert is_locked(tmp_path)
    with pytest.raises(UsageError) as caught, locked(tmp_path):
        pass
    assert caught.value.message == (
        f"the run `{tmp_path}` is being trained already (process {holder.pid})"
    )
    # Also said of a run that is to go on, which no other directory would help.
    assert caught.value.help == f"wait for it to end, or end it, saved, with `kill {holder.pid}`"
    assert (tmp_path / "lock").read_text() == f"{holder.pid}\n"


def test_a_process_that_is_killed_leaves_the_lock_free(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert not is_locked(tmp_path)
    with locked(tmp_path):
        assert is_locked(tmp_path)
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"
    assert not is_locked(tmp_path)


def test_who_looks_whether_a_run_is_locked_keeps_nobody_from_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lock").touch()
    # A second open file of this process stands for a look from elsewhere.
    looking = os.open(tmp_path / "lock", os.O_RDWR)
    fcntl.flock(looking, fcntl.LOCK_EX)
    monkeypatch.setattr("tfgraph.run.lock.time.sleep", lambda seconds: os.close(looking))
    with locked(tmp_path):
        assert is_locked(tmp_path)


def test_what_is_no_lock_is_left_as_it_is(tmp_path: Path) -> None:
    lock, other = tmp_path / "lock", tmp_path / "other"
    other.write_text("somebody's text")

    def refused(why: str) -> None:
        with pytest.raises(DataError) as caught, locked(tmp_path):
            pass
        assert caught.value.message.endswith(why)
        assert not is_locked(tmp_path)
        assert other.read_text() == "somebody's text"
        lock.rmdir() if lock.is_dir() and not lock.is_symlink() else lock.unlink()

    lock.symlink_to(other)
    refused("`: it is a link")
    lock.symlink_to(tmp_path / "nowhere")
    refused("`: it is a link")
    assert not (tmp_path / "nowhere").exists()
    lock.hardlink_to(other)
    refused("` is no lock of a run")
    os.mkfifo(lock)
    refused("` is no lock of a run")
    lock.mkdir()
    refused("`: Is a directory")


def test_two_runs_of_one_name_have_a_directory_each(tmp_path: Path) -> None:
    (tmp_path / "line.yaml").write_text(LINE)
    running = [
        subprocess.Popen(
            command("train", "line.yaml"),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0], outputs
    runs = tmp_path / "runs"
    assert {path.name for path in runs.iterdir()} == {"line-1", "line-2"}
    said = {name for out, _ in outputs for name in ("line-1", "line-2") if f"runs/{name}:" in out}
    assert said == {"line-1", "line-2"}
    for path in runs.iterdir():
        assert json.loads((path / "manifest.json").read_text())["name"] == "line"
        assert (path / "checkpoints/step-28/manifest.json").exists()


def test_a_file_system_without_locks_is_called_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    (tmp_path / "lock").touch()
    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(DataError) as caught, locked(tmp_path):
        pass
    assert caught.value.message == f"cannot lock `{tmp_path / 'lock'}`: No locks available"
    assert "a file system that has locks" in caught.value.help
    assert not is_locked(tmp_path)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_run_that_may_not_be_written_to_is_to_be_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuses(*given: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr("tfgraph.run.lock.os.open", refuses)
        with pytest.raises(DataError) as caught, locked(tmp_path):
            pass
    assert caught.value.message == f"cannot lock `{tmp_path}/lock`: {os.strerror(number)}"
    assert caught.value.help == "a run is trained where its files may be written: copy it there"
