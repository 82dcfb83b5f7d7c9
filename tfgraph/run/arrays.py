"""Arrays in files: inputs from npy, npz and csv; outputs into those and json."""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tfgraph.api import Field
from tfgraph.diagnostics import did_you_mean, listed
from tfgraph.errors import DataError, UsageError
from tfgraph.lazy import np
from tfgraph.run.files import write_whole

INPUT_SUFFIXES = (".npy", ".npz", ".csv")
OUTPUT_SUFFIXES = (*INPUT_SUFFIXES, ".json")


def read_inputs(path: Path, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The arrays of a file by input.

    An npy file holds the only input; an npz file each input by name; a csv file a column for each
    value of an example, all inputs in their order, or columns named after inputs in its first
    line.
    """
    if path.suffix not in INPUT_SUFFIXES:
        raise UsageError(
            f"the suffix of `{path}` says nothing of its form",
            help=f"inputs are read from {listed(INPUT_SUFFIXES)}",
        )
    found = _read_csv(path, fields) if path.suffix == ".csv" else _read_numpy(path, fields)
    for name, field in fields.items():
        _check(path, name, field, found[name])
    return {name: found[name] for name in fields}


def read_array(path: Path) -> Any:
    """The array of an npy file, its values read when they are used."""
    with _reading(path):
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        if not isinstance(array, np.ndarray):
            array.close()
            raise ValueError("an archive")
        return array


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
        return {name: archive[name] for name in names}


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
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
    if array.dtype.kind == "f" and not field.spec.floating:
        raise DataError(
            f"`{path}`: the input `{name}` takes whole numbers ({field.dtype}), got {array.dtype}"
        )
    wanted = field.spec.shape
    sizes = zip(array.shape[1:], wanted[1:])
    if array.ndim != len(wanted) or any(want not in (None, have) for have, want in sizes):
        single = array.ndim + 1 == len(wanted)
        raise DataError(
            f"`{path}`: the input `{name}` is {field.spec}, got {list(array.shape)}",
            help="the first axis is the batch: one example is a batch of one" if single else "",
        )


# ---- csv


def _read_csv(path: Path, fields: Mapping[str, Field]) -> dict[str, Any]:
    rows = _rows(path)
    # A header has no number in it: a line that holds some is data, and a slip in it is reported.
    header = None if any(map(_is_number, rows[0][1])) else rows[0][1]
    body = rows[1:] if header else rows
    if not body:
        raise DataError(f"`{path}` has a header and no rows")
    sizes = {name: _size(name, field) for name, field in fields.items()}
    if header and all(field.shape == () for field in fields.values()):
        columns = {name: [_column(path, header, name)] for name in fields}
    else:
        columns, start = {}, 0
        for name, size in sizes.items():
            columns[name] = list(range(start, start + size))
            start += size
        width = len(rows[0][1])
        if width != start:
            raise DataError(f"`{path}` has {width} columns, and an example has {start} values")
    needed = [place for places in columns.values() for place in places]
    numbers = _numbers(path, body, len(rows[0][1]), needed)
    found, start = {}, 0
    for name, field in fields.items():
        values = numbers[:, start : start + sizes[name]].reshape(len(body), *field.shape)
        start += sizes[name]
        if not field.spec.floating and not (values == np.floor(values)).all():
            raise DataError(f"`{path}`: the input `{name}` takes whole numbers ({field.dtype})")
        found[name] = values.astype(field.dtype)
    return found


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The lines that are not empty, split into cells, with their numbers."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
    except OSError as error:
        raise DataError(f"cannot read `{path}`: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"`{path}` is no csv file: {error}") from error
    if not rows:
        raise DataError(f"`{path}` is empty")
    return rows


def _column(path: Path, header: Sequence[str], name: str) -> int:
    if name in header:
        return header.index(name)
    help = did_you_mean(name, header) or f"its first line names {listed(header)}"
    raise DataError(f"`{path}` has no column `{name}`", help=help)


def _numbers(
    path: Path, rows: Sequence[tuple[int, list[str]]], width: int, needed: Sequence[int]
) -> Any:
    numbers = np.empty((len(rows), len(needed)))
    for at, (line, row) in enumerate(rows):
        if len(row) != width:
            raise DataError(f"`{path}`, line {line}: {len(row)} columns, and {width} in the first")
        for to, place in enumerate(needed):
            if not _is_number(row[place]) or not math.isfinite(float(row[place])):
                raise DataError(
                    f"`{path}`, line {line}, column {place + 1}: "
                    f"`{row[place][:40]}` is not a finite number"
                )
            numbers[at, to] = float(row[place])
    return numbers


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _size(name: str, field: Field) -> int:
    size = field.spec.size
    if size is None:
        raise UsageError(
            f"the input `{name}` is {field.spec}: a csv file holds examples of one size only",
            help="use an npy or npz file",
        )
    return size


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
    write_whole(path, lambda file: file.write(buffer.getbuffer()))


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
