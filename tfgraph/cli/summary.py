"""Summary: how a run ended, where everything lies, and the commands to go on with."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tfgraph.api import hookimpl
from tfgraph.cli.output import width_of
from tfgraph.cli.retry import retry
from tfgraph.errors import DataError, TfgraphError
from tfgraph.reference.paragraphs import filled
from tfgraph.reports.figures import duration, figure, figures
from tfgraph.reports.text import count
from tfgraph.reports.wrapping import MIN_WIDTH
from tfgraph.run import RunDirectory
from tfgraph.run.ending import remarks
from tfgraph.run.events import Outcome, RunInfo
from tfgraph.run.names import LOG, PLOTS, TENSORBOARD

_MOST_PLOTS = 4


class Summary:
    """A listener that knows in the end what is to be said of a run.

    Args:
        plugins: the plugin files of the command line.
        changes: the settings that a run goes on with.
    """

    def __init__(self, plugins: Sequence[str], changes: Sequence[str] = ()) -> None:
        self.changes = changes
        self.call = "tfgraph" + "".join(f" --plugin {shlex.quote(plugin)}" for plugin in plugins)
        self.run: RunInfo | None = None
        self.outcome: Outcome | None = None
        self.step = 0

    @hookimpl
    def tfgraph_run_started(self, run: RunInfo) -> None:
        """Learn where it lies."""
        self.run = run
        self.step = run.first_step

    @hookimpl
    def tfgraph_steps_done(self, step: int) -> None:
        """Learn how far it is."""
        self.step = step

    @hookimpl
    def tfgraph_run_ended(self, outcome: Outcome) -> None:
        """Learn how it ended."""
        self.outcome = outcome

    @property
    def path(self) -> Path | None:
        """The directory of the run, once it has begun."""
        return self.run.directory if self.run else None

    @property
    def broken_off(self) -> bool:
        """Whether there is a run that can be gone on with."""
        return bool(self.path and self.outcome and self.outcome.status == "interrupted")

    @property
    def result(self) -> str:
        """What it reached, on one line."""
        assert self.run
        assert self.outcome
        outcome = self.outcome
        epochs = self.run.timetable.epoch(outcome.step) if outcome.step else 0
        took = [count(epochs, "epoch"), count(outcome.step, "step"), duration(outcome.seconds)]
        if outcome.status != "finished":
            took.insert(0, outcome.status)
        shown = figures(outcome.metrics, outcome.split) if outcome.split else "trained"
        return f"{shown} ({', '.join(took)})"

    def remarks(self) -> list[str]:
        """What is to be said of its end: why it stopped early, that it has learned nothing."""
        assert self.run
        assert self.outcome
        columns = max(width_of(sys.stderr), MIN_WIDTH)
        texts = remarks(self.run, self.outcome)
        return [line for text in texts for line in filled(text, columns, "note: ", " " * 6)]

    def lies(self) -> list[str]:
        """Where everything lies, a line each; nothing for a run that has left nothing."""
        if self.path is None:
            return []
        rows = list(self._rows(RunDirectory(self.path)))
        width = max(len(name) for name, _ in rows)
        columns = max(width_of(sys.stdout), MIN_WIDTH)
        lines = [f"the run is in {self.path}:"]
        for name, told in rows:
            lines += filled(told, columns, f"  {name.ljust(width)}  ", " " * (width + 4))
        return lines

    def _rows(self, directory: RunDirectory) -> Iterator[tuple[str, str]]:
        with suppress(DataError):
            yield from self._checkpoints(directory)
        plots = directory.path / PLOTS
        names = sorted(path.name for path in plots.glob("*.svg")) if plots.is_dir() else []
        if names:
            more = ", …" if len(names) > _MOST_PLOTS else ""
            yield f"{PLOTS}/", ", ".join(names[:_MOST_PLOTS]) + more
        yield f"{TENSORBOARD}/", f"tensorboard --logdir {shlex.quote(str(directory.path.parent))}"
        yield LOG, "what happened when"

    def _checkpoints(self, directory: RunDirectory) -> Iterator[tuple[str, str]]:
        """The newest one, and the best by the figure that was watched."""
        store = directory.store
        steps, best = store.steps(), store.best_step()
        if steps:
            yield (
                str(store.path(steps[-1]).relative_to(directory.path)),
                "the newest" + (", and the best" if best == steps[-1] else ""),
            )
        if best is not None and best != steps[-1]:
            assert self.run
            # By what it was saved with: the run may watch another figure by now, or none.
            saved = store.monitored()[0].get(best)
            shown = f": {self.run.split} {saved.name} {figure(saved.value)}" if saved else ""
            yield str(store.path(best).relative_to(directory.path)), f"the best{shown}"

    def nothing_left(self) -> str:
        """That no step was left to make, and why, where a run went on; nothing elsewhere."""
        assert self.run
        assert self.outcome
        training, table = self.run.graph.plan.spec.training, self.run.timetable
        if self.outcome.step != self.run.first_step or not self.outcome.step:
            return ""
        done = count(training.epochs, "epoch") if training.steps is None else "all steps"
        if self.outcome.step > table.steps:
            done = f"{count(self.outcome.step, 'step')}, more than the {table.steps:,} asked for,"
        why = {
            "finished": f"{done} had been trained",
            "time limit": f"its time limit of {training.time_limit} is over",
            "stopped early": f"{count(self._patience, 'evaluation')} had brought nothing better",
        }.get(self.outcome.status, "it had ended")
        return f"nothing was left to train: {why}"

    @property
    def _patience(self) -> int:
        assert self.run
        stopping = self.run.graph.plan.spec.training.early_stopping
        return stopping.patience if stopping else 0

    def next_commands(self, error: TfgraphError | None = None) -> list[str]:
        """What one may want to call next, after an error; nothing where the run has left nothing."""
        if self.run is None or self.outcome is None or self.path is None:
            return []
        commands = list(self._commands(self.run, self.outcome, error))
        return ["to go on:", *(f"  {self.call} {command}" for command in commands)]

    def _commands(
        self, run: RunInfo, outcome: Outcome, error: TfgraphError | None
    ) -> Iterator[str]:
        path, status = shlex.quote(str(self.path)), outcome.status
        training = run.graph.plan.spec.training
        if status == "diverged" or (status == "failed" and error and error.settings):
            yield retry(run, error, self.changes)
        elif status == "failed":
            yield f"train --resume {path}"
        else:
            longer = "train.epochs" if training.steps is None else "train.steps"
            setting = {
                "time limit": "train.time_limit",
                "stopped early": "train.early_stopping.patience",
                "finished": longer if self.nothing_left() else "",
            }.get(status)
            if setting:
                yield f"train --resume {path} --set '{setting}=…'"
            if outcome.split:
                split = "" if outcome.split == "test" else f" --split {outcome.split}"
                yield f"evaluate {path}{split}"
            yield f"predict {path} INPUT.npy"

    def resuming(self) -> str:
        """The command that goes on with the run."""
        return f"{self.call} train --resume {shlex.quote(str(self.path))}"

    def left(self) -> str:
        """What is said of a run that is left at once, and noted in its directory."""
        from tfgraph.run.leaving import note_leaving

        if self.path is None:
            return "left at once"
        saved = note_leaving(self.path, self.step)
        said = f"left at once after step {self.step}"
        if saved is not None:
            said += ", which is saved" if saved == self.step else f": step {saved} is saved"
        return f"{said}; go on with `{self.resuming()}`"
