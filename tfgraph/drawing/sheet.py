"""Sheet: where boxes and frames stand on the paper."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise

from tfgraph.drawing.columns import parting_rows, parts
from tfgraph.drawing.frames import ABOVE, BESIDE, Frame, Place, apart, depths, number
from tfgraph.drawing.layout import Layout, lay_out
from tfgraph.drawing.model import Box, Picture

ONE_LINE, TWO_LINES = 28.0, 44.0
GAP = 18.0
LANE = 26.0
MARGIN = 24.0
#: The room between columns, and over and under them, where an arrow leads from one to the next.
GUTTER, OVER = 64.0, 24.0
_HEADER = 48.0
_WIDEST = 420.0


class Sheet:
    """The places of the boxes and frames of a picture, in pixels.

    `width` is that of each box; `left`, `right` and `end` bound all that is drawn.
    """

    def __init__(self, shown: Picture) -> None:
        self.shown = shown
        self.frames: Mapping[str, Frame] = shown.frames
        self.width = max(
            220.0, *(_needed_width(self.title(box), box) for box in shown.boxes.values())
        )
        room = max(2 * LANE, 3 * BESIDE * max(self.levels.values(), default=0))
        self.layout: Layout = lay_out(
            list(shown.boxes), shown.inputs, width=self.width + room, lane=LANE
        )
        self.heights = [0.0] * (max(self.layout.rank.values(), default=0) + 1)
        self.rows: list[list[str]] = [[] for _ in self.heights]
        for name, rank in self.layout.rank.items():
            self.heights[rank] = max(self.heights[rank], height_of(shown.boxes[name]))
            self.rows[rank].append(name)
        self.place_rows()
        self.shift = [0.0] * len(self.heights)
        self.stand_beside()
        self.places = {path: self.frame_place(frame) for path, frame in shown.frames.items()}
        boxes = {name: self.box_place(name) for name in shown.boxes}
        self.frames = apart(shown.frames, self.places, boxes, self.rows, self.layout.rank)
        drawn = [*boxes.values(), *(self.places[path] for path in self.frames)]
        points = [self.lane(x, row) for lane in self.layout.bends.values() for x, row in lane]
        self.left = min([*(p.left for p in drawn), *(x - LANE / 2 for x in points)])
        self.right = max([*(p.right for p in drawn), *(x + LANE / 2 for x in points)])

    def place_rows(self) -> None:
        """The top of each row, with room for the frames that begin and end there."""
        rank, frames = self.layout.rank, self.shown.frames.values()
        self.first = {f.path: min(rank[name] for name in f.members) for f in frames}
        self.last = {f.path: max(rank[name] for name in f.members) for f in frames}
        self.above, self.below = depths(frames, self.first), depths(frames, self.last)
        over, under = [0] * len(self.heights), [0] * len(self.heights)
        for frame in frames:
            first, last = self.first[frame.path], self.last[frame.path]
            over[first] = max(over[first], self.above[frame.path])
            under[last] = max(under[last], self.below[frame.path])
        self.tops: list[float] = []
        self.starts: list[float] = []
        self.ends: list[float] = []
        y = _HEADER
        for height, deep, ended in zip(self.heights, over, under):
            self.starts.append(y)
            self.tops.append(y + deep * ABOVE)
            self.ends.append(self.tops[-1] + height + ended * BESIDE)
            y = self.ends[-1] + GAP
        self.end = y - GAP

    def stand_beside(self) -> None:
        """Put the parts of a tall picture beside each other, each from the top on."""
        rank, edges = self.layout.rank, self.layout.bends
        ties = [sorted((rank[source], rank[target])) for source, target, _ in self.shown.ties]
        wholes = [*zip(self.first.values(), self.last.values()), *((a, b) for a, b in ties)]
        rows = parting_rows(rank, edges, wholes)
        begins = parts([*self.starts, self.end], rows, self.column_width)
        #: The rows that columns begin with, and the middle of the room on the left of each.
        self.gutters: dict[int, float] = {}
        if len(begins) < 3:
            return
        x, top = min(left for left, _ in self.reach), _HEADER + OVER
        for begin, stop in pairwise(begins):
            start = self.starts[begin]
            for row in range(begin, stop):
                self.shift[row] = x - min(left for left, _ in self.reach[begin:stop])
                for ys in (self.tops, self.starts, self.ends):
                    ys[row] += top - start
            if begin:
                self.gutters[begin] = x - GUTTER / 2
            x += self.column_width(begin, stop)
        self.end = max(self.ends) + OVER

    @cached_property
    def reach(self) -> list[tuple[float, float]]:
        """How far each row reaches to the left and to the right, before it is moved."""
        xs: list[list[float]] = [[] for _ in self.heights]
        deep = BESIDE * max(self.levels.values(), default=0)
        for name, x in self.layout.x.items():
            half = self.width / 2 + deep
            xs[self.layout.rank[name]] += [x - half, x + half]
        for lane in self.layout.bends.values():
            for x, row in lane:
                xs[row] += [x - LANE / 2 - deep, x + LANE / 2 + deep]
        return [(min(row), max(row)) for row in xs]

    def column_width(self, begin: int, stop: int) -> float:
        """The width of a column of rows, with the room beside it."""
        reach = self.reach[begin:stop]
        return max(right for _, right in reach) - min(left for left, _ in reach) + GUTTER

    def x(self, name: str) -> float:
        """The middle of a box."""
        return self.layout.x[name] + self.shift[self.layout.rank[name]]

    def lane(self, x: float, row: int) -> float:
        """Where an arrow passes a row."""
        return x + self.shift[row]

    def box_place(self, name: str) -> Place:
        left, rank = self.x(name) - self.width / 2, self.layout.rank[name]
        return Place(left, self.top(rank), left + self.width, self.bottom(rank))

    def frame_place(self, frame: Frame) -> Place:
        """Around the members, the arrows between them, and those that come along a lane."""
        members, path = set(frame.members), frame.path
        first, last = self.first[path], self.last[path]
        lefts = [self.x(name) - self.width / 2 for name in members]
        rights = [left + self.width for left in lefts]
        for target in members:
            for source in dict.fromkeys(self.shown.inputs[target]):
                lane = self.layout.bends[source, target]
                inside = [self.lane(x, rank) for x, rank in lane if first <= rank <= last]
                lefts += inside
                rights += inside
        deep = BESIDE * self.levels[path]
        return Place(
            min(lefts) - deep,
            self.top(first) - self.above[path] * ABOVE,
            max(rights) + deep,
            self.bottom(last) + self.below[path] * BESIDE,
        )

    @cached_property
    def levels(self) -> Mapping[str, int]:
        """How many frames deep each one is."""
        frames = self.shown.frames.values()
        return depths(frames, dict.fromkeys(self.shown.frames, 0))

    def title(self, box: Box) -> str:
        return box.title_in(self.shown.frame_of(box.name, self.frames))

    def top(self, rank: int) -> float:
        return self.tops[rank]

    def start(self, rank: int) -> float:
        """The top of the outermost frame that begins in a row, or of its boxes."""
        return self.starts[rank]

    def bottom(self, rank: int) -> float:
        return self.tops[rank] + self.heights[rank]


def height_of(box: Box) -> float:
    """The height of a box: its parameters in the spec take a second line."""
    return TWO_LINES if box.details else ONE_LINE


def text_width(text: str, size: float, bold: bool = False) -> float:
    """How wide a text is at most: in monospaced and in the wider sans-serif fonts."""
    return len(text) * size * (0.66 if bold else 0.61)


def _needed_width(title: str, box: Box) -> float:
    first = text_width(title, 13, bold=True) + text_width(box.shape, 11)
    count = text_width(number(box.parameters, box.times), 11) + 12 if box.parameters else 0.0
    second = text_width(box.details, 11)
    return min(max(first + (0.0 if box.details else count), second + count) + 40, _WIDEST)
