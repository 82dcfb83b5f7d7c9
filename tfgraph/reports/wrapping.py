"""Wrapping: notes and help within the columns of a terminal.

Excerpts are left as they are, and so is what stands in back quotes: both are to be read, and copied,
as they stand in a spec.
"""

from __future__ import annotations

import re

from tfgraph.reference.paragraphs import filled

#: Narrower terminals get lines of this width.
MIN_WIDTH = 40
#: How the lines start that say something in words.
_SAID = re.compile(r"(?: += )?(?:note|help|error|warning): ")


def wrapped(text: str, width: int) -> str:
    """Printed diagnostics or errors, their long sentences in lines below each other."""
    return "\n".join(part for line in text.split("\n") for part in _lines(line, width))


def _lines(line: str, width: int) -> list[str]:
    said = _SAID.match(line)
    if not said or len(line) <= width:
        return [line]
    return filled(line[said.end() :], max(width, MIN_WIDTH), said[0], " " * len(said[0]))
