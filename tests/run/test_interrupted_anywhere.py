"""The options of training in every combination, stopped at any steps: no trace of it is left."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import tfgraph
from tests.run.runs import StopAt, digest
from tfgraph.run import Interrupted, RunDirectory

MODEL = """\
tfgraph: 1
inputs: {x: [5], y: {shape: [], dtype: int32, classes: 3}, importance: []}
layers:
  - dense: {units: 6, activation: tanh}
    from: x
  - batch_norm
  - dropout: 0.2
  - matmul: 3
loss: {softmax_cross_entropy: , target: y%s}
optimizer: {adam: 0.05}
metrics: [{accuracy: , target: y}]
"""
#: Each has what is the default among its values.
OPTIONS: dict[str, list[Any]] = {
    "batch_size": [7, 8],
    "drop_remainder": [False, True],
    "shuffle": [True, False],
    "precision": ["float32", "bfloat16", "float16"],
    "gradient_accumulation": [1, 3],
    "ema": [None, 0.9],
    "evaluate_every": ["1 epoch", "2 epochs", "3 steps"],
    "early_stopping": [
        None,
        {"monitor": "loss", "patience": 2},
        {"monitor": "accuracy", "patience": 3, "min_delta": 0.05},
        {"monitor": "accuracy", "patience": 2, "restore_best": False},
    ],
}
CHECKPOINTS = {"every": ["1 epoch", "2 steps", "5 steps"], "keep": [1, 3]}
WEIGHTS = ["", ", class_weights: [1.0, 2.0, 0.5]", ", sample_weights: importance"]
LENGTHS = [{"epochs": 4}, {"steps": 17}]
#: The long form: `TFGRAPH_EXAMPLES=200`, others each time.
EXAMPLES = int(os.environ.get("TFGRAPH_EXAMPLES", "8"))


def _chosen(values: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: st.sampled_from(found) for name, found in values.items()})


def data() -> dict[str, dict[str, Any]]:
    draws = np.random.default_rng(5)
    found = {}
    for split, size in (("train", 30), ("validation", 11), ("test", 9)):
        x = draws.normal(size=(size, 5)).astype(np.float32)
        y = (x[:, 0] > 0).astype(np.int32) + (x[:, 1] > 0)
        found[split] = {"x": x, "y": y, "importance": draws.uniform(size=size)}
    return found


def left(path: Path, run: tfgraph.Run) -> dict[str, Any]:
    """What a run has left that may not depend on where it was stopped."""
    weights = {name: weight.numpy().tobytes() for name, weight in run.graph.weights.items()}
    return {
        **digest(path),
        "best": RunDirectory(path).store.best_step(),
        "status": run.outcome.status,
        "metrics": dict(run.metrics),
        "history": run.history,
        "weights": weights,
    }


@dataclass(frozen=True)
class Case:
    """A training, and where it is stopped.

    Args:
        options: of the section `train`.
        begun: the steps that the run was meant to have at first; None where as many as at last.
        weighted: how the examples count in the loss.
        stops: the steps after which a signal comes.
    """

    options: dict[str, Any]
    begun: int | None
    weighted: str
    stops: list[int]

    def plan(self, **more: Any) -> tfgraph.Plan:
        settings = {f"train.{name}": value for name, value in {**self.options, **more}.items()}
        return tfgraph.loads(MODEL % self.weighted, set=settings)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    options, checkpoint = draw(_chosen(OPTIONS)), draw(_chosen(CHECKPOINTS))
    best = (options["early_stopping"] or {}).get("monitor", "accuracy")
    length = draw(st.sampled_from(LENGTHS))
    # A run that is counted in epochs does not go on as one that is counted in steps.
    begun = draw(st.sampled_from([None, 5, 11])) if "steps" in length else None
    return Case(
        {**options, **length, "checkpoint": {**checkpoint, "best": best}},
        begun,
        draw(st.sampled_from(WEIGHTS)),
        draw(st.lists(st.integers(1, 16), max_size=3, unique=True).map(sorted)),
    )


@settings(
    max_examples=EXAMPLES,
    derandomize="TFGRAPH_EXAMPLES" not in os.environ,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(case=cases())
def test_no_trace_is_left(tmp_path_factory: pytest.TempPathFactory, case: Case) -> None:
    folder = tmp_path_factory.mktemp("runs")
    plan = case.plan()
    first = case.plan(steps=case.begun) if case.begun else plan
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tfgraph.run.trainer.SECONDS_PER_CALL", 0.0)
        straight = tfgraph.train(plan, folder / "straight", data())
        stopped = folder / "stopped"
        for stop in [*case.stops, None]:
            listeners = [StopAt(stop)] if stop else []
            with suppress(Interrupted):
                if stopped.exists():
                    tfgraph.resume(stopped, data(), plan=plan, listeners=listeners)
                else:
                    tfgraph.train(first, stopped, data(), listeners=listeners)
        run = tfgraph.resume(stopped, data(), plan=plan)
    assert left(stopped, run) == left(folder / "straight", straight)
