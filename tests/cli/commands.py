"""The command line as the tests call it: in this process, or in one of its own."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tfgraph.cli.main import run


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


class Caller:
    """Calls commands in this process, so that TensorFlow loads once for all tests."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: object) -> Outcome:
        self.capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return Outcome(code, *self.capsys.readouterr())


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "tfgraph", *map(str, arguments)]


def process(*arguments: object, folder: Path, **variables: str) -> Outcome:
    """Call a command as a user does."""
    done = subprocess.run(
        command(*arguments),
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **variables},
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def on_a_terminal(folder: Path, *arguments: str, code: int = 0, **variables: str) -> str:
    """What a command that ends with `code` writes on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        command(*arguments),
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **variables},
    )
    os.close(theirs)
    written = b""
    # Linux ends a terminal that nobody writes to any more with an error.
    with contextlib.suppress(OSError):
        while block := os.read(ours, 4096):
            written += block
    os.close(ours)
    assert running.wait() == code
    return written.decode()
