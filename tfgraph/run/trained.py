"""Trained: the spec of a run, read again as it was trained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tfgraph.errors import DataError
from tfgraph.registry import load_registry
from tfgraph.run import files
from tfgraph.run.begun import fingerprint
from tfgraph.run.directory import RunDirectory
from tfgraph.run.missing import anew
from tfgraph.run.names import RESOLVED
from tfgraph.run.plugins import refuse_lost, refuse_missing_files
from tfgraph.run.trust import refuse_foreign_data
from tfgraph.spec import Checked, check
from tfgraph.spec.nodes import Mapping
from tfgraph.spec.reader import MAX_BYTES, decode, read


def check_trained(
    run: RunDirectory,
    plugins: Sequence[str] = (),
    settings: Sequence[str] = (),
    *,
    edited: bool = False,
) -> Checked:
    """Read, validate and plan the spec of a run, with the plugin files given.

    `settings` change it. Raises UsageError where it was trained with plugin files that are
    not given, or has a type of a plugin that is not installed any more; DataError where somebody
    has edited it since, unless it may be `edited`.
    """
    manifest = run.manifest()
    registry = load_registry(plugins)
    refuse_missing_files(run, registry)
    path = run.path / RESOLVED
    if files.kind(path) is None:
        message = f"the run `{run.path}` is damaged: there is no `{path}`"
        raise DataError(message, help=anew(run.path))
    content = files.read_regular(path, MAX_BYTES)
    if not edited and fingerprint(content) not in manifest["resolved"]:
        raise DataError(
            f"`{path}` is not what `{run.path}` was trained with: it has been edited since",
            help=f"put it back as it was; `--set` changes how long a run goes on, and another "
            f"spec begins a run of its own with `tfgraph train SPEC --from {run.path}`",
        )
    source, problems = decode(content, str(path))
    if problems:
        return Checked(source, None, tuple(problems))
    node = read(source).node
    if isinstance(node, Mapping) and node.get("extends"):
        raise DataError(f"`{path}` is not what `train` wrote: it extends another file")

    def made(settings: Sequence[str]) -> Checked:
        return check(
            source,
            folder=Path(manifest["folder"]),
            default_name=manifest["name"],
            registry=registry,
            settings=settings,
        )

    checked = made(settings)
    if checked.plan:
        refuse_foreign_data(checked.plan, run.path)
    else:
        # A type that a setting has wrong was never any plugin's.
        refuse_lost(made(()) if settings else checked, run, registry)
    return checked
