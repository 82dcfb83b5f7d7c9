"""Missing: what is said where a run is named, and none stands there, or only a part of one."""

from __future__ import annotations

from pathlib import Path

from tfgraph.errors import DataError
from tfgraph.run import files
from tfgraph.run.names import MANIFEST, RESOLVED
from tfgraph.words import closest

#: Where runs are made that nobody names.
RUNS = Path("runs")


def missing(run: Path) -> DataError:
    """The error for a path that is no run directory."""
    kind = files.kind(run)
    if kind == "file":
        return DataError(
            f"`{run}` is a file, and here a run is named: the folder that `tfgraph train` has made",
            help=_others(run),
        )
    if kind is None:
        return DataError(f"there is no run `{run}`", help=_others(run))
    if files.kind(run / RESOLVED):
        message = f"the run `{run}` is damaged: there is no `{run / MANIFEST}`"
        return DataError(message, help=anew(run))
    message = f"`{run}` is no run directory: there is no `{run / MANIFEST}`"
    return DataError(message, help=_others(run))


def anew(run: Path, what: str = "it") -> str:
    """What is left to do with a damaged run."""
    if files.kind(run / RESOLVED) != "file":
        return f"put a copy of {what} there, or train anew"
    return f"put a copy of {what} there, or train anew with `tfgraph train {run / RESOLVED}`"


def _others(run: Path) -> str:
    """Which run may be meant."""
    if not run.is_absolute() and _is_run(RUNS / run):
        return f"did you mean `{RUNS / run}`?"
    beside = [path.name for path in _folders(run.parent) if _is_run(path)]
    if meant := closest(run.name, beside):
        return f"did you mean `{run.parent / meant}`?"
    folder = "" if run.parent in (RUNS, Path()) else f" {run.parent}"
    return f"`tfgraph runs{folder}` lists those that there are; `tfgraph train SPEC` makes one"


def _folders(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in files.names_in(folder)]
    except DataError:
        return []


def _is_run(path: Path) -> bool:
    try:
        return files.kind(path / MANIFEST) is not None
    except DataError:
        return False
