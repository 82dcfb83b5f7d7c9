"""Brackets: what YAML makes of the brackets of other languages inside its own braces."""

from __future__ import annotations

from tfgraph.spec.expressions import OPERATIONS
from tfgraph.spec.nodes import Mapping, Node, is_null


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
