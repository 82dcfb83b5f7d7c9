"""Listing: what the runs of a folder are and how they went, read without TensorFlow or NumPy."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, get_args

from tfgraph.diagnostics import printable
from tfgraph.errors import DataError
from tfgraph.run import files, lock
from tfgraph.run.directory import RunDirectory
from tfgraph.run.events import Record, Status
from tfgraph.run.history import Monitored, parsed
from tfgraph.run.manifest import read_manifest
from tfgraph.run.names import EARLIER, LOCK, LOG, MANIFEST, METRICS, OUTCOME, RESOLVED
from tfgraph.run.ranking import ranked
from tfgraph.run.refusals import unreadable

_TAIL = 1 << 16
_MOST_LOG = 1 << 40


@dataclass(frozen=True)
class Listed:
    """A run as a list shows it; what is not known is None, or empty.

    Args:
        path: its directory.
        status: how it ended, `running`, `killed` where nobody could say how, or `damaged`.
        problem: what is damaged, or why it was broken off.
        name: the name of its spec.
        started: when it was begun.
        epoch: the epoch of the last step that is known.
        step: the last step that is known.
        saved: the step of its newest checkpoint, sound or not.
        seconds: how long it has trained.
        split: the split that `metrics` are of.
        metrics: the figures with the final weights, or those evaluated last.
        best: the monitored figure of the best checkpoint.
        best_step: its step.
    """

    path: Path
    status: str
    problem: str = ""
    name: str = ""
    started: datetime | None = None
    epoch: int | None = None
    step: int | None = None
    saved: int | None = None
    seconds: float | None = None
    split: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    best: Monitored | None = None
    best_step: int | None = None


def runs_in(folder: Path) -> list[Listed]:
    """The runs of a folder, the one that was begun last at the end; a run itself is its only one.

    DataError where there is no such folder, or it cannot be read.
    """
    if _is_run(folder):
        return [listed(folder)]
    try:
        paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise unreadable(folder, error) from error
    found = [listed(path) for path in paths if path.is_dir() and _is_run(path)]
    return sorted(found, key=lambda run: (_begun(run), _natural(run.path.name)))


def _is_run(folder: Path) -> bool:
    """Whether a folder is a run, or what is left of one."""
    try:
        if any(files.kind(folder / name) for name in (RESOLVED, METRICS, OUTCOME)):
            return True
        return bool(RunDirectory(folder).store.steps())
    except DataError:
        return False


def listed(path: Path) -> Listed:
    """What is known of the run in a directory, damaged or not."""
    try:
        return _listed(path)
    except DataError as error:
        return Listed(path, "damaged", error.message)


def _lacking(directory: RunDirectory, saved: int | None) -> str:
    """What is not there that every run has, and nothing can be done with it without."""
    if files.kind(directory.path / RESOLVED) is None:
        return f"there is no `{directory.path / RESOLVED}`"
    if saved is None:
        return f"there is no checkpoint in `{directory.store.folder}`"
    return ""


def _listed(path: Path) -> Listed:
    directory = RunDirectory(path)
    manifest = directory.manifest()
    running = lock.is_locked(path)
    outcome = None if running else _outcome(directory)
    records = _last_records(path / METRICS)
    evaluated = next((record for record in reversed(records) if record.split), None)
    best, best_step = _best(directory, records)
    step = records[-1].step if records else None
    split, metrics = (evaluated.split, evaluated.metrics) if evaluated else (None, {})
    seconds = _seconds(directory, running)
    status, problem = "running" if running else "killed", ""
    saved = max(directory.store.steps(), default=None)
    if outcome:
        status, step, seconds = outcome["status"], outcome["step"], outcome["seconds"]
        if outcome["split"]:
            split, metrics = outcome["split"], outcome["metrics"]
        if status != "interrupted":
            problem = outcome["message"]
    if not running and (lacking := _lacking(directory, saved)):
        status, problem = "damaged", lacking
    before = None if outcome and outcome["split"] else _earlier(directory)
    if before and (evaluated is None or evaluated.step <= before["step"]):
        split, metrics = before["split"], before["metrics"]
    if step is None or (saved is not None and saved > step):
        step = saved
    epoch = records[-1].epoch if records else None
    return Listed(
        path,
        status,
        problem,
        manifest["name"],
        _time(path, manifest["started"]),
        epoch,
        step,
        saved,
        seconds,
        split,
        metrics,
        best,
        best_step,
    )


def _time(path: Path, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text).astimezone(timezone.utc)
        if 1970 < found.year < 9999:
            return found
    except (ValueError, OverflowError):
        pass
    raise DataError(f"`{path / MANIFEST}` is damaged: `started` is no time")


def _earlier(directory: RunDirectory) -> dict[str, Any] | None:
    """How a run ended before it went on, where its figures are still the newest of an end."""
    with suppress(DataError):
        return _outcome(directory, EARLIER)
    return None


def _outcome(directory: RunDirectory, name: str = OUTCOME) -> dict[str, Any] | None:
    """How the run ended, its values of the types that they should have."""
    found = directory.outcome(name)
    if found is None:
        return None
    sound = (
        found["status"] in get_args(Status)
        and type(found.get("step")) is int
        and type(found.get("seconds")) in (int, float)
        and (found.get("split") is None or _is_name(found["split"]))
        and isinstance(found.get("metrics"), dict)
        and isinstance(found.get("message", ""), str)
    )
    if not sound:
        raise DataError(f"the outcome of `{directory.path}` is damaged")
    message = printable(" ".join(found.get("message", "").split()))
    return {**found, "metrics": _figures(directory.path, found["metrics"]), "message": message}


def _figures(path: Path, found: Mapping[str, Any]) -> dict[str, float]:
    given = {name: float("nan") if value is None else value for name, value in found.items()}
    if not all(_is_name(name) and type(value) in (int, float) for name, value in given.items()):
        raise DataError(f"the figures of `{path}` are damaged")
    return given


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _last_records(path: Path) -> list[Record]:
    """The last records of a log, as many as a short read gives; none of a log that is torn."""
    if files.kind(path) is None:
        return []
    with files.opened(path, _MOST_LOG) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        lines = file.read(_TAIL).decode(errors="replace").split("\n")
    # What stands before the first line break may be half a line, and after the last one as well.
    whole = lines[0 if size <= _TAIL else 1 : -1]
    try:
        records = parsed("\n".join(whole))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"`{path}` is damaged: {error}") from error
    for record in records:
        _figures(path, {record.split or "": 0, **record.metrics})
    return records


def _best(
    directory: RunDirectory, records: Sequence[Record]
) -> tuple[Monitored | None, int | None]:
    """The best checkpoint's figure and step, by the manifests of those that can be read.

    None where the run has gone on without keeping the best, and a later record is better.
    """
    figures, _ = directory.store.monitored()
    known = {
        step: figure for step, figure in figures.items() if not figure or _is_name(figure.name)
    }
    best = next(iter(ranked(known)), None)
    found = known[best] if best is not None else None
    if best is None or found is None:
        return None, None
    later = (r.metrics[found.name] for r in records if r.step > best and found.name in r.metrics)
    if any(replace(found, value=value).beats(found.value) for value in later):
        return None, None
    return found, best


def _seconds(directory: RunDirectory, running: bool) -> float | None:
    """How long a run without an outcome has trained: to its last sign of life, or to now.

    What is saved says how long that took; what came after it began with the process that has the
    lock, or had it last, or with that saving.
    """
    signs = (directory.path / name for name in (METRICS, LOG))
    for step in reversed(directory.store.steps()):
        path = directory.store.path(step) / MANIFEST
        try:
            seconds = read_manifest(path).seconds
        except (DataError, ValueError):
            continue
        since = max(_changed(path), _changed(directory.path / LOCK))
        seen = time.time() if running else max(map(_changed, signs))
        return seconds + max(seen - since, 0.0)
    return None


def _changed(path: Path) -> float:
    """When a file was written to last; long ago where there is none."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def _begun(run: Listed) -> float:
    return run.started.timestamp() if run.started else 0.0


def _natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts `line-2` before `line-10`."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
