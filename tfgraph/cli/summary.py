"""Summary: how a run ended, where everything lies, and the commands to go on with."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tfgraph.api import hookimpl
from tfgraph.errors import DataError
from tfgraph.reports.figures import duration, figure, figures
from tfgraph.reports.text import count
from tfgraph.run import RunDirectory
from tfgraph.run.events import Outcome, RunInfo

_MOST_PLOTS = 4


class Summary:
    """A listener that knows in the end what is to be said of a run.

    Args:
        plugins: the plugin files of the command line.
    """

    def __init__(self, plugins: Sequence[str]) -> None:
        self.call = "tfgraph" + "".join(f" --plugin {shlex.quote(plugin)}" for plugin in plugins)
        self.run: RunInfo | None = None
        self.outcome: Outcome | None = None

    @hookimpl
    def tfgraph_run_started(self, run: RunInfo) -> None:
        """Learn where it lies."""
        self.run = run

    @hookimpl
    def tfgraph_run_ended(self, outcome: Outcome) -> None:
        """Learn how it ended."""
        self.outcome = outcome

    @property
    def path(self) -> Path | None:
        """The directory of the run, once it has begun."""
        return self.run.directory if self.run else None

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

    def lies(self) -> list[str]:
        """Where everything lies, a line each; nothing for a run that has left nothing."""
        if self.path is None:
            return []
        rows = list(self._rows(RunDirectory(self.path)))
        width = max(len(name) for name, _ in rows)
        return [f"the run is in {self.path}:", *(f"  {n.ljust(width)}  {told}" for n, told in rows)]

    def _rows(self, directory: RunDirectory) -> Iterator[tuple[str, str]]:
        with suppress(DataError):
            yield from self._checkpoints(directory)
        plots = directory.path / "plots"
        names = sorted(path.name for path in plots.glob("*.svg")) if plots.is_dir() else []
        if names:
            more = ", …" if len(names) > _MOST_PLOTS else ""
            yield "plots/", ", ".join(names[:_MOST_PLOTS]) + more
        yield "tensorboard/", f"tensorboard --logdir {shlex.quote(str(directory.path.parent))}"
        yield "run.log", "what happened when"

    def _checkpoints(self, directory: RunDirectory) -> Iterator[tuple[str, str]]:
        """The newest one, and the best by the figure that was watched."""
        store = directory.store
        steps, best = store.steps(), store.best_step()
        if steps:
            yield (
                f"checkpoints/step-{steps[-1]}",
                "the newest" + (", and the best" if best == steps[-1] else ""),
            )
        if best is not None and best != steps[-1]:
            assert self.run
            name = self.run.graph.plan.spec.training.best or ""
            value = next(
                (r.metrics[name] for r in self.run.history.records if r.step == best), None
            )
            shown = "" if value is None else f": {self.run.split} {name} {figure(value)}"
            yield f"checkpoints/step-{best}", f"the best{shown}"

    def next_commands(self) -> list[str]:
        """What one may want to call next."""
        assert self.outcome
        path, split = shlex.quote(str(self.path)), self.outcome.split
        found = []
        if self.outcome.status == "time limit":
            found.append(f"train --resume {path} --set 'train.time_limit=…'")
        if split:
            found.append(f"evaluate {path}" + ("" if split == "test" else f" --split {split}"))
        found.append(f"predict {path} INPUT.npy")
        return ["to go on:", *(f"  {self.call} {command}" for command in found)]

    def resuming(self) -> str:
        """The command that goes on with the run."""
        return f"{self.call} train --resume {shlex.quote(str(self.path))}"
