"""Splits: the arrays of a dataset, checked before a graph sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tfgraph.errors import MORE_MEMORY, DataError, PluginError, TfgraphError, UsageError
from tfgraph.lazy import np, tf
from tfgraph.spec import Plan
from tfgraph.words import listed

if TYPE_CHECKING:
    from tfgraph.graph import Graph

#: Arrays by field and split, in place of a dataset's.
Arrays = Mapping[str, Mapping[str, Any]]


def split_names(plan: Plan, data: Arrays | None = None) -> tuple[str, ...]:
    """The splits that there are."""
    if data is not None:
        return tuple(data)
    return tuple(plan.spec.data.component.splits()) if plan.spec.data else ()


def require_split(plan: Plan, split: str, data: Arrays | None = None) -> None:
    """Raise UsageError where there is no such split."""
    names = split_names(plan, data)
    if not names:
        raise UsageError(
            f"the spec `{plan.spec.name}` has no dataset", help="name one in its section `data`"
        )
    if split not in names:
        raise UsageError(
            f"{_owner(plan, data)} has no split `{split}`", help=f"its splits are {listed(names)}"
        )


def load_split(graph: Graph, split: str, data: Arrays | None = None) -> dict[str, Any]:
    """The fields of a split that the graph takes, as tensors that stay in memory."""
    require_split(graph.plan, split, data)
    try:
        return _tensors(graph, split, data)
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise DataError(
            f"the memory does not suffice for the split `{split}` of {_owner(graph.plan, data)}",
            help=MORE_MEMORY,
        ) from error


def _tensors(graph: Graph, split: str, data: Arrays | None) -> dict[str, Any]:
    """The fields of a split, checked."""
    plan = graph.plan
    given = data[split] if data is not None else _loaded(plan, split)
    missing = [name for name in graph.stored if name not in given]
    if missing:
        raise _unsound(plan, data, f"gives no field `{missing[0]}` in its split `{split}`")
    arrays = {name: np.asarray(given[name]) for name in graph.stored}
    _check(graph, split, arrays, data)
    _check_values(graph, split, arrays, data)
    _check_sample_weights(plan, split, arrays, data)
    if data is None:
        _check_size(plan, split, arrays)
    return {
        name: tf.convert_to_tensor(array.astype(graph.stored[name].dtype, copy=False))
        for name, array in arrays.items()
    }


def examples_in(arrays: Mapping[str, Any]) -> int:
    """The number of examples in the arrays of a split."""
    return int(next(iter(arrays.values())).shape[0])


def _loaded(plan: Plan, split: str) -> Mapping[str, Any]:
    assert plan.spec.data is not None
    dataset = plan.spec.data.component
    try:
        return dataset.load(split, plan.spec.training.seed)
    except (TfgraphError, MemoryError):
        raise
    except OSError as error:
        where = f" `{error.filename}`" if error.filename else ""
        reason = error.strerror or error
        raise DataError(f"the dataset `{dataset.type}` cannot read{where}: {reason}") from error
    except Exception as error:
        raise PluginError(
            f"the dataset `{dataset.type}` failed to load its split `{split}`: "
            f"{type(error).__name__}: {error}"
        ) from error


def _check(graph: Graph, split: str, arrays: Mapping[str, Any], data: Arrays | None) -> None:
    from tfgraph.graph.feeds import stored_help

    sizes = {}
    for name, array in arrays.items():
        spec = graph.stored[name]
        fits = array.ndim == spec.rank and all(
            have == want for have, want in zip(array.shape[1:], spec.shape[1:]) if want is not None
        )
        if not fits or not _castable(array.dtype, spec.dtype):
            came = f"{list(array.shape)} of {array.dtype}"
            scaled = fits and graph.plan.fields[name].scale is not None
            raise _unsound(
                graph.plan,
                data,
                f"gives {came} for `{name}` in its split `{split}`, not {spec}",
                help=stored_help(spec.dtype) if scaled else "",
            )
        sizes[name] = len(array)
    if len(set(sizes.values())) > 1:
        shown = ", ".join(f"{size} of `{name}`" for name, size in sizes.items())
        raise _unsound(graph.plan, data, f"gives unequal numbers in its split `{split}`: {shown}")
    if 0 in sizes.values():
        raise DataError(f"the split `{split}` of {_owner(graph.plan, data)} is empty")


def _check_size(plan: Plan, split: str, arrays: Mapping[str, Any]) -> None:
    """Raise PluginError where the dataset gives another number of examples than it declares."""
    assert plan.spec.data is not None
    declared = plan.spec.data.component.splits()[split]
    if declared != examples_in(arrays):
        raise _unsound(
            plan,
            None,
            f"gives {examples_in(arrays)} examples in its split `{split}`, and declares {declared}",
        )


def _check_values(graph: Graph, split: str, arrays: Mapping[str, Any], data: Arrays | None) -> None:
    """Raise DataError where a value would wrap around in the dtype that it is stored in."""
    from tfgraph.graph.numbers import misfit

    for name, array in arrays.items():
        found = misfit(array, graph.stored[name].dtype)
        if found is not None:
            raise DataError(
                f"the field `{name}` in the split `{split}` of {_owner(graph.plan, data)} "
                f"holds {found}"
            )


def _check_sample_weights(
    plan: Plan, split: str, arrays: Mapping[str, Any], data: Arrays | None
) -> None:
    """Raise DataError where examples would count less than nothing, or all of them nothing."""
    for name in {loss.sample_weights for loss in plan.losses if loss.sample_weights}:
        weights = arrays[name].reshape(-1)
        where = f"the `sample_weights` `{name}` in the split `{split}` of {_owner(plan, data)}"
        if (weights < 0).any():
            first = int((weights < 0).argmax())
            raise DataError(
                f"{where} are negative, first in example {first + 1:,}: {weights[first]}",
                help="a loss that counts negative would be made large: write 0 to leave an example out",
            )
        if not weights.any():
            raise DataError(f"{where} are all 0: no example counts")


def _castable(came: Any, wanted: str) -> bool:
    return bool(came.kind in "biuf" and (came.kind != "f" or "float" in wanted))


def _owner(plan: Plan, data: Arrays | None) -> str:
    if data is not None or plan.spec.data is None:
        return "the data given"
    return f"the dataset `{plan.spec.data.component.type}`"


def _unsound(plan: Plan, data: Arrays | None, what: str, help: str = "") -> TfgraphError:
    message = f"{_owner(plan, data)} {what}"
    return (PluginError if data is None else UsageError)(message, help=help)
