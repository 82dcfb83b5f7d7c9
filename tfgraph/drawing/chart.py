"""Chart: figures over the steps of a run, as an SVG document."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tfgraph.drawing.axes import Axis, count_axis, value_axis
from tfgraph.drawing.paper import document, line, plain, text
from tfgraph.drawing.sheet import text_width
from tfgraph.reports.figures import figure

_WIDTH, _HEIGHT = 760.0, 400.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 78.0, 24.0, 84.0, 52.0
#: Where the middle of the legend stands.
_LEGEND = 66.0
#: More points than this cannot be told apart; fewer than those get a dot each.
_MOST_POINTS, _MOST_DOTS = 1000, 40

Point = tuple[int, float]


@dataclass(frozen=True)
class Series:
    """A figure at some steps; one that is not finite is a gap.

    Args:
        name: what the legend calls it.
        points: steps and values, steps ascending.
        ink: 0 for what stands in the background, 1 for what one looks at.
        best: the point that is marked.
    """

    name: str
    points: Sequence[Point]
    ink: int = 1
    best: Point | None = None


def chart(title: str, about: str, series: Sequence[Series]) -> str:
    """Lines over the steps, with a legend; the values' axis is logarithmic where they span decades."""
    shown = [[(x, y) for x, y in one.points if math.isfinite(y)] for one in series]
    steps = count_axis(
        max((x for points in shown for x, _ in points), default=1), _LEFT, _WIDTH - _RIGHT
    )
    values = value_axis([y for points in shown for _, y in points], _HEIGHT - _BOTTOM, _TOP)
    parts = [*_grid(steps, values), *_legend(series)]
    for one in series:
        parts += _line(one, steps, values)
    for one in series:
        parts += _best(one, steps, values)
    return document(title, about, _WIDTH, _HEIGHT, parts)


def _grid(steps: Axis, values: Axis) -> Iterator[str]:
    bottom = _HEIGHT - _BOTTOM
    for tick in values.ticks:
        y = values.place(tick)
        yield line("grid", _LEFT, y, _WIDTH - _RIGHT, y)
        yield text("small", _LEFT - 8, y + 4, _number(tick), "end")
    for tick in steps.ticks:
        if tick == int(tick):
            x = steps.place(tick)
            yield line("grid", x, bottom, x, bottom + 4)
            yield text("small", x, bottom + 18, f"{int(tick):,}", "middle")
    told = "steps; the values on a logarithmic scale" if values.logarithmic else "steps"
    yield text("small", (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 14, told, "middle")


def _number(tick: float) -> str:
    return f"{tick:,.0f}" if 1000 <= abs(tick) < 1e7 else f"{tick:.4g}"


def _legend(series: Sequence[Series]) -> Iterator[str]:
    x = _LEFT
    for one in series:
        last = next((y for _, y in reversed(one.points) if math.isfinite(y)), None)
        said = one.name if last is None else f"{one.name} {figure(last)}"
        yield f'<g class="ink{one.ink}">{line("line", x, _LEGEND, x + 18, _LEGEND)}</g>'
        yield text("label", x + 24, _LEGEND + 4, said)
        x += 44 + text_width(said, 12)


def _line(one: Series, steps: Axis, values: Axis) -> Iterator[str]:
    runs: list[list[Point]] = [[]]
    for point in one.points:
        if math.isfinite(point[1]):
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    most = max(_MOST_POINTS // len(runs), 4)
    for run in runs:
        places = [(steps.place(x), values.place(y)) for x, y in _thinned(run, most)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        if len(places) > 1:
            yield f'<polyline class="line ink{one.ink}" points="{path}"/>'
        if len(places) == 1 or len(one.points) <= _MOST_DOTS:
            for (x, y), (step, value) in zip(places, run):
                said = f"<title>{plain(one.name)} {figure(value)} at step {step:,}</title>"
                yield f'<circle class="dot{one.ink}" cx="{x:.1f}" cy="{y:.1f}" r="3">{said}</circle>'


def _thinned(points: Sequence[Point], most: int) -> Sequence[Point]:
    """Of many points the lowest and the highest of each stretch, so that no peak is lost."""
    if len(points) <= most:
        return points
    size = -(-2 * len(points) // most)
    kept = []
    for start in range(0, len(points), size):
        stretch = points[start : start + size]
        ends = (min(stretch, key=_value), max(stretch, key=_value))
        kept += sorted(dict.fromkeys(ends))
    return kept


def _value(point: Point) -> float:
    return point[1]


def _best(one: Series, steps: Axis, values: Axis) -> Iterator[str]:
    """The mark of the best point, and beside the legend what it means."""
    if one.best is None:
        return
    step, value = one.best
    said = f"best {figure(value)} at step {step:,}"
    right = _WIDTH - _RIGHT
    yield text("label", right, _LEGEND + 4, said, "end")
    for x, y in (
        (steps.place(step), values.place(value)),
        (right - text_width(said, 12) - 10, _LEGEND),
    ):
        yield f'<circle class="best" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'


__all__ = ["Point", "Series", "chart"]
