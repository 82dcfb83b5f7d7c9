"""How long a training step takes: tfgraph beside what its users would take instead.

Every round gives each peer one turn of the same steps, in an order drawn anew, so that what else
the machine does falls on all of them alike; ratios are taken within a round. All make equally many
steps from the same weights, and the test loss shows that none has learnt less.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks import floor
from tests.benchmarks.machine import made_with, threads
from tests.benchmarks.peers import MASKED, PACKAGES, TITLES, TURNS
from tests.benchmarks.peers.specs import plan_of
from tests.benchmarks.workers import Worker, workers

REFRESH = "python -m tests.benchmarks training --record"
#: How far the losses of peers may lie apart at the end, as a share of tfgraph's. Those of models
#: with masks, which are drawn by other generators, and far beyond that only where a model trains in
#: another way: the loss of deep_mlp has a standard deviation of 5 % between seeds after 858 steps,
#: the mean of those after five rounds less.
TOLERANCE = {model: 0.1 if model in MASKED else 0.01 for model in TURNS}
#: Between two turns: threads of the last one spin for a while before they sleep.
PAUSE = 0.05
#: Least speed of tfgraph in multiples of a peer's.
TARGETS = {"session": 1.3, "keras": 2.0, "torch": 1.2, "jax": 1.0}
#: The same where a step is too small to be anything but overhead.
SMALL_TARGETS = {"linear_regression": {"session": 20.0}}
#: Most times of the floor that a step may take.
FLOOR_TARGETS = {"deep_mlp": 1.25, "mlp": 1.25}
#: Most that the geometric mean over the models of MNIST may be.
MEAN_FLOOR_TARGET = 2.0


def measure(
    models: Sequence[str], peers: Sequence[str], rounds: int, *, share: float = 1.0
) -> dict[str, Any]:
    """The result of all models as data. `share` makes the turns shorter, for a trial."""
    with workers(peers, threads()) as found, tempfile.TemporaryDirectory() as folder:
        bench = Bench(found, Path(folder), rounds, share)
        results = {model: bench.measure(model) for model in models}
    rates = {kind: best_rates(bench.rates, kind) for kind in ("flops", "bytes")}
    for model, result in results.items():
        add_floor(model, result, rates)
    packages = dict.fromkeys(["tfgraph-core", "numpy", *(PACKAGES[peer] for peer in peers)])
    made = made_with(f"{REFRESH} --rounds {rounds}", packages)
    return {**made, "rounds": rounds, "rates": rates, "results": results}


@dataclass
class Bench:
    """The processes of the peers, and the rates that were measured between their turns."""

    peers: Mapping[str, Worker]
    folder: Path
    rounds: int
    share: float
    order: random.Random = field(default_factory=lambda: random.Random(0))
    rates: list[dict[str, Any]] = field(default_factory=list)

    def measure(self, model: str) -> dict[str, Any]:
        """The microseconds a step of each peer in each round, and the losses.

        They are those after all rounds; where masks are drawn, the mean of those after each.
        """
        steps = max(1, round(TURNS[model] * self.share))
        compiled, start = self.prepare(model, steps)
        taken: dict[str, list[float]] = {peer: [] for peer in self.peers}
        losses: dict[str, list[float]] = {peer: [] for peer in self.peers}
        for _ in range(self.rounds):
            self.rates.append(self.peers["tfgraph"]("call", function="measure_rates"))
            for peer in self.order.sample(list(self.peers), len(self.peers)):
                time.sleep(PAUSE)
                seconds = self.peers[peer]("run", steps=steps)["seconds"]
                taken[peer].append(1e6 * seconds / steps)
            if model in MASKED or len(taken["tfgraph"]) == self.rounds:
                for peer, each in losses.items():
                    each.append(self.loss(model, peer))
        return {
            "steps": steps * (self.rounds + 1),
            "compiled": compiled,
            "microseconds": {p: [round(t, 2) for t in each] for p, each in taken.items()},
            "median": {p: round(statistics.median(each), 2) for p, each in taken.items()},
            "times_faster": {p: ratio(each, taken["tfgraph"]) for p, each in taken.items()},
            "start": start,
            "loss": {peer: statistics.mean(each) for peer, each in losses.items()},
        }

    def prepare(self, model: str, steps: int) -> tuple[bool, float]:
        """Give all peers the same task, and a turn that is not counted.

        Returns whether tfgraph is compiled, and the test loss before the first step.
        """
        task = str(self.folder / "task.npz")
        self.peers["tfgraph"]("call", function="make_task", model=model, file=task, masks=True)
        compiled = {}
        for peer, worker in self.peers.items():
            compiled[peer] = worker("prepare", file=task)["compiled"]
        start = self.loss(model, "tfgraph")
        for worker in self.peers.values():
            worker("run", steps=steps)
        return bool(compiled["tfgraph"]), start

    def loss(self, model: str, peer: str) -> float:
        """The test loss of the weights that a peer has now."""
        file = str(self.folder / f"{peer}.npz")
        self.peers[peer]("weights", file=file)
        figures = self.peers["tfgraph"]("call", function="evaluate", model=model, file=file)
        return figures["loss"]


def ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """The median of the ratios within a round."""
    return round(statistics.median(a / b for a, b in zip(theirs, ours)), 3)


def best_rates(rates: Sequence[Mapping[str, Any]], kind: str) -> dict[str, float]:
    """The median over the rounds, for each size that was tried."""
    return {size: statistics.median(r[kind][size] for r in rates) for size in rates[0][kind]}


def add_floor(model: str, result: dict[str, Any], rates: Mapping[str, Any]) -> None:
    plan = plan_of(model)
    parts = floor.microseconds(plan, rates)
    total = sum(parts.values())
    result["floor"] = {
        "flops": floor.step_flops(plan),
        "bytes": floor.step_bytes(plan),
        "microseconds": {name: round(part, 2) for name, part in parts.items()},
        "times": round(result["median"]["tfgraph"] / total, 3),
    }


def targets(model: str) -> dict[str, float]:
    """How many times faster than each peer tfgraph is to be."""
    return SMALL_TARGETS.get(model, TARGETS)


def learnt_less(results: Mapping[str, Any]) -> list[str]:
    """The models and peers whose loss at the end is not that of tfgraph.

    It may differ by a share of tfgraph's, and by the same share of what has been learnt, so that
    one that learns nothing is seen where the loss has hardly moved.
    """
    found = []
    for model, result in results.items():
        ours = result["loss"]["tfgraph"]
        most = TOLERANCE[model] * min(ours, result["start"] - ours)
        found += [
            f"{model}: {TITLES[peer]} {loss:.4f}, tfgraph {ours:.4f}"
            for peer, loss in result["loss"].items()
            if peer != "tfgraph" and not abs(loss - ours) <= most
        ]
    return found


def missed(results: Mapping[str, Any]) -> list[str]:
    """The targets that are not met, as sentences, with what each would take of the floor."""
    found = [
        f"{model}: {result['times_faster'][peer]:.2f} times as fast as {TITLES[peer]}; {wanted:g} "
        f"would be {result['floor']['times'] * result['times_faster'][peer] / wanted:.2f} floors a step"
        for model, result in results.items()
        for peer, wanted in targets(model).items()
        if peer in result["median"] and result["times_faster"][peer] < wanted
    ]
    found += [
        f"{model}: {results[model]['floor']['times']:.2f} floors a step; at most {most:g} are asked for"
        for model, most in FLOOR_TARGETS.items()
        if model in results and results[model]["floor"]["times"] > most
    ]
    mean = mean_floor(results)
    if mean is not None and mean > MEAN_FLOOR_TARGET:
        found.append(
            f"all six: {mean:.2f} floors a step in the mean; at most {MEAN_FLOOR_TARGET:g} are asked for"
        )
    return found


def mean_floor(results: Mapping[str, Any]) -> float | None:
    """The geometric mean over the models of MNIST, once all of them are there."""
    wanted = [model for model in TURNS if model not in SMALL_TARGETS]
    if not set(wanted) <= set(results):
        return None
    return statistics.geometric_mean(results[model]["floor"]["times"] for model in wanted)
