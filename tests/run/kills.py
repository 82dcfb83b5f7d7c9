"""Kills training processes with SIGKILL wherever they are, and sees whether a trace of it is left.

    python -m tests.run.kills

trains five models, kills them at more than 200 points (inside a save, between two, at any time after
the start), lets them go on with `train --resume`, and compares what they leave with what a run
leaves that was never stopped: the SHA-256 of weights, slots and log. A kill counts as inside a save
where the folder that was being written is there afterwards. The result is written beside this file,
into `kills.json`; it takes some minutes on two cores.

Processes are forked from one that has imported TensorFlow and used nothing of it, so that there is
no thread yet that a fork would lose.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from multiprocessing import get_context
from pathlib import Path

PLUGIN = Path(__file__).with_name("killed.py")
RESULT = Path(__file__).with_name("kills.json")

_TRAIN = "train: {epochs: 4, batch_size: 8, checkpoint: {every: 3 steps, best: %s}}"
_CLASSIFIED = f"""\
loss: softmax_cross_entropy
optimizer: {{rmsprop: 0.01}}
metrics: [accuracy]
{_TRAIN % "accuracy"}
"""
MODELS = {
    "deep_mlp": f"""\
tfgraph: 1
data: {{blots: {{flatten: true}}}}
layers:
  - matmul: 32
  - relu
  - dropout: 0.5
  - matmul: 32
  - relu
  - dropout: 0.5
  - matmul: 4
{_CLASSIFIED}""",
    "batch_norm_cnn": f"""\
tfgraph: 1
data: blots
layers:
  - conv2d: {{filters: 8, kernel_size: 3}}
  - batch_norm
  - relu
  - max_pool: 2
  - flatten
  - matmul: 4
{_CLASSIFIED.replace("rmsprop: 0.01", "adam: 0.01")}""",
    "lstm": f"""\
tfgraph: 1
data: blots
layers:
  - reshape: [8, 8]
  - lstm: 12
  - matmul: 4
{_CLASSIFIED}""",
    "denoising_autoencoder": f"""\
tfgraph: 1
data: {{blots: {{flatten: true}}}}
layers:
  - corrupt: 0.3
  - matmul: {{units: 20, bias: true}}
    name: encoder
  - sigmoid
  - tied_decoder: encoder
  - sigmoid
loss: {{sum_squared_error: , target: image}}
optimizer: {{gradient_descent: {{learning_rate: 0.001, momentum: 0.9}}}}
{_TRAIN % "loss"}
""",
    "plugin": f"""\
tfgraph: 1
data: {{blots: {{flatten: true}}}}
layers:
  - drifting
  - matmul: 4
{_CLASSIFIED}""",
}
STEPS, EVERY = 100, 3
#: From the sight of a folder aside to the end of the save it is for, in seconds, or a bit more.
SAVE = 0.02
PATIENCE = 300.0


@dataclass
class Outcome:
    """What came of the kills of a model."""

    kills: int = 0
    inside_saves: int = 0
    by_time: int = 0
    runs: int = 0
    faults: list[str] = field(default_factory=list)


class Process:
    """A training process of the command line, forked from this one."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.log = folder / "output"
        self.status: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            self._run(folder, arguments)

    def _run(self, folder: Path, arguments: tuple[str, ...]) -> None:
        code = 70
        try:
            os.chdir(folder)
            output = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            from tfgraph.cli.main import run

            code = run(["--plugin", str(PLUGIN), "train", *arguments])
            sys.stderr.flush()
        finally:
            os._exit(code)

    def kill(self) -> bool:
        """Kill it; whether it still ran."""
        os.kill(self.pid, signal.SIGKILL)
        return os.WIFSIGNALED(self.ended())

    def ended(self) -> int:
        """Wait for its end; the status that the system gives it."""
        if self.status is None:
            _, self.status = os.waitpid(self.pid, 0)
        return self.status

    def wait(self, until: Callable[[], bool]) -> bool:
        """Wait for something of a running process; False where it ended before."""
        end = time.monotonic() + PATIENCE
        while not until():
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return False
            if time.monotonic() > end:
                raise TimeoutError(self.log.read_text())
            time.sleep(0.0005)
        return True

    def finish(self) -> str | None:
        """Wait for its end; what it wrote where that was no good one."""
        code = os.waitstatus_to_exitcode(self.ended())
        return None if code == 0 else f"exit code {code}: {self.log.read_text()}"


class Run:
    """A run of a model that is killed again and again."""

    def __init__(self, folder: Path, text: str) -> None:
        from tfgraph.run.checkpoint import Store

        self.folder = folder
        self.folder.mkdir()
        (self.folder / "spec.yaml").write_text(text, encoding="utf-8")
        self.path = folder / "run"
        self.store = Store(self.path / "checkpoints")

    def start(self) -> Process:
        if self.path.exists():
            return Process(self.folder, "--resume", "run")
        return Process(self.folder, "spec.yaml", "--run", "run")

    def newest(self) -> int:
        """The newest checkpoint's step, sound or not; -1 where there is none."""
        return max(self.store.steps(), default=-1)

    def asides(self) -> set[Path]:
        """The folders that are being written or deleted, or were when a process was killed."""
        return set(self.store.folder.glob(".step-*"))

    def saving(self, before: set[Path]) -> int:
        """The step that is being saved, `before` left out of account; -1 where none is."""
        found = (path.name.split(".")[1] for path in self.asides() - before)
        step = max((int(name.removeprefix("step-")) for name in found), default=-1)
        return step if step > self.newest() else -1  # an older one is being deleted

    def digest(self) -> str:
        """The SHA-256 of the newest state and of the log."""
        found = self.store.last()
        assert not found.damaged, found.damaged
        log = (self.path / "metrics.jsonl").read_bytes()
        assert log == found.saved.log.encode()
        digest = hashlib.sha256(log)
        for name, array in sorted(found.arrays.items()):
            digest.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())
        return digest.hexdigest()


def kill(run: Run, process: Process, choose: random.Random, outcome: Outcome) -> bool:
    """Kill a process at a random point of its training; False where it ended before."""
    first, before = run.newest(), run.asides()
    if first >= STEPS - EVERY:
        return False
    point = choose.choice(("save", "save", "save", "training", "training", "time"))
    if first < 0:
        reached = process.wait(run.path.exists)
        first = 0
    else:
        reached = True
    if point == "time":
        if not process.wait(after(choose.uniform(0, 1.5))):
            return False
    elif reached:
        step = choose.randrange(first + 1, min(first + STEPS // 3, STEPS))
        if point == "save":
            reached = process.wait(lambda: run.saving(before) > step)
            time.sleep(choose.uniform(0, SAVE))
        else:
            reached = process.wait(lambda: run.newest() >= step)
            time.sleep(choose.uniform(0, 2 * SAVE))
    if not reached or not process.kill():
        return False
    outcome.kills += 1
    outcome.by_time += point == "time"
    outcome.inside_saves += run.saving(before) >= 0
    return True


def after(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds have passed since now."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def examine(model: str, kills: int, seed: int, folder: Path) -> Outcome:
    """Kill runs of a model so many times, and let each of them end at last."""
    folder.mkdir()
    choose = random.Random(f"{model} {seed}")
    straight = Run(folder / "straight", MODELS[model])
    outcome = Outcome()
    if (fault := straight.start().finish()) is not None:
        outcome.faults.append(fault)
        return outcome
    expected = straight.digest()
    while outcome.kills < kills and not outcome.faults:
        run = Run(folder / f"run-{outcome.runs}", MODELS[model])
        for fault in killed_until_it_ends(run, kills, choose, outcome):
            outcome.faults.append(fault)
        if not outcome.faults and run.digest() != expected:
            outcome.faults.append(f"run {outcome.runs} differs after {outcome.kills} kills")
        outcome.runs += 1
    return outcome


def killed_until_it_ends(
    run: Run, kills: int, choose: random.Random, outcome: Outcome
) -> Iterator[str]:
    """Kill a run until it has ended or has been killed enough; what was wrong on the way."""
    while True:
        process = run.start()
        if outcome.kills < kills and kill(run, process, choose, outcome):
            if run.path.exists() and (damaged := run.store.last().damaged):
                yield f"after kill {outcome.kills}: {damaged}"
                return
            continue
        if (fault := process.finish()) is not None:
            yield fault
        return


def import_tensorflow() -> None:
    """Import what the processes that are forked from this one need, and use none of it."""
    import tensorflow  # noqa: F401

    import tfgraph.graph
    import tfgraph.run.training  # noqa: F401


def main(arguments: list[str] | None = None) -> int:
    """Examine the models, print what came of it, and write it down."""
    parser = argparse.ArgumentParser(description="Kills training processes.")
    parser.add_argument("--kills", type=int, default=42, help="of each model")
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULT)
    given = parser.parse_args(arguments)
    started = time.monotonic()
    # OpenBLAS starts threads when it is loaded, if it may.
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    folder = Path(tempfile.mkdtemp())
    with ProcessPoolExecutor(given.processes, get_context("spawn"), import_tensorflow) as pool:
        making = {
            model: pool.submit(examine, model, given.kills, given.seed, folder / model)
            for model in given.models
        }
        found = {model: asdict(outcome.result()) for model, outcome in making.items()}
    shutil.rmtree(folder)
    report = described(found, given, time.monotonic() - started)
    text = json.dumps(report, indent=2) + "\n"
    given.output.write_text(text, encoding="utf-8")
    print(text)
    return int(any(outcome["faults"] for outcome in found.values()))


def described(found: dict[str, dict], given: argparse.Namespace, seconds: float) -> dict:
    """The result with what it depends on."""
    from importlib.metadata import version

    total = {
        key: sum(outcome[key] for outcome in found.values())
        for key in ("kills", "inside_saves", "by_time", "runs")
    }
    return {
        "command": f"python -m tests.run.kills --kills {given.kills} --seed {given.seed}",
        "date": datetime.now(timezone.utc).date().isoformat(),
        "seconds": round(seconds),
        "versions": {
            **{name: version(name) for name in ("tensorflow", "numpy")},
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "total": total,
        "models": {name: found[name] for name in MODELS if name in found},
    }


if __name__ == "__main__":
    sys.exit(main())
