"""How long `tfgraph` takes to answer, as whole processes.

Every round runs each command once, so that what else the machine does falls on all of them alike.
Beside them runs what no validator of YAML can do without: Python, PyYAML and jsonschema.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.machine import made_with, sentence
from tests.benchmarks.specs import misfit, misspelt, sound

PACKAGES = ("tfgraph-core", "pyyaml", "jsonschema", "pluggy", "click")
REFRESH = "python -m tests.benchmarks validate --record"


@dataclass(frozen=True)
class Command:
    """A process to time: its arguments to Python, its exit code, and its bound in milliseconds."""

    name: str
    arguments: tuple[str, ...]
    code: int = 0
    bound: int | None = None


def tfgraph(name: str, *arguments: str, code: int = 0, bound: int | None = None) -> Command:
    """A call of the command line."""
    return Command(name, ("-m", "tfgraph", *arguments), code, bound)


COMMANDS = (
    Command("python -c pass", ("-c", "pass")),
    Command("import yaml, jsonschema", ("-c", "import yaml, jsonschema")),
    tfgraph("--help", "--help", bound=150),
    tfgraph("--version", "--version", bound=150),
    tfgraph("misspelt in 100 lines", "validate", "misspelt-100.yaml", code=1, bound=300),
    tfgraph("misspelt in 5,000 lines", "validate", "misspelt-5000.yaml", code=1, bound=600),
    tfgraph("a misfit in 100 lines", "validate", "misfit-100.yaml", code=1, bound=300),
    tfgraph("a misfit in 5,000 lines", "validate", "misfit-5000.yaml", code=1, bound=600),
    tfgraph("100 sound lines", "validate", "sound-100.yaml", bound=300),
    tfgraph("5,000 sound lines", "validate", "sound-5000.yaml"),
)


def timed(command: Command, folder: Path) -> float:
    """The milliseconds from the start of a process to its end."""
    # With bytecode, as an installed package has it: the first round writes what is missing.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    call = [sys.executable, *command.arguments]
    started = time.perf_counter()
    done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, check=False)
    taken = 1000 * (time.perf_counter() - started)
    assert done.returncode == command.code, (command, done)
    return taken


def measure(rounds: int) -> dict[str, list[float]]:
    """The milliseconds of each command in each round, after one that fills the caches."""
    taken: dict[str, list[float]] = {command.name: [] for command in COMMANDS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for lines in (100, 5000):
            for make in (sound, misspelt, misfit):
                (folder / f"{make.__name__}-{lines}.yaml").write_text(make(lines))
        for number in range(rounds + 1):
            for command in COMMANDS:
                milliseconds = timed(command, folder)
                if number:
                    taken[command.name].append(milliseconds)
    return taken


def record(taken: dict[str, list[float]]) -> dict[str, Any]:
    """The result as data: medians, quartiles, bounds, and what they were measured on."""
    results = {}
    for command in COMMANDS:
        low, median, high = statistics.quantiles(taken[command.name], n=4)
        results[command.name] = {
            "median_ms": round(median, 1),
            "quartiles_ms": [round(low, 1), round(high, 1)],
            "bound_ms": command.bound,
        }
    rounds = len(next(iter(taken.values())))
    return {
        **made_with(f"{REFRESH} --rounds {rounds}", PACKAGES),
        "rounds": rounds,
        "results": results,
    }


def table(results: dict[str, Any]) -> str:
    """The results as a table in Markdown."""
    lines = ["| process | median | quartiles | bound |", "|---|---:|---:|---:|"]
    for name, found in results.items():
        low, high = found["quartiles_ms"]
        bound = f"{found['bound_ms']} ms" if found["bound_ms"] else ""
        missed = found["bound_ms"] and found["median_ms"] > found["bound_ms"]
        median = f"**{found['median_ms']:.0f} ms**" if missed else f"{found['median_ms']:.0f} ms"
        lines.append(f"| {name} | {median} | {low:.0f} to {high:.0f} ms | {bound} |")
    return "\n".join(lines)


def text(result: dict[str, Any]) -> str:
    """The table with what it was measured on."""
    rounds = f"Medians of {result['rounds']} rounds."
    return "\n\n".join([table(result["results"]), rounds, sentence(result)])
