"""The calls of the system that a run makes to write its files, one of which fails.

`tfgraph.run.files` makes them all through its name `os`, in whose place a `Faulty` stands.
"""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tfgraph.run import files

#: The calls that are counted: all that `files` may make but those that give something back.
CALLS = (
    *("open", "write", "fsync", "fstat", "lstat", "ftruncate", "listdir"),
    *("replace", "rename", "mkdir", "rmdir", "unlink"),
)
REASONS = (errno.ENOSPC, errno.EIO, errno.EACCES)


class PowerCut(BaseException):
    """The process has ended here, and does nothing more."""


class Faulty:
    """The module `os`, whose call number `at` fails, counted from 0; `done` are those made.

    `failure` is a number of an error, or what the call does instead.
    """

    def __init__(self, at: int | None, failure: int | Callable[..., Any]) -> None:
        self.at = at
        self.failure = failure
        self.done: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(os, name)
        if name == "fsync":  # whether it failed is all that a process learns of it
            found = os.fstat
        return self.counted(name, found) if name in CALLS else found

    def counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            self.done.append(name)
            if len(self.done) - 1 != self.at:
                return real(*arguments, **options)
            if isinstance(self.failure, int):
                raise OSError(self.failure, os.strerror(self.failure), str(arguments[0]))
            return self.failure(name, real, *arguments, **options)

        return call


class Refusing:
    """The module `os`, which opens no file of one name."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.number = number

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: Any, *arguments: Any) -> int:
        if str(path).endswith(self.name):
            raise OSError(self.number, os.strerror(self.number), str(path))
        return os.open(path, *arguments)


@contextmanager
def refusing(name: str, number: int) -> Iterator[None]:
    """Let the system refuse to open a file while the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "os", Refusing(name, number))
        yield


def short_write(name: str, real: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """A write that takes a part of what it is given; other calls do what they do."""
    if name == "write" and len(arguments[1]) > 1:
        return real(arguments[0], arguments[1][: len(arguments[1]) // 2])
    return real(*arguments, **options)


@contextmanager
def faulty(at: int | None, failure: int | Callable[..., Any]) -> Iterator[Faulty]:
    """Let a call of the system fail while the block lasts."""
    system = Faulty(at, failure)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "os", system)
        yield system


class Cut(Faulty):
    """The module `os` until the power goes at call number `at`: no call after it does anything.

    What was written and not synced may be lost: `lose` cuts such files at a random length.
    """

    def __init__(self, at: int) -> None:
        super().__init__(at, errno.EIO)
        self.names: dict[int, Path] = {}
        self.dirty: set[int] = set()

    def counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if self.at is not None and len(self.done) >= self.at:
                raise PowerCut
            self.done.append(name)
            found = real(*arguments, **options)
            if name == "open":
                self.names[found] = Path(arguments[0])
                self.dirty.discard(found)
            elif name == "write":
                self.dirty.add(arguments[0])
            elif name == "fsync":
                self.dirty.discard(arguments[0])
            return found

        return call

    def lose(self, choose: random.Random) -> None:
        """Cut the files that were not synced."""
        for path in {self.names[descriptor] for descriptor in self.dirty}:
            if path.exists():
                os.truncate(path, choose.randrange(path.stat().st_size + 1))


@contextmanager
def power_cut(at: int) -> Iterator[Cut]:
    """Let the power go at a call of the system while the block lasts."""
    system = Cut(at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "os", system)
        yield system
