"""Golden transcripts: commands with all that they print; `python -m tests.cli.transcripts` makes them anew.

`golden/NAME.txt` starts with the command; what follows stands behind `1|` (standard output), `2|`
(standard error) and `exit`.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from tests.cli.commands import process

GOLDEN = Path(__file__).parent / "golden"
REFRESH = "python -m tests.cli.transcripts"
# What differs between two runs of one command: how fast it was.
_VARYING = [(re.compile(r"[\d,]+(?= examples/s)"), "N"), (re.compile(r"[\d.]+(?= s\))"), "N")]


def transcript(command_line: str) -> str:
    """The transcript of a command, run in a copy of the folder of specs."""
    with tempfile.TemporaryDirectory() as folder:
        for spec in GOLDEN.glob("*.yaml"):
            shutil.copy(spec, folder)
        code, out, err = process(*command_line.split()[1:], folder=Path(folder))
    lines = [f"1|{line}" for line in out.splitlines()] + [f"2|{line}" for line in err.splitlines()]
    text = "\n".join([f"$ {command_line}", *lines, f"exit {code}", ""])
    for pattern, masked in _VARYING:
        text = pattern.sub(masked, text)
    return text


def paths() -> list[Path]:
    return sorted(GOLDEN.glob("*.txt"))


def command_of(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix("$ ")


if __name__ == "__main__":
    for path in paths():
        path.write_text(transcript(command_of(path)), encoding="utf-8")
