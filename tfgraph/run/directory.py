"""The run directory: the spec as given, what it was run with, the figures, the checkpoints."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tfgraph.errors import DataError, UsageError
from tfgraph.registry import load_registry
from tfgraph.run import files
from tfgraph.run.checkpoint import Store
from tfgraph.run.events import Outcome, finite
from tfgraph.run.lock import locked
from tfgraph.run.missing import anew, missing
from tfgraph.run.names import CHECKPOINTS, MANIFEST, METRICS, OUTCOME, RESOLVED, named
from tfgraph.run.place import Place, held
from tfgraph.spec import Checked, Plan, check
from tfgraph.spec.nodes import Mapping as MappingNode
from tfgraph.spec.paths import DATA_ROOTS_VARIABLE, data_paths, data_roots
from tfgraph.spec.reader import MAX_BYTES, decode, read

FORMAT = 3
_MOST_MANIFEST = 16 << 20
_TYPES: Mapping[str, type] = {
    "name": str,
    "spec": str,
    "folder": str,
    "resolved": list,
    "seed": int,
    "command": list,
    "plugins": list,
    "plugin_files": list,
    "versions": dict,
    "data": dict,
    "started": str,
}
_WORDS = {str: "text", int: "whole number", list: "list", dict: "mapping"}


@dataclass
class RunDirectory:
    """Where a run keeps what it leaves behind.

    Args:
        path: where it is.
        place: the folder itself, held open by the process that trains in it.
        gone: whether the folder was found to be there no more.
    """

    path: Path
    place: Place | None = None
    gone: bool = False

    def follow(self) -> Path | None:
        """Be where the folder is now: the path before if it has been moved, else None.

        DataError where it is gone.
        """
        if self.place is None:
            return None
        try:
            before = self.place.find()
        except DataError:
            self.gone = True
            raise
        self.path = self.place.path
        return before

    @property
    def store(self) -> Store:
        """Its checkpoints."""
        return Store(self.path / CHECKPOINTS)

    def write_log(self, text: str) -> None:
        """Write metrics.jsonl anew."""
        files.write_text(self.path / METRICS, text)

    def add_to_log(self, line: str) -> None:
        """Add a line to metrics.jsonl; DataError where that fails."""
        files.append(self.path / METRICS, line)

    def write_outcome(self, outcome: Outcome) -> None:
        """Write down how the run ended."""
        found = {**asdict(outcome), "metrics": finite(outcome.metrics)}
        files.write_text(self.path / OUTCOME, json.dumps(found, indent=2) + "\n")

    def begin(self) -> None:
        """Take away how an earlier part of the run ended."""
        files.delete(self.path / OUTCOME)

    def write_resolved(self, plan: Plan) -> None:
        """Write the spec that is trained from now on.

        The manifest knows it first, beside the one before: a crash between leaves either.
        """
        text = plan.spec.resolved_text()
        manifest = self.manifest()
        manifest["resolved"] = list(dict.fromkeys([*manifest["resolved"], fingerprint(text)]))
        files.write_text(self.path / MANIFEST, manifest_text(manifest))
        files.write_text(self.path / RESOLVED, text)

    def tidy(self) -> None:
        """Delete what processes that have died left half written or half deleted."""
        for path in files.leftovers(
            self.path, "|".join(map(re.escape, (METRICS, OUTCOME, RESOLVED, MANIFEST)))
        ):
            if files.kind(path) == "file":
                files.delete(path)
        self.store.tidy()

    def outcome(self) -> dict[str, Any] | None:
        """How the run ended; None where it has not, or nobody could say."""
        path = self.path / OUTCOME
        if files.kind(path) is None:
            return None
        found = _read_json(path)
        if not isinstance(found, dict) or not isinstance(found.get("status"), str):
            raise DataError(f"`{path}` does not say how the run ended")
        return found

    def manifest(self) -> dict[str, Any]:
        """What the run was made with; DataError where this is no run directory."""
        path = self.path / MANIFEST
        checkpoint = named(self.path)
        if checkpoint and checkpoint[0] and files.kind(checkpoint[0] / MANIFEST):
            raise UsageError(
                f"`{self.path}` is a checkpoint, and here a run is named",
                help=f"name its run: `{checkpoint[0]}`",
            )
        if files.kind(path) is None:
            raise missing(self.path)
        try:
            found = _read_json(path)
        except DataError as error:
            raise DataError(error.message, help=anew(self.path)) from error
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise DataError(f"`{path}` is not of format {FORMAT}", help=anew(self.path))
        for key, kind in _TYPES.items():
            value = found.get(key)
            if not isinstance(value, kind) or isinstance(value, bool):
                raise DataError(
                    f"`{path}` is damaged: `{key}` is missing or no {_WORDS[kind]}",
                    help=anew(self.path),
                )
        # What is printed may not play with the terminal.
        shown = (
            found["name"],
            found["folder"],
            *found["plugin_files"],
            *found["versions"].values(),
        )
        if not all(isinstance(text, str) and text.isprintable() for text in shown):
            raise DataError(
                f"`{path}` is damaged: a name in it is no text that prints", help=anew(self.path)
            )
        return found

    def add_data(self, hashes: Mapping[str, str]) -> None:
        """Say in the manifest what other splits hold, by their hashes."""
        manifest = self.manifest()
        manifest["data"] |= hashes
        files.write_text(self.path / MANIFEST, manifest_text(manifest))

    def check_spec(
        self,
        plugins: Sequence[str] = (),
        settings: Sequence[str] = (),
        *,
        edited: bool = False,
    ) -> Checked:
        """Read, validate and plan the spec as it was trained, with the plugin files given.

        `settings` change it. Raises UsageError where it was trained with plugin files that are
        not given; DataError where somebody has edited it since, unless it may be `edited`.
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
        path = self.path / RESOLVED
        content = files.read_regular(path, MAX_BYTES)
        if not edited and fingerprint(content) not in manifest["resolved"]:
            raise DataError(
                f"`{path}` is not what `{self.path}` was trained with: it has been edited since",
                help=f"put it back as it was; `--set` changes how long a run goes on, and another "
                f"spec begins a run of its own with `tfgraph train SPEC --from {self.path}`",
            )
        source, problems = decode(content, str(path))
        if problems:
            return Checked(source, None, tuple(problems))
        node = read(source).node
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


@contextmanager
def reopened(path: Path) -> Iterator[RunDirectory]:
    """Hold the lock of a run that goes on, cleared of what its last process left half done."""
    directory = RunDirectory(path)
    directory.manifest()
    with locked(path), held(path) as place:
        directory.tidy()
        directory.place = place
        yield directory


def fingerprint(content: str | bytes) -> str:
    """The SHA-256 by which a manifest knows a file again."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """A manifest as its file has it."""
    return json.dumps(manifest, indent=2) + "\n"


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
