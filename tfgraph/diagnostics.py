"""Diagnostics: what is wrong with a spec, where it stands, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tfgraph.errors import TfgraphError

#: Every code with its one-line meaning. The first digit names the stage that finds it.
CODES: dict[str, str] = {
    "TG101": "the text is not valid YAML",
    "TG102": "the file is too large, too deep or expands too far",
    "TG103": "a key stands twice in one mapping",
    "TG104": "a YAML tag: a spec is plain data",
    "TG105": "the text is not UTF-8, or holds a control character",
    "TG106": "a mapping key is not a string",
    "TG107": "an alias without an anchor, or one that contains itself",
    "TG108": "a number that cannot be represented",
    "TG201": "an unknown section of the file",
    "TG202": "an unknown type",
    "TG203": "an unknown parameter",
    "TG204": "something required is missing",
    "TG205": "a value of the wrong type",
    "TG206": "a value out of bounds, or not among the choices",
    "TG207": "an entry that is not written as one",
    "TG208": "a name used twice",
    "TG209": "a name that nothing has",
    "TG210": "a section that makes no sense without another",
    "TG301": "a shape or dtype that does not fit",
    "TG302": "the wrong number of inputs",
    "TG303": "layers that depend on each other in a circle",
    "TG304": "weights that cannot be shared",
    "TG305": "a loss or metric that does not fit its output and target",
    "TG306": "inputs that do not fit the dataset",
}


@dataclass(frozen=True)
class Source:
    """A text under examination and the name it is shown by."""

    name: str
    text: str
    lines: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(self.text.splitlines()))

    def line(self, number: int) -> str:
        """Line `number`, counted from 1; empty past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


@dataclass(frozen=True)
class Span:
    """A stretch of a source: lines and columns counted from 1, the end exclusive."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Diagnostic:
    """One problem: a code from `CODES`, the message, its place, and what helps.

    `label` is printed beside the caret, `notes` and `help` below the excerpt.
    """

    code: str
    message: str
    span: Span
    label: str = ""
    notes: tuple[str, ...] = ()
    help: str = ""
    severity: Literal["error", "warning"] = "error"

    def render(self) -> str:
        """The diagnostic as text, with an excerpt of the line it stands on."""
        span = self.span
        gutter = " " * len(str(span.line))
        text = span.source.line(span.line)
        # A tab is one column to YAML but not to a terminal: keep the caret under its character.
        lead = "".join("\t" if c == "\t" else " " for c in text[: span.column - 1])
        if span.end_line == span.line:
            width = max(1, span.end_column - span.column)
        else:
            width = max(1, len(text.rstrip()) - span.column + 1)
        caret = lead + "^" * width + (f" {self.label}" if self.label else "")
        out = [
            f"{self.severity}[{self.code}]: {self.message}",
            f"{gutter}--> {span}",
            f"{gutter} |",
            f"{span.line} | {text}",
            f"{gutter} | {caret}",
        ]
        out += [f"{gutter} = note: {note}" for note in self.notes]
        if self.help:
            out.append(f"{gutter} = help: {self.help}")
        return "\n".join(out)


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics by their place in the text."""
    return sorted(diagnostics, key=lambda d: (d.span.source.name, d.span.line, d.span.column))


def render_all(diagnostics: Sequence[Diagnostic]) -> str:
    """All diagnostics as one text, a blank line between them."""
    return "\n\n".join(d.render() for d in diagnostics)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A help line that names the known word closest to `word`, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""


def listed(words: Iterable[str]) -> str:
    """The words in back quotes, joined with commas."""
    return ", ".join(f"`{word}`" for word in words)


class SpecError(TfgraphError):
    """The spec has errors; `diagnostics` holds all of them, in the order of the text."""

    exit_code = 1

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(render_all(diagnostics))
        self.diagnostics = tuple(diagnostics)
