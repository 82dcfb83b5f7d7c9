"""Trains the tutorial's models from the command line and compares with the published results.

    python -m tests.tutorial.reproduce

It takes about 20 minutes on two cores. The figures go into specs/tutorial/results.json and
the table of them into specs/README.md; the exit code is 1 where one is out of its bounds. With models
named it is a trial, and nothing is written.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.tutorial.published import PUBLISHED, Published, shown

SPECS = Path(__file__).parents[2] / "specs"
README = SPECS / "README.md"
RESULTS = SPECS / "tutorial" / "results.json"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, print the table, write it where the run is a full one; the exit code."""
    options = _parser().parse_args(arguments)
    chosen = [p for p in PUBLISHED if p.model in (options.models or [p.model])]
    check_multiplication()
    with tempfile.TemporaryDirectory() as folder:
        runs = options.runs or Path(folder)
        models = {p.model: reproduce(p, runs / p.model) for p in chosen}
    results = {"made_with": made_with(), "models": models}
    print(table(results))
    if len(chosen) == len(PUBLISHED):
        RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        README.write_text(with_table(README.read_text("utf-8"), table(results)), "utf-8")
    missed = out_of_bounds(results)
    if missed:
        print(f"out of bounds: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.tutorial.reproduce",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [published.model for published in PUBLISHED]
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"of {', '.join(names)}")
    parser.add_argument("--runs", type=Path, help="keep the runs in this folder")
    return parser


def check_multiplication() -> None:
    """Raise where the tutorial's first graph, which is not trained, does not multiply."""
    spec = str(SPECS / "tutorial" / "multiplication.yaml")
    for a, b, product in ((1, 2, "2.0"), (3, 3, "9.0")):
        printed = tfgraph("run", spec, f"a={a}", f"b={b}")
        assert product in printed.split(), f"{a} · {b} gave {printed}"


def reproduce(published: Published, run: Path) -> dict[str, float]:
    """Train one model, and measure what the tutorial measured: the figure and the seconds."""
    spec = SPECS / "tutorial" / f"{published.model}.yaml"
    started = time.monotonic()
    tfgraph("train", str(spec), "--run", str(run))
    seconds = round(time.monotonic() - started, 1)
    found = {"value": measure(published, run), "seconds": seconds}
    print(f"{published.model}: {found}", file=sys.stderr)
    return found


def measure(published: Published, run: Path) -> float:
    """The figure of a trained model that stands beside the published one."""
    if published.model == "linear_regression":
        # The model is y = weight · x: its output for 1 is the weight.
        point = run / "one.csv"
        point.write_text("1\n", encoding="utf-8")
        return float(tfgraph("predict", str(run), str(point), "--format", "csv").split()[-1])
    figures = json.loads(tfgraph("evaluate", str(run), "--format", "json"))
    return float(figures["accuracy" if "accuracy" in figures else "loss"])


def tfgraph(*arguments: str) -> str:
    """What the command prints on stdout; its progress goes on to stderr."""
    command = [sys.executable, "-m", "tfgraph", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def made_with() -> dict[str, str | int]:
    """The date, the versions and the machine."""
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "python": platform.python_version(),
        "tfgraph-core": version("tfgraph-core"),
        "tensorflow": version("tensorflow"),
        "numpy": version("numpy"),
        "machine": platform.machine(),
        "cores": os.cpu_count() or 1,
    }


def out_of_bounds(results: Mapping[str, Any]) -> list[str]:
    """The models whose figure is not where it must be."""
    models = results["models"]
    return [
        p.model
        for p in PUBLISHED
        if p.model in models and not p.reached_by(models[p.model]["value"])
    ]


def table(results: Mapping[str, Any]) -> str:
    """The results as a Markdown table, and below it what they were made with."""
    head = ["model", "measure", "epochs", "published", "ours", "must be", "training"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    models, made = results["models"], results["made_with"]
    lines += [_row(p, models[p.model]) for p in PUBLISHED if p.model in models]
    versions = ", ".join(f"{name} {made[name]}" for name in ("python", "tensorflow", "numpy"))
    minutes = sum(model["seconds"] for model in models.values()) / 60
    lines += ["", f"{made['date']}, {versions}, {made['cores']} cores; {minutes:.0f} minutes."]
    return "\n".join(lines)


def _row(published: Published, ours: Mapping[str, float]) -> str:
    cells = [
        f"[{published.model}](tutorial/{published.model}.yaml)",
        published.measure,
        str(published.epochs),
        f"{shown(published.value)} {published.note}".strip(),
        f"**{shown(ours['value'])}**",
        published.bound,
        f"{ours['seconds']:,.0f} s",
    ]
    return f"| {' | '.join(cells)} |"


def with_table(text: str, made: str) -> str:
    """The README's text with `made` between the markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, f"specs/README.md holds no {BEGIN}"
    assert end, f"specs/README.md holds no {END}"
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


if __name__ == "__main__":
    sys.exit(main())
