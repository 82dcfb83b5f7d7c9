"""Evaluation covers every example exactly: the figures are those of plain arithmetic over all rows."""

import json

import numpy as np
import pytest

import tfgraph

SIZES = [1, 7, 23, 64]  # 23 is the number of rows
ROWS = 23
DRAWS = np.random.default_rng(6)
X = DRAWS.normal(size=(ROWS, 4)).astype("float32")
Y = DRAWS.normal(size=(ROWS, 2)).astype("float32")
LABEL = DRAWS.integers(3, size=ROWS).astype("int32")
DATA = {"x": X, "y": Y, "label": LABEL}
INPUTS = {"x": [4], "y": [2], "label": {"shape": [], "dtype": "int32", "classes": 3}}


def build(**sections):
    spec = {
        "tfgraph": 1,
        "inputs": INPUTS,
        "optimizer": {"gradient_descent": 0.1},
        "layers": [
            {"matmul": 3, "from": "x", "name": "logits"},
            {
                "matmul": {"units": 2, **sections.pop("parameters", {})},
                "from": "x",
                "name": "guess",
            },
        ],
        "outputs": ["logits", "guess"],
        **sections,
    }
    return tfgraph.build(tfgraph.loads(json.dumps(spec)))


def evaluated(graph):
    """The figures, of the arrays that the spec has a use for."""
    found = graph.evaluate(**{name: DATA[name] for name in graph.stored})
    return {name: value.numpy() for name, value in found.items()}


def output(graph, layer):
    return X.astype("float64") @ graph.weights[f"{layer}/kernel"].numpy()


def cross_entropy(graph):
    """Of each example."""
    logits = output(graph, "logits")
    return np.log(np.exp(logits).sum(-1)) - logits[np.arange(ROWS), LABEL]


def squares(graph):
    """Of each example, the squared errors of its values."""
    return (output(graph, "guess") - Y) ** 2


SOFTMAX = {"softmax_cross_entropy": None, "of": "logits", "target": "label"}
SQUARED = {"squared_error": None, "of": "guess", "target": "y"}
SUMMED = {"sum_squared_error": None, "of": "guess", "target": "y"}
ACCURACY = {"accuracy": None, "of": "logits", "target": "label"}


@pytest.mark.parametrize("size", SIZES)
def test_loss_and_accuracy_are_those_of_all_rows(size):
    graph = build(loss=SOFTMAX, metrics=[ACCURACY], train={"evaluate_batch_size": size})
    found = evaluated(graph)
    assert found.keys() == {"loss", "accuracy"}
    assert found["loss"] == pytest.approx(cross_entropy(graph).mean(), rel=1e-6)
    right = np.count_nonzero(output(graph, "logits").argmax(-1) == LABEL)
    assert found["accuracy"] == right / ROWS


def test_the_batch_of_training_changes_nothing():
    figures = [
        evaluated(build(loss=SOFTMAX, metrics=[ACCURACY], train=train))
        for train in ({}, {"batch_size": 5}, {"batch_size": 5, "drop_remainder": True})
    ]
    assert figures[0] == figures[1] == figures[2]


def test_figures_are_of_64_bits():
    graph = build(loss=SOFTMAX, metrics=[ACCURACY])
    assert {value.dtype for value in evaluated(graph).values()} == {np.dtype("float64")}


@pytest.mark.parametrize("size", SIZES)
def test_a_summed_loss_is_the_sum_over_all_rows(size):
    graph = build(loss=SUMMED, train={"evaluate_batch_size": size})
    assert evaluated(graph) == {"loss": pytest.approx(squares(graph).sum(), rel=1e-6)}


@pytest.mark.parametrize("size", SIZES)
def test_losses_are_added_by_weight_and_reported_by_themselves(size):
    losses = [{**SOFTMAX, "weight": 0.5}, {**SQUARED, "weight": 3}, {**SUMMED, "weight": 0.01}]
    graph = build(loss=losses, train={"evaluate_batch_size": size})
    entropy, squared = cross_entropy(graph).mean(), squares(graph)
    assert evaluated(graph) == pytest.approx(
        {
            "loss": 0.5 * entropy + 3 * squared.mean() + 0.01 * squared.sum(),
            "logits.softmax_cross_entropy": entropy,
            "guess.squared_error": squared.mean(),
            "guess.sum_squared_error": squared.sum(),
        },
        rel=1e-6,
    )


def test_a_weight_scales_a_single_loss():
    graph = build(loss={**SQUARED, "weight": 0.25})
    assert evaluated(graph) == {"loss": pytest.approx(0.25 * squares(graph).mean(), rel=1e-6)}


@pytest.mark.parametrize("size", SIZES)
def test_regularisation_counts_once_however_many_batches(size):
    graph = build(
        loss=SQUARED,
        parameters={"l1": 0.3, "l2": 0.7},
        train={"evaluate_batch_size": size},
    )
    kernel = graph.weights["guess/kernel"].numpy().astype("float64")
    penalty = 0.3 * np.abs(kernel).sum() + 0.7 * np.square(kernel).sum()
    assert evaluated(graph) == {
        "loss": pytest.approx(squares(graph).mean() + penalty, rel=1e-6),
    }


def test_the_weight_of_a_loss_leaves_regularisation_alone():
    graph = build(loss={**SQUARED, "weight": 0.1}, parameters={"l2": 0.7})
    penalty = 0.7 * np.square(graph.weights["guess/kernel"].numpy()).sum()
    expected = 0.1 * squares(graph).mean() + penalty
    assert evaluated(graph)["loss"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("summed", [False, True])
def test_the_objective_of_a_step_is_that_of_evaluation(summed):
    losses = [{**SOFTMAX, "weight": 0.5}, SUMMED if summed else SQUARED]
    graph = build(loss=losses, parameters={"l1": 0.3, "l2": 0.7}, train={"batch_size": ROWS})
    expected = evaluated(graph)["loss"]
    step = graph.train(steps=1, **DATA)
    assert step["loss"].numpy() == pytest.approx(expected, rel=1e-6)
    assert step["last_loss"].numpy() == pytest.approx(expected, rel=1e-6)
    assert evaluated(graph)["loss"] != pytest.approx(expected, rel=1e-3)


def test_metrics_of_several_outputs_stand_under_their_names():
    metrics = [
        ACCURACY,
        {"mean_squared_error": None, "of": "guess", "target": "y"},
        {"top_k_accuracy": 1, "of": "logits", "target": "label"},
        {"top_k_accuracy": 2, "of": "logits", "target": "label"},
    ]
    graph = build(loss=SOFTMAX, metrics=metrics)
    logits = output(graph, "logits")
    place = (logits > logits[np.arange(ROWS), LABEL][:, None]).sum(-1)
    found = evaluated(graph)
    assert found["accuracy"] == np.mean(place == 0)
    assert found["mean_squared_error"] == pytest.approx(squares(graph).mean(), rel=1e-6)
    assert found["logits.top_k_accuracy"] == np.mean(place == 0)
    assert found["logits.top_k_accuracy_2"] == pytest.approx(np.mean(place < 2))


def test_metrics_need_no_loss():
    spec = {"metrics": [ACCURACY], "loss": SOFTMAX}
    expected = evaluated(build(**spec))["accuracy"]
    text = {
        "tfgraph": 1,
        "inputs": INPUTS,
        "layers": [{"matmul": 3, "from": "x", "name": "logits"}],
        "metrics": [{"accuracy": None, "target": "label"}],
    }
    graph = tfgraph.build(tfgraph.loads(json.dumps(text)))
    assert evaluated(graph) == {"accuracy": expected}


def test_evaluation_changes_nothing():
    graph = build(loss=SOFTMAX, metrics=[ACCURACY])
    before = {name: weight.numpy() for name, weight in graph.weights.items()}
    first, second = evaluated(graph), evaluated(graph)
    assert first == second
    assert graph.step.numpy() == 0
    for name, weight in graph.weights.items():
        np.testing.assert_array_equal(weight.numpy(), before[name])
