"""The command line as the tests call it: in this process, or in one of its own."""

from __future__ import annotations

import os
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
