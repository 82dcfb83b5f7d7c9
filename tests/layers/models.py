"""Models of one layer, for comparisons with other implementations."""

from __future__ import annotations

import json

import keras
import numpy as np
import tensorflow as tf

import tfgraph

RATE = 0.1


def plan_of(entry, *inputs, **sections):
    """The plan of one layer, called `layer`, over inputs like the arrays."""
    names = [f"x{number}" for number, _ in enumerate(inputs)]
    fields = {
        name: {"shape": list(array.shape[1:]), "dtype": str(array.dtype)}
        for name, array in zip(names, inputs)
    }
    entry = {entry: None} if isinstance(entry, str) else entry
    layer = {**entry, "name": "layer", "from": names}
    spec = {"tfgraph": 1, "inputs": fields, "layers": [layer]}
    spec["inputs"] |= sections.pop("more_inputs", {})
    return tfgraph.loads(json.dumps({**spec, **sections}))


def output_of(entry, *inputs, weights=None):
    """What the layer predicts, with the given weights by name."""
    graph = tfgraph.build(plan_of(entry, *inputs))
    assign(graph, weights or {})
    return graph.predict(*inputs)["layer"].numpy()


def assign(graph, weights):
    """Give the layer's weights values by name."""
    for name, value in weights.items():
        graph.weights[f"layer/{name}"].assign(value)


def trained_weights(entry, x, y, weights, *, steps=3):
    """The layer's weights after some steps of gradient descent on the squared error to `y`."""
    plan = plan_of(
        entry,
        x,
        more_inputs={"y": list(y.shape[1:])},
        loss={"squared_error": None, "target": "y"},
        optimizer={"gradient_descent": RATE},
        train={"batch_size": len(x), "shuffle": False},
    )
    graph = tfgraph.build(plan)
    assign(graph, weights)
    graph.train(steps=steps, x0=x, y=y)
    return {name.removeprefix("layer/"): value.numpy() for name, value in graph.weights.items()}


def train_keras(layer, x, y, *, steps=3):
    """The same for a Keras layer or model, in place."""
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.mean_squared_error(y, layer(x, training=True)))
            loss += sum(layer.losses)
        weights = [weight.value for weight in layer.trainable_weights]
        for weight, gradient in zip(weights, tape.gradient(loss, weights)):
            weight.assign_sub(RATE * tf.convert_to_tensor(gradient))


def normal(seed, *shape, dtype=np.float32):
    """Normal values."""
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def assert_close(ours, theirs, tolerance=1e-5):
    """Equal shapes, and values within rounding."""
    theirs = np.asarray(theirs)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)
