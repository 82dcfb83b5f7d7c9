"""Transfer: the weights of a run as the first ones of another, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraph.errors import UsageError
from tfgraph.run.opening import checkpoint_of

if TYPE_CHECKING:
    from tfgraph.graph import Graph


@dataclass(frozen=True)
class Transfer:
    """What came of it.

    Args:
        taken: the weights that have the values of the other run.
        own: those that the other run has not: they start as the spec says.
        misfit: those of another shape or dtype there, and which; they start as the spec says.
        unused: the weights of the other run that this model has not.
    """

    taken: tuple[str, ...]
    own: tuple[str, ...]
    misfit: tuple[str, ...]
    unused: tuple[str, ...]


def transfer(graph: Graph, run: str | Path, plugin_files: Sequence[str] = ()) -> Transfer:
    """Give a graph the weights of a run, wherever name and shape are the same.

    Raises UsageError where not one is.
    """
    arrays = checkpoint_of(Path(run), plugin_files).arrays
    there = {
        name.partition("/")[2]: array
        for kind in ("weights", "averages")  # the averages are what evaluation sees
        for name, array in arrays.items()
        if name.startswith(f"{kind}/")
    }
    taken, own, misfit = [], [], []
    for name, variable in graph.weights.items():
        array = there.get(name)
        if array is None:
            own.append(name)
        elif array.shape != tuple(variable.shape) or array.dtype.name != variable.dtype.name:
            now = f"{list(variable.shape)} of {variable.dtype.name}"
            misfit.append(
                f"`{name}` is {list(array.shape)} of {array.dtype.name} there, {now} here"
            )
        else:
            taken.append(name)
    if not taken:
        have = ", ".join(f"`{name}`" for name in list(there)[:8])
        raise UsageError(
            f"no weight of `{run}` fits this model", help=f"it has {have}" if have else ""
        )
    for name in taken:
        graph.weights[name].assign(there[name])
    unused = tuple(name for name in there if name not in graph.weights)
    return Transfer(tuple(taken), tuple(own), tuple(misfit), unused)
