"""Lock: one process a run directory. The system takes it back when the process ends, however.

A file in the directory is locked, which says whose the lock is. Somebody may delete it: where the
system locks folders, the directory itself is locked as well.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tfgraph.errors import DataError, UsageError
from tfgraph.run.names import LOCK
from tfgraph.run.refusals import reason

_AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_PID = re.compile(rb"(\d{1,19})\n?")
#: Windows keeps others from reading what is locked: a byte that nobody reads.
_BYTE = 1 << 30
_TRIES, _SECONDS = 10, 0.01


@contextmanager
def locked(folder: Path, *, shown: Path | None = None) -> Iterator[None]:
    """Hold the lock of a run directory; UsageError where another process has it.

    `shown` is what a message calls the folder. DataError where the lock is not a file that this
    module has written: a link, or anything else, is left as it is.
    """
    path = folder / LOCK
    owner = None
    for _ in range(_TRIES):  # `is_locked` has it for a moment
        with _lock_file(path) as descriptor, _itself(folder) as place:
            _check(path, descriptor)
            if (
                _take(path, descriptor)
                and _stands_at(path, descriptor)
                and (place is None or _take_folder(folder, place))
            ):
                _write_owner(path, descriptor)
                yield
                return
            owner = _PID.fullmatch(_content(descriptor))
        time.sleep(_SECONDS)
    by = f" (process {owner[1].decode()})" if owner else ""
    end = f", or end it, saved, with `kill {owner[1].decode()}`" if owner else ""
    raise UsageError(
        f"the run `{shown or folder}` is being trained already{by}",
        help=f"wait for it to end{end}",
    )


def is_locked(folder: Path) -> bool:
    """Whether a process is training in a run directory."""
    return _is_taken(folder / LOCK, os.O_RDONLY | _AS_IT_IS, stat.S_ISREG) or (
        os.name == "posix" and _is_taken(folder, _FOLDER, stat.S_ISDIR)
    )


def _is_taken(path: Path, flags: int, fits: Callable[[int], bool]) -> bool:
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return False
    try:
        return fits(os.fstat(descriptor).st_mode) and not _take(path, descriptor, shared=True)
    except DataError:
        return False  # the file system has no such locks: nobody has one
    finally:
        os.close(descriptor)


@contextmanager
def _lock_file(path: Path) -> Iterator[int]:
    """The file that is locked, open; made where there is none."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _AS_IT_IS, 0o644)
    except OSError as error:
        denied = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        help = "a run is trained where its files may be written: copy it there" if denied else ""
        raise DataError(f"cannot lock `{path}`: {reason(error)}", help=help) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _itself(folder: Path) -> Iterator[int | None]:
    """The run directory, open; None where the system opens no folders."""
    try:
        descriptor = os.open(folder, _FOLDER) if os.name == "posix" else None
    except OSError:
        descriptor = None
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _stands_at(path: Path, descriptor: int) -> bool:
    """Whether an open file is still the one at a path: who gave the lock back may have deleted it.

    Windows deletes no open file.
    """
    try:
        return os.name == "nt" or os.path.samestat(os.lstat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


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


def _take_folder(folder: Path, descriptor: int) -> bool:
    try:
        return _take(folder, descriptor)
    except DataError:
        return True  # the file system locks no folders: the file has to do


def _take(path: Path, descriptor: int, *, shared: bool = False) -> bool:
    """Take the lock of an open file without waiting; it goes when the file is closed.

    Where the system can, a `shared` one keeps out none that is shared as well.
    """
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(descriptor, _BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        raise DataError(
            f"cannot lock `{path}`: {reason(error)}",
            help="a run needs a file system that has locks (flock): choose another folder",
        ) from error
    return True
