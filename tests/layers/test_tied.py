"""tied_decoder: it owns no kernel, and goes back through that of its encoder."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tests.layers.models import RATE, assert_close, normal
from tfgraph import SpecError


def autoencoder(encoder, shape, *, decoder=None, **sections):
    layers = [
        {**encoder, "name": "encoder"},
        {"tied_decoder": decoder or "encoder", "name": "decoder"},
    ]
    spec = {"tfgraph": 1, "inputs": {"x": list(shape)}, "layers": layers, **sections}
    return tfgraph.loads(json.dumps(spec))


TRAINING = {
    "loss": {"squared_error": None, "target": "x"},
    "optimizer": {"gradient_descent": RATE},
    "train": {"batch_size": 4, "shuffle": False},
}
ENCODERS = [
    ({"matmul": {"units": 3, "init": {"normal": 0.5}}}, (5,)),
    ({"dense": {"units": 3, "activation": "tanh"}}, (2, 5)),
    ({"conv2d": {"filters": 3, "stride": 2}}, (6, 5, 2)),
]


@pytest.mark.parametrize(("encoder", "shape"), ENCODERS)
def test_the_decoder_owns_its_bias_and_no_kernel(encoder, shape):
    plan = autoencoder(encoder, shape)
    graph = tfgraph.build(plan)
    owned = [name for name in graph.weights if name.startswith("decoder/")]
    assert owned == ["decoder/bias"]
    assert plan.parameters == sum(weight.numpy().size for weight in graph.weights.values())


def test_the_bias_can_be_left_out():
    plan = autoencoder(ENCODERS[0][0], (5,), decoder={"encoder": "encoder", "bias": False})
    assert list(plan.weights) == ["encoder/kernel"]


@pytest.mark.parametrize(("encoder", "shape"), ENCODERS)
def test_after_training_its_kernel_is_the_encoders_transposed_bit_for_bit(encoder, shape):
    graph = tfgraph.build(autoencoder(encoder, shape, **TRAINING))
    before = graph.weight("encoder/kernel").numpy()
    graph.train(steps=5, x=normal(1, 4, *shape))
    kernel = graph.weight("encoder/kernel").numpy()
    assert not np.array_equal(kernel, before)
    swapped = np.swapaxes(kernel, -1, -2)
    np.testing.assert_array_equal(graph.weight("decoder/kernel").numpy(), swapped)


def test_of_a_matmul_it_is_the_product_with_the_transposed_kernel():
    graph = tfgraph.build(autoencoder({"matmul": 3}, (5,)))
    bias = normal(2, 5)
    graph.weights["decoder/bias"].assign(bias)
    x, kernel = normal(1, 4, 5), graph.weights["encoder/kernel"].numpy()
    ours = graph.predict(x)["decoder"].numpy()
    assert_close(ours, x @ kernel @ kernel.T + bias)


def test_both_uses_of_the_kernel_add_up_in_its_gradient():
    x = normal(1, 4, 5)
    graph = tfgraph.build(autoencoder(ENCODERS[0][0], (5,), **TRAINING))
    kernel = tf.Variable(graph.weights["encoder/kernel"])
    graph.train(steps=1, x=x)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ kernel @ tf.transpose(kernel) - x) ** 2)
    theirs = kernel - RATE * tape.gradient(loss, kernel)
    assert_close(graph.weights["encoder/kernel"].numpy(), theirs)


@pytest.mark.parametrize(
    ("parameters", "options", "shape"),
    [
        ({}, {}, (6, 5, 2)),
        ({"stride": 2}, {"strides": 2}, (6, 8, 2)),
        ({"stride": 2, "kernel_size": [2, 4]}, {"strides": 2, "kernel_size": (2, 4)}, (8, 6, 3)),
        ({"padding": "valid"}, {"padding": "valid"}, (7, 5, 2)),
        ({"padding": "valid", "stride": 2}, {"padding": "valid", "strides": 2}, (7, 9, 2)),
        ({"padding": "valid", "dilation": 2}, {"padding": "valid", "dilation_rate": 2}, (9, 8, 2)),
        ({"dilation": [2, 3]}, {"dilation_rate": (2, 3)}, (7, 8, 2)),
    ],
)
def test_of_a_conv2d_it_is_keras_transposed_convolution(parameters, options, shape):
    plan = autoencoder(
        {"conv2d": {"filters": 4, **parameters}}, shape, outputs=["encoder", "decoder"]
    )
    graph = tfgraph.build(plan)
    graph.weights["decoder/bias"].assign(normal(2, shape[-1]))
    found = graph.predict(normal(1, 2, *shape))
    layer = keras.layers.Conv2DTranspose(
        shape[-1], **{"kernel_size": 3, "padding": "same", **options}
    )
    layer.build(found["encoder"].shape)
    layer.set_weights([graph.weights["encoder/kernel"], graph.weights["decoder/bias"]])
    assert_close(found["decoder"].numpy(), layer(found["encoder"]))


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_a_dilated_encoder_trains_in_dtypes_that_tensorflow_lacks_gradients_for(dtype):
    encoder = {"conv2d": {"filters": 3, "padding": "valid", "dilation": 2, "init": {"normal": 0.1}}}
    x = normal(1, 4, 7, 6, 2)
    trained = {}
    for kind in ("float32", dtype):
        inputs = {"x": {"shape": [7, 6, 2], "dtype": kind}}
        graph = tfgraph.build(autoencoder(encoder, (), **TRAINING, inputs=inputs))
        graph.weights["encoder/kernel"].assign(normal(2, 3, 3, 2, 3) / 4)
        graph.train(steps=3, x=x.astype(kind))
        trained[kind] = graph.weights["encoder/kernel"].numpy().astype("float32")
    assert_close(trained[dtype], trained["float32"], 2e-3 if dtype == "float16" else 1e-5)


def test_sizes_that_the_stride_rounded_up_come_back():
    plan = autoencoder({"conv2d": {"filters": 4, "stride": 2}}, (7, 9, 2))
    assert plan.layer("decoder").output.shape == (None, 7, 9, 2)
    assert tfgraph.build(plan).predict(normal(1, 3, 7, 9, 2))["decoder"].shape == [3, 7, 9, 2]


@pytest.mark.parametrize(
    ("encoder", "between", "shape", "message"),
    [
        (
            "flatten",
            "relu",
            (5,),
            "`tied_decoder` needs a layer with a kernel, and `encoder` is a `flatten`",
        ),
        (
            {"matmul": 3},
            {"matmul": 4},
            (5,),
            "`tied_decoder` needs [batch, …, 3] to go back, got [batch, 4]",
        ),
        (
            {"conv2d": {"filters": 4, "groups": 2}},
            "relu",
            (5, 5, 2),
            "`tied_decoder` cannot go back through a convolution in groups",
        ),
        (
            {"conv2d": {"filters": 4}},
            "max_pool",
            (6, 6, 2),
            "`tied_decoder` needs [batch, 6, 6, 4] to go back, got [batch, 3, 3, 4]",
        ),
    ],
)
def test_what_has_no_way_back_is_refused(encoder, between, shape, message):
    encoder = {encoder: None} if isinstance(encoder, str) else encoder
    layers = [{**encoder, "name": "encoder"}, between, {"tied_decoder": "encoder"}]
    spec = {"tfgraph": 1, "inputs": {"x": list(shape)}, "layers": layers}
    with pytest.raises(SpecError) as caught:
        tfgraph.loads(json.dumps(spec))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("TG301", message)
