"""What a step must compute, the rounds, and the recorded result."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.benchmarks import floor, page, picture, shown, training
from tests.benchmarks.peers import TURNS
from tests.benchmarks.peers.specs import plan_of


@pytest.mark.parametrize(
    ("model", "millions"),
    [
        # Twice each product of the first layer, thrice of those above it.
        ("logistic_regression", 2 * 2 * 128 * 784 * 10),
        ("mlp", 2 * 128 * (2 * 784 * 625 + 3 * 625 * 10)),
        ("denoising_autoencoder", 2 * 128 * (2 + 3) * 784 * 500),
        # 28 steps in time, the input's product without a gradient of the input.
        ("lstm", 2 * 128 * (28 * (2 * 28 * 112 + 3 * 28 * 112) + 3 * 28 * 10)),
        # Maps of 28 x 28, 14 x 14 and 7 x 7 pixels.
        (
            "cnn",
            2 * 128 * (2 * 784 * 9 * 32 + 3 * 196 * 9 * 32 * 64 + 3 * 49 * 9 * 64 * 128)
            + 2 * 128 * 3 * (2048 * 625 + 625 * 10),
        ),
    ],
)
def test_the_products_of_a_step_are_counted(model: str, millions: int) -> None:
    assert floor.step_flops(plan_of(model)) == millions


def test_a_ratio_is_the_median_of_those_within_a_round() -> None:
    # The second round was slow for both.
    assert training.ratio([2.0, 20.0, 3.0], [1.0, 10.0, 1.0]) == 2.0


def result_of(**microseconds: float) -> dict:
    """A result with one model, mlp, in which the losses are equal."""
    found = {
        "median": microseconds,
        "times_faster": {p: t / microseconds["tfgraph"] for p, t in microseconds.items()},
        "start": 2.3,
        "loss": dict.fromkeys(microseconds, 1.0),
        "floor": {"times": 1.2},
    }
    return {"mlp": found}


def test_a_missed_target_is_said_and_a_met_one_is_not() -> None:
    results = result_of(tfgraph=100.0, session=120.0, keras=250.0)
    assert training.missed(results) == [
        "mlp: 1.20 times as fast as session loop; 1.3 would be 1.11 floors a step"
    ]


def test_a_peer_that_has_learnt_less_is_named() -> None:
    results = result_of(tfgraph=100.0, torch=120.0)
    assert training.learnt_less(results) == []
    results["mlp"]["loss"]["torch"] = 1.02
    assert training.learnt_less(results) == ["mlp: PyTorch eager 1.0200, tfgraph 1.0000"]
    results["mlp"]["loss"]["torch"] = float("nan")
    assert training.learnt_less(results) == ["mlp: PyTorch eager nan, tfgraph 1.0000"]


def test_a_peer_that_learns_nothing_is_named_where_the_loss_hardly_moves() -> None:
    results = result_of(tfgraph=100.0, torch=120.0)
    results["mlp"] |= {"start": 2.306, "loss": {"tfgraph": 2.293, "torch": 2.306}}
    assert training.learnt_less(results) == ["mlp: PyTorch eager 2.3060, tfgraph 2.2930"]


def test_a_round_gives_every_peer_a_turn_and_ends_with_equal_losses() -> None:
    result = training.measure(["linear_regression"], ["tfgraph", "session"], rounds=1, share=0.1)
    found = result["results"]["linear_regression"]
    assert {p: len(each) for p, each in found["microseconds"].items()} == {
        "tfgraph": 1,
        "session": 1,
    }
    assert min(found["median"].values()) > 0
    assert found["steps"] == 100
    assert training.learnt_less(result["results"]) == []
    assert "linear_regression" in shown.text(result)


def test_the_recorded_result_is_the_page_and_the_picture_and_nobody_has_learnt_less() -> None:
    recorded = page.recorded("training")
    readme = page.README.read_text(encoding="utf-8")
    drawn = (page.HERE / "training.svg").read_text(encoding="utf-8")
    assert list(recorded["results"]) == list(TURNS)
    assert page.section(readme, "training") == shown.text(recorded), f"run `{training.REFRESH}`"
    assert picture.svg(recorded) == drawn, f"run `{training.REFRESH}`"
    assert training.learnt_less(recorded["results"]) == []


def test_the_picture_marks_each_peer_once_a_model_and_once_in_its_legend() -> None:
    recorded = page.recorded("training")
    drawn = ET.fromstring(picture.svg(recorded)).iter("{http://www.w3.org/2000/svg}circle")
    marks = [mark.attrib for mark in drawn]
    peers = len(shown.peers_of(recorded))
    assert len(marks) == peers * (len(TURNS) + 1)
    # The legend's marks are on one line, those of the models each at a height of its own.
    assert len({mark["cy"] for mark in marks}) == peers * len(TURNS) + 1
