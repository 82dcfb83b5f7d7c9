"""Processes of peers: started once, asked again and again, ended together."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.peers import PACKAGES

ROOT = Path(__file__).parents[2]


class Worker:
    """A peer's process. `ask` sends a request and `answer` waits for what it says."""

    def __init__(self, peer: str, threads: int) -> None:
        self.peer = peer
        self.said = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.peers.worker", peer, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            text=True,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        )

    def ask(self, do: str, **arguments: Any) -> None:
        assert self.process.stdin is not None
        print(json.dumps({"do": do, **arguments}), file=self.process.stdin, flush=True)

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.said.seek(0)
            raise RuntimeError(f"{self.peer} failed:\n{self.said.read()[-4000:]}")
        return json.loads(line)

    def __call__(self, do: str, **arguments: Any) -> dict[str, Any]:
        self.ask(do, **arguments)
        return self.answer()

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        self.process.wait()
        self.said.close()


@contextmanager
def workers(peers: Iterable[str], threads: int) -> Iterator[dict[str, Worker]]:
    """The processes by peer, started at the same time and ready when they are handed over."""
    with ExitStack() as stack:
        found = {peer: Worker(peer, threads) for peer in peers}
        for worker in found.values():
            stack.callback(worker.close)
            worker.ask("about")
        for worker in found.values():
            worker.answer()
        yield found


def installed(peers: Iterable[str]) -> list[str]:
    """The peers whose package is installed."""
    return [peer for peer in peers if importlib.util.find_spec(PACKAGES[peer])]
