"""Slips: a line with a dash, a colon or a blank too few or too many, and how it was meant.

Each guess says what to write in place of some lines. The first one with which libyaml reads on past
the line where it stopped is what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import yaml

from tfgraph.diagnostics import MAX_WIDTH, Diagnostic, Source, Span
from tfgraph.spec.events import events_of
from tfgraph.spec.language import LAYER_SIBLINGS, LOSS_SIBLINGS, METRIC_SIBLINGS, SECTIONS

#: Longer texts are not read again for each guess.
MAX_TEXT = 50_000
#: So many lines above the one where libyaml stops, and below it, may hold the slip.
MAX_LINES = 20
SIBLINGS = {*LAYER_SIBLINGS, *METRIC_SIBLINGS, *LOSS_SIBLINGS}
_LISTS = [name for name, part in SECTIONS.items() if part.schema.get("type") == "array"]
_TEXTS = [name for name, part in SECTIONS.items() if part.schema.get("type") == "string"]
_ITEM = re.compile(r" *- +\S.*")
_KEY = re.compile(r"( *(?:- +)?)([A-Za-z][\w.]*):(?: +([^#]*?))?\s*(?:#.*)?")
_BARE = re.compile(
    r"( *(?:- +)?)([A-Za-z][\w.]*)(?:(?: *=+ *| +)([^\s#:{\[]+|\{.*\}|\[.*\]))?\s*(?:#.*)?"
)
_QUOTED_OR_COMMENT = re.compile("[\"'#]")
_TIGHT = re.compile(r"( *)-([A-Za-z].*)")
_TWO_KEYS = re.compile(r"( *(?:- +)?)([A-Za-z][\w.]*): +([A-Za-z][\w.]*: +[^#]*?)\s*(?:#.*)?")


@dataclass(frozen=True)
class Slip:
    """What is wrong in a line, and what to write in place of it and of other lines."""

    edits: dict[int, str]
    span: Span
    message: str
    help: str

    @property
    def diagnostic(self) -> Diagnostic:
        """It as what is told."""
        return Diagnostic("TG101", self.message, self.span, help=self.help)


def slip(source: Source, number: int) -> Slip | None:
    """The slip that makes libyaml stop in line `number`, if it is one of those known."""
    if len(source.text) > MAX_TEXT or len(source.line(number)) > MAX_WIDTH:
        return None
    guesses = chain(
        _out_of_line(source, number),
        _sibling_as_item(source, number),
        _tight_dashes(source, number),
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
    span = _span(source, number, column, 1)
    return Slip({number: meant}, span, message, f"write `{meant.strip()}`")


def is_item(line: str) -> bool:
    """Whether a line starts an item of a list."""
    return _ITEM.fullmatch(line) is not None


def depth(line: str) -> int:
    """The number of blanks that a line starts with."""
    return len(line) - len(line.lstrip(" "))


def _gets_further(source: Source, number: int, edits: dict[int, str]) -> bool:
    lines = [edits.get(at, line) for at, line in enumerate(source.lines, 1)]
    try:
        for _ in events_of("\n".join(lines)):
            pass
    except yaml.MarkedYAMLError as error:
        return error.problem_mark is not None and error.problem_mark.line >= max(number, *edits)
    return True


def _above(source: Source, number: int) -> Iterator[int]:
    """The lines above one that say anything, upwards."""
    for above in range(number - 1, max(0, number - 1 - MAX_LINES), -1):
        line = source.line(above)
        if line.strip() and not line.lstrip().startswith("#") and len(line) <= MAX_WIDTH:
            yield above


def _span(source: Source, number: int, start: int, width: int) -> Span:
    return Span(source, number, start + 1, number, start + 1 + width)


def _out_of_line(source: Source, number: int) -> Iterator[Slip]:
    """A key that starts in another column than those beside it."""
    found = _KEY.fullmatch(source.line(number))
    if not found or is_item(source.line(number)):
        return
    start, name = len(found[1]), found[2]
    for nearness, above in enumerate(_above(source, number)):
        beside = _KEY.fullmatch(source.line(above))
        if not beside:
            continue
        wanted, item = len(beside[1]), is_item(source.line(above))
        # A number has no parameters: what is deeper than it stands beside it.
        number_above = nearness == 0 and not item and start > wanted and _is_number(beside[3] or "")
        if abs(start - wanted) == 1 or (item and name in SIBLINGS) or number_above:
            yield Slip(
                {number: " " * wanted + source.line(number).lstrip()},
                _span(source, number, start, len(name)),
                f"`{name}` is not in line with `{beside[2]}` above it",
                f"`{name}` stands beside `{beside[2]}`: start it in column {wanted + 1}",
            )
        if item and name in SIBLINGS:
            return


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.][\d.e+-]*", text) is not None


def _sibling_as_item(source: Source, number: int) -> Iterator[Slip]:
    """A key that belongs to the item above, written as an item of its own."""
    line = source.line(number)
    found = _KEY.fullmatch(line)
    if not found or not is_item(line) or found[2] not in SIBLINGS:
        return
    entry = line.strip().removeprefix("-").strip()
    for above in _above(source, number):
        beside = _KEY.fullmatch(source.line(above))
        if beside and is_item(source.line(above)):
            wanted = len(beside[1])
            yield Slip(
                {number: " " * wanted + entry},
                _span(source, number, depth(line), 1),
                f"`{found[2]}` is not an item of its own: it belongs to `{beside[2]}`",
                f"write `{entry}` without the `-`, under `{beside[2]}`, in column {wanted + 1}",
            )
            return


def _tight_dashes(source: Source, number: int) -> Iterator[Slip]:
    """Items without a blank after the dash."""
    column = depth(source.line(number))
    edits = {}
    for at in _block(source, number):
        if (found := _TIGHT.fullmatch(source.line(at))) and len(found[1]) == column:
            edits[at] = f"{found[1]}- {found[2]}"
    if edits:
        message = "a space is missing after this `-`"
        yield Slip(edits, _span(source, min(edits), column, 1), message, _to_write(edits))


def _missing_dashes(source: Source, number: int) -> Iterator[Slip]:
    """Items without a dash, among others or in a list that has none."""
    block, column = _block(source, number), depth(source.line(number))
    above = source.line(block[0] - 1) if block else ""
    parent = _KEY.fullmatch(above) if len(above) <= MAX_WIDTH else None
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
    yield Slip(edits, _span(source, bare[0], column, len(word)), message, _to_write(edits))


def _block(source: Source, number: int) -> list[int]:
    """The lines around one, down from a line that it stands deeper than."""
    column = depth(source.line(number))
    first = number
    for above in _above(source, number):
        if depth(source.line(above)) < column:
            break
        first = above
    lines = []
    for at in range(first, min(number + MAX_LINES, len(source.lines)) + 1):
        line = source.line(at)
        if line.strip() and depth(line) < column:
            break
        if line.strip() and not line.lstrip().startswith("#") and len(line) <= MAX_WIDTH:
            lines.append(at)
    return lines if column else []


def _to_write(edits: dict[int, str]) -> str:
    first, *more = (edits[at].strip() for at in sorted(edits))
    if len(more) == 1:
        return f"write `{first}`, and `{more[0]}`"
    return f"write `{first}`" + (", and so in the lines below it" if more else "")


def _missing_colons(source: Source, number: int) -> Iterator[Slip]:
    """A key without its colon, here or above."""
    for at in (number, *_above(source, number)):
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
        _span(source, number, len(lead), len(name)),
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
            _span(source, number, found.start(3) + found[3].index(":"), 1),
            "a mapping in one line stands in braces",
            f"write `{'- ' if found[1].strip() else ''}{entry}`",
        )
