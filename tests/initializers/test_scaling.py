"""Initializers scaled by fan-in and fan-out: variance and limits against Keras's."""

import keras
import numpy as np
import pytest
from keras.src.initializers.random_initializers import compute_fans

from tests.initializers.values import statistics
from tfgraph.api import fans

K = keras.initializers
SHAPES = {"matrix": (300, 500), "kernel": (3, 5, 60, 90)}
# Five standard deviations of the deviation of a sample of 80,000.
NEAR = 5 / np.sqrt(2 * 80_000)
SCALING = {
    "glorot_normal": K.GlorotNormal,
    "glorot_uniform": K.GlorotUniform,
    "he_normal": K.HeNormal,
    "he_uniform": K.HeUniform,
    "lecun_normal": K.LecunNormal,
    "lecun_uniform": K.LecunUniform,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("init", SCALING)
def test_variance_and_limits_are_those_of_keras(init, shape):
    ours = statistics(init, SHAPES[shape])
    theirs = np.asarray(SCALING[init](seed=0)(SHAPES[shape]), "float64")
    assert abs(ours.mean) < NEAR * ours.std
    assert ours.std == pytest.approx(theirs.std(), rel=2 * NEAR)
    assert ours.low == pytest.approx(theirs.min(), rel=0.001)
    assert ours.high == pytest.approx(theirs.max(), rel=0.001)


@pytest.mark.parametrize("init", SCALING)
def test_the_variance_is_that_of_the_paper(init):
    inputs, outputs = SHAPES["matrix"]
    variance = {
        "glorot": 2 / (inputs + outputs),
        "he": 2 / inputs,
        "lecun": 1 / inputs,
    }[init.partition("_")[0]]
    assert statistics(init, SHAPES["matrix"]).std == pytest.approx(np.sqrt(variance), rel=NEAR)


@pytest.mark.parametrize("init", SCALING)
def test_a_gain_scales_every_value(init):
    one, four = (statistics({init: gain}, SHAPES["matrix"]) for gain in (1, 4))
    for name in ("std", "low", "high"):
        assert getattr(four, name) == pytest.approx(4 * getattr(one, name), rel=1e-6)


@pytest.mark.parametrize(
    "shape",
    [
        (),
        (7,),
        (4, 6),
        (3, 4, 6),
        (3, 5, 4, 6),
        (3, 5, 4, 1),
        (2, 3, 5, 4, 6),
    ],
    ids=["scalar", "vector", "dense", "conv1d", "conv2d", "depthwise", "conv3d"],
)
def test_fans_are_those_of_keras(shape):
    assert fans(shape) == compute_fans(shape)
