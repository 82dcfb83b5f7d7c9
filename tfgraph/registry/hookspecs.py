"""The hooks of tfgraph: where a plugin adds components, and is told of the moments of a run.

A plugin is a module, named by an entry point of the group `tfgraph` in its distribution:

    [project.entry-points.tfgraph]
    mine = "my_package.tfgraph_plugin"

The hooks that add components are called once, when components are first looked up; none may
import TensorFlow. Those of a run are called while it lasts, in the process that trains: what one
raises is reported, and the run goes on.

The hooks of a run are there to look on. One that changes a variable of the graph changes the run,
and only `tfgraph_epoch_ended` may do that and leave it bit for bit what it is without a stop: it
comes after the same steps whatever happens, and before the state is saved, so it must go by nothing
but what it is told. The others come when the clock says so, or once more when a run goes on. What is
changed in the plan changes nothing: the graph has been built from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

from tfgraph.api import Dataset, Initializer, Layer, Loss, Metric, Optimizer, Schedule

if TYPE_CHECKING:
    from tfgraph.run.events import Outcome, Record, RunInfo

hookspec = pluggy.HookspecMarker("tfgraph")


@hookspec
def tfgraph_layers() -> Iterable[type[Layer]]:  # type: ignore[empty-body]
    """Return the layer types that the plugin adds.

    @hookimpl
    def tfgraph_layers():
        return [Maxout]
    """


@hookspec
def tfgraph_optimizers() -> Iterable[type[Optimizer]]:  # type: ignore[empty-body]
    """Return the optimizer types that the plugin adds.

    @hookimpl
    def tfgraph_optimizers():
        return [Lamb]
    """


@hookspec
def tfgraph_schedules() -> Iterable[type[Schedule]]:  # type: ignore[empty-body]
    """Return the learning-rate schedules that the plugin adds.

    @hookimpl
    def tfgraph_schedules():
        return [OneCycle]
    """


@hookspec
def tfgraph_losses() -> Iterable[type[Loss]]:  # type: ignore[empty-body]
    """Return the loss types that the plugin adds.

    @hookimpl
    def tfgraph_losses():
        return [FocalLoss]
    """


@hookspec
def tfgraph_metrics() -> Iterable[type[Metric]]:  # type: ignore[empty-body]
    """Return the metric types that the plugin adds.

    @hookimpl
    def tfgraph_metrics():
        return [IntersectionOverUnion]
    """


@hookspec
def tfgraph_initializers() -> Iterable[type[Initializer]]:  # type: ignore[empty-body]
    """Return the initializer types that the plugin adds.

    @hookimpl
    def tfgraph_initializers():
        return [Dirac]
    """


@hookspec
def tfgraph_datasets() -> Iterable[type[Dataset]]:  # type: ignore[empty-body]
    """Return the dataset types that the plugin adds.

    @hookimpl
    def tfgraph_datasets():
        return [FashionMnist]
    """


@hookspec
def tfgraph_run_started(run: RunInfo) -> None:
    """Data and graph are ready, and the first step follows.

    @hookimpl
    def tfgraph_run_started(run):
        print(f"{run.timetable.steps} steps of {run.graph.plan.spec.name}")
    """


@hookspec
def tfgraph_steps_done(run: RunInfo, step: int, loss: float, examples_per_second: float) -> None:
    """Some steps have been made, a few times a second: `step` in all, with this mean loss.

    The speed is 0 where it is not known: after the first call, which sets everything up.

    @hookimpl
    def tfgraph_steps_done(run, step, loss):
        print(f"{step}: {loss:.4f}")
    """


@hookspec
def tfgraph_epoch_ended(run: RunInfo, record: Record) -> None:
    """An epoch has ended, or an evaluation within one: its figures stand in `record`.

    @hookimpl
    def tfgraph_epoch_ended(run, record):
        print(record.epoch, record.loss, dict(record.metrics))
    """


@hookspec
def tfgraph_checkpoint_saved(run: RunInfo, step: int, folder: Path) -> None:
    """The state after `step` has been saved in `folder`, whole and synced.

    @hookimpl
    def tfgraph_checkpoint_saved(run, step, folder):
        shutil.copytree(folder, backup / folder.name)
    """


@hookspec
def tfgraph_run_ended(run: RunInfo, outcome: Outcome) -> None:
    """The run is over, however it ended; the graph has its final weights.

    @hookimpl
    def tfgraph_run_ended(run, outcome):
        print(outcome.status, dict(outcome.metrics))
    """


#: The hook that collects each kind of component, and the base class of the kind.
COMPONENT_HOOKS = {
    "layer": ("tfgraph_layers", Layer),
    "optimizer": ("tfgraph_optimizers", Optimizer),
    "schedule": ("tfgraph_schedules", Schedule),
    "loss": ("tfgraph_losses", Loss),
    "metric": ("tfgraph_metrics", Metric),
    "initializer": ("tfgraph_initializers", Initializer),
    "dataset": ("tfgraph_datasets", Dataset),
}
