"""Layout: where the boxes of a graph stand, by layers from top to bottom.

The method is Sugiyama's in its usual simple form: ranks by the longest path, stand-ins where an
edge passes a rank, orders by barycentres, and positions that keep the main line straight.
Source: Sugiyama, Tagawa and Toda, 1981, "Methods for Visual Understanding of Hierarchical System
Structures".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 4
#: How much a place beside the main line counts, beside 1 for a place on it.
_ASIDE = 1e-9


@dataclass(frozen=True)
class Layout:
    """The centres of all boxes, and for each edge the points it passes, both ends left out."""

    x: Mapping[str, float]
    rank: Mapping[str, int]
    bends: Mapping[tuple[str, str], tuple[tuple[float, int], ...]]


def lay_out(
    nodes: Sequence[str],
    inputs: Mapping[str, Sequence[str]],
    *,
    width: float,
    lane: float,
) -> Layout:
    """Lay out an acyclic graph; `nodes` stand in an order in which inputs come first.

    `width` is the room that a box takes, `lane` the room of an edge that passes a rank.
    """
    rank: dict[str, int] = {}
    for node in nodes:
        rank[node] = 1 + max((rank[source] for source in inputs[node]), default=-1)
    for node in reversed(nodes):
        if not inputs[node]:
            # An input stands just above the first box that takes it.
            takers = [rank[other] for other in nodes if node in inputs[other]]
            rank[node] = min(takers, default=1) - 1
    grid = _Grid(nodes, inputs, rank, width, lane)
    return grid.layout()


class _Grid:
    """Boxes and stand-ins in rows; a stand-in is the triple (source, target, rank)."""

    def __init__(
        self,
        nodes: Sequence[str],
        inputs: Mapping[str, Sequence[str]],
        rank: dict[str, int],
        width: float,
        lane: float,
    ) -> None:
        self.rank = rank
        self.main = _main_line(nodes, inputs)
        self.room = {"box": width, "lane": lane}
        self.rows: list[list[object]] = [[] for _ in range(max(rank.values(), default=0) + 1)]
        self.above: dict[object, list[object]] = {}
        self.below: dict[object, list[object]] = {}
        self.lanes: dict[tuple[str, str], list[object]] = {}
        for node in nodes:
            self.rows[rank[node]].append(node)
        for node in nodes:
            for source in dict.fromkeys(inputs[node]):
                self.connect(source, node)
        self.x: dict[object, float] = {}

    def connect(self, source: str, target: str) -> None:
        chain: list[object] = [source]
        for row in range(self.rank[source] + 1, self.rank[target]):
            stand_in = (source, target, row)
            self.rows[row].append(stand_in)
            chain.append(stand_in)
        self.lanes[source, target] = chain[1:]
        chain.append(target)
        for upper, lower in pairwise(chain):
            self.below.setdefault(upper, []).append(lower)
            self.above.setdefault(lower, []).append(upper)

    def layout(self) -> Layout:
        for _ in range(_SWEEPS):
            for number in range(1, len(self.rows)):
                self.order(self.rows[number], self.rows[number - 1], self.above)
            for number in reversed(range(len(self.rows) - 1)):
                self.order(self.rows[number], self.rows[number + 1], self.below)
        self.place()
        bends = {
            edge: tuple((self.x[point], point[2]) for point in lane if isinstance(point, tuple))
            for edge, lane in self.lanes.items()
        }
        x = {node: place for node, place in self.x.items() if isinstance(node, str)}
        return Layout(x, self.rank, bends)

    def order(
        self,
        row: list[object],
        fixed: Sequence[object],
        neighbours: Mapping[object, list[object]],
    ) -> None:
        """Sort a row by the mean position of what each of it is connected to in another row."""
        position = {node: index for index, node in enumerate(fixed)}

        def barycentre(node: object) -> float:
            found = [position[n] for n in neighbours.get(node, []) if n in position]
            return sum(found) / len(found) if found else 0.0

        # Stable, and edges that pass keep to the right of the boxes they pass.
        row.sort(key=lambda node: (barycentre(node), isinstance(node, tuple)))

    def place(self) -> None:
        for row in self.rows:
            wanted = [self.wanted(node) for node in row]
            for node, place in zip(row, self.spread(row, wanted)):
                self.x[node] = place

    def wanted(self, node: object) -> float:
        """Under what it comes from: the middle of the boxes just above, or else of the lanes."""
        sources = self.above.get(node, [])
        boxes = [source for source in sources if isinstance(source, str)]
        main = [source for source in boxes if source in self.main]
        places = [self.x[source] for source in main or boxes or sources]
        return sum(places) / len(places) if places else 0.0

    def spread(self, row: Sequence[object], wanted: Sequence[float]) -> list[float]:
        """Places near the wanted ones, in order and without overlap.

        Runs that touch move together, to the mean of what they want (the pooling of adjacent
        violators), in which only the main line counts: the rest gives way to it.
        """
        offsets = [0.0]
        for left, right in pairwise(row):
            offsets.append(offsets[-1] + (self.half(left) + self.half(right)))
        runs: list[tuple[float, float, int]] = []
        for node, want, offset in zip(row, wanted, offsets):
            runs.append((want - offset, 1.0 if node in self.main else _ASIDE, 1))
            while len(runs) > 1 and runs[-2][0] > runs[-1][0]:
                right, right_weight, right_count = runs.pop()
                left, left_weight, left_count = runs.pop()
                weight = left_weight + right_weight
                mean = (left * left_weight + right * right_weight) / weight
                runs.append((mean, weight, left_count + right_count))
        starts = [start for start, _, count in runs for _ in range(count)]
        return [start + offset for start, offset in zip(starts, offsets)]

    def half(self, node: object) -> float:
        return self.room["lane" if isinstance(node, tuple) else "box"] / 2


def _main_line(nodes: Sequence[str], inputs: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The boxes that go on straight: of what takes the same box, those with most still to come.

    So a shortcut stands beside the stack that it bridges, and branches of one length side by side.
    """
    takers: dict[str, list[str]] = {node: [] for node in nodes}
    for node in nodes:
        for source in inputs[node]:
            takers[source].append(node)
    to_come: dict[str, int] = {}
    for node in reversed(nodes):
        to_come[node] = 1 + max((to_come[taker] for taker in takers[node]), default=-1)
    starts = [node for node in nodes if not inputs[node]]
    main = {node for node in starts if to_come[node] == max(map(to_come.__getitem__, starts))}
    for takers_of_one in takers.values():
        longest = max((to_come[taker] for taker in takers_of_one), default=0)
        main.update(taker for taker in takers_of_one if to_come[taker] == longest)
    return frozenset(main)
