"""Initializers without randomness against Keras's."""

import keras
import numpy as np
import pytest

from tests.initializers.values import problem_of, values
from tfgraph.testing.cases import INITIALIZERS


@pytest.mark.parametrize("shape", [(7,), (4, 6), (3, 2, 4, 5)])
@pytest.mark.parametrize(
    ("init", "theirs"),
    [
        ("zeros", keras.initializers.Zeros()),
        ("ones", keras.initializers.Ones()),
        ({"constant": -0.25}, keras.initializers.Constant(-0.25)),
        (1.5, keras.initializers.Constant(1.5)),
    ],
)
def test_every_value_is_that_of_keras(init, theirs, shape):
    np.testing.assert_array_equal(values(init, shape), theirs(shape))


@pytest.mark.parametrize("shape", [(5, 5), (4, 6), (6, 4)])
@pytest.mark.parametrize("gain", [1.0, -0.5])
def test_identity_is_that_of_keras(shape, gain):
    ours = values({"identity": gain}, shape)
    np.testing.assert_array_equal(ours, keras.initializers.Identity(gain)(shape))


def test_only_a_matrix_can_be_an_identity():
    problem = problem_of("identity", (3, 3, 4, 4))
    assert problem.code == "TG301"
    assert "cannot fill a weight [3, 3, 4, 4] with `identity`: not a matrix" in problem.message


@pytest.mark.parametrize("dtype", ["float16", "float64"])
@pytest.mark.parametrize("init", sorted(INITIALIZERS))
def test_values_are_made_in_the_dtype_of_the_weight(init, dtype):
    init = {"constant": 0.5} if init == "constant" else init
    found = values(init, (4, 6), dtype=dtype)
    assert found.dtype == dtype
    assert np.isfinite(found).all()
