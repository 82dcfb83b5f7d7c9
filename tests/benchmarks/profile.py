"""Where the time of a training step goes, by parts of the step."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.machine import made_with, sentence, threads
from tests.benchmarks.page import markdown
from tests.benchmarks.peers import TURNS
from tests.benchmarks.shown import Table, digits
from tests.benchmarks.workers import workers

REFRESH = "python -m tests.benchmarks profile --record"


def measure(models: Sequence[str], rounds: int, *, share: float = 1.0) -> dict[str, Any]:
    """The median over the rounds of each part of each model's step, in microseconds.

    A step is compiled where `compile: auto` finds that faster.
    """
    results = {}
    with workers(["tfgraph"], threads()) as peers, tempfile.TemporaryDirectory() as folder:
        task, worker = str(Path(folder) / "task.npz"), peers["tfgraph"]
        for model in models:
            worker("call", function="make_task", model=model, file=task, masks=True)
            steps = max(1, round(TURNS[model] * share))
            found = worker(
                "call", function="measure_profile", file=task, steps=steps, rounds=rounds
            )
            each = found["rounds"]
            parts = {
                part: round(statistics.median(one[part] for one in each), 2) for part in each[0]
            }
            results[model] = {"compiled": found["compiled"], "parts": parts}
    packages = ["tfgraph-core", "numpy", "tensorflow"]
    made = made_with(f"{REFRESH} --rounds {rounds}", packages)
    return {**made, "rounds": rounds, "results": results}


def table(result: dict[str, Any]) -> Table:
    """A line for each model, a column for each part, the whole at the end."""
    parts = list(next(iter(result["results"].values()))["parts"])
    rows = [
        [
            f"{model}, compiled" if found["compiled"] else model,
            *(digits(found["parts"][part]) for part in parts),
        ]
        for model, found in result["results"].items()
    ]
    return ["µs a step, traced", *parts], rows


def text(result: dict[str, Any]) -> str:
    """The table in Markdown, and what it was measured on."""
    return "\n\n".join(
        [markdown(*table(result)), f"Medians of {result['rounds']} rounds.", sentence(result)]
    )
