"""Docstrings: from the text above a class to the blocks of its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from tfgraph.reference.pages import Block, Lines, Prose, Row, Table

_LABEL = re.compile(r"([A-Z][a-z]+): (.*)", re.DOTALL)


def blocks_of(docstring: str) -> Iterator[Block]:
    """Paragraphs, equations, and what stands behind a label like `Shape:` as rows of a table."""
    width = max(map(len, docstring.split("\n")))
    for paragraph in docstring.split("\n\n"):
        rows, lines = [], []
        for line in _joined(paragraph.split("\n"), width):
            label = _LABEL.fullmatch(line)
            if label:
                rows.append(Row(*label.groups()))
            else:
                lines.append(line)
        if len(lines) == 1 and not _equation(lines[0]):
            yield Prose(lines[0])
        elif lines:
            yield Lines(tuple(lines))
        if rows:
            yield Table(tuple(rows))


def _joined(lines: list[str], width: int) -> Iterator[str]:
    """The lines of a paragraph, those put together again that were only broken for their length.

    Where the next word would still have had room in the docstring, the break is meant. What
    follows a label is never equations.
    """
    current = lines[0]
    for before, line in pairwise(lines):
        meant = len(before) + 1 + len(line.split(" ")[0]) <= width
        labelled = _LABEL.fullmatch(current) is not None
        if _LABEL.fullmatch(line) or (meant and not labelled):
            yield current
            current = line
        else:
            current += " " + line
    yield current


def _equation(line: str) -> bool:
    return " = " in line and not line.endswith(".")
