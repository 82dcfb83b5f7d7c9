"""Checkpoints: the state of a training after some steps, each a folder that is there whole or not.

    checkpoints/step-500/
      arrays.npz      every variable that training changes, by name
      metrics.jsonl   the log of the run up to this step
      manifest.json   the step, the time taken, the SHA-256 of the files and of itself

Nothing points at the newest or the best of them: which it is follows from their names and
manifests, so that no crash can leave a pointer that leads nowhere.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tfgraph.diagnostics import listed
from tfgraph.errors import DataError
from tfgraph.lazy import np
from tfgraph.run import files
from tfgraph.run.history import Monitored

FORMAT = 2
_ARRAYS, _LOG, _MANIFEST = "arrays.npz", "metrics.jsonl", "manifest.json"
_FILES = (_ARRAYS, _LOG, _MANIFEST)
_STEP = r"step-(0|[1-9][0-9]{0,17})"
_MOST_MANIFEST = 64 << 20
_MOST_LOG = 1 << 30


@dataclass(frozen=True)
class Saved:
    """What a checkpoint knows beside the arrays.

    Args:
        step: the number of steps made.
        seconds: how long training has taken so far.
        log: the text of metrics.jsonl so far.
        monitored: the figure that tells the best, where it was evaluated at this step.
    """

    step: int
    seconds: float
    log: str
    monitored: Monitored | None = None


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that has been read and is sound; `damaged` are newer ones that are not."""

    folder: Path
    arrays: Mapping[str, Any]
    saved: Saved
    damaged: tuple[str, ...] = field(default=())


class Store:
    """The checkpoints of a run, in its folder `checkpoints`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, step: int) -> Path:
        """Where the checkpoint of a step stands."""
        return self.folder / f"step-{step}"

    def steps(self) -> list[int]:
        """The steps that have a checkpoint, sound or not, ascending."""
        if not files.is_folder(self.folder):
            return []
        names = (re.fullmatch(_STEP, path.name) for path in self.folder.iterdir())
        return sorted(int(match[1]) for match in names if match)

    def save(self, arrays: Mapping[str, Any], saved: Saved) -> Path:
        """Write a checkpoint aside and rename it; DataError, and nothing changed, where that fails.

        One that is there already, whole, is left as it is.
        """
        path = self.path(saved.step)
        if self._is_sound(path):
            return path
        temporary = files.aside(path)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            files.delete_folder(temporary, _FILES)
            temporary.mkdir()
            self._write(temporary, arrays, saved)
            files.sync_folder(temporary)
            if path.exists() or path.is_symlink():
                self._put_away(path)
            temporary.rename(path)
            files.sync_folder(self.folder)
        except OSError as error:
            _forgiven(temporary)
            raise files.unwritable(path, error) from error
        return path

    def _write(self, folder: Path, arrays: Mapping[str, Any], saved: Saved) -> None:
        hashes = {}
        for name, write in (
            (_ARRAYS, lambda file: _pack(file, arrays)),
            (_LOG, lambda file: file.write(saved.log.encode())),
        ):
            hashed: list[_Hashing] = []

            def through(file: Any, write: Any = write, hashed: Any = hashed) -> None:
                hashed.append(_Hashing(file))
                write(hashed[0])

            files.write_synced(folder / name, through)
            hashes[name] = {"sha256": hashed[0].digest.hexdigest(), "bytes": hashed[0].bytes}
        manifest = {
            "format": FORMAT,
            "step": saved.step,
            "seconds": saved.seconds,
            "monitored": vars(saved.monitored) if saved.monitored else None,
            "files": hashes,
            "arrays": {
                name: {"shape": list(array.shape), "dtype": array.dtype.name}
                for name, array in arrays.items()
            },
        }
        text = _sealed(manifest)
        files.write_synced(folder / _MANIFEST, lambda file: file.write(text.encode()))

    def load(self, step: int) -> Checkpoint:
        """The checkpoint of a step; DataError where there is none, or it is damaged."""
        path = self.path(step)
        if not (path.exists() or path.is_symlink()):
            raise DataError(
                f"there is no checkpoint of step {step} in `{self.folder}`",
                help=f"there are those of {listed(map(str, self.steps()))}" if self.steps() else "",
            )
        manifest = _manifest(path)
        saved = Saved(
            manifest["step"],
            manifest["seconds"],
            _checked(path / _LOG, manifest, _MOST_LOG).decode(),
            Monitored(**manifest["monitored"]) if manifest["monitored"] else None,
        )
        if saved.step != step:
            raise _damaged(path, f"its {_MANIFEST} is that of step {saved.step}")
        return Checkpoint(path, _arrays(path, manifest), saved)

    def last(self) -> Checkpoint:
        """The newest checkpoint that is sound; DataError where there is none."""
        damaged: list[str] = []
        for step in reversed(self.steps()):
            try:
                found = self.load(step)
            except DataError as error:
                damaged.append(error.message)
            else:
                return Checkpoint(found.folder, found.arrays, found.saved, tuple(damaged))
        if damaged:
            raise DataError(
                f"no checkpoint in `{self.folder}` is sound: {damaged[0]}"
                + (f" (and {len(damaged) - 1} more)" if len(damaged) > 1 else "")
            )
        raise DataError(f"there is no checkpoint in `{self.folder}`")

    def best_step(self) -> int | None:
        """The step of the best checkpoint by its monitored figure; the first of equal ones."""
        best: Monitored | None = None
        found = None
        for step in self.steps():
            try:
                monitored = _manifest(self.path(step))["monitored"]
            except DataError:
                continue
            now = Monitored(**monitored) if monitored else None
            if now and now.beats(best.value if best else None):
                best, found = now, step
        return found

    def best(self) -> Checkpoint | None:
        """The best checkpoint; None where no figure tells which it is."""
        step = self.best_step()
        return None if step is None else self.load(step)

    def prune(self, keep: int) -> None:
        """Delete all but the newest `keep` and the best; DataError where that fails."""
        best = self.best_step()
        for step in self.steps()[:-keep]:
            if step != best:
                try:
                    self._put_away(self.path(step))
                except OSError as error:
                    raise files.unwritable(self.path(step), error) from error

    def tidy(self) -> None:
        """Delete what processes that have died began to write or to delete; OSErrors are let be."""
        for path in files.leftovers(self.folder, f"{_STEP}(-old)?"):
            _forgiven(path)

    def _put_away(self, path: Path) -> None:
        """Delete a checkpoint: renamed first, so that no half of it is taken for one."""
        away = files.aside(path.with_name(f"{path.name}-old"))
        path.rename(away)
        files.delete_folder(away, _FILES)

    def _is_sound(self, path: Path) -> bool:
        if not files.is_folder(path):
            return False
        try:
            manifest = _manifest(path)
            _checked(path / _LOG, manifest, _MOST_LOG)
            _arrays(path, manifest)
        except DataError:
            return False
        return True


def _forgiven(folder: Path) -> None:
    try:
        files.delete_folder(folder, _FILES)
    except OSError:
        return


class _Hashing(io.RawIOBase):
    """A file that is written through it, hashed and counted on the way; it cannot be sought in."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()
        self.bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.file.write(data)
        self.digest.update(data)
        self.bytes += memoryview(data).nbytes
        return memoryview(data).nbytes


def _pack(file: Any, arrays: Mapping[str, Any]) -> None:
    np.savez(file, **{name: _storable(array) for name, array in arrays.items()})


def _storable(array: Any) -> Any:
    """bfloat16 is no dtype of NumPy's: its bytes are stored as those of an integer."""
    return array.view(np.uint16) if array.dtype.name == "bfloat16" else array


def _sealed(manifest: dict[str, Any]) -> str:
    """A manifest as text, with the SHA-256 of all the rest of it."""
    text = json.dumps(manifest, indent=1, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps({**manifest, "sha256": digest}, indent=1, sort_keys=True) + "\n"


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a checkpoint; DataError unless it is byte by byte what was written."""
    if not files.is_folder(folder):
        raise DataError(f"`{folder}` is no folder")
    path = folder / _MANIFEST
    text = files.read_regular(path, _MOST_MANIFEST)
    try:
        manifest: dict[str, Any] = json.loads(text)
        rest = {key: value for key, value in manifest.items() if key != "sha256"}
        sealed = _sealed(rest).encode()
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise _damaged(folder, f"its {_MANIFEST} cannot be read") from error
    if manifest.get("format") != FORMAT and isinstance(manifest.get("format"), int):
        raise DataError(
            f"the checkpoint `{folder}` is of format {manifest['format']}, not {FORMAT}"
        )
    if sealed != text:
        raise _damaged(folder, f"its {_MANIFEST} is not what was saved")
    return manifest


def _checked(path: Path, manifest: Mapping[str, Any], most: int) -> bytes:
    """The bytes of a file of a checkpoint, which have the hash that the manifest says."""
    expected = manifest["files"][path.name]
    data = files.read_regular(path, most)
    if len(data) != expected["bytes"]:
        what = f"{path.name} has {len(data):,} bytes, not {expected['bytes']:,}"
        raise _damaged(path.parent, what)
    if hashlib.sha256(data).hexdigest() != expected["sha256"]:
        raise _damaged(path.parent, f"{path.name} has another SHA-256 than when it was saved")
    return data


def _arrays(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    data = _checked(folder / _ARRAYS, manifest, manifest["files"][_ARRAYS]["bytes"])
    found = {}
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as packed:
            for name, expected in manifest["arrays"].items():
                found[name] = packed[name].view(_numpy_dtype(expected["dtype"]))
                if list(found[name].shape) != expected["shape"]:
                    raise ValueError(f"{name} is of another shape")
    except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise _damaged(folder, str(error)) from error
    return found


def _numpy_dtype(name: str) -> Any:
    if name != "bfloat16":
        return np.dtype(name)
    from tfgraph.lazy import tf

    return tf.bfloat16.as_numpy_dtype


def _damaged(folder: Path, reason: str) -> DataError:
    return DataError(f"the checkpoint `{folder}` is damaged: {reason}")
