"""Recovery: a text read on behind what is not YAML in it, so that this hides nothing else.

What is wrong is written as it was meant, where that is known; else the smallest entry around it,
an item of a list or a key with its value, is left out and known to be lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from tfgraph.diagnostics import MAX_WIDTH, Diagnostic, Source
from tfgraph.spec.events import events_of
from tfgraph.spec.outline import NULL, around, columns
from tfgraph.spec.slips import MAX_TEXT
from tfgraph.spec.syntax import not_yaml

#: A text with more that is not YAML is none.
MAX_SLIPS = 10
#: So many characters are read anew, in all.
MAX_READ = 40 * MAX_TEXT
_SPEC = re.compile(r"^\W*tfgraph\b", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z][\w.-]*")


@dataclass(frozen=True)
class Mended:
    """A text that is YAML, line for line in place of one that is not.

    `lost` are the words of what is left out, by the line and the column of the null in its place,
    counted from 1.
    """

    source: Source
    lines: Sequence[str]
    lost: Mapping[tuple[int, int], frozenset[str]]

    @property
    def text(self) -> str:
        """The text as a whole."""
        return "\n".join(self.lines)

    def column(self, line: int, column: int) -> int:
        """The column in the source of one in a line of this text, both counted from 0."""
        new, old = self.lines[line], self.source.lines[line]
        if new == old:
            return column
        same = _common(new, old)
        return column if column <= same else max(same, column - len(new) + len(old))


def recovered(source: Source, error: yaml.YAMLError) -> tuple[list[Diagnostic], Mended | None]:
    """What is not YAML in a text, from the first `error` on, and the text without it.

    None for a text that is too long, or has too much of it: then only the first is told.
    """
    recovery = _Recovery(source)
    return recovery.diagnostics(error), recovery.mended()


class _Recovery:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = list(source.lines)
        self.lost: dict[tuple[int, int], frozenset[str]] = {}
        self.budget = MAX_READ
        self.turns = 0
        self.whole = False

    def mended(self) -> Mended | None:
        return Mended(self.source, self.lines, self.lost) if self.whole else None

    def diagnostics(self, error: Any) -> list[Diagnostic]:
        """Everything that is not YAML, one after the other, each mended before the next is sought."""
        found: list[Diagnostic] = []
        long = len(self.source.text) > MAX_TEXT
        while error is not None:
            current = Source(self.source.name, "\n".join(self.lines)) if found else self.source
            slip = not_yaml(current, error, current.end)
            span = replace(slip.diagnostic.span, source=self.source)
            # What is mended by a guess may be wrong once more there.
            if span.line not in (other.span.line for other in found):
                found.append(replace(slip.diagnostic, span=span))
            if long or self.turns == MAX_SLIPS or not _SPEC.search(self.source.text):
                return found[:1]
            self.turns += 1
            goes_on, error = self.mend(slip.edits, (span.line - 1, span.column - 1), error)
            if not goes_on:
                return found
        self.whole = True
        return found

    def mend(
        self, edits: Mapping[int, str], place: tuple[int, int], error: Any
    ) -> tuple[bool, Any]:
        """Mend what is wrong at a place; whether it is, and the next error, if there is one."""
        line, column = place
        meant = [{number - 1: text for number, text in edits.items()}] if edits else []
        # What is too deep is part of the text above it, and no entry.
        tabless = list(_without_tabs(self.lines, line))
        tabless.sort(key=lambda changes: -_number_of_events(self.changed(changes)))
        for changes in (*meant, *_without_mark(self.lines, line, column), *tabless):
            goes_on, following = self.tried(changes, error, again=changes in meant)
            if goes_on:
                return True, following
        places = {line, *(min(at, len(self.lines) - 1) for at, _ in _places_of(error))}
        entries = {entry for number in places for entry in around(self.lines, number)}
        for entry in sorted(entries, key=lambda entry: (entry.last - entry.first, -entry.column)):
            # A key in another column is part of something else.
            others = () if entry.key else columns(self.lines, entry.first)
            for column in dict.fromkeys([entry.column, *others]):
                text = entry.placeholder(column)
                rest = dict.fromkeys(range(entry.first + 1, entry.last + 1), "")
                words = _words(self.lines[entry.first : entry.last + 1])
                goes_on, following = self.tried({entry.first: text, **rest}, error, text)
                if goes_on:
                    inside = [key for key in self.lost if entry.first < key[0] <= entry.last + 1]
                    for key in inside:
                        words |= self.lost.pop(key)
                    self.lost[entry.first + 1, len(text)] = words
                    return True, following
        return False, None

    def tried(
        self, changes: Mapping[int, str], before: Any, null: str = "", *, again: bool = False
    ) -> tuple[bool, Any]:
        """Whether a text goes on behind some lines if they are changed, and where it stops then.

        `before` is where it has stopped; `null` the first of the lines, if it ends with a null;
        `again` where the last of the lines may hold another mistake.
        """
        text = self.changed(changes)
        self.budget -= len(text)
        if self.budget < 0:
            return False, None
        seen, error = _stops(text, (min(changes), len(null) - 1) if null else None)
        if not seen or (error is not None and not _further(error, before, changes, again)):
            return False, None
        self.lines = text.split("\n")
        return True, error

    def changed(self, changes: Mapping[int, str]) -> str:
        """The text with some lines changed."""
        return "\n".join(changes.get(number, line) for number, line in enumerate(self.lines))


def _number_of_events(text: str) -> int:
    """How many events a text has, up to where it stops being YAML."""
    number = 0
    try:
        for number, _ in enumerate(events_of(text), 1):  # noqa: B007
            pass
    except yaml.YAMLError:
        pass
    return number


def _stops(text: str, placed: tuple[int, int] | None = None) -> tuple[bool, Any]:
    """Whether a null is read at a place, and where a text stops being YAML; None where it does not."""
    seen = placed is None
    try:
        for event in events_of(text):
            if not seen and isinstance(event, yaml.ScalarEvent):
                mark: Any = event.start_mark
                seen = (mark.line, mark.column) == placed and event.value == NULL
    except yaml.YAMLError as error:
        # Its frames would keep the text, in a circle.
        return seen, error.with_traceback(None)
    return seen, None


def _place_of(error: Any) -> tuple[int, int]:
    """The line and the column where what is wrong starts, counted from 0."""
    return min(_places_of(error), default=(0, 0))


def _places_of(error: Any) -> list[tuple[int, int]]:
    """Where reading stops, and where the key, the bracket or the quote starts that it stops in."""
    places = [getattr(error, "problem_mark", None)]
    if any(
        word in (getattr(error, "context", None) or "") for word in ("flow", "quoted", "simple key")
    ):
        places.append(getattr(error, "context_mark", None))
    return [(place.line, place.column) for place in places if place]


def _further(error: Any, before: Any, changes: Collection[int], again: bool) -> bool:
    """Whether a text stops behind the place where it did before, and behind what is changed in it."""
    place, last = _place_of(error), max(changes)
    return place > _place_of(before) and (place[0] > last or (place[0] == last and again))


def _without_mark(lines: Sequence[str], number: int, column: int) -> Iterator[dict[int, str]]:
    """A line without the mark that stands in a column, if it is one."""
    mark = lines[number][column : column + 1]
    tag = lines[number][max(0, column - 1) : column] == "!"
    if (
        mark.strip()
        and mark not in ":{["
        and not tag
        and not mark.isalnum()
        and len(lines[number]) <= MAX_WIDTH
    ):
        yield {number: lines[number][:column] + lines[number][column + 1 :]}


def _without_tabs(lines: Sequence[str], number: int) -> Iterator[dict[int, str]]:
    """The lines that tabs indent with blanks in place of them, if the line of that number is one."""
    tabbed = {at: line for at, line in enumerate(lines) if "\t" in _indentation(line)}
    for width in (8, 4, 2) if number in tabbed else ():
        yield {
            at: _indentation(line).expandtabs(width) + line.lstrip(" \t")
            for at, line in tabbed.items()
        }


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _words(lines: Sequence[str]) -> frozenset[str]:
    """What stands in some lines that may be a name."""
    return frozenset(word for line in lines for word in _WORD.findall(line))


def _common(new: str, old: str) -> int:
    """How many characters two lines start with alike."""
    pairs = zip(new, old)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(new), len(old)))
