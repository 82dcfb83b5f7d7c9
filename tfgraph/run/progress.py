"""Progress: what is told of a run while it lasts, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tfgraph.run.training import Run


@dataclass(frozen=True)
class EpochRecord:
    """An epoch that has ended.

    `loss` is the mean of its steps' objectives, taken while the weights changed; `metrics` are
    those of the split `split` at its end, empty where there is no split to evaluate.
    """

    epoch: int
    step: int
    loss: float
    split: str | None
    metrics: Mapping[str, float]
    examples_per_second: float


@dataclass(frozen=True)
class Work:
    """How much there is to do; `examples` are those of an epoch."""

    epochs: int
    steps_per_epoch: int
    examples: int

    @property
    def steps(self) -> int:
        """The number of steps in all epochs."""
        return self.epochs * self.steps_per_epoch


class Progress(Protocol):
    """Somebody who is told of the moments of a run; epochs and steps are counted from 1."""

    def started(self, work: Work) -> None:
        """Data and graph are ready; the first step follows."""

    def steps_done(self, epoch: int, step: int, loss: float, examples_per_second: float) -> None:
        """A call has ended with step `step`; `loss` is the mean over the call's steps."""

    def epoch_ended(self, record: EpochRecord) -> None:
        """An epoch has ended and was evaluated."""

    def ended(self, run: Run | None) -> None:
        """The run is over; None where an error or a signal ended it."""


class Silent:
    """Listens and says nothing."""

    def started(self, work: Work) -> None:
        """Say nothing."""

    def steps_done(self, epoch: int, step: int, loss: float, examples_per_second: float) -> None:
        """Say nothing."""

    def epoch_ended(self, record: EpochRecord) -> None:
        """Say nothing."""

    def ended(self, run: Run | None) -> None:
        """Say nothing."""
