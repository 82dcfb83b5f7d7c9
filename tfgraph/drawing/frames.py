"""Frames: the layers of a block or of a repeat, drawn together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

#: Room inside a frame above its first row, where its name stands, and on its other sides.
ABOVE, BESIDE = 24.0, 9.0


@dataclass(frozen=True)
class Frame:
    """The boxes of a block: `members`, by the path that their names start with.

    `parent` is the path of the frame around it, empty for none, and `label` what it is called in place
    of its path. One that stands for several equal ones says how many, and which is the last one.
    """

    path: str
    members: tuple[str, ...]
    parent: str = ""
    times: int = 1
    label: str = ""
    last: str = ""

    @property
    def title(self) -> str:
        """Its name, less that of the frame around it, and how often it stands there."""
        return counted(self.label or within(self.path, self.parent), self.last, self.times)


@dataclass(frozen=True)
class Place:
    """Where a frame stands."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Place) -> bool:
        """Whether two places overlap."""
        beside = self.right < other.left or other.right < self.left
        return not (beside or self.bottom < other.top or other.bottom < self.top)


def counted(name: str, last: str, times: int) -> str:
    """A name, or the first and the last of some, behind how many there are."""
    if times == 1:
        return name
    number = re.search(r"\d+$", last)
    if number and name.rstrip("0123456789") == last[: number.start()]:
        last = number[0]
    return f"×{times} {name} to {last}" if last else f"×{times} {name}"


def number(parameters: int, times: int) -> str:
    """How many parameters there are, in each of several equal ones; nothing for none."""
    shown = f"{parameters:,}" if parameters else ""
    return f"{times} × {shown}" if shown and times > 1 else shown


def within(name: str, frame: str) -> str:
    """A name as it is called inside a frame; a bare number says too little."""
    short = name.removeprefix(f"{frame}.") if frame else name
    return ".".join(name.split(".")[-2:]) if short.isdecimal() else short


def frames_of(rooms: Mapping[str, Sequence[str]]) -> dict[str, Frame]:
    """The frames by path, an outer one before those in it.

    `rooms` gives the steps of the path that each box stands in. One box alone needs no frame, nor
    one of the very boxes of another.
    """
    members: dict[tuple[str, ...], list[str]] = {}
    for name, steps in rooms.items():
        for end in range(1, len(steps) + 1):
            members.setdefault(tuple(steps[:end]), []).append(name)
    found: dict[str, Frame] = {}
    for steps, names in sorted(members.items(), key=lambda item: len(item[0])):
        outer = (".".join(steps[:end]) for end in range(len(steps) - 1, 0, -1))
        parent = next((path for path in outer if path in found), "")
        if len(names) > 1 and not (parent and len(found[parent].members) == len(names)):
            found[".".join(steps)] = Frame(".".join(steps), tuple(names), parent)
    return found


def depths(frames: Iterable[Frame], ends: Mapping[str, int]) -> dict[str, int]:
    """How many frames deep each one is that begins, or ends, in one row with those in it."""
    depth: dict[str, int] = {}
    for frame in reversed(list(frames)):
        depth.setdefault(frame.path, 1)
        if frame.parent and ends[frame.parent] == ends[frame.path]:
            depth[frame.parent] = max(depth.get(frame.parent, 1), depth[frame.path] + 1)
    return depth


def apart(
    frames: Mapping[str, Frame],
    places: Mapping[str, Place],
    boxes: Mapping[str, Place],
    rows: Sequence[Collection[str]],
    rank: Mapping[str, int],
) -> dict[str, Frame]:
    """The frames that can be drawn: with no box inside that is not theirs, and none across another."""
    kept: dict[str, Frame] = {}
    by_row: list[list[str]] = [[] for _ in rows]
    for frame in frames.values():
        members = set(frame.members)
        place = places[frame.path]
        span = range(min(map(rank.__getitem__, members)), max(map(rank.__getitem__, members)) + 1)
        strange = (name for row in span for name in rows[row] if name not in members)
        if any(place.meets(boxes[name]) for name in strange):
            continue
        others = {path for row in span for path in by_row[row]}
        if any(place.meets(places[p]) and not _inside(frames, frame, p) for p in others):
            continue
        kept[frame.path] = frame
        for row in span:
            by_row[row].append(frame.path)
    return kept


def _inside(frames: Mapping[str, Frame], frame: Frame, other: str) -> bool:
    """Whether a frame is one of those in another."""
    parent = frame.parent
    while parent and parent != other:
        parent = frames[parent].parent
    return parent == other
