"""IDX files of bytes: a header of big-endian numbers, then the values, row by row.

The header is two zero bytes, the code of the values' type, the number of axes, and the size of
each axis in four bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfgraph.api import DataError
from tfgraph.lazy import np

UNSIGNED_BYTE = 0x08


@dataclass(frozen=True)
class IdxFile:
    """What a file of unsigned bytes must hold.

    Args:
        name: its name, without `.gz`.
        shape: the size of each axis.
        sha256: the hash of its uncompressed content.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def header(self) -> bytes:
        """Its first bytes."""
        axes = len(self.shape)
        return struct.pack(f">HBB{axes}I", 0, UNSIGNED_BYTE, axes, *self.shape)

    @property
    def length(self) -> int:
        """Its length in bytes, uncompressed."""
        return len(self.header) + math.prod(self.shape)


def read_idx(folder: Path, file: IdxFile) -> Any:
    """The values of `file` in `folder` as a uint8 array; DataError unless they are exactly those."""
    path = find(folder, file.name)
    content = read(path, file.length + 1)
    problem = describe_damage(content, file)
    if problem:
        raise damaged(path, problem)
    header = len(file.header)
    return np.frombuffer(content, np.uint8, offset=header).reshape(file.shape)


def find(folder: Path, name: str) -> Path:
    """The file in the folder, compressed or not."""
    candidates = [folder / f"{name}.gz", folder / name]
    for path in candidates:
        if path.is_file():
            return path
    raise DataError(
        f"the data file `{candidates[0]}` does not exist",
        help=f"put `{name}` there, plain or with .gz; without `folder`, reinstall tfgraph-mnist",
    )


def read(path: Path, limit: int) -> bytes:
    """The uncompressed content, as far as `limit` bytes."""
    # The limit keeps a few kilobytes from expanding into all of the memory.
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return stream.read(limit)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise damaged(path, str(error)) from error
    except OSError as error:
        raise DataError(
            f"cannot read the data file `{path}`: {error.strerror}",
            help="check its permissions",
        ) from error


def describe_damage(content: bytes, file: IdxFile) -> str:
    """What keeps the content from being that of the file; nothing if it is."""
    magic = content[:4]
    if magic != file.header[:4]:
        return (
            f"it starts with the bytes {magic.hex(' ') or '(none)'}, not {file.header[:4].hex(' ')}"
        )
    if len(content) < len(file.header):
        return f"its header ends after {len(content)} bytes"
    sizes = struct.unpack(f">{len(file.shape)}I", content[4 : len(file.header)])
    if sizes != file.shape:
        return f"its header says {_by(sizes)} values, not {_by(file.shape)}"
    if len(content) < file.length:
        return f"it holds {len(content):,} bytes, not {file.length:,}"
    if len(content) > file.length:
        return f"it holds more than {file.length:,} bytes"
    found = hashlib.sha256(content).hexdigest()
    return "" if found == file.sha256 else f"its SHA-256 is {found}, not {file.sha256}"


def damaged(path: Path, problem: str) -> DataError:
    """The error for a file that is there and not what it should be."""
    return DataError(
        f"the data file `{path}` is damaged: {problem}",
        help="put the published file in its place; without `folder`, reinstall tfgraph-mnist",
    )


def _by(sizes: tuple[int, ...]) -> str:
    return " × ".join(str(size) for size in sizes)
