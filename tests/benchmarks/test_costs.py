"""The deep specs, what is said of a result, and the recorded one."""

from __future__ import annotations

from copy import deepcopy

import pytest

import tfgraph
from tests.benchmarks import costs, costs_shown, page
from tests.benchmarks.probes import deep


@pytest.mark.parametrize("layers", costs.DEPTHS)
def test_a_deep_spec_has_so_many_layers_and_one_that_gives_a_number(layers: int) -> None:
    plan = tfgraph.loads(deep(layers))
    assert len(plan.layers) == layers + 1
    assert plan.output_of(plan.outputs[0]).shape == (None, 1)


def test_the_recorded_result_is_the_page() -> None:
    recorded = page.recorded("costs")
    readme = page.README.read_text(encoding="utf-8")
    assert page.section(readme, "costs") == costs_shown.text(recorded), f"run `{costs.REFRESH}`"


@pytest.mark.parametrize(
    ("what", "who", "value", "said"),
    [
        ("start", "difference", 1.5, "the first step comes 1.50 s after TensorFlow, not 1"),
        ("1000 layers", "tfgraph: all", 1300.0, "1,000 layers take 13.0 times what 100 do, not 12"),
        ("100 layers", "Keras fit: all", 90.0, "100 layers take longer than with Keras"),
        (
            "rows shuffled",
            "1,000,000",
            0.0024,
            "a step takes 1.20 times as long, not 1.1, with the most rows shuffled",
        ),
    ],
)
def test_a_missed_bound_is_said(what: str, who: str, value: float, said: str) -> None:
    met = {
        "start": {"difference": 0.5},
        "100 layers": {"tfgraph: all": 100.0, "Keras fit: all": 200.0},
        "1000 layers": {"tfgraph: all": 1100.0, "Keras fit: all": 2000.0},
        "rows shuffled": {"10,000": 0.002, "1,000,000": 0.0021},
    }
    assert costs_shown.missed(met) == []
    results = deepcopy(met)
    results[what][who] = value
    assert costs_shown.missed(results) == [said]


@pytest.mark.benchmark
def test_all_costs_are_measured_and_shown() -> None:
    result = costs.measure(
        ["tfgraph", "keras"], 1, depths=[10], rows=[128, 256], models=["mlp"], seconds=0.01
    )
    for head, rows in costs_shown.tables(result["results"]):
        assert rows, head
        assert all(len(row) == len(head) and any(row[1:]) for row in rows), head
