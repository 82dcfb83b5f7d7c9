"""Training: epochs of calls that run many steps each, evaluated, logged and saved."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfgraph.errors import DataError, DivergedError, UsageError
from tfgraph.lazy import np
from tfgraph.run import directory as directories
from tfgraph.run.checkpoint import save_checkpoint
from tfgraph.run.directory import RunDirectory
from tfgraph.run.interrupts import Interrupted, Signals, deferred_signals
from tfgraph.run.progress import EpochRecord, Progress, Silent, Work
from tfgraph.run.splits import Arrays, examples_in, load_split, split_names
from tfgraph.spec import Plan

if TYPE_CHECKING:
    from tfgraph.graph import Graph

#: A call should last about so many seconds: signals and the progress bar wait for its end.
SECONDS_PER_CALL = 0.25
#: The first calls say little of how long a step takes: the number of steps grows by degrees.
MOST_GROWTH = 8
#: Between two checkpoints lie at least so many seconds.
SECONDS_PER_CHECKPOINT = 20.0


@dataclass(frozen=True)
class Run:
    """A run that has ended.

    `metrics` are those of the split `split` with the final weights: `test` where the data has it,
    else `validation`; empty where it has neither.
    """

    graph: Graph
    history: tuple[EpochRecord, ...]
    split: str | None
    metrics: Mapping[str, float]
    directory: Path | None
    seconds: float

    @property
    def step(self) -> int:
        """The number of steps made."""
        return int(self.graph.step)


def train(
    plan: Plan,
    run_dir: str | Path | None = None,
    data: Arrays | None = None,
    progress: Progress | None = None,
    *,
    command: Sequence[str] = (),
    plugin_files: Sequence[str] = (),
) -> Run:
    """Train the model of a plan for the epochs that it says.

    Args:
        plan: a loaded spec.
        run_dir: a directory to make for spec, figures and checkpoints; None leaves no trace.
        data: arrays by split and field, in place of the spec's dataset.
        progress: who is told of steps and epochs.
        command: the command line, for the manifest.
        plugin_files: the plugin files that the plan was loaded with, for the manifest.

    Raises DivergedError at a loss that is not finite. Ctrl-C and SIGTERM let the current call
    finish, save, and raise Interrupted, which is a KeyboardInterrupt.
    """
    check_possible(plan, run_dir)
    from tfgraph.graph import build

    graph = build(plan)
    arrays = load_split(graph, "train", data)
    work = _work(plan, examples_in(arrays))
    # Traced here, so that what is wrong with the model leaves no run directory behind.
    _ = graph.train
    made = None
    if run_dir is not None:
        made = directories.create(Path(run_dir), plan, command, plugin_files)
    trainer = _Trainer(graph, arrays, work, data, made, progress or Silent())
    return trainer.run()


def check_possible(plan: Plan, run_dir: str | Path | None) -> None:
    """Raise UsageError where it is plain, before TensorFlow loads, that `train` would fail."""
    if not plan.losses:
        raise UsageError(
            f"the spec `{plan.spec.name}` has no loss: there is nothing to train",
            help="add `loss` and `optimizer`",
        )
    if run_dir is not None:
        directories.refuse_existing(Path(run_dir))


def _work(plan: Plan, examples: int) -> Work:
    from tfgraph.graph.batches import steps_per_epoch

    training = plan.spec.training
    steps = steps_per_epoch(examples, training)
    if steps == 0:
        raise DataError(
            f"the split `train` has {examples} examples, fewer than one batch of "
            f"{training.batch_size}, and `drop_remainder` leaves them out",
            help="lower `batch_size`",
        )
    return Work(training.epochs, steps, min(examples, steps * training.batch_size))


@dataclass
class _Trainer:
    graph: Graph
    arrays: Mapping[str, Any]
    work: Work
    data: Arrays | None
    directory: RunDirectory | None
    progress: Progress
    history: list[EpochRecord] = field(default_factory=list)
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps_a_call: int = 1
    examples_per_second: float = 0.0
    saved_at: float = field(default_factory=time.monotonic)

    def run(self) -> Run:
        started = time.monotonic()
        run = None
        with deferred_signals() as signals:
            try:
                self.progress.started(self.work)
                for epoch in range(1, self.work.epochs + 1):
                    self.epoch(epoch, signals)
                run = self.finished(started)
            finally:
                self.progress.ended(run)
        return run

    def finished(self, started: float) -> Run:
        self.save()
        split = next((s for s in ("test", "validation") if self.has(s)), None)
        last = self.history[-1] if self.history else None
        metrics = last.metrics if last and last.split == split else self.evaluate(split)
        path = self.directory.path if self.directory else None
        seconds = time.monotonic() - started
        return Run(self.graph, tuple(self.history), split, metrics, path, seconds)

    def epoch(self, epoch: int, signals: Signals) -> None:
        """All steps of an epoch, and what follows its end."""
        total, done = 0.0, 0
        started = time.monotonic()
        while done < self.work.steps_per_epoch:
            steps = min(self.steps_a_call, self.work.steps_per_epoch - done)
            loss = self.call(steps)
            total += loss * steps
            done += steps
            self.progress.steps_done(
                epoch,
                (epoch - 1) * self.work.steps_per_epoch + done,
                loss,
                self.examples_per_second,
            )
            self.heed(signals)
        speed = self.work.examples / max(time.monotonic() - started, 1e-9)
        split = next((s for s in ("validation", "test") if self.has(s)), None)
        record = EpochRecord(
            epoch, int(self.graph.step), total / done, split, self.evaluate(split), speed
        )
        self.history.append(record)
        if self.directory:
            self.directory.add_epoch(record)
        self.progress.epoch_ended(record)
        self.save_now_and_then()
        self.heed(signals)

    def call(self, steps: int) -> float:
        """One call of so many steps; the next one's number follows from the time it took."""
        started = time.monotonic()
        found = self.graph.train(steps=steps, **self.arrays)
        loss, last = float(found["loss"]), float(found["last_loss"])
        seconds = max(time.monotonic() - started, 1e-9)
        if not math.isfinite(last):
            raise DivergedError(
                f"training diverged: the loss of step {int(self.graph.step)} is {last}",
                help="lower the learning rate, or clip gradients with `clip_global_norm`",
            )
        batch = min(self.graph.plan.spec.training.batch_size, self.work.examples)
        self.examples_per_second = steps * batch / seconds
        wanted = int(steps * SECONDS_PER_CALL / seconds)
        self.steps_a_call = max(1, min(wanted, steps * MOST_GROWTH))
        return loss

    def heed(self, signals: Signals) -> None:
        """Save and stop where a signal has come."""
        if signals.number is None:
            return
        message = f"interrupted after step {int(self.graph.step)}"
        self.save()
        if self.directory:
            message += f"; the weights are in `{self.directory.path}`"
        raise Interrupted(signals.number, message)

    def save_now_and_then(self) -> None:
        now = time.monotonic()
        if now - self.saved_at >= SECONDS_PER_CHECKPOINT:
            self.save()
            self.saved_at = now

    def save(self) -> None:
        """Write the checkpoint; DivergedError, and nothing written, where a weight is not finite.

        The loss of a step is taken before its update, and does not show every weight: a rectifier
        hides what is not a number.
        """
        for name, variable in self.graph.weights.items():
            if not np.isfinite(variable.numpy()).all():
                raise DivergedError(
                    f"training diverged: the weight `{name}` is not finite after step "
                    f"{int(self.graph.step)}",
                    help="look for values in the data that are no numbers, lower the learning "
                    "rate, or clip gradients with `clip_global_norm`",
                )
        if self.directory:
            save_checkpoint(self.graph, self.directory.checkpoint)

    def has(self, split: str) -> bool:
        return split in split_names(self.graph.plan, self.data)

    def evaluate(self, split: str | None) -> dict[str, float]:
        """The figures of a split, whose arrays are kept for the next time."""
        if split is None:
            return {}
        if split not in self.held:
            self.held[split] = load_split(self.graph, split, self.data)
        return _figures(self.graph, self.held[split])


def evaluate(graph: Graph, split: str, data: Arrays | None = None) -> dict[str, float]:
    """Loss and metrics over all examples of a split, `data` in place of the spec's dataset."""
    return _figures(graph, load_split(graph, split, data))


def _figures(graph: Graph, arrays: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in graph.evaluate(**arrays).items()}
