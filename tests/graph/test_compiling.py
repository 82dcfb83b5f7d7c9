"""Steps compiled with XLA are the same steps, however they are cut into calls."""

import numpy as np
import pytest
import tensorflow as tf

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
def test_compiled_steps_are_the_same_steps(options, shuffle):
    layers = "[{dense: {units: 8, activation: tanh}}, {matmul: 1}]"
    plain = build(layers, **options, shuffle=shuffle)
    compiled = build(layers, **options, shuffle=shuffle, compile=True)
    expected = trained(plain, 12)
    for name, value in trained(compiled, 12).items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-4, atol=1e-6)
    assert compiled.loss_sum.numpy() == pytest.approx(plain.loss_sum.numpy(), rel=1e-5)


@pytest.fixture
def not_compiled(monkeypatch):
    """A way to make the loop of a graph that is to be compiled run as it is."""
    real = tf.function

    def function(made, **options):
        if made.__name__ == "whole_batches":
            options["jit_compile"] = False
        return real(made, **options)

    def of(graph):
        with monkeypatch.context() as patch:
            patch.setattr(tf, "function", function)
            graph.train.inputs  # noqa: B018 - it is traced when it is first asked for
        return graph

    return of


@pytest.mark.parametrize("layer", ["{dropout: 0.5}", "{corrupt: 0.3}", "{gaussian_noise: 0.2}"])
@pytest.mark.parametrize(
    "options", [{"batch_size": 5}, {"batch_size": 6, "gradient_accumulation": 2}]
)
def test_the_masks_of_compiled_steps_are_those_of_their_seed_and_step(layer, options, not_compiled):
    layers = f"[{{dense: {{units: 8, activation: tanh}}}}, {layer}, {{matmul: 1}}]"
    compiled = build(layers, **options, compile=True)
    same = not_compiled(build(layers, **options, compile=True))
    expected = trained(same, 12)
    for name, value in trained(compiled, 12).items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-4, atol=1e-6)
    other = trained(build(layers, **options), 12)
    assert not np.allclose(other["matmul_1/kernel"], expected["matmul_1/kernel"], rtol=1e-2)


def test_the_examination_of_a_compiled_step_draws_its_masks():
    # What is not dropped is doubled, which float32 cannot hold.
    graph = build("[{dropout: 0.5}, {matmul: 1}]", batch_size=1, shuffle=False, compile=True)
    given = data()
    given["x"][:] = [3e38, 0, 0, 0]
    found = set()
    for step in range(ROWS):
        for weight in graph.weights.values():
            weight.assign(tf.ones_like(weight))
        graph.step.assign(step)
        finite = bool(graph.examine(**given)["layer/dropout_1"])
        loss = graph.train(steps=1, **given)["last_loss"].numpy()
        assert np.isfinite(loss) == finite
        found.add(finite)
    assert found == {False, True}


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("batch_size", [5, 1])
def test_compiled_calls_are_one_call_bit_for_bit(batch_size, shuffle):
    options = {"batch_size": batch_size, "shuffle": shuffle, "compile": True}
    whole = trained(build(**options), 21)
    for name, value in trained(build(**options), 1, 3, 0, 13, 4).items():
        np.testing.assert_array_equal(value, whole[name])


def test_an_epoch_in_several_orders_is_the_epoch(monkeypatch):
    options = {"batch_size": 5, "shuffle": True, "compile": True}
    expected = trained(build(**options), 12)
    monkeypatch.setattr("tfgraph.graph.batches._KNOWN", 10)
    for name, value in trained(build(**options), 5, 7).items():
        np.testing.assert_array_equal(value, expected[name])


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
    assert caught.value.help == (
        "leave it as it is: `--set train.compile=false`, in Python `compiled=False`"
    )
    assert caught.value.settings == ("train.compile",)
