"""A peer's process: it reads requests, one JSON object a line, and answers each with another.

It stays alive from task to task, so that neither imports nor a cold start are timed.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.peers import MODULES, PACKAGES, Peer, Task


class Worker:
    """What a process holds between requests, and a method for each kind of request."""

    def __init__(self, name: str, threads: int) -> None:
        self.package = PACKAGES[name]
        self.module = importlib.import_module(f"tests.benchmarks.peers.{MODULES[name]}")
        self.module.use_threads(threads)
        self.peer: Peer | None = None

    def about(self) -> dict[str, Any]:
        return {"package": self.package, "version": version(self.package)}

    def prepare(self, file: str) -> dict[str, Any]:
        self.peer = None
        gc.collect()
        self.peer = self.module.prepare(Task.load(Path(file)))
        return {"compiled": getattr(self.peer, "compiled", None)}

    def run(self, steps: int) -> dict[str, Any]:
        assert self.peer is not None
        started = time.perf_counter()
        self.peer.run(steps)
        return {"seconds": time.perf_counter() - started}

    def weights(self, file: str) -> dict[str, Any]:
        assert self.peer is not None
        np.savez(file, **self.peer.weights())
        return {}

    def call(self, function: str, **arguments: Any) -> dict[str, Any]:
        """What only this peer's module can do."""
        return getattr(self.module, function)(**arguments)


def main() -> None:
    # What libraries print goes to stderr, and the answers to the stdout that was there before.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = Worker(sys.argv[1], int(sys.argv[2]))
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(worker, request.pop("do"))(**request)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
