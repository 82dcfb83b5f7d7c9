"""Evaluation: loss and metrics of a whole split, and what makes one of them no number."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tfgraph.run.splits import Arrays, load_split
from tfgraph.run.spoilt import spoilt
from tfgraph.words import listed

if TYPE_CHECKING:
    from tfgraph.graph import Graph

_LOGGER = logging.getLogger("tfgraph")


def evaluate(
    graph: Graph,
    split: str,
    data: Arrays | None = None,
    *,
    warn: Callable[[str], None] | None = None,
) -> dict[str, float]:
    """Loss and metrics over all examples of a split, `data` in place of the spec's dataset.

    `warn` takes why one of them is not finite; the logger `tfgraph` if not given.
    """
    return figures(graph, split, load_split(graph, split, data), warn or _LOGGER.warning)


def figures(
    graph: Graph, split: str, arrays: Mapping[str, Any], warn: Callable[[str], None]
) -> dict[str, float]:
    """Loss and metrics over the arrays of a split; `warn` takes why one of them is not finite."""
    found = {name: float(value) for name, value in graph.evaluate(**arrays).items()}
    wrong = [name for name, value in found.items() if not math.isfinite(value)]
    if wrong:
        are = "is" if len(wrong) == 1 else "are"
        warn(f"{listed(wrong)} of the split `{split}` {are} not finite{_spoilt(arrays)}")
    return found


def _spoilt(arrays: Mapping[str, Any]) -> str:
    """Where the data of a split hold the first value that is not finite; nothing where none is."""
    for name, found in spoilt(arrays):
        return f": the field `{name}` holds values that are not, {found}"
    return ""
