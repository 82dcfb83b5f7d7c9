"""Syntax: where a text stops being YAML, and what was meant there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tfgraph.diagnostics import MAX_WIDTH, Diagnostic, Source, Span
from tfgraph.spec.brackets import variable_help
from tfgraph.spec.indentation import misplaced_item
from tfgraph.spec.lines import SIBLINGS, Slip, depth, is_item
from tfgraph.spec.slips import missing_colon, semicolon, slip

_CLOSING = {"{": "}", "[": "]"}
#: Brackets; what stands in quotes or in a comment is passed over. So is an escaped quote outside of
#: quotes: to look from each for the one that closes it would take the square of their number in time.
_MARKS = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|\\[\"\\]|(?:^|(?<=\s))#.*|[{}\[\]]")
_KEY = re.compile(r"( *)(?:- +)?([A-Za-z][\w.]*): +([^\s{\[#][^#]*?)\s*(#.*)?")
_BLANK = re.compile(r"\s*(?:#.*)?")
_SECTION = re.compile(r"[A-Za-z]\w*:(?: |$)")
_BESIDE = re.compile(r"\s*((?:- +)?[A-Za-z][\w.]*): +([^{\[,]+), *([A-Za-z]\w*: .*)")


class NotYaml(NamedTuple):
    """What is wrong with a text, and lines by which it is YAML there, by number, if they are known."""

    diagnostic: Diagnostic
    edits: Mapping[int, str] = {}


def not_yaml(source: Source, error: Any, end: Span) -> NotYaml:
    """What is wrong with a text that libyaml refuses; `end` is its last character."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    context = getattr(error, "context", None) or ""
    opened = getattr(error, "context_mark", None)
    span = _place(source, mark, opened, end)
    start = _unclosed_at(source, context, problem, opened)
    if start:
        return _unclosed(start, span, end)
    notes: tuple[str, ...] = (context,) if context else ()
    if opened and mark and (opened.line, opened.column) == (mark.line, mark.column):
        notes = ()
    elif opened:
        notes = (f"{context} that starts in line {opened.line + 1}",)
    line = source.line(span.line)
    mark = line[span.column - 1 : span.column]
    tab = mark == "\t"
    if not tab and "flow" not in context and (found := slip(source, span.line)):
        return NotYaml(found.diagnostic, found.edits)
    if "flow" in context and (found := semicolon(source, span.line)):
        return NotYaml(found.diagnostic, found.edits)
    if is_item(line) and (found := misplaced_item(source, span.line)):
        return NotYaml(found.diagnostic, found.edits)
    found_there = _surplus(source, span)
    if opened and "could not find expected ':'" in problem:
        found_there = missing_colon(source, opened.line + 1)
    if found_there:
        return NotYaml(found_there.diagnostic, found_there.edits)
    message, help = f"not valid YAML: {problem}", ""
    if tab:
        help = "indent with spaces: YAML takes no tabs there"
    elif meant := variable_help(line, span.column - 1):
        help = meant
    elif "mapping values are not allowed" in problem:
        help = _two_values(line, source.line(span.line - 1))
    elif mark == "," and "flow" not in context:
        help = "remove the `,`"
    elif "flow" in context:
        help = "a `,` is too many" if mark == "," else "a `,` may be missing between two values"
    elif "did not find expected key" in problem or "expected '-' indicator" in problem:
        help = "check the indentation"
        if opened:
            help += f": what starts in line {opened.line + 1} starts in column {opened.column + 1}"
    return NotYaml(Diagnostic("TG101", message, span, notes=notes, help=help))


def _surplus(source: Source, span: Span) -> Slip | None:
    """A bracket that closes nothing, or a colon behind a value that ends a line."""
    line = source.line(span.line)
    mark, rest = line[span.column - 1 : span.column], line[span.column :]
    if mark in ("}", "]"):
        message, help = f"this `{mark}` closes nothing", "remove it"
    elif mark == ":" and _BLANK.fullmatch(rest) and (key := _KEY.match(line)) and key[3]:
        message, help = (
            "nothing stands behind this `:`",
            f"write `{line[: span.column - 1].strip()}`",
        )
    else:
        return None
    return Slip({span.line: line[: span.column - 1] + rest}, span, message, help)


def _place(source: Source, mark: Any, opened: Any, end: Span) -> Span:
    """Where an error stands; for what is missed only at the end of the file, where it opens."""
    for place in (mark, opened):
        if place and (place.line + 1, place.column + 1) <= (end.line, end.column):
            line, column = place.line + 1, place.column + 1
            return Span(source, line, column, line, column + 1)
    return end


def _unclosed(start: Span, found: Span, end: Span) -> NotYaml:
    line = start.source.line(start.line)
    mark = line[start.column - 1]
    notes: tuple[str, ...] = ()
    if found.place not in (start.place, end.place):
        notes = (f"what stands in line {found.line}, column {found.column} is taken to be inside",)
    closing = _CLOSING.get(mark, mark)
    wrong = _closed_by_another(start)
    help = f"write `{closing}` for `{wrong}`" if wrong else f"close it with `{closing}`"
    closed = line if mark in _CLOSING else f"{line}{mark}"
    found_there = Diagnostic("TG101", f"this `{mark}` is not closed", start, notes=notes, help=help)
    # A brace without a pair in it may hold anything.
    sure = mark != "{" or ":" in line[start.column :]
    return NotYaml(found_there, {start.line: _closed(closed)} if sure else {})


def _closed(line: str) -> str:
    """A line with every bracket in it closed: one of another kind is replaced, one too few added."""
    if len(line) > MAX_WIDTH:
        return line
    waiting: list[str] = []
    end = len(line)
    for found in _MARKS.finditer(line):
        mark = found[0]
        if mark in _CLOSING:
            waiting.append(_CLOSING[mark])
        elif mark in ("}", "]") and waiting:
            line = line[: found.start()] + waiting.pop() + line[found.end() :]
        elif mark.startswith("#"):
            end = found.start()
    text, closing = line[:end].rstrip(), "".join(reversed(waiting))
    # A comma at the end parts it from what follows.
    return f"{text[:-1]}{closing}," if closing and text.endswith(",") else text + closing


def _closed_by_another(start: Span) -> str:
    """The bracket of another kind in its place, if with the right one all of the line close."""
    line = start.source.line(start.line)
    waiting: list[str] = []
    wrong = ""
    for found in _MARKS.finditer(line) if len(line) <= MAX_WIDTH else ():
        mark = found[0]
        if mark in _CLOSING:
            waiting.append(_CLOSING[mark])
        elif mark in ("}", "]"):
            if not waiting or (wrong and waiting[-1] != mark):
                return ""
            if waiting.pop() != mark:
                wrong = mark
    return "" if waiting else wrong


def _unclosed_at(source: Source, context: str, problem: str, opened: Any) -> Span | None:
    """Where a quote or a bracket opens that is not closed, if that is what is wrong."""
    found: tuple[int, int] | None = None
    if "quoted" in context and "unexpected end" in problem:
        found = opened.line, opened.column
    elif "flow node" in context:
        found = _open_bracket(source.lines[: opened.line + 1])
    elif "flow" in context:
        end = next(_entries_below(source.lines, opened.line), len(source.lines))
        found = _open_bracket(source.lines[:end], (opened.line, opened.column))
    if found is None:
        return None
    line, column = found[0] + 1, found[1] + 1
    return Span(source, line, column, line, column + 1)


def _entries_below(lines: Sequence[str], number: int) -> Iterator[int]:
    """The lines below one, counted from 0, that start an item of a list, or a section."""
    for below in range(number + 1, len(lines)):
        if is_item(lines[below]) or _SECTION.match(lines[below]):
            yield below


def _open_bracket(
    lines: Sequence[str], first: tuple[int, int] | None = None
) -> tuple[int, int] | None:
    """The bracket in some lines that is not closed, as far as brackets alone can tell.

    With `first`, the one that stands there, or one inside it. Where a bracket is closed by another
    kind, it is the one that is not closed.
    """
    waiting: list[tuple[str, tuple[int, int]]] = []
    line, column = first or (0, 0)
    for number in range(line, len(lines)):
        for found in _MARKS.finditer(lines[number], column if number == line else 0):
            mark = found[0]
            if mark in _CLOSING:
                waiting.append((_CLOSING[mark], (number, found.start())))
            elif mark in ("}", "]") and waiting:
                closing, place = waiting.pop()
                if mark != closing:
                    return place
                if first and not waiting:
                    return None
    return waiting[0][1] if waiting else None


def _two_values(line: str, before: str) -> str:
    """Help where a key stands where a value was."""
    if max(len(line), len(before)) > MAX_WIDTH:
        return ""
    if beside := _BESIDE.fullmatch(line):
        key, value, rest = beside.groups()
        return f"several parameters stand in braces, by name: `{key}: {{…: {value}, {rest}}}`"
    above, key = _KEY.fullmatch(before), line.strip()
    if above and depth(line) > len(above[1]):
        name, value = above[2], above[3]
        if is_item(before):
            return f"`{name}` has a value: write it by name too, `{name}: {{…: {value}, {key}}}`"
        if key.partition(":")[0] in SIBLINGS:
            return f"write `{name}: {{{value}: , {key}}}`"
        return f"write `{name}: {{{value}: {{{key}}}}}`"
    return "put the value in quotes if the `:` belongs to it, or check the indentation"
