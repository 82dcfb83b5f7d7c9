"""Matrix: how often which class was taken for which, as an SVG document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tfgraph.drawing.paper import document, text

#: More classes than this cannot be read.
MOST_CLASSES = 20
_LEFT, _TOP = 84.0, 100.0


def confusion_matrix(title: str, about: str, counts: Sequence[Sequence[int]]) -> str:
    """A row for each class, a column for what it was taken for: counts, and shares of the row.

    Beside each row stands its recall, below each column its precision.
    """
    size = len(counts)
    cell = 52.0 if size <= 10 else 38.0
    columns = list(zip(*counts))
    parts = [
        text("small", _LEFT + size * cell / 2, _TOP - 26, "predicted", "middle"),
        text("small", 24, _TOP - 8, "true"),
        text("small", _LEFT + size * cell + 10, _TOP - 8, "recall"),
        text("small", _LEFT - 4, _TOP + size * cell + 20, "precision", "end"),
    ]
    for number in range(size):
        middle = (number + 0.5) * cell
        parts += [
            text("label", _LEFT + middle, _TOP - 8, str(number), "middle"),
            text("label", _LEFT - 12, _TOP + middle + 4, str(number), "end"),
            text(
                "small",
                _LEFT + size * cell + 10,
                _TOP + middle + 4,
                _share(counts[number][number], sum(counts[number])),
            ),
            text(
                "small",
                _LEFT + middle,
                _TOP + size * cell + 20,
                _share(counts[number][number], sum(columns[number])),
                "middle",
            ),
        ]
        parts += _row(number, counts[number], cell)
    return document(
        title, about, max(_LEFT + size * cell + 70, 420), _TOP + size * cell + 36, parts
    )


def _row(number: int, row: Sequence[int], cell: float) -> Iterator[str]:
    total = sum(row)
    for column, count in enumerate(row):
        share = count / total if total else 0.0
        x, y = _LEFT + column * cell, _TOP + number * cell
        right = column == number
        # Of the errors, which are few, a small share should still be seen.
        shade = share if right else min(1.0, share * 4)
        style = f'class="{"cell" if right else "wrong"}" fill-opacity="{0.9 * shade:.3f}"'
        said = f"{number} taken for {column}: {count:,} of {total:,} ({_share(count, total)})"
        place = f'x="{x:.1f}" y="{y:.1f}" width="{cell:.0f}" height="{cell:.0f}"'
        yield f"<g><title>{said}</title>"
        yield f'<rect class="empty" {place}/>'
        if count:
            over = " over" if shade > 0.5 else ""
            yield f"<rect {style} {place}/>"
            middle = x + cell / 2
            if cell > 40:
                yield text(f"label{over}", middle, y + cell / 2 - 1, _short(count), "middle")
                yield text(
                    f"small{over}", middle, y + cell / 2 + 14, _share(count, total), "middle"
                )
            else:
                yield text(f"label{over}", middle, y + cell / 2 + 4, _short(count), "middle")
        yield "</g>"


def _short(count: int) -> str:
    """A count in at most five characters."""
    if count < 10_000:
        return str(count)
    return f"{count / 1000:.0f}k" if count < 1_000_000 else f"{count / 1_000_000:.3g}M"


def _share(count: int, total: int) -> str:
    if not total:
        return "–"
    share = 100 * count / total
    return f"{share:.0f} %" if share >= 9.95 or not share else f"{share:.1f} %"
