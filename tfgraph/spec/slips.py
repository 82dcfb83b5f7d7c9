"""Slips: a line with a dash, a colon or a blank too few or too many, and how it was meant.

Each guess says what to write in place of some lines. The first one with which libyaml reads on past
the line where it stopped is what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import yaml

from tfgraph.diagnostics import MAX_WIDTH, Source
from tfgraph.spec.events import events_of
from tfgraph.spec.indentation import (
    first_item,
    indented_section,
    out_of_line,
    outdented,
    sibling_as_item,
)
from tfgraph.spec.language import SECTIONS
from tfgraph.spec.lines import (
    KEY,
    SIBLINGS,
    Slip,
    depth,
    is_item,
    lines_above,
    lines_around,
    span_in,
)

#: Longer texts are not read again for each guess.
MAX_TEXT = 50_000
_LISTS = [name for name, part in SECTIONS.items() if part.schema.get("type") == "array"]
_TEXTS = [name for name, part in SECTIONS.items() if part.schema.get("type") == "string"]
_BARE = re.compile(
    r"( *(?:- +)?)([A-Za-z][\w.]*)(?:(?: *=+ *| *; +| +)([^\s#:{\[]+|\{.*\}|\[.*\]))?\s*(?:#.*)?"
)
_QUOTED_OR_COMMENT = re.compile("[\"'#]")
_OTHER_DASH = re.compile(r"( *)([*•–—−]|--+) +(.*)")
_QUOTED = re.compile(r"( *(?:- +)?[A-Za-z][\w.]*: +)'(.*)'\s*")
_BRACED = re.compile(r"( *)- +\{([A-Za-z][\w.]*: *[^{}\[\],]+|[A-Za-z][\w.]*: *\{.*\})\}\s*")
_CLOSED = re.compile(r"( *(?:- +)?)([A-Za-z][\w.]*:) +(\(?[A-Za-z][\w.]*: .*\})\s*")
_NO_BLANK = re.compile(r"( *(?:- +)?)([A-Za-z][\w.]*):([A-Za-z{\[].*)")
_TIGHT = re.compile(r"( *)-([A-Za-z].*)")
_TWO_KEYS = re.compile(r"( *(?:- +)?)([A-Za-z][\w.]*): +([A-Za-z][\w.]*: +[^#]*?)\s*(?:#.*)?")


def slip(source: Source, number: int) -> Slip | None:
    """The slip that makes libyaml stop in line `number`, if it is one of those known."""
    if len(source.text) > MAX_TEXT or len(source.line(number)) > MAX_WIDTH:
        return None
    guesses = chain(
        indented_section(source, number),
        first_item(source, number),
        outdented(source, number),
        out_of_line(source, number),
        sibling_as_item(source, number),
        _other_dash(source, number),
        _apostrophe(source, number),
        _braced_entry(source, number),
        _lost_opening(source, number),
        _tight_colon(source, number),
        _tight_dashes(source, number),
        _stray_dash(source, number),
        _missing_dashes(source, number),
        _missing_colons(source, number),
        _two_keys(source, number),
    )
    for guess in guesses:
        if _gets_further(source, number, guess.edits):
            return guess
    return None


def semicolon(source: Source, number: int) -> Slip | None:
    """A `;` that stands for the `,` between values in brackets, in a line where libyaml stops."""
    line = source.line(number)
    if len(source.text) > MAX_TEXT or len(line) > MAX_WIDTH or _QUOTED_OR_COMMENT.search(line):
        return None
    meant, column = line.replace(";", ","), line.find(";")
    if column < 0 or not _gets_further(source, number, {number: meant}):
        return None
    message = "`;` does not stand between values: `,` does"
    span = span_in(source, number, column, 1)
    return Slip({number: meant}, span, message, f"write `{meant.strip()}`")


def _gets_further(source: Source, number: int, edits: dict[int, str]) -> bool:
    lines = [edits.get(at, line) for at, line in enumerate(source.lines, 1)]
    try:
        for _ in events_of("\n".join(lines)):
            pass
    except yaml.MarkedYAMLError as error:
        return error.problem_mark is not None and error.problem_mark.line >= max(number, *edits)
    return True


def _other_dash(source: Source, number: int) -> Iterator[Slip]:
    """An item with what is a dash elsewhere, here or above: `* relu`, an en dash, two hyphens."""
    for at in (number, *lines_above(source, number)):
        if found := _OTHER_DASH.fullmatch(source.line(at)):
            span = span_in(source, at, len(found[1]), len(found[2]))
            entry = f"- {found[3]}"
            message = "an item of a list starts with one `-` and a space"
            yield Slip({at: found[1] + entry}, span, message, f"write `{entry}`")


def _apostrophe(source: Source, number: int) -> Iterator[Slip]:
    """An apostrophe in a text in single quotes, which ends it."""
    found = _QUOTED.fullmatch(source.line(number))
    if found and "'" in found[2] and '"' not in found[2]:
        entry = f'{found[1]}"{found[2]}"'
        span = span_in(source, number, found.start(2) + found[2].index("'"), 1)
        message = "this `'` ends the text there"
        yield Slip({number: entry}, span, message, f"write `{entry.strip()}`")


def _braced_entry(source: Source, number: int) -> Iterator[Slip]:
    """An item in braces with something beside it: `- {dropout: 0.2}`, and `name: x` below."""
    for at in lines_above(source, number):
        if found := _BRACED.fullmatch(source.line(at)):
            entry = f"- {found[2]}"
            span = span_in(source, at, len(found[1]) + 2, 1)
            message = "what stands beside an entry follows none in braces"
            yield Slip({at: found[1] + entry}, span, message, f"write `{entry}`")
        if is_item(source.line(at)):
            return


def _lost_opening(source: Source, number: int) -> Iterator[Slip]:
    """A brace that closes what none opens, behind a key: `dense: units: 3}`."""
    line = source.line(number)
    found = _CLOSED.fullmatch(line)
    if found and line.count("{") + 1 == line.count("}"):
        entry = f"{found[2].strip()} {{{found[3].lstrip('( ')}"
        yield Slip(
            {number: found[1] + entry},
            span_in(source, number, found.start(3), 1),
            f"a `{{` is missing after `{found[2].strip()}`",
            f"write `{'- ' if found[1].strip() else ''}{entry}`",
        )


def _tight_colon(source: Source, number: int) -> Iterator[Slip]:
    """A key without a blank after its colon, here or in the line above: `max_pool:{size: 2}`."""
    for at in (number, *list(lines_above(source, number))[:1]):
        if found := _NO_BLANK.fullmatch(source.line(at)):
            entry = f"{found[2]}: {found[3]}"
            yield Slip(
                {at: found[1] + entry},
                span_in(source, at, len(found[1]) + len(found[2]), 1),
                f"a space is missing after `{found[2]}:`",
                f"write `{'- ' if found[1].strip() else ''}{entry.strip()}`",
            )


def _tight_dashes(source: Source, number: int) -> Iterator[Slip]:
    """Items without a blank after the dash, here or above what belongs to one."""
    near = [number, *lines_above(source, number)]
    first = next((at for at in near if _TIGHT.fullmatch(source.line(at))), None)
    if first is None:
        return
    column = depth(source.line(first))
    edits = {}
    for at in lines_around(source, first):
        if (found := _TIGHT.fullmatch(source.line(at))) and len(found[1]) == column:
            edits[at] = f"{found[1]}- {found[2]}"
    if edits:
        message = "a space is missing after this `-`"
        yield Slip(edits, span_in(source, min(edits), column, 1), message, _to_write(edits))


def _stray_dash(source: Source, number: int) -> Iterator[Slip]:
    """A dash before a key of a mapping, here or above: `train:`, `- epochs: 3`, `batch_size: 8`."""
    for at in (number, *lines_above(source, number)):
        line = source.line(at)
        if depth(line) == 0:
            return
        if not is_item(line):
            continue
        parent = next((up for up in lines_above(source, at) if depth(source.line(up)) == 0), None)
        key = KEY.fullmatch(source.line(parent)) if parent else None
        if key and key[2] in SECTIONS and key[2] not in _LISTS:
            entry = line.strip().removeprefix("-").strip()
            message = f"`{key[2]}` is a mapping, and `-` starts an item of a list"
            span = span_in(source, at, depth(line), 1)
            edits = {at: " " * depth(line) + entry}
            yield Slip(edits, span, message, f"write `{entry}` without the `-`")


def _missing_dashes(source: Source, number: int) -> Iterator[Slip]:
    """Items without a dash, among others or in a list that has none."""
    block, column = lines_around(source, number), depth(source.line(number))
    above = source.line(block[0] - 1) if block else ""
    parent = KEY.fullmatch(above) if len(above) <= MAX_WIDTH else None
    level = [at for at in block if depth(source.line(at)) == column]
    bare = [at for at in level if not is_item(source.line(at))]
    among_items = len(bare) < len(level)
    if not bare or not (among_items or (parent and parent[2] in _LISTS)):
        return
    edits = {at: f"{' ' * column}- {source.line(at).strip()}" for at in bare}
    word = re.split(r"[:\s]", source.line(bare[0]).strip())[0]
    if word in SIBLINGS or not word[:1].isalpha():
        return
    message = f"a `-` is missing before `{word}`"
    yield Slip(edits, span_in(source, bare[0], column, len(word)), message, _to_write(edits))


def _to_write(edits: dict[int, str]) -> str:
    first, *more = (edits[at].strip() for at in sorted(edits))
    if len(more) == 1:
        return f"write `{first}`, and `{more[0]}`"
    return f"write `{first}`" + (", and so in the lines below it" if more else "")


def _missing_colons(source: Source, number: int) -> Iterator[Slip]:
    """A key without its colon, here or above."""
    for at in (number, *lines_above(source, number)):
        deeper_item = at != number and is_item(source.line(at)) and is_item(source.line(number))
        if not deeper_item and (found := missing_colon(source, at)):
            yield found


def missing_colon(source: Source, number: int) -> Slip | None:
    """The key of a line without its colon."""
    found = _BARE.fullmatch(source.line(number)) if len(source.line(number)) <= MAX_WIDTH else None
    if not found:
        return None
    lead, name, value = found.groups()
    entry = f"{name}: {value}" if value else f"{name}:"
    dash = lead.strip() and "- "
    below = ", with a colon, where keys follow below it" if dash and not value else ""
    return Slip(
        {number: lead + entry},
        span_in(source, number, len(lead), len(name)),
        f"a `:` is missing after `{name}`",
        f"write `{dash}{entry}`{below}",
    )


def _two_keys(source: Source, number: int) -> Iterator[Slip]:
    """A mapping in the line of its key, without braces."""
    found = _TWO_KEYS.fullmatch(source.line(number))
    if found and found[2] not in _TEXTS:
        entry = f"{found[2]}: {{{found[3]}}}"
        yield Slip(
            {number: found[1] + entry},
            span_in(source, number, found.start(3) + found[3].index(":"), 1),
            "a mapping in one line stands in braces",
            f"write `{'- ' if found[1].strip() else ''}{entry}`",
        )
