"""Files that are there whole or not at all, and never somewhere else than they seem to be."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from tfgraph.errors import DataError

#: What is being written, or about to be deleted, has such a name: `.step-5.1234`.
_ASIDE = re.compile(r"\.(?P<name>.+)\.(?P<pid>\d+)")
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def aside(path: Path) -> Path:
    """The name under which this process writes `path`, in the same folder."""
    return path.with_name(f".{path.name}.{os.getpid()}")


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file aside, sync it, and rename it over `path`; DataError where that fails."""
    temporary = aside(path)
    try:
        write_synced(temporary, write)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def write_text(path: Path, text: str) -> None:
    """`write_whole` for a text."""
    write_whole(path, lambda file: file.write(text.encode()))


def write_synced(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a new file and have it on the disk; OSError where that fails."""
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a regular file of at most `most` bytes; DataError where it is anything else.

    Links are not followed: what stands in a run directory is in it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | _NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise DataError(f"`{path}` is no regular file")
            if found.st_size > most:
                raise DataError(f"`{path}` has {found.st_size:,} bytes, over {most:,}")
            return file.read(most)
    except OSError as error:
        reason = "it is a link" if path.is_symlink() else error.strerror
        raise DataError(f"cannot read `{path}`: {reason}") from error


def is_folder(path: Path) -> bool:
    """Whether a path is a folder itself, and no link to one."""
    return path.is_dir() and not path.is_symlink()


def delete_folder(folder: Path, names: Iterable[str]) -> None:
    """Delete files of a folder by name, and the folder if nothing else is in it."""
    if not is_folder(folder):
        return
    for name in names:
        (folder / name).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def leftovers(folder: Path, pattern: str) -> list[Path]:
    """What other processes have begun to write or to delete in a folder, and left there."""
    if not is_folder(folder):
        return []
    found = []
    for path in folder.iterdir():
        match = _ASIDE.fullmatch(path.name)
        if match and re.fullmatch(pattern, match["name"]):
            found.append(path)
    return found


def unwritable(path: Path, error: OSError) -> DataError:
    """The error for a file that cannot be written, with the space that is left if that is why."""
    reason = error.strerror or str(error)
    help = ""
    if error.errno in _NO_SPACE:
        try:
            free = shutil.disk_usage(path.parent).free
        except OSError:
            free = None
        if free is not None:
            help = f"{free:,} bytes are free there: make room, or choose another folder"
    return DataError(f"cannot write `{path}`: {reason}", help=help)
