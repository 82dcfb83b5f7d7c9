"""Tables: inputs from csv files, whole numbers exactly as they are written."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tfgraph.api import Field
from tfgraph.errors import DataError, UsageError
from tfgraph.graph.numbers import is_whole, misfit, taken_as
from tfgraph.lazy import np, tf
from tfgraph.words import did_you_mean, listed

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Row:
    """A line that is not empty, split into cells, with its number."""

    line: int
    cells: list[str]


def read_csv(path: Path, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The arrays of a file by input; those of whole numbers alone are integers."""
    rows = _rows(path)
    # A header has no number in it: a line that holds some is data, and a slip in it is reported.
    header = None if any(map(_like_a_number, rows[0].cells)) else rows[0].cells
    body = rows[1:] if header else rows
    if not body:
        raise DataError(f"`{path}` has a header and no rows")
    width = len(rows[0].cells)
    for row in body:
        if len(row.cells) != width:
            raise DataError(
                f"`{path}`, line {row.line}: {len(row.cells)} columns, and {width} in the first"
            )
    columns = _columns(path, fields, header, width)
    found = {}
    for name, field in fields.items():
        array = _array(path, name, field, body, columns[name])
        dtype = taken_as(field, whole=is_whole(array))
        wrong = misfit(array, dtype)
        if wrong is not None:
            line = body[wrong.row].line
            raise DataError(f"`{path}`, line {line}: the input `{name}` holds {wrong.what}")
        cast = array.astype(tf.as_dtype(dtype).as_numpy_dtype)
        found[name] = cast.reshape(len(body), *field.shape)
    return found


def _rows(path: Path) -> list[Row]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            rows = [Row(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
    except OSError as error:
        raise DataError(f"cannot read `{path}`: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"`{path}` is no csv file: {error}") from error
    if not rows:
        raise DataError(f"`{path}` is empty")
    return rows


def _columns(
    path: Path, fields: Mapping[str, Field], header: Sequence[str] | None, width: int
) -> dict[str, list[int]]:
    """The columns of each input."""
    sizes = {name: _size(name, field) for name, field in fields.items()}
    if header and all(field.shape == () for field in fields.values()):
        return {name: [_column(path, header, name)] for name in fields}
    columns, start = {}, 0
    for name, size in sizes.items():
        columns[name] = list(range(start, start + size))
        start += size
    if width != start:
        raise DataError(f"`{path}` has {width} columns, and an example has {start} values")
    return columns


def _column(path: Path, header: Sequence[str], name: str) -> int:
    if name in header:
        return header.index(name)
    help = did_you_mean(name, header) or f"its first line names {listed(header)}"
    raise DataError(f"`{path}` has no column `{name}`", help=help)


def _size(name: str, field: Field) -> int:
    size = field.spec.size
    if size is None:
        raise UsageError(
            f"the input `{name}` is {field.spec}: a csv file holds examples of one size only",
            help="use an npy or npz file",
        )
    return size


def _array(path: Path, name: str, field: Field, rows: Sequence[Row], columns: Sequence[int]) -> Any:
    """The values of an input, a row an example."""
    whole = True
    for row in rows:
        for column in columns:
            cell = row.cells[column]
            if not _NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
                raise _wrong(path, row, column, f"`{cell[:40]}` is not a finite number")
            whole = whole and _INTEGER.fullmatch(cell) is not None
    if tf.as_dtype(taken_as(field, whole=whole)).is_floating:
        return np.array([[float(row.cells[column]) for column in columns] for row in rows])
    return _integers(path, name, field, rows, columns)


def _integers(
    path: Path, name: str, field: Field, rows: Sequence[Row], columns: Sequence[int]
) -> Any:
    """Whole numbers in the dtype that holds them; DataError for a fraction, or beyond 64 bits."""
    values: list[list[int]] = []
    for row in rows:
        values.append([])
        for column in columns:
            number = Decimal(row.cells[column])
            if number != number.to_integral_value():
                cell = row.cells[column][:40]
                what = f"the input `{name}` takes whole numbers ({field.dtype}), got `{cell}`"
                raise _wrong(path, row, column, what)
            values[-1].append(int(number))
    unsigned = any(value >= 2**63 for line in values for value in line)
    kept = np.uint64 if unsigned else np.int64
    bounds = np.iinfo(kept)
    for row, line in zip(rows, values):
        for column, value in zip(columns, line):
            if not bounds.min <= value <= bounds.max:
                raise _wrong(path, row, column, f"`{value}` is beyond {kept.__name__}")
    return np.array(values, kept)


def _wrong(path: Path, row: Row, column: int, what: str) -> DataError:
    return DataError(f"`{path}`, line {row.line}, column {column + 1}: {what}")


def _like_a_number(cell: str) -> bool:
    """Whether a cell is a number, or what other programs take for one: no name of a column is."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
