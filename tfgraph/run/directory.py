"""The run directory: the spec as given, what it was run with, the figures, the checkpoints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tfgraph.errors import DataError, UsageError
from tfgraph.run import files
from tfgraph.run.begun import fingerprint, manifest_text, read_begun, read_json
from tfgraph.run.checkpoint import Store
from tfgraph.run.events import Outcome, finite
from tfgraph.run.lock import locked
from tfgraph.run.missing import missing
from tfgraph.run.names import (
    CHECKPOINTS,
    EARLIER,
    MANIFEST,
    METRICS,
    OUTCOME,
    PLOTS,
    RESOLVED,
    named,
)
from tfgraph.run.place import Place, held
from tfgraph.spec import Plan

#: How a run ended is a few lines.
_MOST_OUTCOME = 1 << 20


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
    _store: Store | None = field(default=None, init=False, repr=False, compare=False)

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
        """Its checkpoints, where the folder is now."""
        folder = self.path / CHECKPOINTS
        if self._store is None or self._store.folder != folder:
            self._store = Store(folder)
        return self._store

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
        if outcome.split and files.kind(self.path / EARLIER):
            files.delete(self.path / EARLIER)

    def begin(self) -> None:
        """Take away how an earlier part of the run ended; its figures stay till there are others."""
        with suppress(DataError, OSError):
            if (self.outcome() or {}).get("split"):
                files.rename(self.path / OUTCOME, self.path / EARLIER)
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
        own = "|".join(map(re.escape, (METRICS, OUTCOME, RESOLVED, MANIFEST)))
        left = files.leftovers(self.path, own)
        if files.kind(plots := self.path / PLOTS) == "folder":
            left += files.leftovers(plots, r".+\.svg")
        for path in left:
            if files.kind(path) == "file":
                files.delete(path)
        self.store.tidy()

    def outcome(self, name: str = OUTCOME) -> dict[str, Any] | None:
        """How the run ended, or did so before; None where it has not, or nobody could say."""
        path = self.path / name
        if files.kind(path) is None:
            return None
        found = read_json(path, _MOST_OUTCOME)
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
        return read_begun(path)

    def add_data(self, hashes: Mapping[str, str]) -> None:
        """Say in the manifest what other splits hold, by their hashes."""
        manifest = self.manifest()
        manifest["data"] |= hashes
        files.write_text(self.path / MANIFEST, manifest_text(manifest))


@contextmanager
def reopened(path: Path) -> Iterator[RunDirectory]:
    """Hold the lock of a run that goes on, cleared of what its last process left half done."""
    directory = RunDirectory(path)
    directory.manifest()
    with locked(path), held(path) as place:
        directory.tidy()
        directory.place = place
        yield directory
