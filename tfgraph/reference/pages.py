"""Page: what is said of one subject, as blocks that a terminal or a Markdown file can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Heading:
    """The title of what follows."""

    text: str


@dataclass(frozen=True)
class Prose:
    """A paragraph, to be broken into lines anew; names of the language in back quotes."""

    text: str


@dataclass(frozen=True)
class Lines:
    """Lines that stay as they are: equations."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Spec:
    """YAML that a user can copy."""

    text: str


@dataclass(frozen=True)
class Printed:
    """What a command prints: diagnostics."""

    text: str


@dataclass(frozen=True)
class Row:
    """A name, what is said of it, and a second paragraph where there is more."""

    name: str
    text: str
    more: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under each other, their texts in one column; `brief`: in one line each."""

    rows: tuple[Row, ...]
    brief: bool = False


Block = Heading | Prose | Lines | Spec | Printed | Table


@dataclass(frozen=True)
class Page:
    """A page.

    Args:
        title: the subject by its short name.
        what: what it is, in a few words: "layer", "parameter of layer `matmul`".
        blocks: the rest of it.
        data: the same as plain data, for programs.
    """

    title: str
    what: str
    blocks: tuple[Block, ...]
    data: Mapping[str, Any]
