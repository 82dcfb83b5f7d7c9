"""Arrays in files: inputs from npy, npz and csv; outputs into those and json."""

from __future__ import annotations

import csv
import io
import json
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tfgraph.api import Field
from tfgraph.errors import DataError, UsageError
from tfgraph.graph.feeds import shape_help
from tfgraph.graph.numbers import is_whole, misfit, taken_as
from tfgraph.lazy import np
from tfgraph.run.files import write_whole
from tfgraph.run.tables import read_csv
from tfgraph.words import did_you_mean, listed

INPUT_SUFFIXES = (".npy", ".npz", ".csv")
OUTPUT_SUFFIXES = (*INPUT_SUFFIXES, ".json")
#: What zip's compression can make of a byte, at most.
MOST_COMPRESSION = 1100
_DAMAGE = (
    *(ValueError, TypeError, OverflowError, EOFError),
    RuntimeError,  # it is encrypted, or compressed in a way that nobody knows
    *(SyntaxError, tokenize.TokenError),  # NumPy has Python parse the header
    *(zipfile.BadZipFile, zlib.error, struct.error),
)


def read_inputs(path: Path, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The arrays of a file by input.

    An npy file holds the only input; an npz file each input by name; a csv file a column for each
    value of an example, all inputs in their order, or columns named after inputs in its first
    line. Whole numbers are what the dataset stores (bytes of an image), floating-point numbers
    what the model sees.
    """
    if path.suffix not in INPUT_SUFFIXES:
        raise UsageError(
            f"the suffix of `{path}` says nothing of its form",
            help=f"inputs are read from {listed(INPUT_SUFFIXES)}",
        )
    found = read_csv(path, fields) if path.suffix == ".csv" else _read_numpy(path, fields)
    for name, field in fields.items():
        _check(path, name, field, found[name])
    return {name: found[name] for name in fields}


def read_array(path: Path) -> Any:
    """The array of an npy file, its values read when they are used."""
    with _reading(path):
        with path.open("rb") as file:
            if _length(file) > path.stat().st_size:
                raise ValueError("torn")
        return np.load(path, mmap_mode="r", allow_pickle=False)


def _read_npz(path: Path, names: Iterable[str]) -> dict[str, Any]:
    # NumPy would leave a damaged file open that it has opened itself.
    with _reading(path), path.open("rb") as file:
        archive = np.load(file, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise ValueError("no archive")
        for name in names:
            if name not in archive.files:
                help = did_you_mean(name, archive.files) or f"it has {listed(archive.files)}"
                raise DataError(f"`{path}` has no array `{name}`", help=help)
            _check_length(archive.zip, name)
        return {name: archive[name] for name in names}


def _check_length(archive: zipfile.ZipFile, name: str) -> None:
    """Raise ValueError where an array is not as long as the archive says, or can say in truth."""
    member = next(m for m in archive.infolist() if m.filename in (name, f"{name}.npy"))
    with archive.open(member) as file:
        length = _length(file)
    if length != member.file_size or length > MOST_COMPRESSION * max(member.compress_size, 1):
        raise ValueError("torn")


def _length(file: IO[bytes]) -> int:
    """The bytes of an npy file by its header: NumPy makes room for all before it reads a value."""
    version, _ = np.lib.format.read_magic(file)
    if version not in (1, 2):
        raise ValueError("an unknown version")
    shape, _, dtype = getattr(np.lib.format, f"read_array_header_{version}_0")(file)
    if dtype.hasobject:
        raise ValueError("object")
    length: int = file.tell() + math.prod(shape) * dtype.itemsize
    return length


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (*_DAMAGE, MemoryError) as error:
        if "object" in str(error).lower():
            raise DataError(f"`{path}` holds Python objects, not numbers") from error
        raise DataError(f"`{path}` is no {path.suffix[1:]} file, or is damaged") from error
    except OSError as error:
        raise DataError(f"cannot read `{path}`: {error.strerror or error}") from error


def _read_numpy(path: Path, fields: Mapping[str, Field]) -> dict[str, Any]:
    if path.suffix == ".npz":
        return _read_npz(path, fields)
    array = read_array(path)
    if len(fields) != 1:
        raise DataError(
            f"`{path}` holds one array, and the model has the inputs {listed(fields)}",
            help="save them by name in an npz file",
        )
    return {next(iter(fields)): array}


def _check(path: Path, name: str, field: Field, array: Any) -> None:
    if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
        raise DataError(f"`{path}`: the input `{name}` holds {array.dtype}, not numbers")
    if array.ndim and len(array) == 0:
        raise DataError(f"`{path}`: the input `{name}` has no examples")
    if array.dtype.kind == "f" and not field.spec.floating:
        raise DataError(
            f"`{path}`: the input `{name}` takes whole numbers ({field.dtype}), got {array.dtype}"
        )
    wanted = field.spec.shape
    sizes = zip(array.shape[1:], wanted[1:])
    if array.ndim != len(wanted) or any(want not in (None, have) for have, want in sizes):
        raise DataError(
            f"`{path}`: the input `{name}` is {field.spec}, got {list(array.shape)}",
            help=shape_help(field.spec, array.shape),
        )
    _check_values(path, name, field, array)


def _check_values(path: Path, name: str, field: Field, array: Any) -> None:
    found = misfit(array, taken_as(field, whole=is_whole(array)))
    if found is not None:
        raise DataError(f"`{path}`: the input `{name}` holds {found}")


# ---- outputs


def check_output(path: Path, names: Sequence[str]) -> None:
    """Raise UsageError where the outputs cannot be written in the form of the suffix."""
    if path.suffix not in OUTPUT_SUFFIXES:
        raise UsageError(
            f"the suffix of `{path}` says nothing of its form",
            help=f"outputs are written as {listed(OUTPUT_SUFFIXES)}",
        )
    if path.suffix == ".npy" and len(names) != 1:
        raise UsageError(
            f"an npy file holds one array, and the outputs are {listed(names)}",
            help="write an npz file",
        )


def write_outputs(path: Path, outputs: Mapping[str, Any]) -> None:
    """Write outputs in the form that the suffix of the path names."""
    check_output(path, list(outputs))
    buffer = io.BytesIO()
    if path.suffix == ".npy":
        np.save(buffer, next(iter(outputs.values())))
    elif path.suffix == ".npz":
        np.savez(buffer, **outputs)
    else:
        buffer.write(as_text(outputs, path.suffix[1:]).encode())
    write_whole(path, buffer.getbuffer())


def as_text(outputs: Mapping[str, Any], form: str) -> str:
    """Outputs as csv, a line an example under a header, or as json, a list for each output."""
    if form == "json":
        return json.dumps({name: plain(array) for name, array in outputs.items()}) + "\n"
    header: list[str] = []
    columns = []
    for name, array in outputs.items():
        flat = array.reshape(len(array), -1)
        columns.append(flat)
        header += [name] if array.ndim == 1 else [f"{name}.{i}" for i in range(flat.shape[1])]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in zip(*columns):
        writer.writerow([str(value) for part in row for value in part])
    return text.getvalue()


def plain(array: Any) -> Any:
    """An array as nested lists for JSON, each number with no more digits than its dtype has.

    NaN and infinities, which JSON has no word for, are null.
    """
    if np.ndim(array):
        return [plain(item) for item in array]
    if array.dtype.kind in "biu":
        return array.item()
    return float(str(array)) if np.isfinite(array) else None
