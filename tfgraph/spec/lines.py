"""Lines: the lines of a text that is not YAML, and what stands around one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tfgraph.diagnostics import MAX_WIDTH, Diagnostic, Source, Span
from tfgraph.spec.language import LAYER_SIBLINGS, LOSS_SIBLINGS, METRIC_SIBLINGS

#: So many lines above the one where libyaml stops, and below it, may hold the slip.
MAX_LINES = 20
SIBLINGS = {*LAYER_SIBLINGS, *METRIC_SIBLINGS, *LOSS_SIBLINGS}
ITEM = re.compile(r" *- +\S.*")
KEY = re.compile(r"( *(?:- +)?)([A-Za-z][\w.]*):(?: +([^#]*?))?\s*(?:#.*)?")


@dataclass(frozen=True)
class Slip:
    """What is wrong in a line, and what to write in place of it and of other lines."""

    edits: dict[int, str]
    span: Span
    message: str
    help: str

    @property
    def diagnostic(self) -> Diagnostic:
        """It as what is told."""
        return Diagnostic("TG101", self.message, self.span, help=self.help)


def is_item(line: str) -> bool:
    """Whether a line starts an item of a list."""
    return ITEM.fullmatch(line) is not None


def depth(line: str) -> int:
    """The number of blanks that a line starts with."""
    return len(line) - len(line.lstrip(" "))


def lines_above(source: Source, number: int) -> Iterator[int]:
    """The lines above one that say anything, upwards."""
    for above in range(number - 1, max(0, number - 1 - MAX_LINES), -1):
        line = source.line(above)
        if line.strip() and not line.lstrip().startswith("#") and len(line) <= MAX_WIDTH:
            yield above


def lines_around(source: Source, number: int) -> list[int]:
    """The lines around one, down from a line that it stands deeper than."""
    column = depth(source.line(number))
    first = number
    for above in lines_above(source, number):
        if depth(source.line(above)) < column:
            break
        first = above
    lines = []
    for at in range(first, min(number + MAX_LINES, len(source.lines)) + 1):
        line = source.line(at)
        if line.strip() and depth(line) < column:
            break
        if line.strip() and not line.lstrip().startswith("#") and len(line) <= MAX_WIDTH:
            lines.append(at)
    return lines if column else []


def span_in(source: Source, number: int, start: int, width: int) -> Span:
    """So many characters of a line, from one on that is counted from 0."""
    return Span(source, number, start + 1, number, start + 1 + width)
