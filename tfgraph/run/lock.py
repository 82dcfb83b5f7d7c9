"""Lock: one process a run directory. The system takes it back when the process ends, however."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tfgraph.errors import DataError, UsageError

NAME = "lock"


@contextmanager
def locked(folder: Path, *, shown: Path | None = None) -> Iterator[None]:
    """Hold the lock of a run directory; UsageError where another process has it.

    `shown` is what a message calls the folder.
    """
    path = folder / NAME
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, 0o644)
    except OSError as error:
        raise DataError(f"cannot open `{path}`: {error.strerror}") from error
    try:
        if not _take(descriptor):
            owner = os.read(descriptor, 20).decode(errors="replace").strip()
            by = f" (process {owner})" if owner.isdigit() else ""
            raise UsageError(
                f"the run `{shown or folder}` is being trained already{by}",
                help="wait for it to end, or choose another directory with `--run`",
            )
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def is_locked(folder: Path) -> bool:
    """Whether a process is training in a run directory."""
    try:
        descriptor = os.open(folder / NAME, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        return not _take(descriptor)
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    """Take the lock of an open file without waiting; it goes when the file is closed."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
