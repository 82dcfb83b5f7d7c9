"""Steps compiled with XLA are the same steps, however they are cut into calls."""

import numpy as np
import pytest

import tfgraph
from tfgraph.errors import GraphError

ROWS = 23


def build(layers="[{dense: {units: 8, activation: tanh}}, {dropout: 0.3}, {matmul: 1}]", **train):
    """A graph that trains on ROWS examples of 4 numbers."""
    options = "".join(f", {name}: {str(value).lower()}" for name, value in train.items())
    return tfgraph.build(
        tfgraph.loads(f"""
tfgraph: 1
inputs: {{x: [4], y: [1]}}
layers: {layers}
loss: {{squared_error: , target: y}}
optimizer: {{adam: 0.01}}
train: {{seed: 2{options}}}
""")
    )


def data():
    draws = np.random.default_rng(0)
    return {
        name: draws.normal(size=(ROWS, n)).astype("float32") for name, n in (("x", 4), ("y", 1))
    }


def trained(graph, *calls):
    """The weights after so many steps a call."""
    for steps in calls:
        graph.train(steps=steps, **data())
    assert graph.step.numpy() == sum(calls)
    return {name: variable.numpy() for name, variable in graph.weights.items()}


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 5},
        {"batch_size": 5, "drop_remainder": True},
        {"batch_size": 1},
        {"batch_size": ROWS},
        {"batch_size": 64},
        {"batch_size": 6, "gradient_accumulation": 2},
        {"batch_size": 5, "ema": 0.9},
    ],
)
def test_compiled_steps_are_the_same_steps_with_the_same_masks(options, shuffle):
    plain = build(**options, shuffle=shuffle)
    compiled = build(**options, shuffle=shuffle, compile=True)
    expected = trained(plain, 12)
    for name, value in trained(compiled, 12).items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-4, atol=1e-6)
    assert compiled.loss_sum.numpy() == pytest.approx(plain.loss_sum.numpy(), rel=1e-5)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("batch_size", [5, 1])
def test_compiled_calls_are_one_call_bit_for_bit(batch_size, shuffle):
    options = {"batch_size": batch_size, "shuffle": shuffle, "compile": True}
    whole = trained(build(**options), 21)
    for name, value in trained(build(**options), 1, 3, 0, 13, 4).items():
        np.testing.assert_array_equal(value, whole[name])


def test_an_epoch_in_several_orders_is_the_epoch(monkeypatch):
    monkeypatch.setattr("tfgraph.graph.batches._KNOWN", 10)
    options = {"batch_size": 5, "shuffle": True}
    expected = trained(build(**options), 12)
    for name, value in trained(build(**options, compile=True), 5, 7).items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-4, atol=1e-6)


def test_a_loss_that_is_not_finite_ends_compiled_steps_too():
    graph = build(batch_size=5, shuffle=False, compile=True)
    given = data()
    given["y"][12] = np.inf
    graph.train(steps=9, **given)
    assert graph.step.numpy() == 3


def test_a_layer_that_cannot_be_compiled_is_named():
    graph = build("[{reshape: [2, 2]}, {lstm: 3}, {matmul: 1}]", batch_size=5, compile=True)
    with pytest.raises(GraphError) as caught:
        graph.train(steps=1, **data())
    assert caught.value.message == (
        "layer `lstm_1` (<spec>:4) cannot be compiled: XLA has no operation `BlockLSTM`"
    )
    assert caught.value.help == "leave out `compile` in `train`"
