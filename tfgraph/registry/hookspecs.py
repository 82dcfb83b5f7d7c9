"""The hooks of tfgraph: where a plugin adds components.

A plugin is a module, named by an entry point of the group `tfgraph` in its distribution:

    [project.entry-points.tfgraph]
    mine = "my_package.tfgraph_plugin"

Each hook is called once, when components are first looked up; none may import TensorFlow.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from tfgraph.api import Dataset, Initializer, Layer, Loss, Metric, Optimizer, Schedule

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
