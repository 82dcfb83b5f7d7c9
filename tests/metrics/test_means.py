"""Metrics that are means against Keras and NumPy, over whole splits cut into batches of any size."""

import keras
import numpy as np
import pytest

from tests.metrics.comparisons import assert_figure, figure, keras_figure, refusal

DRAWS = np.random.default_rng(4)
LOGITS = DRAWS.normal(scale=2, size=(45, 3, 5)).astype("float32")
INDICES = DRAWS.integers(5, size=(45, 3)).astype("int32")
ERRORS = {
    "mean_squared_error": (np.square, keras.metrics.MeanSquaredError),
    "mean_absolute_error": (np.abs, keras.metrics.MeanAbsoluteError),
}


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("shape", [(45,), (45, 1), (45, 4, 3)])
def test_errors_are_those_of_numpy_and_keras(name, shape):
    output, target = (DRAWS.normal(size=shape).astype("float32") for _ in range(2))
    function, metric = ERRORS[name]
    exact = np.mean(function(output.astype("float64") - target.astype("float64")))
    assert_figure(name, output, target, exact, tolerance=1e-12)
    # Keras sums in float32.
    assert_figure(name, output, target, keras_figure(metric(), output, target), tolerance=1e-5)


@pytest.mark.parametrize("name", ERRORS)
def test_many_small_errors_are_not_lost_beside_a_large_one(name):
    output = np.full(20001, 2.0**-12, "float32")
    output[0] = 4096
    exact = np.mean(ERRORS[name][0](output.astype("float64")))
    assert figure(name, output, np.zeros_like(output), batch=1) == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("name", ERRORS)
def test_targets_of_integers_and_of_other_precision_are_compared(name):
    output = np.array([0.5, 200], "float16")
    expected = np.mean(ERRORS[name][0](np.array([1.5, -55])))
    assert figure(name, output, np.array([2, 255], "uint8")) == expected
    assert figure(name, output, np.array([2, 255], "float64")) == expected


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64"])
def test_perplexity_is_the_exponential_of_the_cross_entropy_of_keras(dtype):
    theirs = keras.losses.sparse_categorical_crossentropy(INDICES, LOGITS, from_logits=True)
    expected = np.exp(np.mean(theirs, dtype="float64"))
    assert_figure("perplexity", LOGITS, INDICES.astype(dtype), expected)


def test_the_perplexity_of_knowing_nothing_is_the_number_of_classes():
    assert figure("perplexity", np.zeros((7, 32), "float32"), np.arange(7)) == pytest.approx(32)


def test_what_does_not_fit_is_refused():
    for name in ERRORS:
        problem = refusal(name, ((1,), "float32"), ((), "float32"))
        assert problem.message == (
            f"`{name}` needs a target like the output [batch, 1], got [batch]"
        )
    problem = refusal("perplexity", ((5,), "float32"), ((5,), "float32"))
    assert problem.message == (
        "`perplexity` needs a class index for each [batch, 5], got [batch, 5]"
    )
    problem = refusal("perplexity", ((5,), "float32"), ((), "int32"), classes=6)
    assert problem.message == "`perplexity` needs 6 outputs for 6 classes, got [batch, 5]"
