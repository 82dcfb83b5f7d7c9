"""Prediction: the outputs of a graph for many examples, some at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tfgraph.errors import UsageError
from tfgraph.lazy import np
from tfgraph.run.spoilt import Spoilt

if TYPE_CHECKING:
    from tfgraph.graph import Graph


_LOGGER = logging.getLogger("tfgraph")


def predict(
    graph: Graph, inputs: Mapping[str, Any], *, warn: Callable[[str], None] | None = None
) -> dict[str, Any]:
    """The outputs by name as NumPy arrays, for arrays of inputs by name.

    They are computed in batches of the spec's evaluation size, on which they do not depend. As
    with `Graph.predict`, whole numbers are taken as the dataset stores them (images as bytes) and
    scaled as in training, and floating-point numbers as they are.

    `warn` takes which of the examples hold what is not finite; the logger `tfgraph` if not given.
    """
    plan = graph.plan
    arrays = {name: _array(name, value) for name, value in inputs.items()}
    sizes = {name: array.shape[:1] for name, array in arrays.items()}
    if len(set(sizes.values())) > 1:
        shown = ", ".join(f"`{name}` {list(array.shape)}" for name, array in arrays.items())
        raise UsageError(f"the inputs differ in their number of examples: {shown}")
    examples = next(iter(sizes.values()), ())[:1] or (1,)
    size = plan.spec.training.evaluation_size
    parts: dict[str, list[Any]] = {name: [] for name in plan.outputs}
    seen = {name: Spoilt() for name, array in arrays.items() if array.ndim}
    for start in range(0, max(examples[0], 1), size):
        batch = {
            name: array[start : start + size] if array.ndim else array
            for name, array in arrays.items()
        }
        for name, value in graph.predict_from(start, batch).items():
            parts[name].append(value.numpy())
        for name, found in seen.items():
            found.add(batch[name])
    for name, found in seen.items():
        if found:
            (warn or _LOGGER.warning)(
                f"the input `{name}` holds values that are not finite, {found}: what is predicted "
                "for them means nothing"
            )
    return {name: np.concatenate(found) for name, found in parts.items()}


def _array(name: str, value: Any) -> Any:
    try:
        return np.asarray(value)
    except ValueError as error:
        raise UsageError(f"the input `{name}` is no array: {error}") from error
