"""The run directory: the spec as given, what it was run with, the figures, the checkpoints."""

from __future__ import annotations

import json
import math
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfgraph.errors import DataError, UsageError
from tfgraph.registry import load_registry
from tfgraph.run.files import write_text
from tfgraph.run.progress import EpochRecord
from tfgraph.spec import Checked, Plan, check
from tfgraph.spec.reader import decode

FORMAT = 1


@dataclass(frozen=True)
class RunDirectory:
    """Where a run keeps what it leaves behind."""

    path: Path

    @property
    def checkpoint(self) -> Path:
        """The folder of the newest checkpoint."""
        return self.path / "checkpoints" / "last"

    def add_epoch(self, record: EpochRecord) -> None:
        """Add a line to metrics.jsonl.

        Nothing in it depends on the time that was taken: equal runs leave equal lines.
        """
        line: dict[str, Any] = {"epoch": record.epoch, "step": record.step, "loss": record.loss}
        if record.split:
            line[record.split] = finite(record.metrics)
        try:
            with (self.path / "metrics.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def manifest(self) -> dict[str, Any]:
        """What the run was made with; DataError where this is no run directory."""
        path = self.path / "manifest.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise DataError(
                f"`{self.path}` is no run directory: there is no `{path}`",
                help="`tfgraph train SPEC` makes one",
            ) from error
        except OSError as error:
            raise DataError(f"cannot read `{path}`: {error.strerror}") from error
        except ValueError as error:
            raise DataError(f"`{path}` is damaged: {error}") from error
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise DataError(f"`{path}` is not of format {FORMAT}")
        return found

    def check_spec(self, plugins: Sequence[str] = ()) -> Checked:
        """Read, validate and plan the spec as it was trained, with the plugin files given.

        Raises UsageError where it was trained with plugin files that are not given.
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
        path = self.path / "resolved.yaml"
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DataError(f"cannot read `{path}`: {error.strerror}") from error
        source, problems = decode(data, str(path))
        if problems:
            return Checked(source, None, tuple(problems))
        return check(
            source,
            folder=Path(manifest["folder"]),
            default_name=manifest["name"],
            registry=load_registry(plugins),
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
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise UsageError(
            f"`{path}` exists already: a run never overwrites anything",
            help="choose another directory with `--run`, or remove it",
        )


def create(
    path: Path, plan: Plan, command: Sequence[str], plugin_files: Sequence[str]
) -> RunDirectory:
    """Make the directory of a run that is about to start."""
    refuse_existing(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        write_text(path / "spec.yaml", plan.spec.source.text)
        # What was trained: the files that the spec extends may change, and settings are gone.
        write_text(path / "resolved.yaml", plan.spec.resolved_text())
        manifest = _manifest(plan, command, plugin_files)
        write_text(path / "manifest.json", json.dumps(manifest, indent=2) + "\n")
    except OSError as error:
        raise _unwritable(path, error) from error
    return RunDirectory(path)


def _manifest(plan: Plan, command: Sequence[str], plugin_files: Sequence[str]) -> dict[str, Any]:
    import numpy
    import tensorflow

    import tfgraph

    registry = load_registry(plugin_files)
    return {
        "format": FORMAT,
        "name": plan.spec.name,
        "spec": plan.spec.source.name,
        "folder": str(plan.spec.folder.resolve()),
        "seed": plan.spec.training.seed,
        "command": list(command),
        "plugins": [{"name": p.name, "origin": p.origin} for p in registry.plugins],
        "plugin_files": list(plugin_files),
        "versions": {
            "tfgraph": tfgraph.__version__,
            "tensorflow": tensorflow.__version__,
            "numpy": numpy.__version__,
            "python": platform.python_version(),
        },
    }


def finite(metrics: Mapping[str, float]) -> dict[str, float | None]:
    """The figures as JSON can say them: null for one that is not finite."""
    return {name: value if math.isfinite(value) else None for name, value in metrics.items()}


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(f"cannot write the run directory `{path}`: {error.strerror or error}")
