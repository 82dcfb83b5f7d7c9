"""Files that are there whole or not at all, and never somewhere else than they seem to be.

All that a run writes, renames or deletes goes through here, in calls of `os`: the tests let each
of them fail.
"""

from __future__ import annotations

import errno
import hashlib
import io
import itertools
import os
import re
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Literal

from tfgraph.errors import DataError
from tfgraph.run.refusals import reason, unreadable, unwritable
from tfgraph.run.written import Written

Kind = Literal["file", "folder", "link", "other"]

#: What is being written, or about to be deleted, has such a name: `.step-5.1234`.
_ASIDE = re.compile(r"\.(?P<name>.+?)\.[0-9]+(-[0-9]+)?")
_AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_IT_IS
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
#: How a file system says that it does not sync folders.
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP)


# ---- writing


class Sink(io.RawIOBase):
    """An open file to write to, from its start to its end; counts and hashes what it is given."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, data: Any) -> int:
        """Write all of it, in as many calls as the system takes."""
        given = memoryview(data).cast("B")
        self.digest.update(given)
        self.size += given.nbytes
        _write_all(self.descriptor, given)
        return given.nbytes

    @property
    def written(self) -> Written:
        """What has been written so far."""
        return Written(self.size, self.digest.hexdigest())


def _write_all(descriptor: int, rest: memoryview) -> None:
    while rest:
        count = os.write(descriptor, rest)
        if not count:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        rest = rest[count:]


@contextmanager
def created(path: Path) -> Iterator[Sink]:
    """A new file, which is on the disk when the block ends; OSError where that fails."""
    descriptor = os.open(path, _NEW, 0o666)
    try:
        yield (sink := Sink(descriptor))
        os.fsync(descriptor)
        sink.close()
    finally:
        os.close(descriptor)


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Write a file aside, sync it, and rename it over `path`; DataError where that fails."""
    temporary = aside(path)
    try:
        with created(temporary) as file:
            file.write(data)
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            os.unlink(temporary)
        raise unwritable(path, error, needed=len(data)) from error


def write_text(path: Path, text: str) -> None:
    """`write_whole` for a text."""
    write_whole(path, text.encode())


def append(path: Path, text: str) -> None:
    """Add to the end of a file; DataError, and the file as it was, where that fails."""
    data = text.encode()
    try:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _AS_IT_IS | _NONBLOCK
        descriptor = os.open(path, flags, 0o666)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise DataError(f"cannot write `{path}`: it is no regular file")
            try:
                _write_all(descriptor, memoryview(data))
            except OSError:
                with suppress(OSError):
                    os.ftruncate(descriptor, found.st_size)
                raise
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unwritable(path, error, needed=len(data)) from error


def make_folders(folder: Path) -> None:
    """`make_folder`, and those above it where there are none."""
    if kind(folder.parent) is None:
        make_folders(folder.parent)
    make_folder(folder)


def make_folder(folder: Path) -> None:
    """Make a folder where there is none, and the one above it is; OSError where that fails.

    What a run writes stands below its directory: that is not made again where it is gone.
    """
    try:
        os.mkdir(folder)
    except FileExistsError:
        if not os.path.isdir(folder):
            raise
    else:
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk; OSError where that fails."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)


def rename(old: Path, new: Path) -> None:
    """Rename a file or a folder; OSError where that fails, or where another folder is in the way."""
    os.rename(old, new)


# ---- deleting


def delete(path: Path) -> None:
    """Delete a file where there is one, and have that on the disk; DataError where that fails."""
    try:
        with suppress(FileNotFoundError):
            os.unlink(path)
            sync_folder(path.parent)
    except OSError as error:
        raise DataError(f"cannot delete `{path}`: {reason(error)}") from error


def delete_folder(folder: Path, names: Collection[str]) -> bool:
    """Delete files of a folder by name, and the folder if nothing else is in it.

    Whether it is gone. A link is no folder. OSError where the system refuses.
    """
    if kind(folder) != "folder":
        return False
    for name in names:
        if kind(folder / name) in ("file", "link"):
            os.unlink(folder / name)
    try:
        os.rmdir(folder)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        return False
    return True


# ---- names beside others


def aside(path: Path) -> Path:
    """A free name for what this process is writing or deleting, in the folder of `path`."""
    return free(path.with_name(f".{path.name}.{os.getpid()}"))


def free(path: Path) -> Path:
    """`path`, with a number behind it where there is something of its name."""
    names = (f"{path.name}-{n}" if n else path.name for n in itertools.count())
    return next(p for name in names if not os.path.lexists(p := path.with_name(name)))


def leftovers(folder: Path, pattern: str) -> list[Path]:
    """What processes that have died left half written or half deleted in a folder, by name."""
    matches = ((name, _ASIDE.fullmatch(name)) for name in names_in(folder))
    return [folder / name for name, m in matches if m and re.fullmatch(pattern, m["name"])]


# ---- reading


def kind(path: Path) -> Kind | None:
    """What stands at a path, a link not followed; None where nothing does, or could.

    DataError where the system does not say.
    """
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise unreadable(path, error) from error
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "other"


def names_in(folder: Path) -> list[str]:
    """The names in a folder, none where there is no such folder; DataError where it is a link."""
    found = kind(folder)
    if found == "folder":
        try:
            return sorted(os.listdir(folder))
        except OSError as error:
            raise unreadable(folder, error) from error
    if found is None:
        return []
    raise DataError(f"`{folder}` is {'a link' if found == 'link' else 'no folder'}")


@contextmanager
def opened(path: Path, most: int) -> Iterator[BinaryIO]:
    """A regular file of at most `most` bytes, open to be read; DataError where it is anything else.

    Links are not followed: what stands in a run directory is in it.
    """
    try:
        with _descriptor(path) as descriptor:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise DataError(f"cannot read `{path}`: it is no regular file")
            if found.st_size > most:
                raise DataError(f"`{path}` has {found.st_size:,} bytes, over {most:,}")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                yield file
    except OSError as error:
        raise unreadable(path, error) from error


@contextmanager
def _descriptor(path: Path) -> Iterator[int]:
    # Opening a pipe without O_NONBLOCK would wait for somebody who writes to it.
    descriptor = os.open(path, os.O_RDONLY | _AS_IT_IS | _NONBLOCK)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a file; DataError as for `opened`."""
    with opened(path, most) as file:
        # Python makes room for as many bytes as are asked for.
        return file.read(os.fstat(file.fileno()).st_size)
