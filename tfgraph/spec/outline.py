"""Outline: the entries of a text that is not YAML, as its indentation tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tfgraph.diagnostics import MAX_WIDTH
from tfgraph.spec.lines import depth, is_item

#: So many columns of the lines above are tried for an entry that stands in none of them.
MAX_COLUMNS = 4
NULL = "~"
_KEY = re.compile(r"(?: *- +)* *[^\w\s#-]?([A-Za-z][\w.-]*)")
_DASHES = re.compile(r" *(?:- +)+")


@dataclass(frozen=True)
class Entry:
    """An item of a list or a key with its value: its first and last line, counted from 0."""

    first: int
    last: int
    column: int
    key: str = ""

    def placeholder(self, column: int) -> str:
        """A null in place of it."""
        return " " * column + (f"{self.key}: {NULL}" if self.key else f"- {NULL}")


def around(lines: Sequence[str], number: int) -> Iterator[Entry]:
    """The entries that a line belongs to, the innermost first."""
    below: int | None = None
    item_below = False
    for first in range(number, -1, -1):
        line = lines[first]
        if not line.strip() or line.lstrip().startswith("#") or len(line) > MAX_WIDTH:
            continue
        if line.startswith("%"):
            return  # that is for YAML
        column, item, key = depth(line), is_item(line), _KEY.match(line)
        # A list may stand in the column of its key.
        if below is not None and column >= below and not (column == below and item_below > item):
            continue
        if not item and key is None:
            continue
        below, item_below = column, item
        last = _last(lines, first, column, item)
        yield Entry(first, last, column, "" if item or key is None else key[1])
        if column == 0 and not item:
            return


def _last(lines: Sequence[str], first: int, column: int, item: bool) -> int:
    """The last line of the entry that starts in a line."""
    last = first
    for number in range(first + 1, len(lines)):
        line = lines[number]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        inside = not item and (is_item(line) or line.lstrip()[0] in "]}")
        if depth(line) < column or (depth(line) == column and not inside):
            break
        last = number
    return last


def columns(lines: Sequence[str], first: int) -> list[int]:
    """The columns in which entries start in the lines above, the nearest first."""
    found: dict[int, None] = {}
    for number in range(first - 1, -1, -1):
        line = lines[number]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        inner = _DASHES.match(line)
        found |= dict.fromkeys([*([inner.end()] if inner else []), depth(line)])
        if len(found) >= MAX_COLUMNS or depth(line) == 0:
            break
    return list(found)[:MAX_COLUMNS]
