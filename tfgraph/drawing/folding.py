"""Folding: equal blocks one after the other, drawn once and told how often they stand there.

Blocks are equal where their layers are, by name, parameters, shape and wiring; each takes what the one
before it gives, and nothing else takes what is inside of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tfgraph.drawing.frames import within
from tfgraph.drawing.model import Picture

#: So many equal blocks, or layers of a repeat, are drawn as one.
BLOCKS, LAYERS = 2, 3
#: What stands for an input from outside of a block.
_OUTSIDE = "^"


def fold(shown: Picture) -> Picture:
    """The picture with runs of equal blocks and repeated layers in one; the innermost first."""
    folding = _Folding(shown)
    for path in (*reversed([*shown.frames]), ""):
        if not path or path in folding.frames:
            folding.runs_in(path)
    if len(folding.boxes) == len(shown.boxes):
        return shown
    return replace(shown, boxes=folding.boxes, inputs=folding.inputs, frames=folding.frames)


class _Folding:
    """Items are frames by their paths, and boxes by their names."""

    def __init__(self, shown: Picture) -> None:
        self.inputs = dict(shown.inputs)
        # All keep the names that they have where they stand now.
        self.frames = {
            path: replace(frame, label=within(path, frame.parent))
            for path, frame in shown.frames.items()
        }
        self.boxes = {
            name: replace(box, label=box.label or within(name, shown.frame_of(name, shown.frames)))
            for name, box in shown.boxes.items()
        }
        self.tied = {name for source, target, _ in shown.ties for name in (source, target)}
        self.takers: dict[str, set[str]] = {name: set() for name in shown.boxes}
        for target, sources in shown.inputs.items():
            for source in sources:
                self.takers[source].add(target)

    def runs_in(self, path: str) -> None:
        """Fold the runs among what stands directly in a frame, or in none."""
        items = self.items(path)
        start = 0
        while start < len(items):
            run = self.run(items[start:])
            least = BLOCKS if run[0] in self.frames else LAYERS
            if len(run) >= least:
                self.fold(path, run, items)
            start += max(len(run), 1)

    def items(self, path: str) -> list[str]:
        """The frames and boxes directly in a frame, in their order."""
        inner = {f.members[0]: f for f in self.frames.values() if f.parent == path}
        inside = {name for frame in inner.values() for name in frame.members}
        names = self.frames[path].members if path else tuple(self.boxes)
        found = [inner[name].path if name in inner else name for name in names]
        return [item for item in found if item in self.frames or item not in inside]

    def members(self, item: str) -> Sequence[str]:
        return self.frames[item].members if item in self.frames else (item,)

    def run(self, items: Sequence[str]) -> list[str]:
        """The items from the first one on that are equal, each taking what the one before it gives."""
        first = items[0]
        stem = first.rstrip("0123456789")
        # What has a name of its own is drawn under it.
        alike = [item for item in items if item.rstrip("0123456789") == stem != item]
        found, wanted = [first], self.described(first)
        gives: set[str] = set()
        for item in items[1:] if wanted and first in alike else ():
            if item not in alike:
                break
            given = self.linked(found[-1], item)
            if (
                given is None
                or self.outputs(found[-1])
                or len(gives | {given}) > 1
                or self.described(item) != wanted
            ):
                break
            gives.add(given)
            found.append(item)
        while len(found) > 1 and self.given(found[-1]) - gives:
            found.pop()  # more of it is taken than of those before it
        return found

    def described(self, item: str) -> tuple[object, ...] | None:
        """What equal items have in common; None for one that is drawn by itself."""
        members = self.members(item)
        outside = {source for name in members for source in self.inputs[name]} - {*members}
        if len(outside) != 1 or self.tied & {*members}:
            return None
        inside = {name: name.removeprefix(item) for name in members}
        frames = (f for path, f in self.frames.items() if path.startswith(f"{item}."))
        return (
            *((frame.path.removeprefix(item), frame.times) for frame in frames),
            *(
                (
                    *(inside[name], box.type, box.shape, box.details, box.times),
                    *box.weights.items(),
                    *(inside.get(source, _OUTSIDE) for source in self.inputs[name]),
                )
                for name, box in ((name, self.boxes[name]) for name in members)
            ),
        )

    def given(self, item: str) -> set[str]:
        """What others take of an item, or the model gives, by the names inside of it."""
        members = {*self.members(item)}
        taken = {name for name in members if self.takers[name] - members}
        return {name.removeprefix(item) for name in taken | self.outputs(item)}

    def outputs(self, item: str) -> set[str]:
        return {name for name in self.members(item) if self.boxes[name].output}

    def linked(self, item: str, after: str) -> str | None:
        """What an item takes of the one before it, where that is all, and no other takes of that."""
        members, later = {*self.members(item)}, {*self.members(after)}
        taken = {source for name in later for source in self.inputs[name]} - later
        takers = {taker for name in members for taker in self.takers[name]} - members
        if len(taken) != 1 or not taken <= members or not takers <= later:
            return None
        return taken.pop().removeprefix(item)

    def fold(self, path: str, run: Sequence[str], items: Sequence[str]) -> None:
        """Keep the first of a run, with how many there are; others take what it gives."""
        first, last = run[0], run[-1]
        gone = {name for item in run[1:] for name in self.members(item)}
        for name in self.members(last):
            kept = first + name.removeprefix(last)
            for taker in self.takers[name] - gone:
                sources = self.inputs[taker]
                self.inputs[taker] = tuple(kept if source == name else source for source in sources)
            self.takers[kept] = (self.takers[kept] | self.takers[name]) - gone
            self.boxes[kept] = replace(self.boxes[kept], output=self.boxes[name].output)
        for name in gone:
            del self.boxes[name], self.inputs[name], self.takers[name]
        for frame in list(self.frames.values()):
            members = tuple(name for name in frame.members if name not in gone)
            if members:
                self.frames[frame.path] = replace(frame, members=members)
            else:
                del self.frames[frame.path]
        self.count(path, run, _repeat(run, items))

    def count(self, path: str, run: Sequence[str], repeat: str) -> None:
        """Say how often something stands there; a frame around all of a repeat says it itself."""
        first, times, around = run[0], len(run), self.frames.get(repeat and path)
        last = "" if repeat else within(run[-1], path)
        if repeat != path:
            around = None
        if around and first in self.frames:
            self.frames[path] = replace(around, times=times)
            del self.frames[first]
            for frame in list(self.frames.values()):
                if frame.parent == first:
                    self.frames[frame.path] = replace(frame, parent=path)
            return
        label = around.label if around else within(repeat, path)
        if around:
            del self.frames[path]
        if first in self.frames:
            frame = self.frames[first]
            self.frames[first] = replace(frame, times=times, label=label or frame.label, last=last)
        else:
            box = self.boxes[first]
            self.boxes[first] = replace(box, times=times, label=label or box.label, last=last)


def _repeat(run: Sequence[str], items: Sequence[str]) -> str:
    """The name of the repeat that a run is all of; empty where it is not."""
    name = run[0].rpartition(".")[0]
    copies = [item for item in items if re.fullmatch(rf"{re.escape(name)}\.\d+", item)]
    return name if name and copies == [*run] else ""
