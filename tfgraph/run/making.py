"""Making: the directory of a run, with what it starts from.

It is made under another name and renamed, so that it is there whole or not at all; in an empty
folder that is there already the manifest comes last.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tfgraph.errors import DataError, UsageError
from tfgraph.registry import load_registry
from tfgraph.run import files
from tfgraph.run.begun import FORMAT, fingerprint, manifest_text, versions
from tfgraph.run.checkpoint import Saved
from tfgraph.run.directory import RunDirectory
from tfgraph.run.lock import locked
from tfgraph.run.names import CHECKPOINTS, LOCK, MANIFEST, RESOLVED, SPEC
from tfgraph.run.place import held
from tfgraph.run.refusals import unwritable
from tfgraph.run.revision import git_revision
from tfgraph.spec import Plan

_NAMES = (SPEC, RESOLVED, MANIFEST, LOCK)


def next_directory(parent: Path, name: str) -> Path:
    """`parent/<name>-<n>`, n the first number after all that are taken."""
    stem = re.sub(r"[^\w.-]+", "_", name)
    taken = [0]
    if parent.is_dir():
        for path in parent.iterdir():
            match = re.fullmatch(rf"{re.escape(stem)}-(\d+)", path.name)
            taken += [int(match[1])] if match else []
    return parent / f"{stem}-{max(taken) + 1}"


def refuse_existing(path: Path) -> None:
    """Raise UsageError where a run could not be made at `path` without touching something.

    A folder that is empty is filled, also where a process has died that had locked it to do so.
    """
    empty = path.is_dir() and {found.name for found in path.iterdir()} <= {LOCK}
    if path.is_symlink() or (path.exists() and not empty):
        help = "choose another directory with `--run`, or remove it"
        if (path / MANIFEST).exists():
            help = f"`--resume {path}` goes on with it; `--run` names another directory"
        raise UsageError(f"`{path}` exists already: a run never overwrites anything", help=help)


@contextmanager
def created(
    path: Path,
    plan: Plan,
    *,
    command: Sequence[str],
    plugin_files: Sequence[str],
    data: Mapping[str, str],
    state: Mapping[str, Any],
    compiled: bool,
    again: Callable[[], Path] | None = None,
) -> Iterator[RunDirectory]:
    """Make the directory of a run that is about to start, and hold its lock.

    `data` are the hashes of the splits; `state` is what the run starts from, its first
    checkpoint, so that there always is one; `compiled` is whether its steps are. Where the directory
    is there already it is `again()` instead, and UsageError without it; an empty one is filled.
    """
    while again and files.kind(path):
        path = again()
    if again is None:
        refuse_existing(path)
    texts = {
        SPEC: plan.spec.source.text,
        # What was trained: the files that the spec extends may change, and settings are gone.
        RESOLVED: plan.spec.resolved_text(),
        MANIFEST: manifest_text(_manifest(plan, command, plugin_files, data, compiled)),
    }
    with ExitStack() as opened:
        # With `again` a folder that is there by now is another process's.
        if again is None and files.kind(path) == "folder":
            # Not replaced: it may be a mount point, or the only folder that may be written to.
            opened.enter_context(locked(path))
            if files.names_in(path) != [LOCK]:
                refuse_existing(path)
            with _undone(path, path, texts):
                _fill(path, texts, state)
        else:
            _clear_leftovers(path)
            temporary = files.aside(path)
            with _undone(temporary, path, texts):
                files.make_folders(temporary)
                opened.enter_context(locked(temporary, shown=path))
                _fill(temporary, texts, state)
                path = _renamed(temporary, path, again)
        yield RunDirectory(path, opened.enter_context(held(path)))


def _fill(folder: Path, texts: Mapping[str, str], state: Mapping[str, Any]) -> None:
    """Write what a run starts with; the manifest, which makes it one, at the end."""
    RunDirectory(folder).store.save(state, Saved(0, 0.0, ""))
    for name, text in texts.items():
        if name == MANIFEST:
            files.sync_folder(folder)
        with files.created(folder / name) as file:
            file.write(text.encode())
    files.sync_folder(folder)


@contextmanager
def _undone(folder: Path, path: Path, texts: Mapping[str, str]) -> Iterator[None]:
    """Take away what was written into a folder where the block fails, and name it `path` then."""
    try:
        yield
    except BaseException as error:
        with suppress(OSError, DataError):
            _empty(folder)
            if folder != path:
                files.delete_folder(folder, ())
        if isinstance(error, DataError):
            # It names the file under the name that is gone again.
            message = error.message.replace(str(folder), str(path))
            raise DataError(message, help=error.help) from error
        if isinstance(error, OSError):
            needed = len("".join(texts.values()))
            raise unwritable(path, error, needed=needed) from error
        raise


def _empty(folder: Path) -> None:
    """Delete what `_fill` has written, and the lock; OSError or DataError where that fails."""
    store = RunDirectory(folder).store
    store.tidy()
    store.delete()
    for name in _NAMES:
        files.delete(folder / name)


def _renamed(temporary: Path, path: Path, again: Callable[[], Path] | None) -> Path:
    """Rename a folder to `path`, or to `again()` where another process was quicker.

    It has its old name again where the new one cannot be put on the disk.
    """
    while True:
        try:
            files.rename(temporary, path)
        except OSError:
            if files.kind(path) is None:
                raise
            if again is None:
                refuse_existing(path)
                raise
            path = again()
        else:
            break
    try:
        files.sync_folder(path.parent)
    except BaseException:
        files.rename(path, temporary)
        raise
    return path


def _clear_leftovers(path: Path) -> None:
    """Delete what processes have left that died while they made this run, or one of its name."""
    stem = re.escape(re.sub(r"-\d+$", "", path.name))
    with suppress(OSError, DataError):
        for folder in files.leftovers(path.parent, rf"{stem}(-\d+)?"):
            with suppress(OSError, DataError, UsageError):
                if _is_ours(folder) and _has_died(folder):
                    with locked(folder):
                        _empty(folder)
                        files.delete_folder(folder, ())


def _is_ours(folder: Path) -> bool:
    """Whether a folder holds nothing but what a run starts with."""
    names = files.names_in(folder)
    found = RunDirectory(folder).store
    inside = files.names_in(found.folder)
    return (
        set(names) <= {*_NAMES, CHECKPOINTS}
        and set(found.steps()) <= {0}
        and len(inside) == len(found.steps()) + len(files.leftovers(found.folder, "step-0"))
    )


def _has_died(folder: Path) -> bool:
    """Whether the process that was making a folder is gone, by the number in its name."""
    if os.name != "posix":
        return True  # there is no asking; its lock tells
    try:
        os.kill(int(folder.name.rpartition(".")[2].partition("-")[0]), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _manifest(
    plan: Plan,
    command: Sequence[str],
    plugin_files: Sequence[str],
    data: Mapping[str, str],
    compiled: bool,
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": plan.spec.name,
        "spec": plan.spec.source.name,
        "folder": str(plan.spec.folder.resolve()),
        "resolved": [fingerprint(plan.spec.resolved_text())],
        "seed": plan.spec.training.seed,
        "command": list(command),
        "plugins": [asdict(p) for p in load_registry(plugin_files).plugins],
        "plugin_files": list(plugin_files),
        "versions": versions(),
        "data": dict(data),
        "compiled": compiled,
        "revision": git_revision(plan.spec.folder),
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
