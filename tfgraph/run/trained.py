"""Trained: the spec of a run, read again as it was trained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tfgraph.errors import DataError, UsageError
from tfgraph.registry import load_registry
from tfgraph.run import files
from tfgraph.run.begun import fingerprint
from tfgraph.run.directory import RunDirectory
from tfgraph.run.names import RESOLVED
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
    not given; DataError where somebody has edited it since, unless it may be `edited`.
    """
    manifest = run.manifest()
    given = {Path(file).name for file in plugins}
    missing = [f for f in manifest["plugin_files"] if Path(f).name not in given]
    if missing:
        options = " ".join(f"--plugin {file}" for file in missing)
        raise UsageError(
            f"the run `{run.path}` was trained with the plugin file `{missing[0]}`",
            help=f"give it again: `tfgraph {options} …`",
        )
    path = run.path / RESOLVED
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
    checked = check(
        source,
        folder=Path(manifest["folder"]),
        default_name=manifest["name"],
        registry=load_registry(plugins),
        settings=settings,
    )
    if checked.plan:
        refuse_foreign_data(checked.plan, run.path)
    return checked
