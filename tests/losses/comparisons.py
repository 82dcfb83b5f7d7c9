"""Losses of specs, applied to arrays."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tensorflow as tf

import tfgraph


def plan(entry, x, y, classes=None):
    """The plan of a loss between two inputs, each a shape with its dtype."""
    (x_shape, x_dtype), (y_shape, y_dtype) = x, y
    target = {"shape": list(y_shape), "dtype": y_dtype, "classes": classes}
    spec = {
        "tfgraph": 1,
        "inputs": {
            "x": {"shape": list(x_shape), "dtype": x_dtype},
            "y": {name: value for name, value in target.items() if value is not None},
        },
        "layers": [{"scale": None, "from": "x", "name": "unused"}],
        "loss": {**({entry: None} if isinstance(entry, str) else entry), "of": "x", "target": "y"},
        "optimizer": {"gradient_descent": 0.1},
    }
    return tfgraph.loads(json.dumps(spec))


def losses(entry, output, target, classes=None):
    """The loss of each example and its gradient by the output."""
    output, target = np.asarray(output), np.asarray(target)
    shapes = [(array.shape[1:], str(array.dtype)) for array in (output, target)]
    loss = plan(entry, *shapes, classes).losses[0].loss
    output, target = tf.constant(output), tf.constant(target)
    with tf.GradientTape() as tape:
        tape.watch(output)
        each = loss.build(output, target)
    assert each.shape == output.shape[:1]
    return each.numpy(), tape.gradient(each, output).numpy()


def assert_like_keras(entry, keras_loss, output, target, *, keras_target=None, tolerance=2e-6):
    """The losses and gradients of a Keras loss, its own numbers averaged for each example."""
    ours, our_gradient = losses(entry, output, target)
    x = tf.constant(output)
    with tf.GradientTape() as tape:
        tape.watch(x)
        theirs = keras_loss(target if keras_target is None else keras_target, x)
        theirs = tf.reduce_mean(tf.reshape(theirs, [len(output), -1]), -1)
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(
        our_gradient, tape.gradient(theirs, x), rtol=tolerance, atol=tolerance
    )


def refusal(entry, x, y, classes=None):
    """The diagnostic of a loss that does not fit."""
    with pytest.raises(tfgraph.SpecError) as caught:
        plan(entry, x, y, classes)
    (problem,) = caught.value.diagnostics
    assert problem.code == "TG305"
    return problem
