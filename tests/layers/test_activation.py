"""Activations against Keras's functions; what onnx's cases say is in test_onnx.py."""

import keras
import numpy as np
import pytest

from tests.layers.models import assert_close, normal, output_of
from tfgraph import SpecError

FUNCTIONS = {
    "sigmoid": keras.activations.sigmoid,
    "tanh": keras.activations.tanh,
    "relu": keras.activations.relu,
    "leaky_relu": keras.activations.leaky_relu,
    "elu": keras.activations.elu,
    "selu": keras.activations.selu,
    "gelu": lambda x: keras.activations.gelu(x, approximate=False),
    "swish": keras.activations.silu,
    "softplus": keras.activations.softplus,
    "softmax": keras.activations.softmax,
    "log_softmax": keras.activations.log_softmax,
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("shape", [(7, 5), (2, 3, 4)])
def test_an_activation_is_that_of_keras(name, shape):
    x = 3 * normal(1, *shape)
    assert_close(output_of(name, x), FUNCTIONS[name](x))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [-1, 2])
def test_a_softmax_takes_more_axes_than_the_kernel_that_computes_it(name, axis):
    x = 3 * normal(1, 2, 3, 2, 1, 2, 3)
    expected = np.exp(x) / np.exp(x).sum(axis, keepdims=True)
    expected = np.log(expected) if name == "log_softmax" else expected
    assert_close(output_of({name: {"axis": axis}}, x), expected)


@pytest.mark.parametrize(
    ("entry", "function"),
    [
        ({"relu": {"maximum": 1.5}}, lambda x: keras.activations.relu(x, max_value=1.5)),
        ({"leaky_relu": 0.3}, lambda x: keras.activations.leaky_relu(x, negative_slope=0.3)),
        ({"elu": 0.7}, lambda x: keras.activations.elu(x, alpha=0.7)),
        ({"gelu": {"approximate": True}}, lambda x: keras.activations.gelu(x, approximate=True)),
        ({"softmax": {"axis": 1}}, lambda x: keras.activations.softmax(x, axis=1)),
    ],
)
def test_the_parameter_of_an_activation_is_that_of_keras(entry, function):
    x = 3 * normal(2, 4, 3, 5)
    assert_close(output_of(entry, x), function(x))


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softplus", "sigmoid", "elu", "selu"])
def test_great_values_do_not_overflow(name):
    x = np.array([[-1e4, 0.0, 1e4]], np.float32)
    assert np.all(np.isfinite(output_of(name, x)))


def test_an_activation_of_integers_is_refused():
    with pytest.raises(SpecError) as caught:
        output_of("relu", np.zeros((2, 3), np.int32))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "TG301"
    assert diagnostic.message == "`relu` needs floating-point values, got int32"


@pytest.mark.parametrize("axis", [0, 3, -3])
def test_softmax_does_not_go_over_the_batch(axis):
    with pytest.raises(SpecError) as caught:
        output_of({"softmax": {"axis": axis}}, normal(1, 2, 3, 4))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "TG301"
    assert diagnostic.message == f"`softmax` has no axis {axis} to go over in [batch, 3, 4]"
