"""Equal specs and seeds give equal runs, whatever process and folder they are made in."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tfgraph
from tests.run.models import LINE, NOISY
from tests.run.runs import arrays, digest

DATA = {"train": arrays(30), "validation": arrays(9, 1)}
SCRIPT = f"""
import sys
from pathlib import Path
import tfgraph
from tests.run.test_reproducible import DATA
from tests.run.runs import digest
tfgraph.train(tfgraph.loads({NOISY!r}), sys.argv[1], DATA)
print(digest(Path(sys.argv[1])))
"""


def trained_elsewhere(path: Path, seed: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)],
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_ten_processes_leave_one_hash(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        paths = [tmp_path / str(seed) for seed in range(10)]
        found = list(pool.map(trained_elsewhere, paths, range(10)))
    tfgraph.train(tfgraph.loads(NOISY), tmp_path / "here", DATA)
    assert set(found) == {str(digest(tmp_path / "here"))}


def test_the_spec_that_a_run_keeps_trains_to_the_same_weights(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(LINE, encoding="utf-8")
    (tmp_path / "line.yaml").write_text(
        "extends: base.yaml\nvars: {rate: 0.02}\noptimizer: {rmsprop: $rate}\n", encoding="utf-8"
    )
    plan = tfgraph.load(tmp_path / "line.yaml", set={"train.epochs": 2, "vars.rate": 0.03})
    tfgraph.train(plan, tmp_path / "r")
    tfgraph.train(tfgraph.load(tmp_path / "r/resolved.yaml"), tmp_path / "again")
    assert digest(tmp_path / "again") == digest(tmp_path / "r")
