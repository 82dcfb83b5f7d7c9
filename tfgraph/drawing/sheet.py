"""Sheet: where boxes and frames stand on the paper."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from tfgraph.drawing.frames import ABOVE, BESIDE, Frame, Place, apart, depths, number
from tfgraph.drawing.layout import Layout, lay_out
from tfgraph.drawing.model import Box, Picture

ONE_LINE, TWO_LINES = 28.0, 44.0
GAP = 18.0
LANE = 26.0
MARGIN = 24.0
_HEADER = 48.0
_NARROWEST, _WIDEST = 220.0, 420.0


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
        self.places = {path: self.frame_place(frame) for path, frame in shown.frames.items()}
        boxes = {name: self.box_place(name) for name in shown.boxes}
        self.frames = apart(shown.frames, self.places, boxes, self.rows, self.layout.rank)
        drawn = [*boxes.values(), *(self.places[path] for path in self.frames)]
        points = [x for lane in self.layout.bends.values() for x, _ in lane]
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
        y = _HEADER
        for height, deep, ended in zip(self.heights, over, under):
            self.starts.append(y)
            self.tops.append(y + deep * ABOVE)
            y = self.tops[-1] + height + ended * BESIDE + GAP
        self.end = y - GAP

    def box_place(self, name: str) -> Place:
        left, rank = self.layout.x[name] - self.width / 2, self.layout.rank[name]
        return Place(left, self.top(rank), left + self.width, self.bottom(rank))

    def frame_place(self, frame: Frame) -> Place:
        """Around the members, the arrows between them, and those that come along a lane."""
        members, path = set(frame.members), frame.path
        first, last = self.first[path], self.last[path]
        lefts = [self.layout.x[name] - self.width / 2 for name in members]
        rights = [left + self.width for left in lefts]
        for target in members:
            for source in dict.fromkeys(self.shown.inputs[target]):
                lane = self.layout.bends[source, target]
                inside = [x for x, rank in lane if first <= rank <= last]
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
