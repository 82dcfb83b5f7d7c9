"""The run directory: the spec as given, what it was run with, the figures, the checkpoints.

It is made under another name and renamed, so that it is there whole or not at all.
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tfgraph.errors import DataError, UsageError
from tfgraph.registry import load_registry
from tfgraph.run import files
from tfgraph.run.checkpoint import Saved, Store
from tfgraph.run.events import Outcome, finite
from tfgraph.run.lock import NAME as LOCK
from tfgraph.run.lock import locked
from tfgraph.run.revision import git_revision
from tfgraph.spec import Checked, Plan, check
from tfgraph.spec.nodes import Mapping as MappingNode
from tfgraph.spec.paths import DATA_ROOTS_VARIABLE, data_paths, data_roots
from tfgraph.spec.reader import MAX_BYTES, decode, read

FORMAT = 2
_MANIFEST, _SPEC, _RESOLVED = "manifest.json", "spec.yaml", "resolved.yaml"
METRICS, _OUTCOME = "metrics.jsonl", "outcome.json"
_MOST_MANIFEST = 16 << 20
_TYPES: Mapping[str, type] = {
    "name": str,
    "spec": str,
    "folder": str,
    "seed": int,
    "command": list,
    "plugins": list,
    "plugin_files": list,
    "versions": dict,
    "data": dict,
    "started": str,
}
_WORDS = {str: "text", int: "whole number", list: "list", dict: "mapping"}


@dataclass(frozen=True)
class RunDirectory:
    """Where a run keeps what it leaves behind."""

    path: Path

    @property
    def store(self) -> Store:
        """Its checkpoints."""
        return Store(self.path / "checkpoints")

    def write_log(self, text: str) -> None:
        """Write metrics.jsonl anew."""
        files.write_text(self.path / METRICS, text)

    def add_to_log(self, line: str) -> None:
        """Add a line to metrics.jsonl; DataError where that fails."""
        files.append(self.path / METRICS, line)

    def write_outcome(self, outcome: Outcome) -> None:
        """Write down how the run ended."""
        found = {**asdict(outcome), "metrics": finite(outcome.metrics)}
        files.write_text(self.path / _OUTCOME, json.dumps(found, indent=2) + "\n")

    def begin(self) -> None:
        """Take away how an earlier part of the run ended."""
        files.delete(self.path / _OUTCOME)

    def write_resolved(self, plan: Plan) -> None:
        """Write the spec that is trained from now on."""
        files.write_text(self.path / _RESOLVED, plan.spec.resolved_text())

    def tidy(self) -> None:
        """Delete what processes that have died left half written or half deleted."""
        for path in files.leftovers(
            self.path, "|".join(map(re.escape, (METRICS, _OUTCOME, _RESOLVED)))
        ):
            if files.kind(path) == "file":
                files.delete(path)
        self.store.tidy()

    def outcome(self) -> dict[str, Any] | None:
        """How the run ended; None where it has not, or nobody could say."""
        path = self.path / _OUTCOME
        if files.kind(path) is None:
            return None
        found = _read_json(path)
        if not isinstance(found, dict) or not isinstance(found.get("status"), str):
            raise DataError(f"`{path}` does not say how the run ended")
        return found

    def manifest(self) -> dict[str, Any]:
        """What the run was made with; DataError where this is no run directory."""
        path = self.path / _MANIFEST
        if files.kind(path) is None:
            raise DataError(
                f"`{self.path}` is no run directory: there is no `{path}`",
                help="`tfgraph train SPEC` makes one",
            )
        found = _read_json(path)
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise DataError(f"`{path}` is not of format {FORMAT}")
        for key, kind in _TYPES.items():
            value = found.get(key)
            if not isinstance(value, kind) or isinstance(value, bool):
                raise DataError(f"`{path}` is damaged: `{key}` is missing or no {_WORDS[kind]}")
        # What is printed may not play with the terminal.
        shown = (
            found["name"],
            found["folder"],
            *found["plugin_files"],
            *found["versions"].values(),
        )
        if not all(isinstance(text, str) and text.isprintable() for text in shown):
            raise DataError(f"`{path}` is damaged: a name in it is no text that prints")
        return found

    def check_spec(self, plugins: Sequence[str] = (), settings: Sequence[str] = ()) -> Checked:
        """Read, validate and plan the spec as it was trained, with the plugin files given.

        `settings` change it. Raises UsageError where it was trained with plugin files that are
        not given.
        """
        manifest = self.manifest()
        given = {Path(file).name for file in plugins}
        missing = [f for f in manifest["plugin_files"] if Path(f).name not in given]
        if missing:
            options = " ".join(f"--plugin {file}" for file in missing)
            raise UsageError(
                f"the run `{self.path}` was trained with the plugin file `{missing[0]}`",
                help=f"give it again: `tfgraph {options} …`",
            )
        path = self.path / _RESOLVED
        source, problems = decode(files.read_regular(path, MAX_BYTES), str(path))
        if problems:
            return Checked(source, None, tuple(problems))
        node, _ = read(source)
        if isinstance(node, MappingNode) and node.get("extends"):
            raise DataError(f"`{path}` is not what `train` wrote: it extends another file")
        checked = check(
            source,
            folder=Path(manifest["folder"]),
            default_name=manifest["name"],
            registry=load_registry(plugins),
            settings=settings,
        )
        if checked.plan:
            self._refuse_foreign_data(checked.plan)
        return checked

    def _refuse_foreign_data(self, plan: Plan) -> None:
        """Raise UsageError where the run would read data that nobody here has vouched for.

        Relative paths start at the folder that the manifest names, which is whatever the maker of
        the directory wrote there. A spec reads its own folder; a run, what lies in it, in the
        current directory, or in the data roots of the environment.
        """
        if plan.spec.data is None:
            return
        allowed = [root.resolve() for root in (self.path, Path(), *data_roots())]
        for path in map(Path, data_paths(plan.spec.data.component)):
            if not any(path == root or root in path.parents for root in allowed):
                raise UsageError(
                    f"the run `{self.path}` reads `{path}`, outside of the current directory",
                    help=f"if you trust it: `{DATA_ROOTS_VARIABLE}={path.parent}`",
                )


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
    """Raise UsageError where a run could not be made at `path` without touching something."""
    if path.exists() and path.samefile(Path()):
        # Another folder would take its place, and leave the process in none.
        raise UsageError(
            f"`{path}` is the current directory: a run makes its own",
            help="name a folder in it: `--run mine`",
        )
    if path.is_symlink() or (path.exists() and not (path.is_dir() and not any(path.iterdir()))):
        help = "choose another directory with `--run`, or remove it"
        if (path / _MANIFEST).exists():
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
    again: Callable[[], Path] | None = None,
) -> Iterator[RunDirectory]:
    """Make the directory of a run that is about to start, and hold its lock.

    `data` are the hashes of the splits; `state` is what the run starts from, its first
    checkpoint, so that there always is one. Where the directory is there already it is `again()`
    instead, and UsageError without it.
    """
    while again and files.kind(path):
        path = again()
    refuse_existing(path)
    temporary = files.aside(path)
    texts = {
        _SPEC: plan.spec.source.text,
        # What was trained: the files that the spec extends may change, and settings are gone.
        _RESOLVED: plan.spec.resolved_text(),
        _MANIFEST: json.dumps(_manifest(plan, command, plugin_files, data), indent=2) + "\n",
    }
    with ExitStack() as held:
        try:
            files.make_folder(temporary)
            held.enter_context(locked(temporary, shown=path))
            for name, text in texts.items():
                with files.created(temporary / name) as file:
                    file.write(text.encode())
            RunDirectory(temporary).store.save(state, Saved(0, 0.0, ""))
            files.sync_folder(temporary)
            path = _renamed(temporary, path, again)
            files.sync_folder(path.parent)
        except BaseException as error:
            with suppress(OSError, DataError):
                RunDirectory(temporary).store.delete()
                files.delete_folder(temporary, (*texts, LOCK))
            if isinstance(error, DataError):
                # It names the file under the name that is gone again.
                message = error.message.replace(str(temporary), str(path))
                raise DataError(message, help=error.help) from error
            if isinstance(error, OSError):
                needed = len("".join(texts.values()))
                raise files.unwritable(path, error, needed=needed) from error
            raise
        yield RunDirectory(path)


def _renamed(temporary: Path, path: Path, again: Callable[[], Path] | None) -> Path:
    """Rename a folder to `path`, or to `again()` where another process was quicker."""
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
            return path


@contextmanager
def reopened(path: Path) -> Iterator[RunDirectory]:
    """Hold the lock of a run that goes on, cleared of what its last process left half done."""
    directory = RunDirectory(path)
    directory.manifest()
    with locked(path):
        directory.tidy()
        yield directory


def _manifest(
    plan: Plan, command: Sequence[str], plugin_files: Sequence[str], data: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": plan.spec.name,
        "spec": plan.spec.source.name,
        "folder": str(plan.spec.folder.resolve()),
        "seed": plan.spec.training.seed,
        "command": list(command),
        "plugins": [asdict(p) for p in load_registry(plugin_files).plugins],
        "plugin_files": list(plugin_files),
        "versions": versions(),
        "data": dict(data),
        "revision": git_revision(plan.spec.folder),
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def versions() -> dict[str, str]:
    """The versions of what a run depends on."""
    import numpy
    import tensorflow

    import tfgraph

    return {
        "tfgraph": tfgraph.__version__,
        "tensorflow": tensorflow.__version__,
        "numpy": numpy.__version__,
        "python": platform.python_version(),
    }


def _read_json(path: Path) -> Any:
    try:
        return json.loads(files.read_regular(path, _MOST_MANIFEST))
    except (ValueError, RecursionError) as error:
        raise DataError(f"`{path}` is damaged: it holds no JSON") from error
