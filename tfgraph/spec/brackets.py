"""Brackets: what YAML makes of the brackets of other languages inside its own braces."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from tfgraph.diagnostics import Span
from tfgraph.spec.expressions import OPERATIONS
from tfgraph.spec.nodes import Mapping, Node, is_null

#: How other languages write a variable where a value of YAML cannot start, or inside its braces.
_FOREIGN = re.compile(r"\$\{(\w+)\}|@(\w+)|%(\w+)%")

_OPENED = re.compile(r"([A-Za-z]\w*) *[{\[]")
_TIGHT = re.compile(r"([A-Za-z]\w*)[=:]([^=:/\\]+)")


def tight_pair(text: str) -> tuple[str, str] | None:
    """The key and the value in `units=128` or `units:128`, which YAML takes for one word."""
    found = _TIGHT.fullmatch(text)
    return (found[1], found[2].strip()) if found else None


def without_colon(text: str) -> str:
    """The key that runs into the bracket of its value: `optimizer {adam`; nothing for other texts."""
    found = _OPENED.match(text)
    return found[1] if found else ""


def cut_number(before: str, after: str) -> str:
    """The number that a comma has cut in two: `1,000` or `0,5`; nothing for others."""
    if not (re.fullmatch(r"[-+]?\d+", before) and re.fullmatch(r"\d+", after)):
        return ""
    thousands = len(after) == 3 and before.lstrip("+-")[0] != "0"
    return before + after if thousands else f"{before}.{after}"


def variable_help(line: str, place: int) -> str:
    """Help where what stands at a place in a line is, or may be, a variable of other languages."""
    for found in _FOREIGN.finditer(line):
        if found.start() <= place < found.end():
            return f"write `${found[1] or found[2] or found[3]}` for the value of a variable"
    if line[place : place + 1] in tuple("@%`"):
        return f"put the value in quotes: YAML lets none start with `{line[place]}`"
    return ""


def template_name(key: Node, value: Node) -> str:
    """The name in `{{ name }}`, which is a mapping whose key is one; nothing for other keys."""
    if not isinstance(key, Mapping) or len(key.entries) != 1 or not is_null(value):
        return ""
    ((inner, below),) = key.entries
    return str(inner.value) if is_null(below) else ""


@dataclass
class Cut:
    """A value without quotes that opens more round brackets than it closes: a comma may cut it.

    `pieces` are what stands between the commas, `span` leads to the last one, `open` counts the
    brackets that wait to be closed.
    """

    name: str
    span: Span
    pieces: list[str]
    open: int = field(init=False)

    def __post_init__(self) -> None:
        self.open = left_open(self.pieces[0])

    def add(self, text: str, span: Span) -> None:
        """Take what stands behind a comma for a part of it."""
        self.pieces.append(text)
        self.open += left_open(text)
        self.span = replace(self.span, end_line=span.end_line, end_column=span.end_column)

    @property
    def is_cut(self) -> bool:
        """Whether there is a comma in it."""
        return len(self.pieces) > 1

    @property
    def text(self) -> str:
        """The value as it was meant."""
        return ", ".join(self.pieces)


def left_open(text: str) -> int:
    """How many more round brackets a text opens than it closes."""
    return text.count("(") - text.count(")")


def bracket_help(text: str) -> str:
    """What to write for a text in round brackets that a comma has cut."""
    if text.startswith("(") and text.endswith(")"):
        return f"a list stands in square brackets: `[{text[1:-1]}]`"
    if text.startswith("$"):
        return f"an expression is made of {OPERATIONS}"
    return "put the value in quotes if the `,` belongs to it"
