"""The built-in components: a plugin like any other, registered through the same hooks."""

from __future__ import annotations

from tfgraph.api import (
    Dataset,
    Initializer,
    Layer,
    Loss,
    Metric,
    Optimizer,
    Schedule,
    hookimpl,
)
from tfgraph.datasets import DATASETS
from tfgraph.initializers import INITIALIZERS
from tfgraph.layers import LAYERS
from tfgraph.losses import LOSSES
from tfgraph.metrics import METRICS
from tfgraph.optimizers import OPTIMIZERS
from tfgraph.schedules import SCHEDULES


@hookimpl
def tfgraph_layers() -> list[type[Layer]]:
    """The layers of `tfgraph.layers`."""
    return LAYERS


@hookimpl
def tfgraph_optimizers() -> list[type[Optimizer]]:
    """The optimizers of `tfgraph.optimizers`."""
    return OPTIMIZERS


@hookimpl
def tfgraph_schedules() -> list[type[Schedule]]:
    """The schedules of `tfgraph.schedules`."""
    return SCHEDULES


@hookimpl
def tfgraph_losses() -> list[type[Loss]]:
    """The losses of `tfgraph.losses`."""
    return LOSSES


@hookimpl
def tfgraph_metrics() -> list[type[Metric]]:
    """The metrics of `tfgraph.metrics`."""
    return METRICS


@hookimpl
def tfgraph_initializers() -> list[type[Initializer]]:
    """The initializers of `tfgraph.initializers`."""
    return INITIALIZERS


@hookimpl
def tfgraph_datasets() -> list[type[Dataset]]:
    """The datasets of `tfgraph.datasets`."""
    return DATASETS
