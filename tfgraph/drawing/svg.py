"""SVG: a plan as a picture, written without any other program."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from xml.sax.saxutils import escape

from tfgraph.drawing.layout import Layout, lay_out
from tfgraph.drawing.model import Box, Picture, picture
from tfgraph.spec.plan import Plan

_ONE_LINE, _TWO_LINES = 28.0, 44.0
_GAP = 24.0
_LANE = 26.0
_MARGIN = 24.0
_HEADER = 48.0
_LEGEND = 26.0

#: The colour of a box, by family.
COLOURS: Mapping[str, str] = {
    "input": "#64748b",
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
  .out { stroke: #0f172a; stroke-width: 1.6 }
  .edge { fill: none; stroke: #64748b; stroke-width: 1.4 }
  .tie { fill: none; stroke: #db2777; stroke-width: 1.4; stroke-dasharray: 5 4 }
  .tip { fill: #64748b }
  .tied { font-size: 11px; fill: #db2777; stroke: #ffffff; stroke-width: 4; paint-order: stroke }
  @media (prefers-color-scheme: dark) {
    text { fill: #e2e8f0 } .small { fill: #94a3b8 } .shape { fill: #cbd5e1 }
    .paper { fill: #0b1220 } .box { fill: #172033; stroke: #334155 } .out { stroke: #e2e8f0 }
    .edge { stroke: #94a3b8 } .tip { fill: #94a3b8 } .tied { fill: #f472b6; stroke: #0b1220 }
  }
"""


def svg(plan: Plan) -> str:
    """The plan as an SVG document: wiring, shapes, parameters, shared and tied weights."""
    return _Drawing(picture(plan)).document()


class _Drawing:
    def __init__(self, shown: Picture) -> None:
        self.shown = shown
        self.width = max(220.0, *(_needed_width(box) for box in shown.boxes.values()))
        self.layout: Layout = lay_out(
            list(shown.boxes), shown.inputs, width=self.width + 2 * _LANE, lane=_LANE
        )
        lefts = [x - self.width / 2 for x in self.layout.x.values()]
        points = [x for lane in self.layout.bends.values() for x, _ in lane]
        aside = any(not self.beside(source, target) for source, target, _ in shown.ties)
        ties = 3 * _LANE if aside else 0.0
        self.left = min([*lefts, *(x - _LANE / 2 for x in points)]) - _MARGIN - ties
        right = max([*(x + self.width for x in lefts), *(x + _LANE / 2 for x in points)])
        self.total_width = max(right + _MARGIN - self.left, _text_width(shown.name, 17) + 260)
        self.heights = [0.0] * (max(self.layout.rank.values(), default=0) + 1)
        for name, rank in self.layout.rank.items():
            self.heights[rank] = max(self.heights[rank], _height(shown.boxes[name]))
        self.tops = [_HEADER]
        for height in self.heights:
            self.tops.append(self.tops[-1] + height + _GAP)
        self.legend_rows = self.legend_layout()
        self.total_height = self.tops[-1] - _GAP + _MARGIN + len(self.legend_rows) * _LEGEND

    def top(self, rank: int) -> float:
        return self.tops[rank]

    def bottom(self, rank: int) -> float:
        return self.tops[rank] + self.heights[rank]

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
            f'<text class="name" x="{self.left + _MARGIN:.1f}" y="30">{escape(shown.name)}'
            f'<tspan class="small" dx="12">{shown.parameters:,} parameters</tspan></text>',
        ]
        parts += [self.edge(source, target) for source, target in self.layout.bends]
        parts += [self.tie(*tie, number) for number, tie in enumerate(shown.ties)]
        parts += [self.box(box) for box in shown.boxes.values()]
        parts.append(self.legend())
        return "\n".join([*parts, "</svg>", ""])

    def box(self, box: Box) -> str:
        x = self.layout.x[box.name] - self.width / 2
        y = self.top(self.layout.rank[box.name])
        count = f"{box.parameters:,}" if box.parameters else ""
        title = _fit(box.title, self.width - 40 - _text_width(box.shape, 11))
        details = _fit(box.details, self.width - 44 - _text_width(count, 11))
        height = self.heights[self.layout.rank[box.name]]
        two_lines = _height(box) == _TWO_LINES
        first = y + 18 if two_lines else y + height / 2 + 4.5
        right = x + self.width - 10
        lines = [f"{box.title} (line {box.line})", f"gives {box.shape}"]
        lines += [f"{name} {shown}" for name, shown in box.weights.items()]
        outline = "box out" if box.output else "box"
        parts = [
            f"<g><title>{escape(chr(10).join(lines))}</title>",
            f'<rect class="{outline}" x="{x:.1f}" y="{y:.1f}" width="{self.width:.1f}"'
            f' height="{height}" rx="7"/>',
            f'<rect x="{x + 5:.1f}" y="{y + 7:.1f}" width="4" height="{height - 14}" rx="2"'
            f' fill="{COLOURS[box.family]}"/>',
            _text("title", x + 18, first, title),
            _text("shape", right, first, box.shape, end=True),
            _text("small", x + 18, y + 34, details),
            _text("small", right, y + 34, count, end=True),
            "</g>",
        ]
        return "\n".join(part for part in parts if part)

    def edge(self, source: str, target: str) -> str:
        x = self.layout.x
        points = [(x[source], self.bottom(self.layout.rank[source]))]
        for lane_x, rank in self.layout.bends[source, target]:
            points += [(lane_x, self.top(rank)), (lane_x, self.bottom(rank))]
        end_x, end_y = x[target], self.top(self.layout.rank[target])
        bends = self.layout.bends[source, target]
        if bends:
            # An edge that comes along a lane arrives beside the main line, not on top of it.
            end_x += max(-self.width / 3, min(self.width / 3, bends[-1][0] - end_x))
        points.append((end_x, end_y - 6))
        path = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            half = (y0 + y1) / 2
            if abs(x0 - x1) < 0.05:
                path += f" L{x1:.1f},{y1:.1f}"
            else:
                path += f" C{x0:.1f},{half:.1f} {x1:.1f},{half:.1f} {x1:.1f},{y1:.1f}"
        tip = f"M{end_x - 4:.1f},{end_y - 7:.1f} h8 l-4,7 z"
        return f'<path class="edge" d="{path}"/><path class="tip" d="{tip}"/>'

    def beside(self, source: str, target: str) -> bool:
        """Whether two boxes stand in one row."""
        return self.layout.rank[source] == self.layout.rank[target]

    def tie(self, source: str, target: str, label: str, number: int) -> str:
        """A dashed curve between two boxes: over their row, or else on their left."""
        rank = self.layout.rank
        if self.beside(source, target):
            quarter = self.width / 4
            left, right = sorted([self.layout.x[source], self.layout.x[target]])
            top = self.top(rank[source])
            ends = [(left + quarter, top), (right - quarter, top)]
            controls = [(x, top - _GAP) for x, _ in ends]
        else:
            ends = [
                (self.layout.x[name] - self.width / 2, (self.top(at) + self.bottom(at)) / 2)
                for name, at in ((source, rank[source]), (target, rank[target]))
            ]
            reach = min(x for x, _ in ends) - _LANE - (number % 4) * 9
            controls = [(reach, y) for _, y in ends]
        points = [ends[0], *controls, ends[1]]
        path = "M{} C{} {} {}".format(*(f"{x:.1f},{y:.1f}" for x, y in points))
        middle_x, middle_y = (
            (start + 3 * first + 3 * second + end) / 8 for start, first, second, end in zip(*points)
        )
        return (
            f'<path class="tie" d="{path}"/><text class="tied" x="{middle_x:.1f}"'
            f' y="{middle_y + 4:.1f}" text-anchor="middle">{label}</text>'
        )

    def legend_layout(self) -> list[list[str]]:
        """The families in use, in rows that fit the width."""
        rows: list[list[str]] = [[]]
        room = self.total_width - 2 * _MARGIN
        for name in dict.fromkeys(box.family for box in self.shown.boxes.values()):
            if rows[-1] and sum(map(_legend_width, [*rows[-1], name])) > room:
                rows.append([])
            rows[-1].append(name)
        return rows

    def legend(self) -> str:
        parts = []
        y = self.tops[-1] - _GAP + _MARGIN + 4
        for row in self.legend_rows:
            x = self.left + _MARGIN
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


def _height(box: Box) -> float:
    return _TWO_LINES if box.details or box.parameters else _ONE_LINE


def _legend_width(name: str) -> float:
    return 34 + _text_width(name, 11)


def _needed_width(box: Box) -> float:
    first = _text_width(box.title, 13) + _text_width(box.shape, 11)
    second = _text_width(box.details, 11) + _text_width(f"{box.parameters:,}", 11)
    return min(max(first, second) + 56, 420.0)


def _text_width(text: str, size: float) -> float:
    """About how wide a text is; monospaced and sans-serif text differ by little at these sizes."""
    return len(text) * size * 0.6


def _fit(text: str, width: float) -> str:
    room = int(width / (11 * 0.55))
    return text if len(text) <= room else text[: max(room - 1, 1)] + "…"
