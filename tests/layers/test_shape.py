"""flatten, reshape and transpose against NumPy and Keras."""

import keras
import numpy as np
import pytest

from tests.layers.models import normal, output_of, plan_of
from tfgraph import SpecError


@pytest.mark.parametrize("shape", [(3,), (3, 4), (2, 3, 4), (2, 3, 4, 5)])
def test_flatten_keeps_the_batch_and_the_order(shape):
    x = normal(1, *shape)
    np.testing.assert_array_equal(output_of("flatten", x), x.reshape(shape[0], -1))


@pytest.mark.parametrize(
    ("sizes", "shape"),
    [([6], (2, 2, 3)), ([3, -1], (4, 12)), ([-1], (4, 2, 3)), ([2, 1, 3], (2, 6))],
)
def test_reshape_is_that_of_keras(sizes, shape):
    x = normal(1, *shape)
    np.testing.assert_array_equal(output_of({"reshape": sizes}, x), keras.layers.Reshape(sizes)(x))


@pytest.mark.parametrize(
    ("axes", "shape"), [([1], (2, 3)), ([2, 1], (2, 3, 4)), ([3, 1, 2], (2, 3, 4, 5))]
)
def test_transpose_is_that_of_keras(axes, shape):
    x = normal(1, *shape)
    np.testing.assert_array_equal(output_of({"transpose": axes}, x), keras.layers.Permute(axes)(x))


def test_values_other_than_floats_are_moved_too():
    x = np.arange(12, dtype=np.int32).reshape(2, 2, 3)
    for entry in ("flatten", {"reshape": [3, 2]}, {"transpose": [2, 1]}):
        assert output_of(entry, x).dtype == np.int32


@pytest.mark.parametrize(
    ("entry", "shape", "message"),
    [
        (
            {"reshape": [5, 5]},
            (2, 24),
            "`reshape` to [batch, 5, 5] does not fit [batch, 24]: 24 values an example, not 25",
        ),
        (
            {"transpose": [1, 2]},
            (2, 3, 4, 5),
            "`transpose` needs each axis after the batch once, got [1, 2] for [batch, 3, 4, 5]",
        ),
        (
            {"transpose": [1, 1]},
            (2, 3, 4),
            "`transpose` needs each axis after the batch once, got [1, 1] for [batch, 3, 4]",
        ),
    ],
)
def test_what_does_not_fit_is_refused(entry, shape, message):
    with pytest.raises(SpecError) as caught:
        plan_of(entry, normal(1, *shape))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("TG301", message)


def test_flatten_needs_every_size():
    with pytest.raises(SpecError) as caught:
        plan_of("flatten", normal(1, 2, 3), inputs={"x0": [None, 3]})
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == (
        "`flatten` needs every size but the batch to be known, got [batch, ?, 3]"
    )
