"""Checkpoints: the state of a training after some steps, each a folder that is there whole or not.

    checkpoints/step-500/
      arrays.npz      every variable that training changes, by name
      metrics.jsonl   the log of the run up to this step
      manifest.json   the step, the time taken, the SHA-256 of the files and of itself

Nothing points at the newest or the best of them: which it is follows from their names and
manifests, so that no crash can leave a pointer that leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
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
from tfgraph.run.names import ARRAYS, MANIFEST, METRICS, STEP
from tfgraph.run.packing import DAMAGE, pack, unpack
from tfgraph.run.ranking import ranked
from tfgraph.run.refusals import NO_MEMORY, reason, unwritable
from tfgraph.words import listed

_FILES = (MANIFEST, ARRAYS, METRICS)
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
    """A checkpoint that has been read and is sound.

    `damaged` says what is wrong with those that would have been taken rather.
    """

    folder: Path
    arrays: Mapping[str, Any]
    saved: Saved
    damaged: tuple[str, ...] = ()


class Store:
    """The checkpoints of a run, in its folder `checkpoints`.

    One process writes at a time, the one that has the lock of the run; others may read meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, step: int) -> Path:
        """Where the checkpoint of a step stands."""
        return self.folder / f"step-{step}"

    def steps(self) -> list[int]:
        """The steps that have a checkpoint, sound or not, ascending; an empty folder is none."""
        names = files.names_in(self.folder)
        steps = [name for name in names if re.fullmatch(STEP, name)]
        empty = {name for name in steps if not self._holds_something(self.folder / name)}
        gone = any(files.kind(self.folder / name) is None for name in empty)
        if gone and files.names_in(self.folder) != names:
            return self.steps()  # deleted meanwhile: there are others now
        return sorted(int(name.partition("-")[2]) for name in steps if name not in empty)

    @staticmethod
    def _holds_something(path: Path) -> bool:
        if (kind := files.kind(path)) != "folder":
            return kind is not None
        return any(files.kind(path / name) is not None for name in _FILES)

    # ---- writing

    def save(self, arrays: Mapping[str, Any], saved: Saved) -> Path:
        """Write a checkpoint aside and rename it; DataError, and nothing changed, where that fails.

        One that is there already, whole, is left as it is: to have its name on the disk may have
        failed alone.
        """
        path = self.path(saved.step)
        try:
            if files.kind(path) and self._is_sound(saved.step):
                files.sync_folder(self.folder)
                return path
            files.make_folder(self.folder)
            files.names_in(self.folder)  # it is no link
            temporary = files.aside(path)
            try:
                self._write(temporary, arrays, saved)
                if files.kind(path):
                    self._put_away(path)
                files.rename(temporary, path)
            except BaseException:
                _forgiven(temporary)
                raise
            files.sync_folder(self.folder)
        except OSError as error:
            needed = sum(array.nbytes for array in arrays.values()) + len(saved.log)
            raise unwritable(path, error, needed=needed) from error
        except MemoryError as error:
            raise DataError(f"cannot write `{path}`: {NO_MEMORY}") from error
        return path

    def _write(self, folder: Path, arrays: Mapping[str, Any], saved: Saved) -> None:
        files.make_folder(folder)
        with files.created(folder / ARRAYS) as file:
            forms = pack(file, arrays)
        with files.created(folder / METRICS) as log:
            log.write(saved.log.encode())
        manifest = Manifest(
            saved.step,
            saved.seconds,
            saved.monitored,
            {ARRAYS: file.written, METRICS: log.written},
            forms,
        )
        with files.created(folder / MANIFEST) as last:
            last.write(sealed_manifest(manifest))
        files.sync_folder(folder)

    def prune(self, keep: int, newest: int) -> None:
        """Delete all up to the step `newest` but the last `keep` and the best.

        Where the best is so only as long as the run ends with it, the best of the others is kept
        as well. Later ones are those of a run that went on from `newest`, because they are damaged.
        DataError where it fails.
        """
        figures, _ = self.monitored()
        best = [ranked(figures, end=end)[:1] for end in (True, False)]
        for step in [step for step in figures if step <= newest][:-keep]:
            if [step] not in best:
                path = self.path(step)
                try:
                    self._put_away(path)
                except OSError as error:
                    raise DataError(f"cannot delete `{path}`: {reason(error)}") from error

    def delete(self) -> None:
        """Delete all checkpoints, and the folder if nothing else is in it; OSError where it fails."""
        for step in self.steps():
            files.delete_folder(self.path(step), _FILES)
        files.delete_folder(self.folder, ())

    def tidy(self) -> None:
        """Delete what processes that have died began to write or to delete; OSErrors are let be."""
        for path in files.leftovers(self.folder, STEP):
            _forgiven(path)

    def _put_away(self, path: Path) -> None:
        """Delete a checkpoint: renamed first, so that no half of it is taken for one.

        What else has been put there stays, beside it.
        """
        away = files.aside(path)
        files.rename(path, away)
        if not files.delete_folder(away, _FILES):
            files.rename(away, files.free(path.with_name(f"{path.name}-others")))

    def _is_sound(self, step: int) -> bool:
        with suppress(DataError):
            self.load(step)
            return True
        return False

    # ---- reading

    def load(self, step: int) -> Checkpoint:
        """The checkpoint of a step; DataError where there is none, or it is damaged."""
        path = self.path(step)
        if not self._holds_something(path):
            steps = self.steps()
            raise DataError(
                f"there is no checkpoint of step {step} in `{self.folder}`",
                help=f"there are those of {listed(map(str, steps))}" if steps else "",
            )
        files.names_in(self.folder)
        manifest = self._manifest(step)
        try:
            with verified(path / METRICS, manifest, _MOST_LOG) as file:
                text = file.read(manifest.files[METRICS].size).decode()
            with verified(path / ARRAYS, manifest, most_bytes(manifest)) as file:
                arrays = unpack(file, manifest.arrays)
            if "step" in arrays and int(arrays["step"]) != step:
                raise ValueError(f"{ARRAYS} is that of step {int(arrays['step'])}")
        except DAMAGE as error:
            raise _damaged(path, error) from error
        return Checkpoint(path, arrays, Saved(step, manifest.seconds, text, manifest.monitored))

    def last(self) -> Checkpoint:
        """The newest checkpoint that is sound; DataError where there is none."""
        return self._first_sound(reversed(self.steps())) or self.last()

    def best_step(self) -> int | None:
        """The step of the best checkpoint by its monitored figure; the first of equal ones."""
        return next(iter(ranked(self.monitored()[0])), None)

    def best(self) -> Checkpoint | None:
        """The best checkpoint that is sound; None where no figure tells which it is.

        One that is too damaged to say how good it is may have been better: it is among the
        `damaged` ones. DataError where only such ones are left, or no sound one.
        """
        figures, damaged = self.monitored()
        steps = ranked(figures)
        if not steps and damaged:
            raise DataError(damaged[0])
        if not steps:
            return None
        found = self._first_sound(steps)
        return replace(found, damaged=(*damaged, *found.damaged)) if found else self.best()

    def monitored(self) -> tuple[dict[int, Monitored | None], list[str]]:
        """The figures that checkpoints were saved with, by step; what is wrong with damaged ones."""
        found: dict[int, Monitored | None] = {}
        damaged: list[str] = []
        for step in self.steps():
            try:
                found[step] = self._manifest(step).monitored
            except DataError as error:
                if not files.kind(self.path(step)):  # deleted meanwhile
                    return self.monitored()
                found[step] = None
                damaged.append(error.message)
        return found, damaged

    def _first_sound(self, steps: Iterable[int]) -> Checkpoint | None:
        """The first that is sound; None where the process that trains has deleted one meanwhile."""
        damaged: list[str] = []
        for step in steps:
            try:
                found = self.load(step)
            except DataError as error:
                if not files.kind(self.path(step)):
                    return None
                damaged.append(error.message)
            else:
                return Checkpoint(found.folder, found.arrays, found.saved, tuple(damaged))
        if damaged:
            more = f" (and {len(damaged) - 1} more)" if len(damaged) > 1 else ""
            raise DataError(f"no checkpoint in `{self.folder}` is sound: {damaged[0]}{more}")
        raise DataError(f"there is no checkpoint in `{self.folder}`")

    def _manifest(self, step: int) -> Manifest:
        path = self.path(step)
        if files.kind(path) != "folder":
            raise DataError(f"the checkpoint `{path}` is damaged: it is no folder")
        try:
            manifest = read_manifest(path / MANIFEST)
        except ValueError as error:
            raise _damaged(path, f"its {MANIFEST} cannot be trusted: {error}") from error
        if manifest.step != step:
            raise _damaged(path, f"its {MANIFEST} is that of step {manifest.step}")
        return manifest


def _forgiven(folder: Path) -> None:
    with suppress(OSError, DataError):
        files.delete_folder(folder, _FILES)


def _damaged(folder: Path, reason: object) -> DataError:
    return DataError(f"the checkpoint `{folder}` is damaged: {reason}")
