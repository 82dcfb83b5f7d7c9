"""Contents: the files of one checkpoint, written and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tfgraph.errors import DataError
from tfgraph.run import files
from tfgraph.run.history import Monitored
from tfgraph.run.manifest import (
    Manifest,
    most_bytes,
    read_manifest,
    sealed_manifest,
    verified,
)
from tfgraph.run.names import ARRAYS, MANIFEST, METRICS
from tfgraph.run.packing import DAMAGE, pack, unpack
from tfgraph.run.refusals import LogTooLongError

NAMES = (MANIFEST, ARRAYS, METRICS)
#: A log beyond it is not written, for it would not be read.
MOST_LOG = 1 << 30


def write(folder: Path, arrays: Mapping[str, Any], log: bytes, known: Manifest) -> None:
    """Make the folder of a checkpoint, all of it on the disk; OSError where that fails.

    `known` is its manifest but for what the files hold.
    """
    files.make_folder(folder)
    with files.created(folder / ARRAYS) as file:
        forms = pack(file, arrays)
    with files.created(folder / METRICS) as text:
        text.write(log)
    manifest = replace(known, files={ARRAYS: file.written, METRICS: text.written}, arrays=forms)
    with files.created(folder / MANIFEST) as last:
        last.write(sealed_manifest(manifest))
    files.sync_folder(folder)


def refuse_long(path: Path, log: bytes) -> None:
    """Raise LogTooLongError where a checkpoint with this log could never be read."""
    if len(log) > MOST_LOG:
        run = path.parent.parent
        raise LogTooLongError(
            f"cannot write `{path}`: the log of the run has {len(log):,} bytes by now, over "
            f"{MOST_LOG:,}",
            help=f"`tfgraph train SPEC --from {run}` begins a run of its own with its weights, and "
            "an empty log",
        )


def rejudge(path: Path, manifest: Manifest, monitored: Monitored | None) -> None:
    """Put another figure into the manifest of a checkpoint; DataError where that fails.

    It is the old or the new one at any moment.
    """
    changed = replace(manifest, monitored=monitored)
    files.write_whole(path / MANIFEST, sealed_manifest(changed))


def read(path: Path, step: int) -> tuple[Manifest, dict[str, Any], str]:
    """The manifest, the arrays and the log of a checkpoint; DataError where it is damaged.

    UnreadableError where it may be whole and cannot be read here.
    """
    files.names_in(path.parent)  # it is no link
    manifest = manifest_in(path, step)
    try:
        with verified(path / METRICS, manifest, MOST_LOG) as file:
            log = file.read(manifest.files[METRICS].size).decode()
        with verified(path / ARRAYS, manifest, most_bytes(manifest)) as file:
            arrays = unpack(file, manifest.arrays)
        if "step" in arrays and int(arrays["step"]) != step:
            raise ValueError(f"{ARRAYS} is that of step {int(arrays['step'])}")
    except DAMAGE as error:
        raise _damaged(path, error) from error
    return manifest, arrays, log


def manifest_in(path: Path, step: int) -> Manifest:
    """The manifest of a checkpoint; DataError and UnreadableError as for `read`."""
    if files.kind(path) != "folder":
        raise _damaged(path, "it is no folder")
    try:
        manifest = read_manifest(path / MANIFEST)
    except ValueError as error:
        raise _damaged(path, f"its {MANIFEST} cannot be trusted: {error}") from error
    if manifest.step != step:
        raise _damaged(path, f"its {MANIFEST} is that of step {manifest.step}")
    return manifest


def _damaged(path: Path, reason: object) -> DataError:
    return DataError(f"the checkpoint `{path}` is damaged: {reason}")
