"""Columns: a tall picture in parts beside each other, parted where one box leads from each to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

#: Pictures of this height stand in one column, and there are no more columns than this.
TALL, MOST = 1600.0, 40
#: How much wider than high a picture in columns is to be.
_WIDER = 1.6
#: From which part of its size on a picture is parted.
_WORTH = 0.75
#: So often the greatest height of a column is halved between what is too low and what suffices.
_HALVINGS = 20


def parts(
    tops: Sequence[float], places: Sequence[int], width: Callable[[int, int], float]
) -> list[int]:
    """The rows that columns begin with, and behind the last one; all in one where that is not tall.

    `tops` are those of the rows and the end of the last one, `places` the rows before which the picture
    may be parted, and `width` is that of a column of rows.
    """
    whole = [0, len(tops) - 1]
    if tops[-1] - tops[0] <= TALL:
        return whole

    def size(found: Sequence[int]) -> float:
        """That of a page with the columns on it."""
        columns = list(pairwise(found))
        wide = sum(width(*column) for column in columns)
        return max(wide / _WIDER, *(tops[stop] - tops[start] for start, stop in columns), 0.0)

    counts = range(2, min(MOST, len(places) + 1) + 1)
    best = min((_even(tops, places, count) for count in counts), key=size, default=whole)
    return best if size(best) < _WORTH * size(whole) else whole


def _even(tops: Sequence[float], places: Sequence[int], count: int) -> list[int]:
    """At most so many columns, the highest of them as low as can be."""
    low, high = 0.0, tops[-1] - tops[0]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        fits = len(_filled(tops, places, middle)) <= count + 1
        low, high = (low, middle) if fits else (middle, high)
    return _filled(tops, places, high)


def _filled(tops: Sequence[float], places: Sequence[int], height: float) -> list[int]:
    """Columns filled one after the other up to a height, or to the next place that there is."""
    found = [0]
    for place, after in pairwise([*places, len(tops) - 1]):
        if tops[after] - tops[found[-1]] > height:
            found.append(place)
    return [*found, len(tops) - 1]


def parting_rows(
    rank: Mapping[str, int],
    edges: Iterable[tuple[str, str]],
    wholes: Iterable[tuple[int, int]],
) -> list[int]:
    """The rows before which only arrows from one box of the row above pass.

    `wholes` are first and last rows of what stays together.
    """
    rows = range(1, max(rank.values(), default=0) + 1)
    sources: list[set[str]] = [set() for _ in (0, *rows)]
    for source, target in edges:
        for row in range(rank[source] + 1, rank[target] + 1):
            sources[row].add(source)
    held = {row for first, last in wholes for row in range(first + 1, last + 1)}
    return [
        row
        for row in rows
        if row not in held
        and len(sources[row]) == 1
        and all(rank[source] == row - 1 for source in sources[row])
    ]
