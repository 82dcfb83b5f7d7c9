"""The initial weights of the specs depend on the seed and on their own names alone."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import tfgraph

TUTORIAL = Path(__file__).parents[2] / "specs" / "tutorial"
PATHS = {path.stem: path for path in sorted(TUTORIAL.glob("*.yaml"))}
ON_IMAGES = sorted(set(PATHS) - {"multiplication", "linear_regression"})

DIGESTS = """
import json, sys
from tests.specs.test_initial_weights import PATHS, digests
import tfgraph

print(json.dumps({name: digests(tfgraph.load(path)) for name, path in PATHS.items()}))
"""


def digests(plan: tfgraph.Plan) -> dict[str, str]:
    """A hash of each initial weight by name."""
    weights = tfgraph.build(plan).weights
    return {n: hashlib.sha256(v.numpy().tobytes()).hexdigest() for n, v in weights.items()}


def changed(name: str, **changes: Any) -> tfgraph.Plan:
    """The plan of a shipped spec with other sections."""
    spec = yaml.safe_load(PATHS[name].read_text(encoding="utf-8"))
    return tfgraph.loads(yaml.safe_dump({**spec, **changes}, sort_keys=False))


def layers(name: str) -> list[Any]:
    """The layers of a shipped spec, as data."""
    found: list[Any] = yaml.safe_load(PATHS[name].read_text(encoding="utf-8"))["layers"]
    return found


def test_initial_weights_are_the_same_in_every_process() -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", DIGESTS],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    outputs = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    one, two = (json.loads(out) for out, _ in outputs)
    assert one == two == {name: digests(tfgraph.load(path)) for name, path in PATHS.items()}


@pytest.mark.parametrize("name", ON_IMAGES)
def test_a_build_gives_the_same_weights_twice_and_another_seed_gives_others(name: str) -> None:
    first = digests(tfgraph.load(PATHS[name]))
    assert digests(tfgraph.load(PATHS[name])) == first
    other = digests(changed(name, train={"seed": 1}))
    start_at_zero = {"encoder/bias", "decoder/bias", "lstm/bias"}
    assert {n for n in first if first[n] == other[n]} == start_at_zero & set(first)


@pytest.mark.parametrize("name", ON_IMAGES)
def test_adding_a_named_layer_changes_no_other_layers_initial_weights(name: str) -> None:
    width = tfgraph.load(PATHS[name]).fields["image"].shape[-1]
    added = {"matmul": width, "name": "added"}
    before, after = digests(changed(name)), digests(changed(name, layers=[added, *layers(name)]))
    assert set(after) - set(before) == {"added/kernel"}
    assert {weight: after[weight] for weight in before} == before


@pytest.mark.parametrize("name", ON_IMAGES)
def test_adding_an_unnamed_layer_of_another_type_changes_no_other_layers_initial_weights(
    name: str,
) -> None:
    before = digests(changed(name))
    entries = layers(name)
    for position in range(len(entries) + 1):
        added = [*entries[:position], "bias", *entries[position:]]
        after = digests(changed(name, layers=added))
        assert set(after) - set(before) == {"bias_1/bias"}
        assert {weight: after[weight] for weight in before} == before
