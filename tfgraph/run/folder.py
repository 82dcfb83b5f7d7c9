"""RunFolder: what a run leaves behind, and finding it again."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tfgraph
from tfgraph.errors import DataError, UsageError
from tfgraph.graph import Graph, build
from tfgraph.registry import Registry, load_registry
from tfgraph.run import checkpoint
from tfgraph.run.progress import Epoch
from tfgraph.spec import Plan, check
from tfgraph.spec.reader import decode

SPEC = "spec.yaml"
MANIFEST = "manifest.json"
METRICS = "metrics.jsonl"
LAST = Path("checkpoints", "last")


class RunFolder:
    """The folder of one run: spec, manifest, a line of metrics an epoch, checkpoint."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, plan: Plan, command: str) -> RunFolder:
        """Make the folder; UsageError where there is something already."""
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise UsageError(
                f"`{path}` exists already", help="name another folder with --run, or remove it"
            )
        manifest = {
            "spec": plan.spec.source.name,
            "folder": str(plan.spec.folder.resolve()),
            "name": plan.spec.name,
            "seed": plan.spec.training.seed,
            "command": command,
            "versions": {
                "tfgraph": tfgraph.__version__,
                "tensorflow": version("tensorflow"),
                "numpy": version("numpy"),
                "python": platform.python_version(),
            },
        }
        folder = cls(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            (path / SPEC).write_text(plan.spec.source.text, encoding="utf-8")
            folder.write_json(MANIFEST, manifest)
        except OSError as error:
            raise DataError(f"cannot make the run `{path}`: {error.strerror}") from error
        return folder

    def write_json(self, name: str, value: Any) -> None:
        """Write a file of the run as JSON."""
        checkpoint.write_whole(self.path / name, (json.dumps(value, indent=2) + "\n").encode())

    def log(self, epoch: Epoch, step: int) -> None:
        """Add an epoch to the metrics."""
        line = {
            "epoch": epoch.number,
            "step": step,
            "train": {"loss": epoch.loss},
            epoch.split: dict(epoch.metrics),
            "seconds": round(epoch.seconds, 3),
        }
        try:
            with (self.path / METRICS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            raise DataError(f"cannot write to the run `{self.path}`: {error.strerror}") from error

    def save(self, graph: Graph) -> None:
        """Write the checkpoint of what the graph is now."""
        checkpoint.save(graph, self.path / LAST)

    def finish(self, metrics: Mapping[str, float], split: str, signal: int | None) -> None:
        """Note how the run ended."""
        manifest = self.manifest()
        manifest["ended"] = "finished" if signal is None else f"signal {signal}"
        manifest["metrics"] = {split: dict(metrics)} if metrics else {}
        self.write_json(MANIFEST, manifest)

    def manifest(self) -> dict[str, Any]:
        """The manifest; DataError where this is no run."""
        try:
            found = json.loads((self.path / MANIFEST).read_bytes())
        except OSError as error:
            raise DataError(
                f"`{self.path}` is not a run: {error.strerror}",
                help="name a folder that `tfgraph train` has made, like runs/mlp-1",
            ) from error
        except ValueError as error:
            raise DataError(f"the manifest of the run `{self.path}` is damaged") from error
        if not isinstance(found, dict):
            raise DataError(f"the manifest of the run `{self.path}` is damaged")
        return found


def open_run(path: str | Path, registry: Registry | None = None) -> Graph:
    """The graph of a run with the weights that it left.

    Raises DataError where the folder is no run or is damaged, and SpecError where its spec is not
    sound any more (a plugin is missing, say).
    """
    folder = RunFolder(Path(path))
    manifest = folder.manifest()
    try:
        data = (folder.path / SPEC).read_bytes()
    except OSError as error:
        raise DataError(f"cannot read the spec of the run: {error.strerror}") from error
    source, problems = decode(data, str(folder.path / SPEC))
    if problems:
        raise DataError(f"the spec of the run `{path}` is damaged")
    checked = check(
        source,
        folder=Path(str(manifest.get("folder", "."))),
        default_name=str(manifest.get("name", "spec")),
        registry=registry or load_registry(),
    )
    graph = build(checked.sound())
    checkpoint.load(graph, folder.path / LAST)
    return graph


def next_run(name: str, parent: Path = Path("runs")) -> Path:
    """The first of `runs/<name>-1`, `-2`, … that is free."""
    number = 1
    while (parent / f"{name}-{number}").exists():
        number += 1
    return parent / f"{name}-{number}"


def command_line() -> str:
    """The command as it was typed, about."""
    return " ".join(["tfgraph", *sys.argv[1:]])
