"""Commands as processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def imported(folder: Path, *arguments: str) -> set[str]:
    """The modules that are loaded when a command ends."""
    code = (
        "import sys, json; from tfgraph.cli.main import run; code = run(sys.argv[1:]);"
        "print(json.dumps([code, *sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
    )
    result, *modules = json.loads(done.stdout.splitlines()[-1])
    assert result == 0, done
    return set(modules)
