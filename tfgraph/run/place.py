"""Place: a folder that is held open, and found again where somebody has moved it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tfgraph.errors import DataError

_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
#: Room for a path in the answer of macOS.
_LONGEST_PATH = 1024


class Place:
    """Where a folder is, whatever happens to its name.

    Windows lets nobody rename a folder in which a file is open: there it stays where it is.

    Args:
        path: where it is now.
        descriptor: the open folder; None where the system opens none.
    """

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self.path = path
        self._descriptor = descriptor

    def find(self) -> Path | None:
        """Look where the folder is now: the path before if it has moved, else None.

        DataError where it is gone.
        """
        if self._descriptor is None or self._is_at(self.path):
            return None
        now = _path_of(self._descriptor)
        if now is None or not self._is_at(now):
            raise DataError(
                f"the run directory `{self.path}` is gone: somebody has deleted it, or moved it to "
                "another disk, while it was being trained in",
                help="where it has been moved to, it goes on with `--resume` from what was saved",
            )
        before, self.path = self.path, _shown(now, like=self.path)
        return before

    def _is_at(self, path: Path) -> bool:
        assert self._descriptor is not None
        try:
            return os.path.samestat(path.stat(), os.fstat(self._descriptor))
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True  # the system does not say: what is written there will show it


@contextmanager
def held(folder: Path) -> Iterator[Place]:
    """Hold a folder open while the block lasts."""
    descriptor = os.open(folder, os.O_RDONLY | _FOLDER) if os.name == "posix" else None
    try:
        yield Place(folder, descriptor)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _path_of(descriptor: int) -> Path | None:
    """Where an open folder is, as the system knows it; None where it does not."""
    try:
        return Path(f"/proc/self/fd/{descriptor}").readlink()
    except OSError:
        pass
    import fcntl

    ask = getattr(fcntl, "F_GETPATH", None)  # of macOS
    if ask is None:
        return None
    try:
        answer = fcntl.fcntl(descriptor, ask, bytes(_LONGEST_PATH))
    except OSError:
        return None
    return Path(os.fsdecode(answer.rstrip(b"\0")))


def _shown(path: Path, *, like: Path) -> Path:
    """A path as `like` was given: from the current folder on where that was so, and it is in it."""
    if not like.is_absolute() and path.is_relative_to(Path.cwd()):
        return path.relative_to(Path.cwd())
    return path
