"""Prediction: the outputs of a graph for many examples, some at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tfgraph.api import Field
from tfgraph.errors import UsageError
from tfgraph.lazy import np

if TYPE_CHECKING:
    from tfgraph.graph import Graph


def predict(graph: Graph, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs by name as NumPy arrays, for arrays of inputs by name.

    They are computed in batches of the spec's evaluation size. An array in the dtype that the
    dataset stores a field in (images as bytes) is cast and scaled as in training.
    """
    from tfgraph.graph.evaluation import LEAST_BATCH

    plan = graph.plan
    sizes = {name: np.shape(array)[:1] for name, array in inputs.items()}
    if len(set(sizes.values())) > 1:
        shown = ", ".join(f"`{name}` {list(np.shape(array))}" for name, array in inputs.items())
        raise UsageError(f"the inputs differ in their number of examples: {shown}")
    examples = next(iter(sizes.values()), ())[:1] or (1,)
    size = plan.spec.training.evaluate_batch_size or max(plan.spec.training.batch_size, LEAST_BATCH)
    parts: dict[str, list[Any]] = {name: [] for name in plan.outputs}
    for start in range(0, max(examples[0], 1), size):
        batch = {
            name: prepared(plan.fields[name], array[start : start + size])
            if name in plan.fields and np.ndim(array)
            else array
            for name, array in inputs.items()
        }
        for name, value in graph.predict(**batch).items():
            parts[name].append(value.numpy())
    return {name: np.concatenate(found) for name, found in parts.items()}


def prepared(field: Field, array: Any) -> Any:
    """A batch as the model sees it, where it comes as it is stored."""
    array = np.asarray(array)
    if field.stored in (None, field.dtype) or array.dtype.name != field.stored:
        return array
    cast = array.astype(field.dtype)
    return cast if field.scale is None else cast * np.asarray(field.scale, field.dtype)
