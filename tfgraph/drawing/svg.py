"""SVG: a plan as a picture, written without any other program."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from tfgraph.drawing.folding import fold
from tfgraph.drawing.frames import Frame, number
from tfgraph.drawing.model import Box, Picture, picture
from tfgraph.drawing.sheet import GAP, LANE, MARGIN, OVER, Sheet, text_width
from tfgraph.spec.plan import Plan

_LEGEND = 26.0
#: How round the corners of an arrow to the next column are.
_CORNER = 8.0
#: Half of what the label of a tie takes beside its curve.
_TIE_LABEL = 12.0

#: The colour of a box, by family.
COLOURS: Mapping[str, str] = {
    "input": "#64748b",
    "target": "#475569",
    "loss": "#b45309",
    "linear": "#2563eb",
    "tied": "#db2777",
    "embedding": "#4f46e5",
    "convolution": "#7c3aed",
    "recurrent": "#c026d3",
    "pooling": "#0891b2",
    "normalization": "#0d9488",
    "activation": "#16a34a",
    "merge": "#d97706",
    "noise": "#94a3b8",
    "shape": "#a8a29e",
    "plugin": "#dc2626",
}
_STYLE = """
  text { font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #0f172a }
  .title { font-size: 13px; font-weight: 600 }
  .small { font-size: 11px; fill: #64748b }
  .shape { font-size: 11px; fill: #334155; font-family: ui-monospace, Menlo, Consolas, monospace }
  .name { font-size: 17px; font-weight: 650 }
  .paper { fill: #ffffff }
  .box { fill: #f8fafc; stroke: #cbd5e1 }
  .frame { fill: #e2e8f0; fill-opacity: 0.45; stroke: #94a3b8; stroke-dasharray: 2 3 }
  .block { font-size: 11px; font-weight: 600; fill: #475569 }
  .out { stroke: #0f172a; stroke-width: 1.6 }
  .edge { fill: none; stroke: #64748b; stroke-width: 1.4 }
  .tie { fill: none; stroke: #db2777; stroke-width: 1.4; stroke-dasharray: 5 4 }
  .tip { fill: #64748b }
  .tied { font-size: 11px; fill: #db2777 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e2e8f0 } .small { fill: #94a3b8 } .shape { fill: #cbd5e1 }
    .frame { fill: #1e293b; stroke: #475569 } .block { fill: #94a3b8 }
    .paper { fill: #0b1220 } .box { fill: #172033; stroke: #334155 } .out { stroke: #e2e8f0 }
    .edge { stroke: #94a3b8 } .tip { fill: #94a3b8 } .tied { fill: #f472b6 }
  }
"""


def svg(plan: Plan) -> str:
    """The plan as an SVG document: wiring, shapes, parameters, shared and tied weights."""
    whole = picture(plan)
    drawing = _Drawing(fold(whole))
    # A frame that cannot be drawn would not say how many blocks there are.
    hidden = drawing.shown.frames.keys() - drawing.sheet.frames.keys()
    if any(drawing.shown.frames[path].times > 1 for path in hidden):
        drawing = _Drawing(whole)
    return drawing.document()


class _Drawing:
    def __init__(self, shown: Picture) -> None:
        self.shown = shown
        self.sheet = Sheet(shown)
        reaches = [
            min(x for x, _ in self.tie_points(source, target, number)) - _TIE_LABEL
            for number, (source, target, _) in enumerate(shown.ties)
        ]
        self.left = min([self.sheet.left, *reaches]) - MARGIN
        least = text_width(shown.name, 17, bold=True) + 260
        self.total_width = max(self.sheet.right + MARGIN - self.left, least)
        self.legend_rows = self.legend_layout()
        self.total_height = self.sheet.end + MARGIN + len(self.legend_rows) * _LEGEND

    def document(self) -> str:
        width, height = self.total_width, self.total_height
        shown = self.shown
        summary = f"{len(shown.boxes)} boxes, {shown.parameters:,} parameters"
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
            f' viewBox="{self.left:.1f} 0 {width:.1f} {height:.1f}" role="img">',
            f"<title>{escape(shown.name)}</title>",
            f"<desc>{escape(summary)}</desc>",
            f"<style>{_STYLE}</style>",
            f'<rect class="paper" x="{self.left:.1f}" y="0" width="{width:.1f}"'
            f' height="{height:.1f}"/>',
            f'<text class="name" x="{self.left + MARGIN:.1f}" y="30">{escape(shown.name)}'
            f'<tspan class="small" dx="12">{shown.parameters:,} parameters</tspan></text>',
        ]
        parts += [self.frame(frame) for frame in self.sheet.frames.values()]
        parts += [self.edge(source, target) for source, target in self.sheet.layout.bends]
        parts += [self.tie(*tie, number) for number, tie in enumerate(shown.ties)]
        parts += [self.box(box) for box in shown.boxes.values()]
        parts.append(self.legend())
        return "\n".join([*parts, "</svg>", ""])

    def frame(self, frame: Frame) -> str:
        place = self.sheet.places[frame.path]
        told = number(self.shown.parameters_in(frame), frame.times)
        width = place.right - place.left
        # In line with the counts of the boxes: lanes pass on the right of them.
        told_x = max(self.sheet.box_place(name).right for name in frame.members) - 10
        room = told_x - place.left - 24 - text_width(told, 11)
        return "\n".join(
            [
                f"<g><title>{escape(frame.path)}: {len(frame.members)} layers</title>",
                f'<rect class="frame" x="{place.left:.1f}" y="{place.top:.1f}"'
                f' width="{width:.1f}" height="{place.bottom - place.top:.1f}" rx="10"/>',
                _text("block", place.left + 12, place.top + 16, _fit(frame.title, room, 11, True)),
                _text("small", told_x, place.top + 16, told, end=True) + "</g>",
            ]
        )

    def box(self, box: Box) -> str:
        sheet = self.sheet
        place = sheet.box_place(box.name)
        x, y, height = place.left, place.top, place.bottom - place.top
        count = number(box.parameters, box.times)
        right, shape_width = place.right - 10, text_width(box.shape, 11) + 12
        first = y + 18 if box.details else y + height / 2 + 4.5
        # Where there is no second line, the count stands before the shape.
        count_x, count_y = (right, y + 34) if box.details else (right - shape_width, first)
        beside = shape_width + (0 if box.details else text_width(count, 11))
        title = _fit(sheet.title(box), sheet.width - 28 - beside, 13, True)
        details = _fit(box.details, sheet.width - 40 - text_width(count, 11), 11)
        lines = [f"{box.title} (line {box.line})"]
        lines += [f"gives {box.shape}"] if box.shape else []
        lines += [f"{name} {shown}" for name, shown in box.weights.items()]
        outline = "box out" if box.output else "box"
        parts = [
            f"<g><title>{escape(chr(10).join(lines))}</title>",
            f'<rect class="{outline}" x="{x:.1f}" y="{y:.1f}" width="{sheet.width:.1f}"'
            f' height="{height}" rx="7"/>',
            f'<rect x="{x + 5:.1f}" y="{y + 7:.1f}" width="4" height="{height - 14}" rx="2"'
            f' fill="{COLOURS[box.family]}"/>',
            _text("title", x + 18, first, title),
            _text("shape", right, first, box.shape, end=True),
            _text("small", x + 18, y + 34, details),
            _text("small", count_x, count_y, count, end=True),
            "</g>",
        ]
        return "\n".join(part for part in parts if part)

    def edge(self, source: str, target: str) -> str:
        sheet = self.sheet
        first, last = sheet.layout.rank[source], sheet.layout.rank[target]
        start = (sheet.x(source), sheet.bottom(first))
        path, points = f"M{start[0]:.1f},{start[1]:.1f}", [start]
        if first + 1 in sheet.gutters:
            path, start = self.to_next_column(start, first)
            points = [start]
        lanes = [(sheet.lane(x, row), row) for x, row in sheet.layout.bends[source, target]]
        for lane_x, rank in lanes:
            # It bends above the frames that begin in the row, not through what they are called.
            points += [(lane_x, sheet.start(rank)), (lane_x, sheet.bottom(rank))]
        end_x, end_y = sheet.x(target), sheet.top(last)
        if lanes:
            # An edge that comes along a lane arrives beside the main line, not on top of it.
            end_x += max(-sheet.width / 3, min(sheet.width / 3, lanes[-1][0] - end_x))
        if sheet.start(last) < end_y:
            points.append((end_x, sheet.start(last)))
        points.append((end_x, end_y - 6))
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            half = (y0 + y1) / 2
            if abs(x0 - x1) < 0.05:
                path += f" L{x1:.1f},{y1:.1f}"
            else:
                path += f" C{x0:.1f},{half:.1f} {x1:.1f},{half:.1f} {x1:.1f},{y1:.1f}"
        tip = f"M{end_x - 4:.1f},{end_y - 7:.1f} h8 l-4,7 z"
        return f'<path class="edge" d="{path}"/><path class="tip" d="{tip}"/>'

    def to_next_column(
        self, start: tuple[float, float], row: int
    ) -> tuple[str, tuple[float, float]]:
        """The way from a box under its column and up to the top of the next one, and its end."""
        sheet, begin = self.sheet, row + 1
        below, above = sheet.ends[row] + OVER / 2, sheet.start(begin) - OVER / 2
        # Above the column, on its main line: its first boxes take what comes from there.
        end_x = sum(map(sheet.x, sheet.rows[begin])) / len(sheet.rows[begin])
        corners = [start, (start[0], below), (sheet.gutters[begin], below)]
        corners += [(sheet.gutters[begin], above), (end_x, above)]
        return _rounded(corners), corners[-1]

    def tie_points(self, source: str, target: str, number: int) -> tuple[tuple[float, float], ...]:
        """The points of a curve between two boxes: over their row, or else on their left."""
        sheet = self.sheet
        ends = [sheet.box_place(source), sheet.box_place(target)]
        if sheet.layout.rank[source] == sheet.layout.rank[target]:
            left, right = sorted(ends, key=lambda place: place.left)
            quarter = sheet.width / 4
            xs, y = (left.right - quarter, right.left + quarter), left.top
            return (xs[0], y), (xs[0], y - GAP), (xs[1], y - GAP), (xs[1], y)
        reach = min(place.left for place in ends) - LANE - (number % 4) * 9
        (x0, y0), (x1, y1) = ((place.left, (place.top + place.bottom) / 2) for place in ends)
        return (x0, y0), (reach, y0), (reach, y1), (x1, y1)

    def tie(self, source: str, target: str, label: str, number: int) -> str:
        """A dashed curve between two boxes whose weights are the same."""
        points = self.tie_points(source, target, number)
        path = "M{} C{} {} {}".format(*(f"{x:.1f},{y:.1f}" for x, y in points))
        middle_x, middle_y = (
            (start + 3 * first + 3 * second + end) / 8 for start, first, second, end in zip(*points)
        )
        # The paper behind the label is a shape: not all programs know an outline below a text.
        room = text_width(label, 11) + 4
        return (
            f'<path class="tie" d="{path}"/>'
            f'<rect class="paper" x="{middle_x - room / 2:.1f}" y="{middle_y - 8:.1f}"'
            f' width="{room:.1f}" height="16"/>'
            f'<text class="tied" x="{middle_x:.1f}" y="{middle_y + 4:.1f}"'
            f' text-anchor="middle">{label}</text>'
        )

    def legend_layout(self) -> list[list[str]]:
        """The families in use, in rows that fit the width."""
        rows: list[list[str]] = [[]]
        room = self.total_width - 2 * MARGIN
        for name in dict.fromkeys(box.family for box in self.shown.boxes.values()):
            if rows[-1] and sum(map(_legend_width, [*rows[-1], name])) > room:
                rows.append([])
            rows[-1].append(name)
        return rows

    def legend(self) -> str:
        parts = []
        y = self.sheet.end + MARGIN + 4
        for row in self.legend_rows:
            x = self.left + MARGIN
            for name in row:
                parts.append(
                    f'<circle cx="{x + 4:.1f}" cy="{y:.1f}" r="4" fill="{COLOURS[name]}"/>'
                    + _text("small", x + 13, y + 4, name)
                )
                x += _legend_width(name)
            y += _LEGEND
        return "\n".join(parts)


def _text(style: str, x: float, y: float, text: str, *, end: bool = False) -> str:
    if not text:
        return ""
    anchor = ' text-anchor="end"' if end else ""
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}"{anchor}>{escape(text)}</text>'


def _rounded(corners: Sequence[tuple[float, float]]) -> str:
    """A line through corners, each of them round."""
    path = f"M{corners[0][0]:.1f},{corners[0][1]:.1f}"
    for before, corner, after in zip(corners, corners[1:], corners[2:]):
        enter, leave = (_near(corner, other) for other in (before, after))
        path += (
            f" L{enter} C{corner[0]:.1f},{corner[1]:.1f} {corner[0]:.1f},{corner[1]:.1f} {leave}"
        )
    return f"{path} L{corners[-1][0]:.1f},{corners[-1][1]:.1f}"


def _near(corner: tuple[float, float], other: tuple[float, float]) -> str:
    """The point where a corner becomes round on its way to another one."""
    x, y = (
        at + max(-_CORNER, min(_CORNER, (towards - at) / 2)) for at, towards in zip(corner, other)
    )
    return f"{x:.1f},{y:.1f}"


def _legend_width(name: str) -> float:
    return 34 + text_width(name, 11)


def _fit(text: str, width: float, size: float, bold: bool = False) -> str:
    """As much of a text as has room."""
    room = round(width / text_width("x", size, bold), 3) // 1
    return text if len(text) <= room else text[: max(int(room) - 1, 1)] + "…"
