"""The plans of the tutorial's specs."""

from __future__ import annotations

from pathlib import Path

import tfgraph

FOLDER = Path(__file__).parents[3] / "specs" / "tutorial"
DRAWING = ("dropout", "corrupt")


def plan_of(model: str, *, masks: bool = True) -> tfgraph.Plan:
    """The plan of a model, without its masks where the comparison is to be exact."""
    path = FOLDER / f"{model}.yaml"
    plan = tfgraph.load(path)
    if masks:
        return plan
    types = [planned.layer.type for planned in plan.layers]
    return tfgraph.load(
        path, set={f"layers.{i}.{t}": 0 for i, t in enumerate(types) if t in DRAWING}
    )
