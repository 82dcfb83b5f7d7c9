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
from tfgraph.run import contents, files
from tfgraph.run.contents import NAMES, manifest_in
from tfgraph.run.history import Monitored
from tfgraph.run.manifest import Manifest
from tfgraph.run.missing import anew
from tfgraph.run.names import MANIFEST, STEP
from tfgraph.run.ranking import ranked
from tfgraph.run.refusals import NO_MEMORY, UnreadableError, reason, unwritable
from tfgraph.words import listed


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
        #: What the manifests say that this process has written, or read to prune.
        self._figures: dict[int, Monitored | None] = {}

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
        try:
            return any(files.kind(path / name) is not None for name in NAMES)
        except UnreadableError:  # whether there is something in it is not for us to see
            return True

    # ---- writing

    def save(self, arrays: Mapping[str, Any], saved: Saved) -> Path:
        """Write a checkpoint aside and rename it; DataError, and nothing changed, where that fails.

        One that is there already, whole, is left as it is: to have its name on the disk may have
        failed alone. Raises UnreadableError where there is one that may be whole.
        """
        path, log = self.path(saved.step), saved.log.encode()
        contents.refuse_long(path, log)
        known = Manifest(saved.step, saved.seconds, saved.monitored, {}, {})
        try:
            if files.kind(path) and self._is_sound(saved.step):
                files.sync_folder(self.folder)
                return path
            files.make_folder(self.folder)
            files.names_in(self.folder)  # it is no link
            temporary = files.aside(path)
            try:
                contents.write(temporary, arrays, log, known)
                if files.kind(path):
                    self._put_away(path)
                files.rename(temporary, path)
            except BaseException:
                _forgiven(temporary)
                raise
            self._figures[saved.step] = saved.monitored
            files.sync_folder(self.folder)
        except OSError as error:
            needed = sum(array.nbytes for array in arrays.values()) + len(log)
            raise unwritable(path, error, needed=needed) from error
        except MemoryError as error:
            raise DataError(f"cannot write `{path}`: {NO_MEMORY}") from error
        return path

    def rejudge(self, step: int, monitored: Monitored | None) -> None:
        """Have a checkpoint say something else of how good it is; DataError where that fails.

        One that cannot be read is left as it is.
        """
        path = self.path(step)
        try:
            manifest = manifest_in(path, step)
        except DataError:
            return
        if manifest.monitored != monitored:
            contents.rejudge(path, manifest, monitored)
        self._figures[step] = monitored

    def figures(self) -> dict[int, Monitored | None]:
        """The figures that the checkpoints were saved with, by step, for the process that saves.

        Each is read once. A damaged one has none; those are left out that cannot be read here.
        """
        steps = self.steps()
        for step in steps:
            if step not in self._figures:
                try:
                    self._figures[step] = manifest_in(self.path(step), step).monitored
                except UnreadableError:
                    continue
                except DataError:
                    self._figures[step] = None
        return {step: self._figures[step] for step in steps if step in self._figures}

    def prune(self, keep: int, newest: int) -> None:
        """Delete all up to the step `newest` but the last `keep` and the best.

        Where the best is so only as long as the run ends with it, the best of the others is kept
        as well. Later ones are those of a run that went on from `newest`, because they are damaged.
        Those are left that cannot be read here. DataError where it fails.
        """
        figures = self.figures()
        best = [ranked(figures, end=end)[:1] for end in (True, False)]
        for step in [step for step in figures if step <= newest][:-keep]:
            if [step] not in best:
                path = self.path(step)
                try:
                    self._put_away(path)
                except OSError as error:
                    raise DataError(f"cannot delete `{path}`: {reason(error)}") from error
                del self._figures[step]

    def delete(self) -> None:
        """Delete all checkpoints, and the folder if nothing else is in it; OSError where it fails."""
        for step in self.steps():
            files.delete_folder(self.path(step), NAMES)
        files.delete_folder(self.folder, ())

    def tidy(self) -> None:
        """Delete what processes that have died began to write or to delete; OSErrors are let be."""
        for path in files.leftovers(self.folder, STEP):
            _forgiven(path)
        for step in self.steps():
            with suppress(DataError):
                for path in files.leftovers(self.path(step), re.escape(MANIFEST)):
                    if files.kind(path) == "file":
                        files.delete(path)

    def _put_away(self, path: Path) -> None:
        """Delete a checkpoint: renamed first, so that no half of it is taken for one.

        What else has been put there stays, beside it.
        """
        away = files.aside(path)
        files.rename(path, away)
        if not files.delete_folder(away, NAMES):
            files.rename(away, files.free(path.with_name(f"{path.name}-others")))

    def _is_sound(self, step: int) -> bool:
        try:
            self.load(step)
        except UnreadableError:
            raise
        except DataError:
            return False
        return True

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
        manifest, arrays, log = contents.read(path, step)
        return Checkpoint(path, arrays, Saved(step, manifest.seconds, log, manifest.monitored))

    def last(self, *, wary: bool = False) -> Checkpoint:
        """The newest checkpoint that is sound; DataError where there is none.

        `wary` for a run that writes damaged ones again: UnreadableError where one may be whole.
        """
        return self._first_sound(reversed(self.steps()), wary=wary) or self.last(wary=wary)

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
                found[step] = manifest_in(self.path(step), step).monitored
            except DataError as error:
                if not files.kind(self.path(step)):  # deleted meanwhile
                    return self.monitored()
                found[step] = None
                damaged.append(error.message)
        return found, damaged

    def _first_sound(self, steps: Iterable[int], *, wary: bool = False) -> Checkpoint | None:
        """The first that is sound; None where the process that trains has deleted one meanwhile."""
        damaged: list[str] = []
        for step in steps:
            try:
                found = self.load(step)
            except DataError as error:
                if wary and isinstance(error, UnreadableError):
                    raise self._in_the_way(step, error) from error
                if not files.kind(self.path(step)):
                    return None
                damaged.append(error.message)
            else:
                return Checkpoint(found.folder, found.arrays, found.saved, tuple(damaged))
        message = f"there is no checkpoint in `{self.folder}`"
        if damaged:
            more = f" (and {len(damaged) - 1} more)" if len(damaged) > 1 else ""
            message = f"no checkpoint in `{self.folder}` is sound: {damaged[0]}{more}"
        raise DataError(message, help=anew(self.folder.parent, "one"))

    def _in_the_way(self, step: int, error: UnreadableError) -> UnreadableError:
        """The error of a checkpoint that may be whole, with what lets its run go on."""
        help = error.help or "make it readable again"
        if step != min(self.steps()):
            aside = f"move `{self.path(step)}` to another folder"
            help += f"; or {aside}, and the run goes on from an earlier checkpoint"
        return UnreadableError(error.message, help=help)


def _forgiven(folder: Path) -> None:
    with suppress(OSError, DataError):
        files.delete_folder(folder, NAMES)
