"""What a plugin's loss or metric builds is held to its promise, where the graph is built."""

import numpy as np
import pytest

from tests.graph.faulty import build
from tfgraph.errors import GraphError

MODEL = """\
tfgraph: 1
inputs: {{x: [2], y: [2]}}
layers:
  - matmul: {{units: 2, init: ones}}
loss: {{{loss}: , target: y}}
optimizer: {{gradient_descent: 0.1}}
metrics:
  - {metric}: {{}}
    target: y
"""
DATA = {"x": np.ones((3, 2)), "y": np.zeros((3, 2))}


def fault(function, **names):
    graph = build(
        MODEL.format(**{"loss": "squared_error", "metric": "mean_squared_error", **names})
    )
    with pytest.raises(GraphError) as caught:
        getattr(graph, function)
    assert caught.value.help == "this is a fault of the plugin, not of the spec"
    return caught.value.message


@pytest.mark.parametrize("function", ["train", "evaluate"])
@pytest.mark.parametrize(
    ("loss", "given"),
    [
        ("scalar_loss", "[] of float32"),
        ("loss_of_each_value", "[batch, 2] of float32"),
        ("counting_loss", "[batch] of int32"),
        ("loss_without_return", "NoneType, not a tensor"),
    ],
)
def test_a_loss_gives_a_number_for_each_example(function, loss, given):
    assert fault(function, loss=loss) == (
        f"the loss `{loss}` of tests failed for `{loss}` at <spec>:5:8: "
        f"it gives {given}, not a number for each example: [batch]"
    )


@pytest.mark.parametrize(
    ("metric", "problem"),
    [
        (
            "wider_state",
            "it declares its state `total` as [] of float32 and gives [] of float64",
        ),
        ("larger_state", "it declares its state `total` as [] of float32 and gives [2] of float32"),
        ("other_state", "it declares the state ['total'] and gives ['sum']"),
        ("vector_result", "its result is [2] of float32, not a number"),
    ],
)
def test_a_metric_keeps_to_the_state_that_it_declares(metric, problem):
    assert fault("evaluate", metric=metric) == (
        f"the metric `{metric}` of tests failed for `{metric}` at <spec>:8:5: {problem}"
    )


def test_a_metric_called_loss_does_not_hide_the_objective():
    graph = build(MODEL.format(loss="squared_error", metric="loss"))
    found = graph.evaluate(**DATA)
    assert {name: float(value) for name, value in found.items()} == {"loss": 4.0, "loss_2": 12.0}
