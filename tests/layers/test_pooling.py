"""Pooling against Keras's layers; what onnx's cases say is in test_onnx.py."""

import keras
import pytest

from tests.layers.models import assert_close, normal, output_of
from tfgraph import SpecError

WINDOWS = [
    ({}, {"pool_size": 2}),
    ({"size": 3}, {"pool_size": 3}),
    ({"size": [3, 2], "stride": [1, 2]}, {"pool_size": (3, 2), "strides": (1, 2)}),
    (
        {"size": 3, "stride": 2, "padding": "same"},
        {"pool_size": 3, "strides": 2, "padding": "same"},
    ),
    (
        {"size": 5, "stride": 1, "padding": "same"},
        {"pool_size": 5, "strides": 1, "padding": "same"},
    ),
]
SHAPES = [(2, 9, 7, 3), (1, 5, 6, 2)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("parameters", "options"), WINDOWS)
@pytest.mark.parametrize(
    ("name", "layer"),
    [("max_pool", keras.layers.MaxPooling2D), ("avg_pool", keras.layers.AveragePooling2D)],
)
def test_pooling_is_that_of_keras(name, layer, parameters, options, shape):
    x = normal(1, *shape)
    assert_close(output_of({name: parameters}, x), layer(**options)(x))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("global_max_pool", keras.layers.GlobalMaxPooling2D),
        ("global_avg_pool", keras.layers.GlobalAveragePooling2D),
    ],
)
def test_global_pooling_is_that_of_keras(name, layer, shape):
    x = normal(2, *shape)
    assert_close(output_of(name, x), layer()(x))


@pytest.mark.parametrize("name", ["max_pool", "avg_pool"])
def test_a_window_that_does_not_fit_is_refused(name):
    with pytest.raises(SpecError) as caught:
        output_of({name: 4}, normal(1, 2, 3, 8, 1))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "TG301"
    assert diagnostic.message == (
        f"`{name}` has a window of height 4, which does not fit [batch, 3, 8, 1]"
    )
    assert diagnostic.help == "use a smaller `size`, or `padding: same`"


@pytest.mark.parametrize("name", ["max_pool", "avg_pool", "global_max_pool", "global_avg_pool"])
def test_pooling_takes_images_only(name):
    with pytest.raises(SpecError) as caught:
        output_of(name, normal(1, 2, 28, 28))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "TG301"
    assert diagnostic.message == (
        f"`{name}` needs [batch, height, width, channels], got [batch, 28, 28]"
    )
