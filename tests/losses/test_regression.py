"""Losses between numbers against Keras, and at the edges."""

import keras
import numpy as np
import pytest

from tests.losses.comparisons import assert_like_keras, losses, refusal
from tfgraph.builtins import tfgraph_losses

DRAWS = np.random.default_rng(2)
SHAPES = [(8, 5), (4, 3, 2), (8, 1)]
ELEMENTWISE = ["squared_error", "sum_squared_error", "absolute_error", "huber"]


def pair(*shape, dtype="float32"):
    return (DRAWS.normal(scale=2, size=shape).astype(dtype) for _ in range(2))


def huber(delta):
    return lambda target, output: keras.losses.huber(target, output, delta)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("entry", "keras_loss"),
    [
        ("squared_error", keras.losses.mean_squared_error),
        ("absolute_error", keras.losses.mean_absolute_error),
        ("huber", huber(1.0)),
        ({"huber": 0.3}, huber(0.3)),
        ("cosine", lambda target, output: 1 + keras.losses.cosine_similarity(target, output)),
    ],
)
def test_the_losses_and_gradients_are_those_of_keras(entry, keras_loss, shape):
    assert_like_keras(entry, keras_loss, *pair(*shape), tolerance=1e-5)


def test_sum_squared_error_sums_over_an_example():
    for shape in [*SHAPES, (8,)]:
        output, target = pair(*shape)
        loss, gradient = losses("sum_squared_error", output, target)
        squares = np.square(output - target).reshape(8 if shape[0] == 8 else 4, -1)
        np.testing.assert_allclose(loss, squares.sum(-1), rtol=1e-5)
        np.testing.assert_allclose(gradient, 2 * (output - target), rtol=1e-5)


@pytest.mark.parametrize("entry", [*ELEMENTWISE, "cosine"])
def test_an_exact_guess_costs_nothing_and_has_no_gradient(entry):
    output, _ = pair(6, 4)
    loss, gradient = losses(entry, output, output)
    np.testing.assert_allclose(loss, 0, atol=1e-6)
    np.testing.assert_allclose(gradient, 0, atol=1e-6)


@pytest.mark.parametrize("zero", ["output", "target", "both"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_cosine_with_a_vector_of_zeros_is_0_with_a_finite_gradient(zero, dtype):
    output, target = pair(3, 4, dtype=dtype)
    output = output * (zero == "target")
    target = target * (zero == "output")
    loss, gradient = losses("cosine", output.astype(dtype), target.astype(dtype))
    np.testing.assert_array_equal(loss, 1)
    assert np.isfinite(gradient).all()


def test_opposite_vectors_are_2_apart_and_length_does_not_matter():
    output = np.array([[1, 2, 2], [1, 0, 0]], "float32")
    loss, _ = losses("cosine", output, np.array([[-10, -20, -20], [0, 3, 0]], "float32"))
    np.testing.assert_allclose(loss, [2, 1], rtol=1e-6)


@pytest.mark.parametrize("entry", ELEMENTWISE)
def test_half_precision_does_not_overflow(entry):
    output, target = np.array([[300.0]], "float16"), np.array([[-300.0]], "float16")
    loss, gradient = losses(entry, output, target)
    assert np.isfinite(loss).all()
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("entry", [*ELEMENTWISE, "cosine"])
def test_a_target_of_another_precision_is_compared_in_the_outputs(entry):
    output, target = pair(6, 4)
    expected, _ = losses(entry, output, target)
    loss, _ = losses(entry, output, target.astype("float64"))
    assert loss.dtype == "float32"
    np.testing.assert_array_equal(loss, expected)


@pytest.mark.parametrize("entry", [*ELEMENTWISE, "cosine"])
def test_targets_that_do_not_fit_are_refused(entry):
    problem = refusal(entry, ((3,), "float32"), ((4,), "float32"))
    assert problem.message == (
        f"`{entry}` needs a target like the output [batch, 3], got [batch, 4]"
    )
    problem = refusal(entry, ((3,), "float32"), ((3,), "int32"))
    assert problem.message.endswith("needs a floating-point target, got [batch, 3] of int32")
    problem = refusal(entry, ((1,), "float32"), ((), "float32"))
    reshaped = "one axis of size 1" if entry == "cosine" else "put `reshape: []` after `x`"
    assert reshaped in problem.help


def test_every_loss_is_compared_here_or_beside():
    beside = {"softmax_cross_entropy", "sigmoid_cross_entropy", "kl_divergence", "hinge"}
    assert {loss.type for loss in tfgraph_losses()} == {*ELEMENTWISE, "cosine", *beside}
