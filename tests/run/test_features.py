"""The options of training all together: a run that is stopped goes on bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tfgraph
from tests.run.runs import StopAt, digest
from tfgraph.run import Interrupted

MODEL = """\
tfgraph: 1
inputs: {x: [5], y: [2], importance: []}
layers:
  - dense: {units: 8, activation: tanh}
    from: x
    freeze: true
  - batch_norm: {momentum: 0.5}
  - dropout: 0.2
  - matmul: {units: 2, l2: 0.001}
loss: {sum_squared_error: , target: y, sample_weights: importance}
optimizer: {adam: 0.01}
train:
  batch_size: 8
  epochs: 3
  ema: 0.9
  gradient_accumulation: 3
  precision: PRECISION
  checkpoint: {every: 3 steps, keep: 2}
"""
STEPS = 12


def data() -> dict[str, dict[str, object]]:
    draws = np.random.default_rng(5)
    x, y = 10 * draws.normal(size=(30, 5)), 500 * draws.normal(size=(30, 2))
    return {"train": {"x": x, "y": y, "importance": draws.uniform(size=30)}}


@pytest.mark.parametrize(("precision", "step"), [("bfloat16", 6), ("float16", 3), ("float16", 9)])
def test_a_run_goes_on_bit_for_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: str, step: int
) -> None:
    monkeypatch.setattr("tfgraph.run.trainer.SECONDS_PER_CALL", 0.0)
    plan = tfgraph.loads(MODEL.replace("PRECISION", precision))
    straight = tfgraph.train(plan, tmp_path / "straight", data())
    if precision == "float16":
        assert 0 < int(straight.graph.state["skipped_steps"]) < STEPS
    with pytest.raises(Interrupted):
        tfgraph.train(plan, tmp_path / "stopped", data(), listeners=[StopAt(step)])
    assert tfgraph.resume(tmp_path / "stopped", data()).step == STEPS
    assert digest(tmp_path / "stopped") == digest(tmp_path / "straight")
