"""Cross entropies and kl_divergence against Keras, and at the edges."""

import keras
import numpy as np
import pytest

from tests.losses.comparisons import assert_like_keras, losses, refusal
from tfgraph.errors import TfgraphError

DRAWS = np.random.default_rng(0)
LOGITS = DRAWS.normal(scale=3, size=(7, 5)).astype("float32")
OVER_TIME = DRAWS.normal(scale=3, size=(4, 6, 5)).astype("float32")
INDICES = DRAWS.integers(5, size=7).astype("int32")
INDICES_OVER_TIME = DRAWS.integers(5, size=(4, 6)).astype("int64")
SMOOTHED = {"softmax_cross_entropy": {"label_smoothing": 0.2}}


def one_hot(indices, classes=5):
    return np.eye(classes, dtype="float32")[indices]


def distributions(*shape):
    return DRAWS.dirichlet(np.ones(shape[-1]), size=shape[:-1]).astype("float32")


def sparse(target, output):
    return keras.losses.sparse_categorical_crossentropy(target, output, from_logits=True)


def categorical(target, output, smoothing=0.0):
    return keras.losses.categorical_crossentropy(
        target, output, from_logits=True, label_smoothing=smoothing
    )


def binary(target, output, smoothing=0.0):
    return keras.losses.binary_crossentropy(
        target, output, from_logits=True, label_smoothing=smoothing
    )


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32", "int64", "bool"])
def test_softmax_cross_entropy_of_indices_is_that_of_keras(dtype):
    indices = (INDICES % 2 if dtype == "bool" else INDICES).astype(dtype)
    assert_like_keras(
        "softmax_cross_entropy", sparse, LOGITS, indices, keras_target=indices.astype("int32")
    )


def test_softmax_cross_entropy_of_distributions_is_that_of_keras():
    assert_like_keras("softmax_cross_entropy", categorical, LOGITS, one_hot(INDICES))
    assert_like_keras("softmax_cross_entropy", categorical, LOGITS, distributions(7, 5))


def test_indices_and_their_one_hot_have_equal_losses():
    for entry in ("softmax_cross_entropy", SMOOTHED):
        from_indices, _ = losses(entry, LOGITS, INDICES)
        np.testing.assert_allclose(from_indices, losses(entry, LOGITS, one_hot(INDICES))[0], 1e-5)


def test_label_smoothing_is_that_of_keras():
    def smoothed(target, output):
        return categorical(target, output, 0.2)

    assert_like_keras(SMOOTHED, smoothed, LOGITS, one_hot(INDICES))
    assert_like_keras(SMOOTHED, smoothed, LOGITS, INDICES, keras_target=one_hot(INDICES))


def test_over_time_the_loss_of_an_example_is_the_mean_of_its_steps():
    assert_like_keras("softmax_cross_entropy", sparse, OVER_TIME, INDICES_OVER_TIME)
    assert_like_keras("softmax_cross_entropy", categorical, OVER_TIME, one_hot(INDICES_OVER_TIME))
    steps = [
        losses("softmax_cross_entropy", OVER_TIME[:, step], INDICES_OVER_TIME[:, step])[0]
        for step in range(6)
    ]
    ours, _ = losses("softmax_cross_entropy", OVER_TIME, INDICES_OVER_TIME)
    np.testing.assert_allclose(ours, np.mean(steps, 0), rtol=1e-5)


@pytest.mark.parametrize("entry", ["softmax_cross_entropy", SMOOTHED])
@pytest.mark.parametrize("hot", [False, True])
def test_logits_far_apart_have_finite_losses_and_gradients(entry, hot):
    logits = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 0]], "float32")
    target = np.zeros(2, "int32")
    loss, gradient = losses(entry, logits, one_hot(target, 3) if hot else target)
    assert np.isfinite(loss).all()
    assert np.isfinite(gradient).all()
    assert loss[1] > 1e4


@pytest.mark.parametrize("entry", ["softmax_cross_entropy", SMOOTHED])
def test_an_index_that_is_no_class_is_an_error(entry):
    with pytest.raises(Exception, match="outside the valid range") as caught:
        losses(entry, LOGITS, INDICES + 1 + 5 * (INDICES == 4))
    assert not isinstance(caught.value, TfgraphError)


def test_softmax_cross_entropy_refuses_what_does_not_fit():
    logits = ((5,), "float32")
    problem = refusal("softmax_cross_entropy", logits, ((), "int32"), classes=6)
    assert problem.message == (
        "`softmax_cross_entropy` needs 6 logits for 6 classes, got [batch, 5]"
    )
    problem = refusal("softmax_cross_entropy", logits, ((), "float32"))
    assert "needs one-hot targets like the logits [batch, 5], got [batch]" in problem.message
    problem = refusal("softmax_cross_entropy", logits, ((5,), "int32"))
    assert "needs one class index for each 5 logits of [batch, 5]" in problem.message
    refusal("softmax_cross_entropy", ((), "float32"), ((), "int32"))


def test_sigmoid_cross_entropy_is_that_of_keras():
    answers = DRAWS.integers(2, size=LOGITS.shape)
    for target in (answers.astype("float32"), DRAWS.random(LOGITS.shape).astype("float32")):
        assert_like_keras("sigmoid_cross_entropy", binary, LOGITS, target)
    assert_like_keras("sigmoid_cross_entropy", binary, LOGITS, answers.astype("int32"))
    assert_like_keras(
        {"sigmoid_cross_entropy": {"label_smoothing": 0.2}},
        lambda target, output: binary(target, output, 0.2),
        LOGITS,
        answers.astype("float32"),
    )


def test_one_logit_takes_answers_with_and_without_its_axis():
    logits, answers = LOGITS[:, :1], (INDICES > 2).astype("int32")
    assert_like_keras("sigmoid_cross_entropy", binary, logits, answers[:, None])
    expected, _ = losses("sigmoid_cross_entropy", logits, answers[:, None])
    without_axis, _ = losses("sigmoid_cross_entropy", logits, answers)
    flat, _ = losses("sigmoid_cross_entropy", logits[:, 0], answers)
    np.testing.assert_array_equal(without_axis, expected)
    np.testing.assert_array_equal(flat, expected)


def test_sigmoid_cross_entropy_is_finite_however_sure_the_logit():
    logits, answers = np.array([1e4, -1e4, 0], "float32"), np.array([0, 1, 1], "int32")
    loss, gradient = losses("sigmoid_cross_entropy", logits, answers)
    np.testing.assert_allclose(loss, [1e4, 1e4, np.log(2)])
    np.testing.assert_allclose(gradient, [1, -1, -0.5])


def test_sigmoid_cross_entropy_refuses_what_does_not_fit():
    problem = refusal("sigmoid_cross_entropy", ((3,), "float32"), ((), "int32"))
    assert "needs an answer for each logit of [batch, 3], got [batch] of int32" in problem.message
    refusal("sigmoid_cross_entropy", ((), "float32"), ((1,), "float32"))
    problem = refusal("sigmoid_cross_entropy", ((), "float32"), ((), "int32"), classes=3)
    assert "asks yes or no, and the target has 3 classes" in problem.message
    assert (
        problem.help == "the target is one of 3 classes: use `softmax_cross_entropy`, of 3 logits"
    )


def test_kl_divergence_is_that_of_keras():
    for shape in ((7, 5), (4, 6, 5)):
        output, target = distributions(*shape), distributions(*shape)
        assert_like_keras(
            "kl_divergence", keras.losses.kl_divergence, output, target, tolerance=2e-5
        )


def test_kl_divergence_of_equal_distributions_is_nothing():
    same = distributions(7, 5)
    loss, _ = losses("kl_divergence", same, same)
    np.testing.assert_allclose(loss, 0, atol=1e-7)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_kl_divergence_is_finite_where_a_probability_is_nothing(dtype):
    output = np.array([[0, 1], [1, 0], [0, 1]], dtype)
    target = np.array([[1, 0], [1, 0], [0.5, 0.5]], dtype)
    loss, gradient = losses("kl_divergence", output, target)
    assert np.isfinite(loss).all()
    assert np.isfinite(gradient).all()
    np.testing.assert_allclose(loss[0], np.log(1e7), rtol=1e-5)
    np.testing.assert_allclose(loss[1], 0, atol=1e-6)
