"""Lock: one process a run directory. The system takes it back when the process ends, however."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tfgraph.errors import DataError, UsageError
from tfgraph.run.names import LOCK
from tfgraph.run.refusals import reason

_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_PID = re.compile(rb"(\d{1,19})\n?")
#: Windows keeps others from reading what is locked: a byte that nobody reads.
_BYTE = 1 << 30
_TRIES, _SECONDS = 5, 0.02


@contextmanager
def locked(folder: Path, *, shown: Path | None = None) -> Iterator[None]:
    """Hold the lock of a run directory; UsageError where another process has it.

    `shown` is what a message calls the folder. DataError where the lock is not a file that this
    module has written: a link, or anything else, is left as it is.
    """
    path = folder / LOCK
    try:
        descriptor = os.open(path, _FLAGS | os.O_CREAT, 0o644)
    except OSError as error:
        denied = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        help = "a run is trained where its files may be written: copy it there" if denied else ""
        raise DataError(f"cannot lock `{path}`: {reason(error)}", help=help) from error
    try:
        _check(path, descriptor)
        if not any(_tries(path, descriptor)):
            owner = _PID.fullmatch(_content(descriptor))
            by = f" (process {owner[1].decode()})" if owner else ""
            end = f", or end it, saved, with `kill {owner[1].decode()}`" if owner else ""
            raise UsageError(
                f"the run `{shown or folder}` is being trained already{by}",
                help=f"wait for it to end{end}",
            )
        _write_owner(path, descriptor)
        yield
    finally:
        os.close(descriptor)


def _tries(path: Path, descriptor: int) -> Iterator[bool]:
    """Whether the lock is taken now, asked a few times: `is_locked` has it for a moment."""
    for _ in range(_TRIES):
        yield _take(path, descriptor)
        time.sleep(_SECONDS)


def is_locked(folder: Path) -> bool:
    """Whether a process is training in a run directory."""
    path = folder / LOCK
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError:
        return False
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode) and not _take(path, descriptor)
    except DataError:
        return False  # the file system has no locks: nobody trains there
    finally:
        os.close(descriptor)


def _check(path: Path, descriptor: int) -> None:
    regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
    if not regular or ((content := _content(descriptor)) and not _PID.fullmatch(content)):
        raise DataError(f"`{path}` is no lock of a run", help="move it away")


def _content(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 64)


def _write_owner(path: Path, descriptor: int) -> None:
    """Say who has the lock. On a full disk nobody learns it, and the lock holds all the same."""
    try:
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"{os.getpid()}\n".encode())
    except OSError:
        os.ftruncate(descriptor, 0)


def _take(path: Path, descriptor: int) -> bool:
    """Take the lock of an open file without waiting; it goes when the file is closed."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(descriptor, _BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        raise DataError(
            f"cannot lock `{path}`: {reason(error)}",
            help="a run needs a file system that has locks (flock): choose another folder",
        ) from error
    return True
