"""One process a run directory, and one run directory a process."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import stat
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


LOOK = """
import sys
from pathlib import Path
from tfgraph.run.lock import is_locked
print("ready", flush=True)
input()
print(sum(is_locked(Path(sys.argv[1])) for _ in range(2000)))
"""


def together(script: str, folder: Path) -> list[str]:
    """What three processes print that do the same at the same time."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    return [process.communicate()[0] for process in processes]


def test_those_who_look_at_the_same_time_do_not_see_each_other(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("1\n")
    assert together(LOOK, tmp_path) == ["0\n"] * 3


# As a process that was about to fill an empty folder, and could not: its lock goes with the rest.
GIVE_BACK = """
import os, sys
from pathlib import Path
from tfgraph.errors import UsageError
from tfgraph.run.lock import locked
folder, had = Path(sys.argv[1]), 0
print("ready", flush=True)
input()
while had < 100:
    try:
        with locked(folder):
            os.close(os.open(folder / "mine", os.O_CREAT | os.O_EXCL))
            os.unlink(folder / "lock")
            os.unlink(folder / "mine")
            had += 1
    except UsageError:
        pass
print(had)
"""


def test_a_lock_that_is_deleted_when_it_is_given_back_is_taken_by_one(tmp_path: Path) -> None:
    assert together(GIVE_BACK, tmp_path) == ["100\n"] * 3


def test_a_run_whose_lock_is_deleted_while_it_trains_is_locked_all_the_same(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    (tmp_path / "lock").unlink()
    assert is_locked(tmp_path)
    for _ in range(2):  # the second time there is a lock again, which nobody has
        with pytest.raises(UsageError, match=r"is being trained already$"), locked(tmp_path):
            pass
    assert is_locked(tmp_path)
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    assert is_locked(moved)
    holder.kill()
    holder.wait()
    with locked(moved):
        assert (moved / "lock").read_text() == f"{os.getpid()}\n"
    assert not is_locked(moved)


def test_a_file_system_that_locks_files_alone_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock

    def files_alone(descriptor: int, operation: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", files_alone)
    with locked(tmp_path):
        assert is_locked(tmp_path)
        with pytest.raises(UsageError), locked(tmp_path):
            pass
    assert not is_locked(tmp_path)


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
