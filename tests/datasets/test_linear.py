"""The points of `linear` are a line with the noise that was asked for."""

import numpy as np
import pytest

import tfgraph


def dataset(entry="linear"):
    plan = tfgraph.loads(f"tfgraph: 1\ndata: {entry}\nlayers: [scale]\n")
    return plan.spec.data.component


def test_the_defaults_are_those_of_the_tutorial():
    data = dataset()
    assert data.splits() == {"train": 101, "test": 101}
    assert (data.slope, data.intercept, data.noise) == (2, 0, 0.33)
    assert (data.inputs(), data.target()) == (("x",), "y")


@pytest.mark.parametrize("split", ["train", "test"])
def test_without_noise_the_points_are_on_the_line(split):
    data = dataset("{linear: {points: 11, slope: -3, intercept: 0.5, noise: 0}}")
    arrays = data.load(split, seed=0)
    np.testing.assert_allclose(arrays["x"], np.linspace(-1, 1, 11), rtol=1e-6)
    np.testing.assert_allclose(arrays["y"], 0.5 - 3 * np.linspace(-1, 1, 11), rtol=1e-6)


def test_arrays_are_as_declared():
    data = dataset("{linear: {points: 7}}")
    for split, size in data.splits().items():
        for name, array in data.load(split, seed=3).items():
            assert array.shape == (size, *data.fields()[name].shape)
            assert array.dtype == data.fields()[name].dtype


def test_the_noise_is_normal():
    arrays = dataset("{linear: {points: 20000, noise: 0.5}}").load("train", seed=0)
    noise = (arrays["y"] - 2 * arrays["x"]).astype("float64") / 0.5
    bound = 5 / np.sqrt(20000)
    assert abs(noise.mean()) < bound
    assert abs(noise.std() - 1) < bound
    assert abs(np.mean(np.abs(noise) < 1) - 0.6827) < bound
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < bound


def test_the_seed_and_the_split_decide_the_noise():
    data = dataset()
    train = data.load("train", seed=0)["y"]
    np.testing.assert_array_equal(data.load("train", seed=0)["y"], train)
    assert not np.isclose(data.load("train", seed=1)["y"], train).any()
    assert not np.isclose(data.load("test", seed=0)["y"], train).any()


@pytest.mark.parametrize("entry", ["{linear: {points: 1}}", "{linear: {noise: -1}}"])
def test_what_is_no_line_is_refused(entry):
    with pytest.raises(tfgraph.SpecError) as caught:
        dataset(entry)
    (problem,) = caught.value.diagnostics
    assert "of at least" in problem.message
