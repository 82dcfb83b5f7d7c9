"""The table of specs/README.md: what it says, and that it is that of the results beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tfgraph
from tests.tutorial import reproduce
from tests.tutorial.published import PUBLISHED, Published

MADE_WITH = {"date": "2030-01-02", "python": "3.11", "tensorflow": "2.21", "numpy": "2", "cores": 2}


def results(**values: float) -> dict[str, object]:
    models = {model: {"value": value, "seconds": 90.0} for model, value in values.items()}
    return {"made_with": MADE_WITH, "models": models}


def test_every_trained_spec_has_a_published_result_after_its_number_of_epochs() -> None:
    folder = Path(reproduce.SPECS) / "tutorial"
    plans = {path.stem: tfgraph.load(path) for path in folder.glob("*.yaml")}
    trained = {n: plan.spec.training.epochs for n, plan in plans.items() if plan.spec.optimizer}
    assert {p.model: p.epochs for p in PUBLISHED} == trained


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda p: p.model)
def test_published_result_is_inside_its_own_bounds(published: Published) -> None:
    assert published.reached_by(published.value)


def test_results_outside_their_bounds_are_named() -> None:
    sound = results(mlp=0.95, denoising_autoencoder=58_000, linear_regression=2.1)
    assert reproduce.out_of_bounds(sound) == []
    missed = results(mlp=0.9499, denoising_autoencoder=58_001, linear_regression=1.89)
    assert reproduce.out_of_bounds(missed) == ["linear_regression", "mlp", "denoising_autoencoder"]
    assert reproduce.out_of_bounds(results(mlp=float("nan"))) == ["mlp"]


def test_table_sets_ours_beside_the_published() -> None:
    assert reproduce.table(results(cnn=0.9921, denoising_autoencoder=56_000.4)).splitlines() == [
        "| model | measure | epochs | published | ours | must be | training |",
        "|---|---|---|---|---|---|---|",
        "| [cnn](tutorial/cnn.yaml) | test accuracy | 10 | 0.9961 on 256 random test images "
        "| **0.9921** | ≥ 0.99 | 90 s |",
        "| [denoising_autoencoder](tutorial/denoising_autoencoder.yaml) | sum of squared errors "
        "| 100 | 56,244 | **56,000** | ≤ 58,000 | 90 s |",
        "",
        "2030-01-02, python 3.11, tensorflow 2.21, numpy 2, 2 cores; 3 minutes.",
    ]


def test_readme_has_the_table_of_the_results_and_they_keep_the_bounds() -> None:
    made = json.loads(reproduce.RESULTS.read_text(encoding="utf-8"))
    text = reproduce.README.read_text(encoding="utf-8")
    assert set(made["models"]) == {published.model for published in PUBLISHED}
    assert reproduce.out_of_bounds(made) == []
    assert text == reproduce.with_table(text, reproduce.table(made)), (
        "specs/README.md is stale: run python -m tests.tutorial.reproduce"
    )
