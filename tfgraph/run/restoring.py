"""Restoring: the arrays of a checkpoint as the values of a graph's variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tfgraph.diagnostics import printable
from tfgraph.errors import DataError
from tfgraph.run.checkpoint import Checkpoint

if TYPE_CHECKING:
    from tfgraph.graph import Graph

#: The names in a checkpoint are what its maker wrote there.
_SHOWN, _LONGEST = 5, 200


class State(Mapping[str, Any]):
    """The values of all variables that training changes, by name, as they are when asked for.

    What goes through them holds one or two of them in memory, and not a second model.
    """

    def __init__(self, graph: Graph) -> None:
        self._variables = graph.state

    def __getitem__(self, name: str) -> Any:
        return self._variables[name].numpy()

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def state_of(graph: Graph) -> dict[str, Any]:
    """The values of all variables that training changes, by name, to be kept."""
    return dict(State(graph))


def restore(graph: Graph, checkpoint: Checkpoint) -> None:
    """Set all variables of a graph; DataError where the checkpoint is of another model.

    The graph is unchanged then.
    """
    _restore(graph.state, checkpoint, checkpoint.arrays)


def restore_to_evaluate(graph: Graph, checkpoint: Checkpoint) -> None:
    """`restore` for what evaluation and prediction take of the state."""
    kinds = {name.partition("/")[0] for name in graph.evaluated_state}
    arrays = {n: a for n, a in checkpoint.arrays.items() if n.partition("/")[0] in kinds}
    _restore(graph.evaluated_state, checkpoint, arrays)


def _restore(
    variables: Mapping[str, Any], checkpoint: Checkpoint, arrays: Mapping[str, Any]
) -> None:
    wanted = {n: (tuple(v.shape), v.dtype.name) for n, v in variables.items()}
    had = {n: (a.shape, a.dtype.name) for n, a in arrays.items()}
    if wanted != had:
        raise DataError(
            f"the checkpoint `{checkpoint.folder}` is of another model: {_differences(wanted, had)}",
            help="use it with the spec it was trained from",
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])


def assign(graph: Graph, arrays: Mapping[str, Any]) -> None:
    """Set all variables of a graph to the values of `state_of`."""
    for name, variable in graph.state.items():
        variable.assign(arrays[name])


def _differences(wanted: Mapping[str, Any], had: Mapping[str, Any]) -> str:
    found = []
    for name in dict.fromkeys([*wanted, *had]):
        shown = f"`{printable(name.partition('/')[2] or name)[:_LONGEST]}`"
        if name not in had:
            found.append(f"it has no {shown}")
        elif name not in wanted:
            found.append(f"it has {shown}, which the model has not")
        elif wanted[name] != had[name]:
            found.append(f"{shown} is {_shown(had[name])} there, {_shown(wanted[name])} here")
    more = len(found) - _SHOWN
    return "; ".join(found[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _shown(shape_and_dtype: tuple[tuple[int, ...], str]) -> str:
    shape, dtype = shape_and_dtype
    return f"{list(shape)}" if dtype == "float32" else f"{list(shape)} of {dtype}"
