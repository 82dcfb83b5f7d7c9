"""Events: what is told of a run while it lasts."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from tfgraph.graph import Graph
    from tfgraph.run.compiling import Measured
    from tfgraph.run.directory import RunDirectory
    from tfgraph.run.history import History
    from tfgraph.run.timetable import Timetable
    from tfgraph.run.transfer import Transfer

Status = Literal["finished", "stopped early", "time limit", "interrupted", "diverged", "failed"]


@dataclass(frozen=True)
class Record:
    """A line of the log: at the end of an epoch, and wherever there is an evaluation.

    Args:
        epoch: the epoch that `step` belongs to, counted from 1.
        step: the number of steps made.
        loss: the mean of the objectives of the steps since the record before, taken while the
            weights changed.
        split: the split that was evaluated; None where none was.
        metrics: its figures with the weights after `step`.
        examples_per_second: the speed of the steps since the record before, evaluations and the
            first call of a process left out; 0 where it is not known.
    """

    epoch: int
    step: int
    loss: float
    split: str | None
    metrics: Mapping[str, float]
    examples_per_second: float = field(default=0.0, compare=False)

    def line(self) -> str:
        """The record as a line of metrics.jsonl.

        Nothing in it depends on the time that was taken: equal runs leave equal lines.
        """
        found: dict[str, Any] = {"epoch": self.epoch, "step": self.step}
        found["loss"] = self.loss if math.isfinite(self.loss) else None
        if self.split:
            found[self.split] = finite(self.metrics)
        return json.dumps(found) + "\n"


@dataclass(frozen=True)
class RunInfo:
    """What is known of a run when it starts.

    Args:
        graph: the graph that is trained, and its plan.
        timetable: the numbers of steps and epochs.
        home: where the run leaves its files; None where it leaves none.
        resumed: whether a run goes on that had begun before.
        first_step: the steps that were made before, where a run goes on.
        split: the split that is evaluated while training lasts; None where there is none.
        history: the records, those of before a resumption included; it grows.
        arrays: gives the arrays of a split by field, as they are stored, as tensors.
        transfer: what was taken of another run's weights, where it began with them.
        compiling: what was measured of compiling its steps, where `train.compile` is `auto`.
    """

    graph: Graph
    timetable: Timetable
    home: RunDirectory | None
    resumed: bool
    first_step: int
    split: str | None
    history: History
    arrays: Callable[[str], Mapping[str, Any]]
    transfer: Transfer | None = None
    compiling: Measured | None = None

    @property
    def directory(self) -> Path | None:
        """The directory that the run leaves its files in: it may be moved while it lasts."""
        return self.home.path if self.home and not self.home.gone else None


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Args:
        status: how.
        step: the number of steps made.
        seconds: how long training has taken, over all resumptions.
        split: the split that `metrics` are of, with the final weights; None where there is none.
        metrics: the figures of that split.
        message: what went wrong, if something did.
    """

    status: Status
    step: int
    seconds: float
    split: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    message: str = ""


def finite(metrics: Mapping[str, float]) -> dict[str, float | None]:
    """The figures as JSON can say them: null for one that is not finite."""
    return {name: value if math.isfinite(value) else None for name, value in metrics.items()}
