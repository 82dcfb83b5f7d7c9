"""Brackets: what YAML makes of the brackets of other languages inside its own braces."""

from __future__ import annotations

import re

from tfgraph.spec.expressions import OPERATIONS
from tfgraph.spec.nodes import Mapping, Node, is_null

#: How other languages write a variable where a value of YAML cannot start, or inside its braces.
_FOREIGN = re.compile(r"\$\{(\w+)\}|@(\w+)|%(\w+)%")


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


def is_whole(text: str) -> bool:
    """Whether a text closes the round brackets that it opens."""
    return text.count("(") <= text.count(")")


def bracket_help(text: str) -> str:
    """What to write for a text in round brackets that a comma has cut."""
    if text.startswith("(") and text.endswith(")"):
        return f"a list stands in square brackets: `[{text[1:-1]}]`"
    if text.startswith("$"):
        return f"an expression is made of {OPERATIONS}"
    return "put the value in quotes if the `,` belongs to it"
