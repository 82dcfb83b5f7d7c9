"""Small models, and somebody who writes down what he is told of a run."""

from __future__ import annotations

from tfgraph.run import EpochRecord, Run
from tfgraph.run.progress import Work

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
        self.work: Work | None = None
        self.steps: list[tuple[int, int]] = []
        self.epochs: list[EpochRecord] = []
        self.runs: list[Run | None] = []

    def started(self, work: Work) -> None:
        self.work = work

    def steps_done(self, epoch: int, step: int, loss: float, examples_per_second: float) -> None:
        self.steps.append((epoch, step))

    def epoch_ended(self, record: EpochRecord) -> None:
        self.epochs.append(record)

    def ended(self, run: Run | None) -> None:
        self.runs.append(run)
