"""Initializers of a fixed distribution: moments against Keras's, seeds, orthogonality."""

import keras
import numpy as np
import pytest

from tests.initializers.values import problem_of, statistics, values
from tfgraph.testing.cases import INITIALIZERS

LARGE = (400, 500)
# Of 200,000 draws the mean is within 5 / sqrt(200000) standard deviations, the deviation itself
# within 5 / sqrt(400000) of it.
NEAR_MEAN, NEAR_STD = 0.0112, 0.008
RANDOM = sorted(set(INITIALIZERS) - {"zeros", "ones", "constant", "identity"})
K = keras.initializers


@pytest.mark.parametrize(
    ("init", "theirs"),
    [
        ("normal", K.RandomNormal(seed=0)),
        ({"normal": {"stddev": 2, "mean": 3}}, K.RandomNormal(3.0, 2.0, seed=0)),
        ("truncated_normal", K.TruncatedNormal(seed=0)),
        ({"truncated_normal": {"stddev": 2, "mean": 3}}, K.TruncatedNormal(3.0, 2.0, seed=0)),
        ("uniform", K.RandomUniform(seed=0)),
        ({"uniform": 3}, K.RandomUniform(-3.0, 3.0, seed=0)),
        ({"uniform": {"low": 1, "high": 4}}, K.RandomUniform(1.0, 4.0, seed=0)),
        ({"uniform": {"limit": 4, "low": 1}}, K.RandomUniform(1.0, 4.0, seed=0)),
    ],
)
def test_the_moments_are_those_of_keras(init, theirs):
    ours = statistics(init, LARGE)
    draws = np.asarray(theirs(LARGE), "float64")
    assert abs(ours.mean - draws.mean()) < 2 * NEAR_MEAN * ours.std
    assert ours.std == pytest.approx(draws.std(), rel=2 * NEAR_STD)
    if init != "normal" and "normal" not in init:
        assert ours.low == pytest.approx(draws.min(), abs=0.01 * ours.std)
        assert ours.high == pytest.approx(draws.max(), abs=0.01 * ours.std)


def test_a_truncated_normal_ends_two_standard_deviations_from_its_mean():
    found = statistics({"truncated_normal": {"stddev": 2, "mean": 3}}, LARGE)
    assert -1 <= found.low < -0.99
    assert 6.99 < found.high <= 7


def test_uniform_stays_within_its_bounds():
    found = statistics({"uniform": {"low": 1, "high": 4}}, LARGE)
    assert 1 <= found.low < 1.001
    assert 3.999 < found.high < 4
    assert found.std == pytest.approx(3 / np.sqrt(12), rel=NEAR_STD)


def test_no_spread_is_a_constant():
    for init in ({"normal": {"stddev": 0, "mean": 3}}, {"uniform": {"low": 3, "high": 3}}):
        np.testing.assert_array_equal(values(init, (4, 6)), np.full((4, 6), 3))


def test_a_lower_bound_above_the_upper_is_a_diagnostic():
    problem = problem_of({"uniform": {"low": 2, "high": 1}}, (4, 6))
    assert problem.code == "TG206"
    assert "has the bounds 2.0 and 1.0, the lower one above the upper" in problem.message
    # `high` is `limit`, 0.05, where it is not given.
    assert "has the bounds 1.0 and 0.05" in problem_of({"uniform": {"low": 1}}, (4, 6)).message


@pytest.mark.parametrize("init", RANDOM)
def test_the_values_depend_on_the_seed_and_the_name_alone(init):
    first = values(init, (6, 5))
    np.testing.assert_array_equal(values(init, (6, 5)), first)
    assert not np.isclose(values(init, (6, 5), seed=1), first).any()
    assert not np.isclose(values(init, (6, 5), name="other"), first).any()


@pytest.mark.parametrize("gain", [1.0, 0.5])
@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5), (3, 2, 4, 5), (1, 2, 3, 20)])
def test_the_fewer_of_rows_and_columns_are_orthogonal(shape, gain):
    matrix = values({"orthogonal": gain}, shape).reshape(-1, shape[-1])
    rows, columns = matrix.shape
    product = matrix @ matrix.T if rows < columns else matrix.T @ matrix
    np.testing.assert_allclose(product, gain**2 * np.eye(min(rows, columns)), atol=1e-6)
    theirs = np.asarray(K.Orthogonal(gain, seed=0)(shape)).reshape(-1, shape[-1])
    theirs = theirs @ theirs.T if rows < columns else theirs.T @ theirs
    np.testing.assert_allclose(product, theirs, atol=1e-6)


def test_an_orthogonal_matrix_of_64_bits_is_orthogonal_to_64_bits():
    matrix = values("orthogonal", (30, 20), dtype="float64")
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(20), atol=1e-14)


def test_orthogonal_matrices_lean_to_no_side():
    # Each value of a 2 x 2 rotation or reflection is the cosine of an even angle: mean 0, and
    # square 1/2 on average.
    found = np.array([values("orthogonal", (2, 2), seed=seed) for seed in range(200)])
    assert np.abs(found.mean(0)).max() < 4 * np.sqrt(0.5 / 200)
    np.testing.assert_allclose((found**2).mean(0), 0.5, atol=4 * np.sqrt(0.125 / 200))
    assert 60 < (np.linalg.det(found) > 0).sum() < 140


def test_a_vector_cannot_be_orthogonal():
    problem = problem_of("orthogonal", (5,))
    assert problem.code == "TG301"
    assert "cannot fill a weight [5] with `orthogonal`: not a matrix" in problem.message


def test_weights_of_every_rank_are_filled():
    for init in sorted({*RANDOM} - {"orthogonal"}):
        for shape in [(7,), (4, 6), (3, 2, 4, 5)]:
            assert len(np.unique(values(init, shape))) == np.prod(shape)
