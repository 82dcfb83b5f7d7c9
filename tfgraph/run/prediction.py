"""Prediction: the outputs of a graph for many examples, some at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfgraph.errors import DataError
from tfgraph.graph import Graph
from tfgraph.graph.evaluation import LEAST_BATCH
from tfgraph.lazy import np


def predict(graph: Graph, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs by name as NumPy arrays, computed in batches, so that memory stays bounded."""
    lengths = {len(array) if array.ndim else -1 for array in inputs.values()}
    if len(lengths) != 1 or -1 in lengths:
        shown = ", ".join(f"`{name}` {list(array.shape)}" for name, array in inputs.items())
        raise DataError(f"the inputs differ in their number of examples: {shown}")
    (length,) = lengths
    training = graph.plan.spec.training
    size = training.evaluate_batch_size or max(training.batch_size, LEAST_BATCH)
    parts: dict[str, list[Any]] = {name: [] for name in graph.plan.outputs}
    for start in range(0, max(length, 1), size):
        batch = {name: array[start : start + size] for name, array in inputs.items()}
        for name, value in graph.predict(**batch).items():
            parts[name].append(value.numpy())
    return {name: np.concatenate(found) for name, found in parts.items()}
