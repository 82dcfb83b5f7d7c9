"""The plans of the tutorial's specs."""

from __future__ import annotations

from pathlib import Path

import tfgraph

FOLDER = Path(__file__).parents[3] / "specs" / "tutorial"
DRAWING = ("dropout", "corrupt")


def plan_of(
    model: str, *, masks: bool = True, batch: int | None = None, shuffle: bool = False
) -> tfgraph.Plan:
    """The plan of a model, without its masks where the comparison is to be exact."""
    path = FOLDER / f"{model}.yaml"
    changes: dict[str, object] = {"train.shuffle": shuffle}
    if batch is not None:
        changes["train.batch_size"] = batch
    if not masks:
        types = [planned.layer.type for planned in tfgraph.load(path).layers]
        changes |= {f"layers.{i}.{t}": 0 for i, t in enumerate(types) if t in DRAWING}
    return tfgraph.load(path, set=changes)
