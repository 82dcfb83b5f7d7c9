"""What else is waited for, and what is held: starts, deep models, memory, batch sizes, predictions."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.machine import made_with, threads
from tests.benchmarks.peers import PACKAGES, TITLES
from tests.benchmarks.workers import ROOT, Worker, workers

REFRESH = "python -m tests.benchmarks costs --record"
DEPTHS = (10, 100, 1000)
BATCHES = (32, 128, 512)
ROWS = (10_000, 1_000_000)
#: Images predicted at once: for latency, and for throughput.
EXAMPLES = (1, 1000)
#: Models whose memory and predictions are measured.
MODELS = ("mlp", "cnn")
#: Most seconds that the first step of the mlp may come later than TensorFlow.
START_BOUND = 1.0
#: Starts in each round: on some days a third of them takes half a second more than the others.
START_TURNS = 2
#: Most that 1,000 layers may take of what 100 do.
DEPTH_BOUND = 12.0
#: Most that a step may cost with more rows in memory, against few.
ROWS_BOUND = 1.1
#: Turns there and back between few and many rows in each round.
RESIDENT_TURNS = 4
#: Examples of an epoch of MNIST in whole batches.
EPOCH = 54_912
#: Steps that a process makes before its memory is read.
MEMORY_STEPS = 13

#: By what was measured, and by whom or on what: the figure of each round.
Figures = dict[str, dict[str, list[float]]]


def measure(
    peers: Sequence[str],
    rounds: int,
    *,
    depths: Sequence[int] = DEPTHS,
    rows: Sequence[int] = ROWS,
    models: Sequence[str] = MODELS,
    seconds: float = 0.3,
) -> dict[str, Any]:
    """The result as data: medians, and the parts they are shown in."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as name:
        task = Path(name) / "start.npz"
        with workers(["tfgraph"], threads()) as found:
            make = {"model": "mlp", "file": str(task), "masks": True}
            found["tfgraph"]("call", function="make_task", **make)
        for number in range(rounds):
            starts(figures, peers, task)
            deep_models(figures, [d for d in depths if d < 1000 or number == 0])
        with workers(peers, threads()) as found:
            memory(figures, found, models, Path(name))
            for _ in range(rounds):
                predictions(figures, found, models, seconds)
                resident(figures, found["tfgraph"], rows)
            batch_sizes(figures, found, rounds, Path(name))
    packages = dict.fromkeys(["tfgraph-core", "numpy", *(PACKAGES[peer] for peer in peers)])
    medians = {
        what: {who: statistics.median(each) for who, each in by.items()}
        for what, by in figures.items()
    }
    return {
        **made_with(f"{REFRESH} --rounds {rounds}", packages),
        "rounds": rounds,
        "results": medians,
    }


def add(figures: Figures, what: str, who: str, value: float) -> None:
    figures.setdefault(what, {}).setdefault(who, []).append(value)


def starts(figures: Figures, peers: Sequence[str], task: Path) -> None:
    """Seconds from the start of a process to a first step, beside TensorFlow's import alone.

    The other peers start from the arrays of a task, and from its weights.
    """
    for _ in range(START_TURNS):
        bare, _ = probe("nothing")
        first, parts = probe("first_step", "mlp")
        add(figures, "start", "import tensorflow", bare)
        add(figures, "start", "tfgraph", first)
        add(figures, "start", "difference", first - bare)
        for part, taken in parts.items():
            add(figures, "parts of a start", part, taken)
        for peer in peers:
            if peer != "tfgraph":
                taken, _ = probe("trained", peer, str(task), "1")
                add(figures, "start", TITLES[peer], taken)


def deep_models(figures: Figures, depths: Sequence[int]) -> None:
    """Milliseconds from a spec, or from Keras's layers, to the first step, after the imports."""
    for layers in depths:
        for peer in ("tfgraph", "keras"):
            _, stages = probe(f"depth_of_{peer}", str(layers))
            for stage, taken in stages.items():
                add(figures, f"{layers} layers", f"{TITLES[peer]}: {stage}", taken)
            add(figures, f"{layers} layers", f"{TITLES[peer]}: all", sum(stages.values()))


def memory(
    figures: Figures, found: Mapping[str, Worker], models: Sequence[str], folder: Path
) -> None:
    """The most bytes that a process has held after some steps of training."""
    for model in models:
        task = str(folder / "task.npz")
        found["tfgraph"]("call", function="make_task", model=model, file=task, masks=True)
        for peer in found:
            _, said = probe("trained", peer, task, str(MEMORY_STEPS))
            add(figures, f"memory of {model}", TITLES[peer], said["bytes"])


def predictions(
    figures: Figures, found: Mapping[str, Worker], models: Sequence[str], seconds: float
) -> None:
    """Seconds of a prediction, from an array to an array."""
    for model in models:
        for examples in EXAMPLES:
            for peer in ("tfgraph", "keras"):
                arguments = {"model": model, "examples": examples, "seconds": seconds}
                said = found[peer]("call", function="measure_prediction", **arguments)
                for way, taken in said.items():
                    add(figures, f"{model}, {examples} at once", f"{TITLES[peer]}: {way}", taken)


def resident(figures: Figures, worker: Worker, rows: Sequence[int]) -> None:
    """Seconds of a step with few and with many rows in memory, by turns: they differ by little."""
    for shuffle in (False, True):
        for count in [*rows, *reversed(rows)] * RESIDENT_TURNS:
            said = worker(
                "call", function="measure_resident", rows=count, shuffle=shuffle, steps=70
            )
            order = "shuffled" if shuffle else "in order"
            add(figures, f"rows {order}", f"{count:,}", said["seconds"])


def batch_sizes(figures: Figures, found: Mapping[str, Worker], rounds: int, folder: Path) -> None:
    """Steps a second of the mlp, of turns as long as an epoch."""
    for batch in BATCHES:
        steps = EPOCH // batch
        task = str(folder / "task.npz")
        arguments = {"model": "mlp", "file": task, "masks": True, "batch": batch}
        found["tfgraph"]("call", function="make_task", **arguments)
        for worker in found.values():
            worker("prepare", file=task)
            worker("run", steps=steps)
        for _ in range(rounds):
            for peer, worker in found.items():
                seconds = worker("run", steps=steps)["seconds"]
                add(figures, f"batch of {batch}", TITLES[peer], steps / seconds)


def probe(name: str, *arguments: str) -> tuple[float, dict[str, Any]]:
    """Seconds from the start of a process to its answer, and the answer."""
    command = [sys.executable, "-m", "tests.benchmarks.probes", name, *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads())}
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        taken = time.perf_counter() - started
    assert process.returncode == 0, command
    return taken, json.loads(line)
