"""Training processes that are killed; `python -m tests.run.kills` is the long form."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.run.kills import MODELS, RESULT


def test_runs_that_are_killed_leave_what_others_leave(tmp_path: Path) -> None:
    output = tmp_path / "kills.json"
    options = ["--kills", "3", "--models", "deep_mlp", "plugin", "--output", output]
    done = subprocess.run(
        [sys.executable, "-m", "tests.run.kills", *options],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(output.read_text())
    assert found["total"]["kills"] == 6
    assert found["total"]["runs"] >= 2
    assert [outcome["faults"] for outcome in found["models"].values()] == [[], []]


def test_the_long_form_has_found_nothing() -> None:
    found = json.loads(RESULT.read_text())
    assert found["total"]["kills"] >= 200
    assert found["total"]["inside_saves"] >= 50
    assert list(found["models"]) == list(MODELS)
    assert not any(outcome["faults"] for outcome in found["models"].values())
