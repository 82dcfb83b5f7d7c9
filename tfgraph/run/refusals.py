"""Refusals: what the system would not do with a file, as an error with its reason."""

from __future__ import annotations

import errno
import shutil
from contextlib import suppress
from pathlib import Path

from tfgraph.errors import DataError

#: What is said where a copy of what is to be written finds no room.
NO_MEMORY = "the memory does not suffice for a copy of it"
#: What is so named is not there, or is none of the files that a run writes.
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


class UnreadableError(DataError):
    """What cannot be read here may be whole: nothing takes its place, and nobody deletes it."""


class LogTooLongError(DataError):
    """The log of a run is too long to be saved; it never gets shorter."""


def reason(error: OSError) -> str:
    """Why the system refused, in its words."""
    # Links are not followed where a file is read; above it they are, unless they lead in a circle.
    if error.errno == errno.ELOOP and (not error.filename or Path(error.filename).is_symlink()):
        return "it is a link"
    return error.strerror or str(error)


def unreadable(path: Path, error: OSError) -> DataError:
    """The error for a file that cannot be read; UnreadableError where there is one."""
    kind = DataError if error.errno in _NOT_THERE else UnreadableError
    return kind(f"cannot read `{path}`: {reason(error)}")


def unwritable(path: Path, error: OSError, *, needed: int = 0) -> DataError:
    """The error for a file that cannot be written, with the space where that is the reason."""
    help = ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        help = f"it takes about {needed:,} bytes: make room, or choose another folder"
        if error.errno == errno.ENOSPC and (left := _free_bytes(path)) is not None:
            help = f"{left:,} bytes are free there, and {help}"
    return DataError(f"cannot write `{path}`: {reason(error)}", help=help)


def _free_bytes(path: Path) -> int | None:
    for folder in path.parents:
        with suppress(OSError):
            return shutil.disk_usage(folder).free
    return None
