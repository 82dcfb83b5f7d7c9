"""Data: the splits of a dataset as tensors, or those given by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfgraph.diagnostics import listed
from tfgraph.errors import DataError, UsageError
from tfgraph.graph import Graph
from tfgraph.lazy import np, tf
from tfgraph.spec import Plan

#: Arrays by field, for each split.
Splits = Mapping[str, Mapping[str, Any]]


def split_names(plan: Plan, given: Splits | None) -> tuple[str, ...]:
    """The splits that there are."""
    if given is not None:
        return tuple(given)
    return tuple(plan.spec.data.component.splits()) if plan.spec.data else ()


def load_split(graph: Graph, split: str, given: Splits | None = None) -> dict[str, Any]:
    """The fields of a split that the graph takes, as tensors in the dtype they are stored in."""
    plan = graph.plan
    names = split_names(plan, given)
    if split not in names:
        if not names:
            raise UsageError(
                f"the spec `{plan.spec.name}` has no data",
                help="give it a `data` section, or hand arrays over from Python",
            )
        raise UsageError(f"there is no split `{split}`", help=f"the splits are {listed(names)}")
    if given is not None:
        arrays = dict(given[split])
    else:
        assert plan.spec.data is not None
        arrays = plan.spec.data.component.load(split, plan.spec.training.seed)
    return _tensors(graph, split, arrays)


def _tensors(graph: Graph, split: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    tensors = {}
    for name, spec in graph.stored.items():
        if name not in arrays:
            raise DataError(
                f"the split `{split}` has no field `{name}`", help=f"it has {listed(arrays)}"
            )
        array = np.asarray(arrays[name])
        if array.ndim != spec.rank or any(
            size is not None and size != found
            for size, found in zip(spec.shape[1:], array.shape[1:])
        ):
            raise DataError(
                f"the field `{name}` of the split `{split}` is {list(array.shape)}, not {spec}"
            )
        tensors[name] = tf.convert_to_tensor(array.astype(spec.dtype, copy=False))
    sizes = {name: int(tensor.shape[0]) for name, tensor in tensors.items()}
    if len(set(sizes.values())) > 1:
        shown = ", ".join(f"`{name}` {size}" for name, size in sizes.items())
        raise DataError(f"the fields of the split `{split}` differ in length: {shown}")
    if not all(sizes.values()):
        raise DataError(f"the split `{split}` is empty")
    return tensors
