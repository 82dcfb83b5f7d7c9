"""Transfer: the weights of a run as the first ones of another, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfgraph.errors import UsageError
from tfgraph.run.opening import checkpoint_of

if TYPE_CHECKING:
    from tfgraph.graph import Graph


_MOST = 8


@dataclass(frozen=True)
class Transfer:
    """What came of it.

    Args:
        run: the other run.
        step: the step whose weights were taken.
        taken: the weights that have the values of the other run.
        own: those that the other run has not: they start as the spec says.
        misfit: those of another shape or dtype there, and which; they start as the spec says.
        unused: the weights of the other run that this model has not.
    """

    run: Path
    step: int
    taken: tuple[str, ...]
    own: tuple[str, ...]
    misfit: tuple[str, ...]
    unused: tuple[str, ...]


def transfer(
    graph: Graph, run: str | Path, plugin_files: Sequence[str], *, warn: Callable[[str], None]
) -> Transfer:
    """Give a graph the weights of a run, wherever name and shape are the same.

    `warn` takes which plugins that run was trained with are others now. Raises UsageError where
    not one weight fits.
    """
    found = checkpoint_of(Path(run), plugin_files, warn)
    arrays, step = found.arrays, found.saved.step
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
            misfit.append(f"`{name}` is {_shown(array)} there, {_shown(variable)} here")
        else:
            taken.append(name)
    if not taken:
        raise UsageError(
            f"no weight of `{run}` after step {step} fits this model",
            help=_limited(misfit) if misfit else _side_by_side(there, graph.weights),
        )
    for name in taken:
        graph.weights[name].assign(there[name])
    unused = tuple(name for name in there if name not in graph.weights)
    return Transfer(Path(run), step, tuple(taken), tuple(own), tuple(misfit), unused)


def _side_by_side(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """The weights of two models that have no name in common."""
    texts = (
        f"{whose} has {_limited([f'`{name}` {_shown(found)}' for name, found in weights.items()], ', ')}"
        for whose, weights in (("it", there), ("this model", here))
        if weights
    )
    return "; ".join(texts)


def _limited(texts: Sequence[str], between: str = "; ") -> str:
    more = f"{between}and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
    return between.join(texts[:_MOST]) + more


def _shown(weight: Any) -> str:
    shape, dtype = list(weight.shape), weight.dtype.name
    return str(shape) if dtype == "float32" else f"{shape} of {dtype}"
