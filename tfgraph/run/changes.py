"""Changes: what differs between the spec of a run and the one it is to go on with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tfgraph.errors import UsageError
from tfgraph.spec import Plan
from tfgraph.spec.nodes import plain
from tfgraph.spec.wording import flow
from tfgraph.words import listed

#: What may differ where a run goes on: how long it lasts, and what is kept of it. It leaves what a run
#: leaves that had it from the start, but for what has been trained past or deleted by then: a run that
#: should have stopped early, a best state that nobody kept. `evaluate_every` is not among it: lines of
#: the log would be missing that such a run has. In how large batches is evaluated changes no more than
#: roundings, and may have to be changed where the memory did not suffice.
_FREE = (
    "train.epochs",
    "train.steps",
    "train.time_limit",
    "train.early_stopping",
    "train.evaluate_batch_size",
    "train.checkpoint",
    "train.histograms",
    "description",
    "name",
)
#: What may differ where it is evaluated or predicts.
_FREE_IN_EVALUATION = "train.evaluate_batch_size"
_SHOWN = 5


def refuse_changes(before: Plan, now: Plan, run: Path) -> None:
    """Raise UsageError where a run could not go on as the same one."""
    if found := _changes(before, now, _FREE):
        raise UsageError(
            f"the spec has changed since `{run}` was begun: {found}",
            help=f"it goes on with other values of {listed(_FREE)} only; `--from {run}` begins "
            "another run with its weights",
        )


def refuse_changes_to_evaluate(before: Plan, now: Plan, run: Path) -> None:
    """Raise UsageError where what is computed would not be what the run was trained for."""
    if found := _changes(before, now, [_FREE_IN_EVALUATION]):
        raise UsageError(
            f"this is not what `{run}` was trained with: {found}",
            help=f"a run is evaluated with another `{_FREE_IN_EVALUATION}` only",
        )


def _changes(before: Plan, now: Plan, free: Sequence[str]) -> str:
    """What differs that is not free to."""
    found = [
        f"`{path}` was {_shown(old, new)}, is {_shown(new, old)}"
        for path, old, new in _differences("", _resolved(before), _resolved(now))
        if not any(path == one or path.startswith(f"{one}.") for one in free)
    ]
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return "; ".join(found[:_SHOWN]) + more


def _resolved(plan: Plan) -> Any:
    return plain(plan.spec.resolved) if plan.spec.resolved else {}


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    # A section that is not given is one of which nothing is given.
    old, new = (
        ({} if x is None and isinstance(y, dict) else x) for x, y in ((old, new), (new, old))
    )
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _differences(f"{path}.{key}" if path else key, old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new)):
            yield from _differences(f"{path}[{number}]", one, other)
    elif old != new or type(old) is not type(new):
        yield path, old, new


def _shown(value: Any, other: Any) -> str:
    """A value as a spec has it; with all its digits where it would look like the other one."""
    if value is None:
        return "not given"
    text = flow(value) if flow(value) != flow(other) else str(value)
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}…`"
