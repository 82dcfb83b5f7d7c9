"""Timetable: after which steps something is to be done, as a pure function of the step."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tfgraph.api import Duration, Interval
from tfgraph.errors import DataError
from tfgraph.run.events import Record
from tfgraph.spec.training import Training


@dataclass(frozen=True)
class Timetable:
    """What is due after which step; steps are counted from 1, and 0 is the start.

    Args:
        steps_per_epoch: the steps that pass over the training split once.
        steps: the number of steps in all.
        examples: the examples that an epoch uses.
        evaluate_every: the steps from one evaluation to the next.
        save_every: the steps from one checkpoint to the next; None where time tells.
        save_seconds: the seconds from one checkpoint to the next; None where steps tell.
        histograms_every: the steps from one histogram of the weights to the next; None for none.
    """

    steps_per_epoch: int
    steps: int
    examples: int
    evaluate_every: int
    save_every: int | None
    save_seconds: float | None
    histograms_every: int | None = None

    @property
    def epochs(self) -> int:
        """The number of epochs, one that is cut short counted too."""
        return -(-self.steps // self.steps_per_epoch)

    def epoch(self, step: int) -> int:
        """The epoch that a step belongs to, counted from 1."""
        return max(1, -(-step // self.steps_per_epoch))

    def examples_before(self, step: int, batch_size: int) -> int:
        """The examples of the steps up to one: the last batch of an epoch may be smaller."""
        epochs, rest = divmod(step, self.steps_per_epoch)
        return epochs * self.examples + min(rest * batch_size, self.examples)

    def next_stop(self, step: int) -> int:
        """The first step after `step` after which something is due."""
        periods = [
            self.steps_per_epoch,
            self.evaluate_every,
            self.save_every,
            self.histograms_every,
        ]
        return min([(step // p + 1) * p for p in periods if p] + [self.steps])

    def records(self, step: int) -> bool:
        """Whether a line of the log is due: at the end of an epoch, an evaluation, or all steps."""
        return step > 0 and (step % self.steps_per_epoch == 0 or self.evaluates(step))

    def evaluates(self, step: int) -> bool:
        """Whether an evaluation is due."""
        return step > 0 and (step % self.evaluate_every == 0 or step == self.steps)

    def due(self, record: Record) -> Record | None:
        """What a run of this length records at the step of a record of another one.

        An evaluation that was made because a run ended there is left out where this one goes on.
        """
        if self.evaluates(record.step) or record.step >= self.steps:
            return record
        return replace(record, split=None, metrics={}) if self.records(record.step) else None

    def only_as_the_end(self, step: int) -> bool:
        """Whether an evaluation is due for no other reason than that the run ends."""
        return step >= self.steps and step % self.evaluate_every != 0

    def resets(self, step: int) -> bool:
        """Whether the mean of the losses begins anew, as it does in a longer run."""
        return step % self.steps_per_epoch == 0 or step % self.evaluate_every == 0

    def saves(self, step: int) -> bool:
        """Whether a checkpoint is due by the number of steps."""
        return self.save_every is not None and step % self.save_every == 0


def refuse_no_step(examples: int, training: Training) -> None:
    """Raise DataError where so many examples make no step."""
    if training.drop_remainder and examples < training.batch_size:
        raise DataError(
            f"the split `train` has {examples} examples, fewer than one batch of "
            f"{training.batch_size}, and `drop_remainder` leaves them out",
            help=f"lower `batch_size` to {examples} or less",
        )


def timetable(examples: int, training: Training) -> Timetable:
    """The timetable of a training over so many examples; DataError where there is no step."""
    from tfgraph.graph.batches import steps_per_epoch

    refuse_no_step(examples, training)
    steps = steps_per_epoch(examples, training)
    every = training.checkpoint.every
    return Timetable(
        steps_per_epoch=steps,
        steps=training.total_steps(steps),
        examples=min(examples, steps * training.batch_size),
        evaluate_every=training.evaluate_every.steps(steps),
        save_every=every.steps(steps) if isinstance(every, Interval) else None,
        save_seconds=every.seconds if isinstance(every, Duration) else None,
        histograms_every=training.histograms.steps(steps) if training.histograms else None,
    )
