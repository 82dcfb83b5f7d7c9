"""Small models, and somebody who writes down what he is told of a run."""

from __future__ import annotations

from tfgraph.api import hookimpl
from tfgraph.run import Outcome, Record, RunInfo

LINE = """\
tfgraph: 1
data: {linear: {points: 50}}
layers:
  - scale: zeros
    name: slope
loss: squared_error
optimizer: {rmsprop: 0.01}
train: {epochs: 4, batch_size: 8}
"""

#: No dataset: arrays are handed over. A layer's noise and the order depend on the step.
NOISY = """\
tfgraph: 1
inputs: {x: [3], y: [2]}
layers:
  - dropout: 0.3
    from: x
  - dense: {units: 4, activation: tanh}
    name: hidden
  - batch_norm
  - matmul: 2
    name: out
loss:
  squared_error:
  target: y
metrics:
  - mean_absolute_error:
    target: y
optimizer: {adam: 0.01}
train: {epochs: 3, batch_size: 4}
"""


class Notes:
    def __init__(self) -> None:
        self.run: RunInfo | None = None
        self.steps: list[int] = []
        self.records: list[Record] = []
        self.saved: list[int] = []
        self.outcomes: list[Outcome] = []

    @hookimpl
    def tfgraph_run_started(self, run: RunInfo) -> None:
        self.run = run

    @hookimpl
    def tfgraph_steps_done(self, step: int) -> None:
        self.steps.append(step)

    @hookimpl
    def tfgraph_epoch_ended(self, record: Record) -> None:
        self.records.append(record)

    @hookimpl
    def tfgraph_checkpoint_saved(self, step: int) -> None:
        self.saved.append(step)

    @hookimpl
    def tfgraph_run_ended(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
