"""What a plugin imports.

from tfgraph.api import Layer, TensorSpec, WeightSpec, hookimpl, param
"""

from tfgraph.api.component import Component, Group
from tfgraph.api.dataset import Dataset
from tfgraph.api.facts import (
    ComparisonFacts,
    InitializerFacts,
    LayerFacts,
    OptimizerFacts,
    ScheduleFacts,
    Stated,
)
from tfgraph.api.hooks import hookimpl
from tfgraph.api.initializer import Initializer, fans
from tfgraph.api.layer import Context, Layer, LayerReference, Tensor, Transposable, seed_of
from tfgraph.api.loss import Loss, Metric
from tfgraph.api.optimizer import Optimizer, Schedule
from tfgraph.api.parameters import DataPath, Parameter, param
from tfgraph.api.quantities import Duration, Interval
from tfgraph.api.tensors import Dim, Field, Shape, TensorSpec, Tied, WeightSpec, show_shape
from tfgraph.errors import DataError, ParameterError, ShapeError

__all__ = [
    "ComparisonFacts",
    "Component",
    "Context",
    "DataError",
    "DataPath",
    "Dataset",
    "Dim",
    "Duration",
    "Field",
    "Group",
    "Initializer",
    "InitializerFacts",
    "Interval",
    "Layer",
    "LayerFacts",
    "LayerReference",
    "Loss",
    "Metric",
    "Optimizer",
    "OptimizerFacts",
    "Parameter",
    "ParameterError",
    "Schedule",
    "ScheduleFacts",
    "Shape",
    "ShapeError",
    "Stated",
    "Tensor",
    "TensorSpec",
    "Tied",
    "Transposable",
    "WeightSpec",
    "fans",
    "hookimpl",
    "param",
    "seed_of",
    "show_shape",
]
