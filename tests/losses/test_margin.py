"""hinge against Keras."""

import keras
import numpy as np

from tests.losses.comparisons import assert_like_keras, losses, refusal

DRAWS = np.random.default_rng(1)
SCORES = DRAWS.normal(size=(9, 4)).astype("float32")
SIDES = DRAWS.choice([-1, 1], size=SCORES.shape)


def test_hinge_is_that_of_keras():
    for dtype in ("float32", "int32"):
        assert_like_keras("hinge", keras.losses.hinge, SCORES, SIDES.astype(dtype))


def test_a_target_of_zero_is_the_negative_side():
    expected, _ = losses("hinge", SCORES, SIDES.astype("float32"))
    for dtype in ("float32", "int32", "uint8", "bool"):
        zeros_and_ones = (SIDES > 0).astype(dtype)
        np.testing.assert_array_equal(losses("hinge", SCORES, zeros_and_ones)[0], expected)


def test_one_score_takes_sides_without_its_axis():
    expected, _ = losses("hinge", SCORES[:, :1], SIDES[:, :1])
    np.testing.assert_array_equal(losses("hinge", SCORES[:, :1], SIDES[:, 0])[0], expected)


def test_beyond_the_margin_nothing_pulls():
    loss, gradient = losses("hinge", np.array([2.0, 0.5, -3.0], "float32"), np.array([1, 1, -1]))
    np.testing.assert_array_equal(loss, [0, 0.5, 0])
    np.testing.assert_array_equal(gradient, [0, -1, 0])


def test_hinge_refuses_what_does_not_fit():
    problem = refusal("hinge", ((3,), "float32"), ((), "int32"))
    assert "needs a side for each score of [batch, 3], got [batch] of int32" in problem.message
    problem = refusal("hinge", ((), "float32"), ((), "int32"), classes=3)
    assert "takes two sides, and the target has 3 classes" in problem.message
