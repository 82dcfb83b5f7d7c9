"""What a command does to the machine: an audit hook that notes what leads out of a run directory."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Events that change what lies at a path; the number of their arguments that are paths.
_CHANGING = {
    **dict.fromkeys(("os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod"), 1),
    **dict.fromkeys(("os.chown", "os.utime"), 1),
    **dict.fromkeys(("os.rename", "os.link", "os.symlink"), 2),
}
_NEVER = (
    *("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "socket.connect"),
    "pickle.find_class",
)


class Watch:
    """Notes what is written outside of `writable`, read in `secret`, run or unpickled."""

    def __init__(self) -> None:
        self.armed = False
        self.writable: Path | None = None
        self.secret = Path()
        self.offences: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.armed and self.offends(event, arguments):
            self.offences.append(f"{event} {arguments!r:.200}")

    def offends(self, event: str, arguments: tuple[Any, ...]) -> bool:
        if event == "open":
            path, _, flags = arguments
            if not isinstance(path, (str, bytes)):
                return False
            return self.inside(path, self.secret) or (
                bool(flags & _WRITING) and not self.may_change(path)
            )
        if event in _CHANGING:
            return not all(self.may_change(path) for path in arguments[: _CHANGING[event]])
        return event in _NEVER

    def may_change(self, path: Any) -> bool:
        if isinstance(path, int):  # an open file, which was seen when it was opened
            return True
        return self.writable is not None and self.inside(path, self.writable)

    @staticmethod
    def inside(path: Any, folder: Path) -> bool:
        """Whether a path leads into a folder, links followed."""
        real = os.path.realpath(os.fsdecode(path))
        return real == str(folder) or real.startswith(f"{folder}{os.sep}")

    @contextmanager
    def over(self, *, secret: Path, writable: Path | None = None) -> Iterator[list[str]]:
        """Watch what is done in a block."""
        self.secret, self.writable = secret.resolve(), writable and writable.resolve()
        self.offences, self.armed = [], True
        try:
            yield self.offences
        finally:
            self.armed = False


WATCH = Watch()
_hooked: list[Watch] = []


def watch() -> Watch:
    """The one watch of this process: an audit hook cannot be taken away again."""
    if not _hooked:
        sys.addaudithook(WATCH)
        _hooked.append(WATCH)
    return WATCH
