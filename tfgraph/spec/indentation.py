"""Indentation: keys, items and sections that start in a column that is not theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tfgraph.diagnostics import Source, Span
from tfgraph.spec.language import SECTIONS
from tfgraph.spec.lines import (
    KEY,
    MAX_LINES,
    SIBLINGS,
    Slip,
    depth,
    is_item,
    lines_above,
    lines_around,
    span_in,
)


def indented_section(source: Source, number: int) -> Iterator[Slip]:
    """A section that is indented, here or above."""
    for at in (number, *lines_above(source, number)):
        line = source.line(at)
        found = KEY.fullmatch(line)
        if found and found[1] and not is_item(line) and found[2] in SECTIONS.keys() - SIBLINGS:
            yield Slip(
                {at: line.lstrip()},
                span_in(source, at, len(found[1]), len(found[2])),
                f"`{found[2]}` is a section, and indented",
                "start it in column 1",
            )


def outdented(source: Source, number: int) -> Iterator[Slip]:
    """A key of a section in column 1, where those above and below it are indented."""
    above = next(lines_above(source, number), None)
    found = KEY.fullmatch(source.line(above)) if above else None
    wanted = depth(source.line(number))
    if above is None or not found or found[1] or found[2] in SECTIONS or not wanted:
        return
    before = next(lines_above(source, above), None)
    if before and depth(source.line(before)) == wanted:
        yield Slip(
            {above: " " * wanted + source.line(above)},
            span_in(source, above, 0, len(found[2])),
            f"`{found[2]}` is not in line with what stands above and below it",
            f"start it in column {wanted + 1}",
        )


def out_of_line(source: Source, number: int) -> Iterator[Slip]:
    """A key that starts in another column than those beside it."""
    found = KEY.fullmatch(source.line(number))
    if not found or is_item(source.line(number)):
        return
    start, name = len(found[1]), found[2]
    for nearness, above in enumerate(lines_above(source, number)):
        beside = KEY.fullmatch(source.line(above))
        if not beside:
            continue
        wanted, item = len(beside[1]), is_item(source.line(above))
        # A number has no parameters: what is deeper than it stands beside it.
        number_above = nearness == 0 and not item and start > wanted and _is_number(beside[3] or "")
        if abs(start - wanted) == 1 or (item and name in SIBLINGS) or number_above:
            yield Slip(
                {number: " " * wanted + source.line(number).lstrip()},
                span_in(source, number, start, len(name)),
                f"`{name}` is not in line with `{beside[2]}` above it",
                f"`{name}` stands beside `{beside[2]}`: start it in column {wanted + 1}",
            )
        if item and name in SIBLINGS:
            return


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.][\d.e+-]*", text) is not None


def sibling_as_item(source: Source, number: int) -> Iterator[Slip]:
    """A key that belongs to the item above, written as an item of its own."""
    line = source.line(number)
    found = KEY.fullmatch(line)
    if not found or not is_item(line) or found[2] not in SIBLINGS:
        return
    entry = line.strip().removeprefix("-").strip()
    for above in lines_above(source, number):
        beside = KEY.fullmatch(source.line(above))
        if beside and is_item(source.line(above)):
            wanted = len(beside[1])
            yield Slip(
                {number: " " * wanted + entry},
                span_in(source, number, depth(line), 1),
                f"`{found[2]}` is not an item of its own: it belongs to `{beside[2]}`",
                f"write `{entry}` without the `-`, under `{beside[2]}`, in column {wanted + 1}",
            )
            return


def misplaced_item(source: Source, number: int) -> Slip | None:
    """An item in another column than the one above it, or than those below where it is the first."""
    before = item_above(source, number)
    if before is None or depth(source.line(before)) == depth(source.line(number)):
        return None
    if item_above(source, before) is None and _is_followed(source, number):
        return _moved(source, before, number)
    return _moved(source, number, before)


def first_item(source: Source, number: int) -> Iterator[Slip]:
    """The first item of a list in another column than the second, where what is below it stops."""
    first = item_above(source, number + 1)
    if first is None or item_above(source, first) is not None:
        return
    for below in range(number + 1, min(number + MAX_LINES, len(source.lines)) + 1):
        if is_item(source.line(below)):
            if depth(source.line(below)) != depth(source.line(first)):
                yield _moved(source, first, below)
            return


def _is_followed(source: Source, number: int) -> bool:
    """Whether another item stands below one, in its column."""
    column = depth(source.line(number))
    lines = [source.line(at) for at in lines_around(source, number) if at > number]
    return any(is_item(line) and depth(line) == column for line in lines)


def _moved(source: Source, number: int, other: int) -> Slip:
    """An item that should start where another one does."""
    line, wanted = source.line(number), depth(source.line(other))
    column = depth(line)
    item, *below = _entry(source, number, max(column, wanted))
    if any(depth(text) == wanted + 2 for _, text in below[:1]):
        below = []  # it stands already where it should
    edits = {
        at: " " * (depth(text) - column + wanted) + text.lstrip() for at, text in (item, *below)
    }
    side = "deeper" if column > wanted else "less"
    return Slip(
        edits,
        Span(source, number, column + 1, number, len(line.rstrip()) + 1),
        f"this item is indented {side} than the one in line {other}",
        f"items of one list start in the same column: {wanted + 1}",
    )


def item_above(source: Source, number: int) -> int | None:
    """The line of the item above, as far up as a section starts."""
    for at in range(number - 1, 0, -1):
        line = source.line(at)
        if is_item(line):
            return at
        if line.strip() and depth(line) == 0:
            return None
    return None


def _entry(source: Source, number: int, column: int) -> Iterator[tuple[int, str]]:
    """The line where an item starts, and those below it that are indented more than `column`."""
    yield number, source.line(number)
    for at in range(number + 1, min(number + MAX_LINES, len(source.lines)) + 1):
        line = source.line(at)
        if line.strip() and depth(line) <= column:
            return
        yield at, line
