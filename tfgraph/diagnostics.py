"""Diagnostics: what is wrong with a spec, where it stands, and what to do about it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tfgraph.errors import TfgraphError

#: What the source of a value is called that the command line sets.
SET = "--set"
#: Longer lines of a spec, and of a message, are shown in part.
MAX_WIDTH = 200
MAX_LENGTH = 2000
#: A stage that has found so many problems looks for no more.
MAX_PROBLEMS = 100
#: So many of the places that a value came through are kept, the nearest ones.
MAX_VIA = 6


@dataclass(frozen=True)
class Source:
    """A text under examination and the name it is shown by."""

    name: str
    text: str
    lines: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", split_lines(self.text))

    def line(self, number: int) -> str:
        """Line `number`, counted from 1; empty past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def at(self, index: int) -> Span:
        """The character of that index in the text."""
        lines = split_lines(self.text[:index])
        line, column = len(lines), len(lines[-1]) + 1
        return Span(self, line, column, line, column + 1)

    @property
    def end(self) -> Span:
        """The last character that is not blank."""
        return self.at(max(0, len(self.text.rstrip()) - 1))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source: lines and columns counted from 1, the end exclusive.

    `via` leads to the other places that a value came through: the block that holds it was used
    there, the variable it names was set there.
    """

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int
    via: tuple[Via, ...] = ()

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"

    def holds(self, other: Span) -> bool:
        """Whether another place starts in this one."""
        start, end = (self.line, self.column), (self.end_line, self.end_column)
        return self.source is other.source and start <= (other.line, other.column) < end

    @property
    def text(self) -> str:
        """What is written there; empty for more than a line."""
        if self.line != self.end_line:
            return ""
        return self.source.line(self.line)[self.column - 1 : self.end_column - 1]

    @property
    def place(self) -> tuple[str, int, int]:
        """The source and where it starts there, however it was come by."""
        return self.source.name, self.line, self.column

    @property
    def definition(self) -> Span:
        """Where the value was set that a variable brings here; the place itself without one."""
        set_at = [step.span for step in self.via if _BROUGHT.fullmatch(step.label)]
        return set_at[-1] if set_at else self

    def seen_from(self, other: Span) -> str:
        """Where it is, in words, for a message about another place: "in line 3 of base.yaml"."""
        if self.source.name == other.source.name and self.source.text == other.source.text:
            return f"in line {self.line}"
        if "\n" in self.source.text:
            return f"in line {self.line} of {self.source.name}"
        return f"in `{self.source.name} {self.source.text}`"

    def through(self, label: str, span: Span) -> Span:
        """This place, with one more through which it was come by; a line is shown once."""
        return self.by(span.steps(label))

    def steps(self, label: str) -> tuple[Via, ...]:
        """This place as one that a value came through, and those through which it was come by."""
        return (Via(label, replace(self, via=()) if self.via else self), *self.via)

    def by(self, way: Sequence[Via]) -> Span:
        """This place, come by through those of a way as well; a line is shown once."""
        steps = list(self.via)
        shown = {(self.source.name, self.line)}
        shown.update((step.span.source.name, step.span.line) for step in steps)
        for step in way:
            line = (step.span.source.name, step.span.line)
            if len(steps) < MAX_VIA and line not in shown:
                steps.append(step)
                shown.add(line)
        if len(steps) == len(self.via):
            return self
        return Span(
            self.source, self.line, self.column, self.end_line, self.end_column, tuple(steps)
        )


@dataclass(frozen=True, slots=True)
class Via:
    """A place that a value came through, and what it was there."""

    label: str
    span: Span


#: The label of a step from `$name` to its value, which a value made of others has not.
_BROUGHT = re.compile(r"`\$\w+` is set here")


@dataclass(frozen=True)
class Diagnostic:
    """One problem: a code of `tfgraph.codes`, the message, its place, and what helps.

    `label` is printed beside the caret, `notes` and `help` below the excerpt.
    """

    code: str
    message: str
    span: Span
    label: str = ""
    notes: tuple[str, ...] = ()
    help: str = ""
    severity: Literal["error", "warning"] = "error"
    #: The further places that the value in question was brought to, where the same is wrong.
    others: frozenset[tuple[str, int, int]] = frozenset()

    def at_definition(self, found: Diagnostic) -> Diagnostic | None:
        """Both as one of the value that a variable brings to both places; None where there is none."""
        place, its = self.span if self.others else self.span.definition, found.span.definition
        said = (self.code, self.message, place.place)
        if its is found.span or said != (found.code, found.message, its.place):
            return None
        use = replace(self.span, via=())
        span = place if self.others else replace(place, via=()).through("it is used here", use)
        others = self.others | {found.span.place}
        notes = self.notes[: -1 if self.others else None]
        more = f"the same at {len(others)} other place" + ("" if len(others) == 1 else "s")
        return replace(self, span=span, notes=(*notes, more), others=others)

    def says_as(self, other: Diagnostic) -> bool:
        """Whether both say the same of the same place."""
        mine, its = ((d.code, d.message, d.span.place) for d in (self, other))
        return mine == its

    def render(self) -> str:
        """The diagnostic as text, with an excerpt of each line it stands on."""
        places = [Via(self.label, self.span), *self.span.via]
        digits = max(2, *(len(str(place.span.line)) for place in places))
        gutter = " " * digits
        out = [f"{self.severity}[{self.code}]: {self.message}"]
        for arrow, place in zip(["-->", *[":::"] * len(self.span.via)], places, strict=True):
            out += [f"{gutter}{arrow} {place.span}", *_excerpt(place, digits)]
        out += [f"{gutter} = note: {note}" for note in self.notes]
        if self.help:
            first, *more = self.help.split("\n")
            out += [f"{gutter} = help: {first}", *(f"{gutter}         {line}" for line in more)]
        return "\n".join(printable(line[:MAX_LENGTH]) for line in out)


def _excerpt(place: Via, digits: int) -> list[str]:
    """The line of a place, with carets under it and the label beside them."""
    span = place.span
    gutter = " " * digits
    text, start = _cut(span.source.line(span.line), span.column - 1)
    text = printable(text)
    width = span.end_column - span.column if span.end_line == span.line else len(text)
    width = max(1, min(width, len(text.rstrip()) - start))
    lead = "".join(map(_blank, text[:start]))
    carets = "".join("^" * len(_blank(c)) for c in text[start : start + width]) or "^"
    caret = lead + carets + (f" {place.label}" if place.label else "")
    return [f"{gutter} |", f"{span.line:{digits}} | {text}", f"{gutter} | {caret}"]


def split_lines(text: str) -> tuple[str, ...]:
    """The lines of a text, at the line breaks that YAML 1.2 knows; one at least."""
    return tuple(re.split(r"\r\n|\r|\n", text))


def printable(text: str) -> str:
    """The text without what a terminal would act on or not show."""
    return "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in text)


def _blank(character: str) -> str:
    """What keeps a caret under its character: a tab is one column to YAML, not to a terminal."""
    if character == "\t":
        return "\t"
    return " " * (2 if unicodedata.east_asian_width(character) in "WF" else 1)


def _cut(text: str, place: int) -> tuple[str, int]:
    """The part of a line to show around a place in it, and where the place is in that part."""
    if len(text) <= MAX_WIDTH:
        return text, place
    start = max(0, min(place - MAX_WIDTH // 2, len(text) - MAX_WIDTH))
    before = "…" if start else ""
    after = "…" if start + MAX_WIDTH < len(text) else ""
    return before + text[start : start + MAX_WIDTH] + after, place - start + len(before)


class TooManyProblems(Exception):
    """A stage has found `MAX_PROBLEMS`."""


def collect(diagnostics: list[Diagnostic], found: Diagnostic) -> None:
    """Add one; TooManyProblems where there are enough.

    What is said of a place once is not said again for each use of the block that it stands in, and
    what is wrong with a variable's value once for all its uses, where it is set.
    """
    for number, other in enumerate(diagnostics):
        if found.says_as(other):
            return
        if together := other.at_definition(found):
            diagnostics[number] = together
            return
    diagnostics.append(found)
    if len(diagnostics) >= MAX_PROBLEMS:
        raise TooManyProblems


@dataclass
class Findings:
    """What a stage finds wrong on its way; the parts of the stage share it, not one another."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    #: How many have been found; one that stands in a block counts for each use.
    problems: int = 0

    def report(self, code: str, message: str, span: Span, **more: Any) -> None:
        self.add(Diagnostic(code, message, span, **more))

    def add(self, found: Diagnostic) -> None:
        self.problems += 1
        collect(self.diagnostics, found)


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics by their place in the text."""
    return sorted(diagnostics, key=lambda d: d.span.place)


def render_all(diagnostics: Sequence[Diagnostic]) -> str:
    """All diagnostics as one text, a blank line between them."""
    return "\n\n".join(d.render() for d in diagnostics)


class SpecError(TfgraphError):
    """The spec has errors; `diagnostics` holds all of them, in the order of the text."""

    exit_code = 1

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(render_all(diagnostics))
        self.diagnostics = tuple(diagnostics)
