"""Table: rows of text in columns, folded into the width there is; a shape is never broken."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

GAP = "  "
#: What stands under something is this much further in.
INDENT = "  "
#: Names are broken to make a column narrower, down to this.
MIN_NAMES = 16
#: What is never broken: a shape, and a figure with its unit.
_WHOLE = re.compile(r"\[[^\]]*\]|\d (?=[kMGTPE]?B\b)")

Cells = tuple[str, ...]


def folded(rows: Sequence[Cells], width: int, right: str, under: tuple[str, str, str]) -> list[str]:
    """The rows as lines, the first one a header.

    Args:
        rows: cells with the header first; columns that are empty below it are left out.
        width: the columns of characters there are.
        right: the column of numbers.
        under: a column, the one whose cells its own go under where the table is too wide, with a
            word before them.
    """
    rows = _used(rows)
    if _total(_widths(rows)) > width:
        rows = _put_under(rows, *under)
    widths = _widths(rows)
    named = rows[0].index(under[1])
    # Names are broken between words first, and inside only where nothing else is left.
    wrapped = [i for i, name in enumerate(rows[0]) if name not in (under[1], right)]
    leasts = [(i, _longest_part(rows, i)) for i in (named, *reversed(wrapped))]
    for index, least in [*leasts, (named, MIN_NAMES)]:
        surplus = _total(widths) - width
        if surplus > 0:
            widths[index] = max(widths[index] - surplus, min(least, widths[index]))
    numbers = rows[0].index(right) if right in rows[0] else -1
    lines = [line for row in rows for line in _lines(row, widths, numbers)]
    lines.insert(1, GAP.join("─" * size for size in widths))
    return lines


def _used(rows: Sequence[Cells]) -> list[Cells]:
    """The rows without the columns that are empty below their header."""
    used = [any(column[1:]) for column in zip(*rows)]
    return [tuple(cell for cell, use in zip(row, used) if use) for row in rows]


def _put_under(rows: list[Cells], column: str, other: str, word: str) -> list[Cells]:
    """The rows without a column, whose cells stand under those of another."""
    header = rows[0]
    if column not in header:
        return rows
    source, target = header.index(column), header.index(other)
    found: list[list[str]] = []
    waiting = ""
    for row in rows:
        cells = list(row)
        if waiting and cells[target]:
            found[-1][target] += f"\n{waiting}"
        elif waiting:
            cells[target] = waiting
        waiting = ""
        if row is not header and row[source]:
            indent = " " * (len(row[target]) - len(row[target].lstrip()))
            waiting = f"{indent}{INDENT}{word} {row[source]}"
        found.append(cells)
    if waiting:
        found[-1][target] += f"\n{waiting}"
    return [tuple(cells[:source] + cells[source + 1 :]) for cells in found]


def _widths(rows: Sequence[Cells]) -> list[int]:
    return [max(len(line) for cell in column for line in cell.split("\n")) for column in zip(*rows)]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _longest_part(rows: Sequence[Cells], index: int) -> int:
    """The width of a column in which nothing is broken but between words."""
    return max(
        len(line) for row in rows for line in _wrapped(row[index], 1, break_long_words=False)
    )


def wrapped(
    text: str, width: int, first: str = "", later: str = "", *, break_long_words: bool = True
) -> list[str]:
    """A text in lines that start with `first` and `later`; what belongs together stays so."""
    lines = textwrap.wrap(
        _whole(text),
        width,
        initial_indent=first,
        subsequent_indent=later,
        break_on_hyphens=False,
        break_long_words=break_long_words,
    )
    return [line.replace("\xa0", " ") for line in lines]


def _whole(text: str) -> str:
    return _WHOLE.sub(lambda match: match[0].replace(" ", "\xa0"), text)


def _lines(row: Cells, widths: Sequence[int], right: int) -> list[str]:
    cells = [_wrapped(cell, width) for cell, width in zip(row, widths)]
    lines = []
    for number in range(max(map(len, cells))):
        parts = [cell[number] if number < len(cell) else "" for cell in cells]
        padded = [
            part.rjust(width) if index == right and part[:1].isdecimal() else part.ljust(width)
            for index, (part, width) in enumerate(zip(parts, widths))
        ]
        lines.append(GAP.join(padded).rstrip())
    return lines


def _wrapped(cell: str, width: int, *, break_long_words: bool = True) -> list[str]:
    """A cell in lines, each paragraph as far in as it starts."""
    found = []
    for paragraph in cell.split("\n"):
        indent = " " * (len(paragraph) - len(paragraph.lstrip()))
        lines = wrapped(paragraph.strip(), width, indent, indent, break_long_words=break_long_words)
        found += lines or [""]
    return found
