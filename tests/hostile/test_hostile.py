"""Hostile specs: each is refused with a code and a place, or means what the language says.

Each is examined by a worker: a process of its own, under an audit hook and with 200 MB to live in.
A case that kills its worker fails by itself, and the next one gets a new worker.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from tests.hostile.corpus import CASES
from tests.hostile.offences import OFFENCES
from tests.hostile.worker import MEMORY, SECRET

ROOT = Path(__file__).parents[2]
PATIENCE = 30  # seconds, after which a case hangs


class Worker:
    """The process that examines cases; a new one where the last one died."""

    def __init__(self, said: BinaryIO) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.said = said

    def ask(self, **question: str) -> dict[str, Any]:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.hostile.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.said,
                cwd=ROOT,
                env={**os.environ, "TFGRAPH_SECRET": SECRET, "TFGRAPH_DATA": ""},
            )
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            self.close()
            pytest.fail(f"{question} hangs")
        answer = self.process.stdout.readline()
        if not answer:
            code = self.process.wait()
            self.said.seek(0)
            pytest.fail(f"{question} killed its process ({code}): {self.said.read()[-2000:]!r}")
        return json.loads(answer)

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with tempfile.TemporaryFile() as said:
        worker = Worker(said)
        yield worker
        worker.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_hostile_spec_is_refused_in_its_place_or_means_what_it_says(
    worker: Worker, tmp_path: Path, case: Any
) -> None:
    case.write(tmp_path)
    found = worker.ask(case=case.id, folder=str(tmp_path))
    assert found["error"] == ""
    assert found["offences"] == []
    assert found["heavy"] == []
    # Processor time, since other processes may take the processor away.
    assert found["seconds"] < 1, found
    assert found["memory"] < MEMORY
    assert found["misplaced"] == []
    assert found["unprintable"] == []
    assert not found["told"]
    # No text of a spec becomes a command to the host that runs a job.
    assert found["commands"] == found["severities"]
    assert set(found["codes"]) == case.codes, found["printed"]
    if case.codes:
        assert found["at"].startswith(case.at), found["printed"]
    else:
        assert case.reading
        assert found["value"] == case.value


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len({case.id for case in CASES}) == len(CASES) >= 450


@pytest.mark.parametrize("name", OFFENCES)
def test_the_worker_sees_what_no_spec_may_do(worker: Worker, name: str) -> None:
    assert worker.ask(offence=name)["offences"]
