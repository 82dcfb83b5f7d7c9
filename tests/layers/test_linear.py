"""matmul, dense, bias and scale against Keras and NumPy; l1 and l2 against Keras's."""

import keras
import numpy as np
import pytest

from tests.layers.models import (
    assert_close,
    normal,
    output_of,
    plan_of,
    train_keras,
    trained_weights,
)
from tfgraph import SpecError


@pytest.mark.parametrize("shape", [(4, 6), (3, 5, 6), (2, 3, 4, 6)])
@pytest.mark.parametrize("activation", [None, "relu", "tanh"])
def test_dense_is_that_of_keras(shape, activation):
    x = normal(1, *shape)
    layer = keras.layers.Dense(7, activation=activation, bias_initializer="normal")
    theirs = layer(x)
    weights = dict(zip(["kernel", "bias"], layer.get_weights()))
    entry = {"dense": {"units": 7, "activation": activation}}
    assert_close(output_of(entry, x, weights=weights), theirs)


def test_matmul_is_the_product_alone_unless_a_bias_is_asked_for():
    x, kernel, bias = normal(1, 3, 4), normal(2, 4, 5), normal(3, 5)
    assert_close(output_of({"matmul": 5}, x, weights={"kernel": kernel}), x @ kernel)
    entry = {"matmul": {"units": 5, "bias": True}}
    ours = output_of(entry, x, weights={"kernel": kernel, "bias": bias})
    assert_close(ours, x @ kernel + bias)


@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 3)])
def test_bias_adds_and_scale_multiplies_along_the_last_axis(shape):
    x, vector = normal(1, *shape), normal(2, 3)
    assert_close(output_of("bias", x, weights={"bias": vector}), x + vector)
    assert_close(output_of("scale", x, weights={"scale": vector}), x * vector)


def test_scale_of_scalars_is_one_number():
    x = normal(1, 4)
    assert_close(output_of("scale", x, weights={"scale": np.float32(3)}), 3 * x)


@pytest.mark.parametrize(
    ("penalty", "regularizer"),
    [
        ({"l1": 0.05}, keras.regularizers.L1(0.05)),
        ({"l2": 0.1}, keras.regularizers.L2(0.1)),
        ({"l1": 0.02, "l2": 0.3}, keras.regularizers.L1L2(0.02, 0.3)),
    ],
)
@pytest.mark.parametrize("kind", ["matmul", "dense", "conv2d", "depthwise_conv2d"])
def test_l1_and_l2_pull_as_keras_regularizers_do(kind, penalty, regularizer):
    images = kind.endswith("conv2d")
    x = normal(1, 6, 5, 5, 2) if images else normal(1, 6, 5)
    layer = {
        "matmul": lambda: keras.layers.Dense(4, kernel_regularizer=regularizer),
        "dense": lambda: keras.layers.Dense(4, kernel_regularizer=regularizer),
        "conv2d": lambda: keras.layers.Conv2D(4, 3, padding="same", kernel_regularizer=regularizer),
        "depthwise_conv2d": lambda: keras.layers.DepthwiseConv2D(
            3, depth_multiplier=2, padding="same", depthwise_regularizer=regularizer
        ),
    }[kind]()
    y = normal(2, *layer(x).shape)
    size = {"depthwise_conv2d": {"multiplier": 2}, "conv2d": {"filters": 4}}
    entry = {kind: {**size.get(kind, {"units": 4}), "bias": True, **penalty}}
    weights = dict(zip(["kernel", "bias"], layer.get_weights()))
    ours = trained_weights(entry, x, y, weights)
    train_keras(layer, x, y)
    for name, theirs in zip(["kernel", "bias"], layer.get_weights()):
        assert_close(ours[name], theirs)


@pytest.mark.parametrize(
    ("entry", "shape", "message"),
    [
        ({"matmul": 3}, (2,), "`matmul` needs [batch, …, features], got [batch]"),
        ("bias", (2,), "`bias` needs [batch, …, features], got [batch]"),
        (
            {"dense": {"units": 3, "activation": "flatten"}},
            (2, 4, 5),
            "`dense` cannot use `flatten` as its activation: it makes [batch, 12] of [batch, 4, 3]",
        ),
        (
            {"dense": {"units": 3, "activation": {"matmul": 3}}},
            (2, 4),
            "`dense` cannot use `matmul` as its activation: it has weights",
        ),
    ],
)
def test_what_does_not_fit_is_refused(entry, shape, message):
    with pytest.raises(SpecError) as caught:
        plan_of(entry, normal(1, *shape))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("TG301", message)
