"""Products with kernels that have a gradient of their own, against Keras and float64."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tests.layers.models import RATE, assert_close, normal, train_keras

#: Units whose kernels, as large as they are wide, have a gradient of their own, and none.
OWN, USUAL = 512, 40


def two_layers(entry, units, shape):
    """A graph of a small product and the layer `above` it, to be trained to y, and its kernels."""
    spec = {
        "tfgraph": 1,
        "inputs": {"x": [*shape, 3], "y": [*shape, units]},
        "layers": [
            {"matmul": units, "from": "x", "name": "below"},
            {**entry, "name": "above"},
        ],
        "loss": {"squared_error": None, "target": "y"},
        "optimizer": {"gradient_descent": RATE},
        "train": {"batch_size": 4, "shuffle": False},
    }
    return tfgraph.build(tfgraph.loads(json.dumps(spec)))


@pytest.mark.parametrize("units", [OWN, USUAL])
@pytest.mark.parametrize("shape", [(), (2,)], ids=str)
def test_what_lies_below_is_trained_as_with_keras(units, shape):
    x, y = normal(1, 4, *shape, 3), normal(2, 4, *shape, units)
    below, above = normal(3, 3, units), normal(4, units, units) / units**0.5
    layers = [keras.layers.Dense(units, use_bias=False), keras.layers.Dense(units)]
    model = keras.Sequential(layers)
    model.build(x.shape)
    model.set_weights([below, above, np.zeros(units)])
    train_keras(model, x, y)
    graph = two_layers({"dense": units}, units, shape)
    graph.weights["below/kernel"].assign(below)
    graph.weights["above/kernel"].assign(above)
    graph.train(steps=3, x=x, y=y)
    for name, theirs in zip(("below/kernel", "above/kernel"), model.get_weights()):
        assert_close(graph.weights[name].numpy(), theirs)


@pytest.mark.parametrize("units", [OWN, USUAL])
def test_the_way_back_through_a_kernel_is_its_transpose(units):
    spec = {
        "tfgraph": 1,
        "inputs": {"x": [units]},
        "layers": [
            {"matmul": units, "name": "encoder"},
            {"tied_decoder": {"encoder": "encoder", "bias": False}, "name": "decoder"},
        ],
    }
    graph = tfgraph.build(tfgraph.loads(json.dumps(spec)))
    x, kernel = normal(1, 5, units), normal(2, units, units) / units**0.5
    graph.weights["encoder/kernel"].assign(kernel)
    found = graph.predict(x)["decoder"].numpy()
    exact = x.astype(np.float64) @ kernel @ kernel.T
    np.testing.assert_allclose(found, exact, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("entry", "units", "contracted"),
    [
        ("matmul", OWN, True),
        ("matmul", USUAL, False),
        ("matmul", 500, False),
        ("matmul", 256, False),
        ("lstm", 192, True),
        ("lstm", 40, False),
    ],
)
def test_only_a_large_kernel_of_an_unlucky_width_is_contracted(entry, units, contracted):
    shape = (2,) if entry == "lstm" else ()
    options = {"units": units, "sequence": True} if shape else {"units": units}
    graph = two_layers({entry: options}, units, shape)
    assert ("Einsum" in operations(graph, "train")) is contracted
    assert "Einsum" not in operations(graph, "predict")


def test_a_trained_graph_with_such_a_kernel_can_be_saved_and_differentiated(tmp_path):
    graph = two_layers({"matmul": OWN}, OWN, ())
    x, y = normal(1, 4, 3), normal(2, 4, OWN)
    graph.train(steps=1, x=x, y=y)
    tf.saved_model.save(graph, str(tmp_path), signatures=graph.predict)
    loaded = tf.saved_model.load(str(tmp_path))
    given = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(given)
        found = loaded.signatures["serving_default"](x=given)["above"]
    np.testing.assert_array_equal(found, graph.predict(x=x)["above"])
    below, above = (graph.weights[f"{name}/kernel"].numpy() for name in ("below", "above"))
    expected = np.ones_like(found, np.float64) @ above.T.astype(np.float64) @ below.T
    np.testing.assert_allclose(tape.gradient(found, given), expected, rtol=1e-3, atol=1e-4)


def operations(graph, function):
    """The types of the operations in a function of a graph."""
    made = tf.compat.v1.GraphDef.FromString(graph.graph_def(function))
    inner = [node for part in made.library.function for node in part.node_def]
    return {node.op for node in [*made.node, *inner]}
