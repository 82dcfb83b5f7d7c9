"""dropout, corrupt and gaussian_noise: what they draw, when, and that it can be drawn again."""

import json

import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tfgraph.api import Context
from tfgraph.registry import load_registry

SIZE = 40_000
ONES = np.ones((4, SIZE // 4), np.float32)


def drawn(entry, *, training, step=0, seed=0, name="layer", x=ONES):
    """What the layer makes of `x` in one step."""
    layer = load_registry().create("layer", entry)
    context = Context(name, training, tf.constant(step, tf.int64), seed)
    return layer.build(tf.constant(x), {}, context).numpy()


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_drops_the_stated_share_and_keeps_the_mean(rate):
    y = drawn({"dropout": rate}, training=True)
    deviation = np.sqrt(rate * (1 - rate) / SIZE)
    assert abs(np.mean(y == 0) - rate) < 5 * deviation
    assert abs(y.mean() - 1) < 5 * deviation / (1 - rate)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate), rtol=1e-6)


@pytest.mark.parametrize("entry", [{"dropout": 0.5}, {"gaussian_noise": 0.5}])
def test_dropout_and_noise_do_nothing_at_evaluation(entry):
    np.testing.assert_array_equal(drawn(entry, training=False), ONES)


@pytest.mark.parametrize("entry", [{"dropout": 0}, {"corrupt": 0}, {"gaussian_noise": 0}])
def test_a_rate_of_0_changes_nothing(entry):
    np.testing.assert_array_equal(drawn(entry, training=True), ONES)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("rate", [0.3, 1.0])
def test_corrupt_sets_the_stated_share_to_0_at_evaluation_too(training, rate):
    y = drawn({"corrupt": rate}, training=training)
    assert abs(np.mean(y == 0) - rate) <= 5 * np.sqrt(rate * (1 - rate) / SIZE)
    assert set(np.unique(y)) <= {0.0, 1.0}


def test_gaussian_noise_has_mean_0_and_the_stated_deviation():
    noise = drawn({"gaussian_noise": 0.3}, training=True) - ONES
    assert abs(noise.mean()) < 5 * 0.3 / np.sqrt(SIZE)
    assert abs(noise.std() - 0.3) < 5 * 0.3 / np.sqrt(2 * SIZE)


ENTRIES = [{"dropout": 0.5}, {"corrupt": 0.5}, {"gaussian_noise": 0.5}]


@pytest.mark.parametrize("entry", ENTRIES)
def test_seed_name_and_step_decide_what_is_drawn(entry):
    first = drawn(entry, training=True, step=5, seed=1)
    np.testing.assert_array_equal(first, drawn(entry, training=True, step=5, seed=1))
    for other in ({"step": 6}, {"seed": 2}, {"name": "other"}):
        y = drawn(entry, training=True, **{"step": 5, "seed": 1, **other})
        assert np.mean(y == first) < 0.6


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_examples_of_a_batch_are_given_masks_of_their_own(entry):
    y = drawn(entry, training=True)
    assert np.mean(y[0] == y[1]) < 0.6


def test_corrupt_acts_in_predict_and_the_same_way_each_time():
    spec = {"tfgraph": 1, "inputs": {"x": [1000]}, "layers": [{"corrupt": 0.3, "name": "y"}]}
    graph = tfgraph.build(tfgraph.loads(json.dumps(spec)))
    x = np.ones((1, 1000), np.float32)
    y = graph.predict(x)["y"].numpy()
    assert 200 < np.sum(y == 0) < 400
    np.testing.assert_array_equal(y, graph.predict(x)["y"].numpy())


def context(*, training=True, step=0, compiled=False):
    return Context("layer", training, tf.constant(step, tf.int64), compiled=compiled)


DRAWN = [
    pytest.param({"training": False}, id="evaluation"),
    pytest.param({}, id="training"),
    pytest.param({"compiled": True}, id="compiled"),
]


@pytest.mark.parametrize("way", DRAWN)
@pytest.mark.parametrize("probability", [1e-4, 0.004, 1 / 256, 0.25, 0.7, 0.9999])
def test_bernoulli_is_1_with_its_probability_whatever_bits_a_draw_takes(way, probability):
    x = tf.zeros([10, 100_003])  # not a multiple of what a word of random bits holds
    drawn = context(**way).bernoulli(x, probability).numpy()
    deviation = np.sqrt(probability * (1 - probability) / drawn.size)
    assert drawn.shape == (10, 100_003)
    assert abs(drawn.mean() - probability) < 5 * deviation


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
@pytest.mark.parametrize("probability", [0.5, 0.3, 0.001])
def test_bernoulli_gives_zeros_and_ones_of_the_type_of_its_values(dtype, probability):
    drawn = context().bernoulli(tf.zeros([3, 10_000], dtype), probability)
    assert drawn.dtype == dtype
    assert set(drawn.numpy().astype(float).ravel()) == {0.0, 1.0}


@pytest.mark.parametrize(("probability", "always"), [(0.0, 0), (1.0, 1)])
def test_bernoulli_of_0_and_1_is_certain(probability, always):
    assert np.all(context().bernoulli(tf.zeros([5, 7]), probability).numpy() == always)


@pytest.mark.parametrize("way", DRAWN)
@pytest.mark.parametrize("probability", [0.5, 0.3])
@pytest.mark.parametrize("distance", [1, 2, 3, 4, 8, 200_000])
def test_what_is_drawn_from_one_word_is_independent(way, probability, distance):
    drawn = context(**way).bernoulli(tf.zeros([1, 400_000]), probability).numpy()[0]
    both = np.mean(drawn[distance:] * drawn[:-distance])
    expected = probability**2
    assert abs(both - expected) < 6 * np.sqrt(expected * (1 - expected) / drawn.size)


@pytest.mark.parametrize("way", DRAWN)
@pytest.mark.parametrize("probability", [0.5, 0.3, 0.001])
def test_a_batch_of_unknown_size_draws_the_same(way, probability):
    def draw(x):
        return context(step=3, **way).bernoulli(x, probability)

    x = tf.zeros([7, 33])
    anyhow = tf.function(draw, input_signature=[tf.TensorSpec([None, 33])])
    np.testing.assert_array_equal(anyhow(x), tf.function(draw)(x))


@pytest.mark.parametrize("way", DRAWN)
def test_normal_numbers_have_mean_0_and_deviation_1(way):
    drawn = context(**way).normal(tf.zeros([10, 100_003])).numpy()
    assert drawn.shape == (10, 100_003)
    assert abs(drawn.mean()) < 5 / np.sqrt(drawn.size)
    assert abs(drawn.std() - 1) < 5 / np.sqrt(2 * drawn.size)
    assert abs(np.mean(drawn[1:] * drawn[:-1])) < 5 / np.sqrt(drawn.size)


@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_at_evaluation_the_numbers_of_a_row_are_the_same_in_any_batch(kind):
    whole = getattr(context(training=False), kind)(tf.zeros([6, 33])).numpy()
    rest = getattr(context(training=False, step=4), kind)(tf.zeros([2, 33])).numpy()
    np.testing.assert_array_equal(whole[4:], rest)


@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_seed_name_purpose_and_step_decide_what_a_compiled_step_draws(kind):
    def draw(name="layer", step=5, seed=1, purpose=""):
        own = Context(name, True, tf.constant(step, tf.int64), seed, compiled=True)
        return getattr(own, kind)(tf.zeros([3, 50]), purpose).numpy()

    first = draw()
    np.testing.assert_array_equal(draw(), first)
    for other in ({"name": "b"}, {"step": 6}, {"seed": 2}, {"purpose": "p"}):
        assert not np.any(draw(**other) == first)
    # Keys and steps of 64 bits: the hashes of these two names are alike in the lower half.
    assert not np.any(draw(name="dropout_38114", seed=0) == draw(name="dropout_111449", seed=0))
    assert not np.any(draw(step=5 + 2**32) == first)


@pytest.mark.parametrize("probability", [0.5, 0.3, 0.001])
def test_at_evaluation_a_row_draws_the_same_in_any_batch(probability):
    whole = context(training=False).bernoulli(tf.zeros([6, 33]), probability).numpy()
    rest = context(training=False, step=4).bernoulli(tf.zeros([2, 33]), probability).numpy()
    np.testing.assert_array_equal(whole[4:], rest)
