"""conv2d and depthwise_conv2d against Keras's, forth and in training."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tests.layers.models import (
    assert_close,
    normal,
    output_of,
    plan_of,
    train_keras,
    trained_weights,
)
from tfgraph import SpecError
from tfgraph.errors import GraphError
from tfgraph.layers import convolution

SHAPES = [(2, 9, 7, 4), (3, 6, 6, 4)]
#: Parameters here, and what Keras calls them.
WINDOWS = [
    ({}, {}),
    ({"kernel_size": [2, 4]}, {"kernel_size": (2, 4)}),
    ({"kernel_size": 1}, {"kernel_size": 1}),
    ({"kernel_size": [1, 3], "padding": "valid"}, {"kernel_size": (1, 3), "padding": "valid"}),
    ({"stride": 2}, {"strides": 2}),
    ({"stride": 3, "padding": "valid"}, {"strides": 3, "padding": "valid"}),
    ({"dilation": 2}, {"dilation_rate": 2}),
    ({"dilation": 2, "padding": "valid"}, {"dilation_rate": 2, "padding": "valid"}),
]
CONVOLUTIONS = [
    *WINDOWS,
    ({"stride": [2, 1]}, {"strides": (2, 1)}),
    ({"dilation": [1, 2]}, {"dilation_rate": (1, 2)}),
    ({"groups": 2}, {"groups": 2}),
    ({"groups": 4, "stride": 2}, {"groups": 4, "strides": 2}),
]


def keras_options(options):
    return {"kernel_size": 3, "padding": "same", "bias_initializer": "normal", **options}


def built(layer, x):
    layer.build(x.shape)
    return layer, dict(zip(["kernel", "bias"], layer.get_weights()))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("parameters", "options"), CONVOLUTIONS)
def test_conv2d_is_that_of_keras(parameters, options, shape):
    x = normal(1, *shape)
    layer, weights = built(keras.layers.Conv2D(8, **keras_options(options)), x)
    entry = {"conv2d": {"filters": 8, "bias": True, **parameters}}
    assert_close(output_of(entry, x, weights=weights), layer(x))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("parameters", "options"), WINDOWS)
def test_depthwise_conv2d_is_that_of_keras(parameters, options, shape):
    x = normal(2, *shape)
    layer = keras.layers.DepthwiseConv2D(depth_multiplier=3, **keras_options(options))
    layer, weights = built(layer, x)
    entry = {"depthwise_conv2d": {"multiplier": 3, "bias": True, **parameters}}
    assert_close(output_of(entry, x, weights=weights), layer(x))


@pytest.mark.parametrize(
    ("parameters", "options"),
    [
        ({"stride": 2}, {"strides": 2}),
        ({"dilation": 2}, {"dilation_rate": 2}),
        ({"dilation": [1, 3], "padding": "valid"}, {"dilation_rate": (1, 3), "padding": "valid"}),
        ({"groups": 2}, {"groups": 2}),
        ({"groups": 2, "dilation": 2}, {"groups": 2, "dilation_rate": 2}),
    ],
)
def test_conv2d_learns_as_that_of_keras(parameters, options):
    x = normal(3, 4, 8, 8, 4)
    layer, weights = built(keras.layers.Conv2D(6, **keras_options(options)), x)
    y = normal(4, *layer(x).shape)
    entry = {"conv2d": {"filters": 6, "bias": True, **parameters}}
    ours = trained_weights(entry, x, y, weights)
    train_keras(layer, x, y)
    for name, theirs in zip(["kernel", "bias"], layer.get_weights()):
        assert_close(ours[name], theirs)


@pytest.mark.parametrize(
    ("parameters", "options"),
    [({"stride": 2}, {"strides": 2}), ({"dilation": 2}, {"dilation_rate": 2})],
)
def test_depthwise_conv2d_learns_as_that_of_keras(parameters, options):
    x = normal(5, 4, 8, 8, 3)
    layer = keras.layers.DepthwiseConv2D(depth_multiplier=2, **keras_options(options))
    layer, weights = built(layer, x)
    y = normal(6, *layer(x).shape)
    entry = {"depthwise_conv2d": {"multiplier": 2, "bias": True, **parameters}}
    ours = trained_weights(entry, x, y, weights)
    train_keras(layer, x, y)
    for name, theirs in zip(["kernel", "bias"], layer.get_weights()):
        assert_close(ours[name], theirs)


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float16", 4e-3), ("bfloat16", 3e-2), ("float64", 1e-5)]
)
@pytest.mark.parametrize(
    ("parameters", "options"),
    [
        ({"dilation": 2}, {"dilation_rate": 2}),
        ({"groups": 2}, {"groups": 2}),
        ({"groups": 2, "stride": 2}, {"groups": 2, "strides": 2}),
    ],
)
def test_conv2d_learns_in_dtypes_that_tensorflow_lacks_gradients_for(
    parameters, options, dtype, tolerance
):
    x = normal(3, 4, 7, 8, 4)
    layer, weights = built(keras.layers.Conv2D(6, **keras_options(options)), x)
    y = normal(4, *layer(x).shape)
    entry = {"conv2d": {"filters": 6, "bias": True, **parameters}}
    ours = trained_weights(entry, x.astype(tf.as_dtype(dtype).as_numpy_dtype), y, weights)
    train_keras(layer, x, y)
    for name, theirs in zip(["kernel", "bias"], layer.get_weights()):
        assert_close(ours[name].astype("float32"), theirs, tolerance)


def test_a_conv2d_in_groups_is_the_same_cut_by_hand(monkeypatch):
    x, y = normal(3, 4, 7, 8, 4), normal(4, 4, 7, 8, 6)
    entry = {"conv2d": {"filters": 6, "groups": 2}}
    weights = {"kernel": normal(5, 3, 3, 2, 6)}
    ours = trained_weights(entry, x, y, weights)
    monkeypatch.setattr(convolution, "has_grouped_gradient", lambda dtype: False)
    assert_close(trained_weights(entry, x, y, weights)["kernel"], ours["kernel"])


def test_a_dilated_conv2d_takes_images_of_any_size():
    x = normal(3, 2, 9, 6, 2)
    for parameters in ({"dilation": 2}, {"dilation": [3, 2], "padding": "valid"}):
        entry = {"conv2d": {"filters": 3, **parameters}}
        graph = tfgraph.build(plan_of(entry, x, inputs={"x0": [None, None, 2]}))
        kernel = graph.weights["layer/kernel"]
        padding = parameters.get("padding", "same").upper()
        dilation = parameters["dilation"]
        for image in (x, x[:, :8, :5]):
            theirs = tf.nn.conv2d(image, kernel, 1, padding, dilations=dilation)
            assert_close(graph.predict(image)["layer"].numpy(), theirs)


def refused(entry, x):
    with pytest.raises(SpecError) as caught:
        plan_of(entry, x)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


@pytest.mark.parametrize(
    ("entry", "shape", "code", "message"),
    [
        (
            {"conv2d": 4},
            (2, 784),
            "TG301",
            "`conv2d` needs [batch, height, width, channels], got [batch, 784]",
        ),
        (
            {"conv2d": {"filters": 4, "kernel_size": 3, "dilation": 3, "padding": "valid"}},
            (2, 9, 6, 1),
            "TG301",
            "`conv2d` has a window of width 7, which does not fit [batch, 9, 6, 1]",
        ),
        (
            {"conv2d": {"filters": 4, "groups": 3}},
            (2, 5, 5, 4),
            "TG301",
            "`conv2d` cannot cut 4 channels into 3 groups",
        ),
        (
            {"conv2d": {"filters": 4, "groups": 3}},
            (2, 5, 5, 6),
            "TG301",
            "`conv2d` cannot cut 4 filters into 3 groups",
        ),
        (
            {"conv2d": {"filters": 4, "stride": 2, "dilation": [1, 2]}},
            (2, 5, 5, 6),
            "TG206",
            "layer `conv2d` takes a stride or a dilation, not both",
        ),
        (
            {"depthwise_conv2d": {"stride": 2, "dilation": 2}},
            (2, 5, 5, 6),
            "TG206",
            "layer `depthwise_conv2d` takes a stride or a dilation, not both",
        ),
    ],
)
def test_what_does_not_fit_is_refused(entry, shape, code, message):
    diagnostic = refused(entry, normal(1, *shape))
    assert (diagnostic.code, diagnostic.message) == (code, message)


def test_the_refusal_of_a_window_points_at_its_size():
    entry = {"conv2d": {"filters": 4, "kernel_size": 6, "padding": "valid"}}
    diagnostic = refused(entry, normal(1, 2, 5, 5, 1))
    line = diagnostic.span.source.text.splitlines()[diagnostic.span.line - 1]
    assert line[diagnostic.span.column - 1] == "6"
    assert diagnostic.help == "use a smaller `kernel_size`, or `padding: same`"


def test_a_depthwise_convolution_has_one_stride_for_both_axes():
    diagnostic = refused({"depthwise_conv2d": {"stride": [2, 1]}}, normal(1, 2, 5, 5, 1))
    assert diagnostic.code == "TG205"


def test_channels_must_be_known():
    x = np.zeros((2, 5, 5, 1), np.float32)
    plan = {"inputs": {"x0": [None, None, None]}}
    with pytest.raises(SpecError) as caught:
        plan_of({"conv2d": 4}, x, **plan)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == (
        "`conv2d` needs to know the size of the channels axis, got [batch, ?, ?, ?]"
    )


@pytest.mark.parametrize(
    ("layer", "window"),
    [
        ({"conv2d": {"filters": 3}}, "3 x 3"),
        ({"conv2d": {"filters": 3, "dilation": [1, 2]}}, "3 x 5"),
        ({"depthwise_conv2d": {"dilation": 2}}, "5 x 5"),
    ],
)
def test_an_image_smaller_than_its_window_is_an_error_whatever_its_size(layer, window):
    ((name, parameters),) = layer.items()
    entry = {name: {**parameters, "padding": "valid"}}
    rows, columns = map(int, window.split(" x "))
    x = normal(3, 2, rows, columns, 2)
    graph = tfgraph.build(plan_of(entry, x, inputs={"x0": [None, None, 2]}))
    assert graph.predict(x)["layer"].shape[1:3] == (1, 1)
    for smaller in (x[:, :-1], x[:, :, :-1]):
        with pytest.raises(GraphError, match=f"smaller than the window of {window} pixels"):
            graph.predict(smaller)
