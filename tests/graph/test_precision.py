"""Half precision trains as float32 does, rounded; float64 is kept from the loss to the weight."""

import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tests.optimizers.parity import build, data, values
from tfgraph.builtins import tfgraph_optimizers

TYPES = sorted(optimizer.type for optimizer in tfgraph_optimizers())
#: The distance of two numbers next to each other near 1.
STEPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7}

LINE = """\
tfgraph: 1
inputs: {{x: {{shape: [3], dtype: {dtype}}}, y: {{shape: [3], dtype: {dtype}}}}}
layers:
  - {layer}
    from: x
    name: s
loss: {{squared_error: , target: y}}
optimizer: {{{optimizer}}}
train: {{batch_size: 4}}
"""


def line(dtype, optimizer="gradient_descent: 0.5", layer="scale: ones"):
    return tfgraph.build(tfgraph.loads(LINE.format(dtype=dtype, optimizer=optimizer, layer=layer)))


@pytest.mark.parametrize("dtype", STEPS)
@pytest.mark.parametrize("optimizer", TYPES)
def test_half_precision_is_trained_like_float32(optimizer, dtype):
    entry = f"{optimizer}: {{learning_rate: 0.01}}"
    half, single = build(entry, dtype=dtype, l2=0.01), build(entry, l2=0.01)
    for name, variable in single.weights.items():
        variable.assign(tf.cast(half.weights[name], tf.float32))
    before = values(single)
    half.train(steps=20, **data())
    single.train(steps=20, **data())
    for name, theirs in values(single).items():
        ours = values(half)[name].astype("float32")
        moved = np.abs(theirs - before[name]).max()
        assert np.abs(ours - theirs).max() < 4 * STEPS[dtype] * np.abs(theirs).max() + 0.1 * moved
        assert moved > 0


@pytest.mark.parametrize("dtype", STEPS)
@pytest.mark.parametrize("optimizer", TYPES)
def test_no_epsilon_vanishes_in_half_precision(optimizer, dtype):
    graph = line(dtype, f"{optimizer}: {{learning_rate: 0.01}}")
    graph.train(steps=3, x=np.zeros((4, 3)), y=np.ones((4, 3)))
    assert np.all(np.isfinite(graph.weights["s/scale"].numpy().astype("float32")))


@pytest.mark.parametrize("dtype", STEPS)
def test_steps_too_small_for_half_precision_add_up(dtype):
    graph = line(dtype, f"gradient_descent: {STEPS[dtype] / 16}")
    # The gradient of the mean over three values is 2 · (1 - y) / 3 for each: here 1, 1, 1.
    graph.train(steps=1, x=np.ones((4, 3)), y=np.full((4, 3), -0.5))
    assert np.all(graph.weights["s/scale"].numpy() == 1)
    x, y = np.ones((4, 3)), np.full((4, 3), -0.5)
    graph.train(steps=31, x=x, y=y)
    moved = 1 - graph.weights["s/scale"].numpy().astype("float32")
    np.testing.assert_allclose(moved, 2 * STEPS[dtype], rtol=0.3)


def test_a_weight_that_is_assigned_is_taken_over():
    graph = line("float16")
    example = {"x": np.zeros((4, 3)), "y": np.zeros((4, 3))}
    graph.train(steps=1, **example)
    graph.weights["s/scale"].assign([2, 3, 4])
    graph.train(steps=1, **example)
    np.testing.assert_array_equal(graph.weights["s/scale"], [2, 3, 4])
    np.testing.assert_array_equal(graph.slots["s/scale"]["float32"], [2, 3, 4])


@pytest.mark.parametrize(
    ("start", "term", "expected"), [(60_000, "l1: 0.5", 270_000), (300, "l2: 0.5", 405_000)]
)
def test_the_regularisation_of_half_precision_does_not_overflow(start, term, expected):
    graph = line("float16", layer=f"matmul: {{units: 3, init: {{constant: {start}}}, {term}}}")
    example = {"x": np.zeros((4, 3)), "y": np.zeros((4, 3))}
    assert float(graph.evaluate(**example)["loss"]) == pytest.approx(expected)
    assert float(graph.train(steps=1, **example)["loss"]) == pytest.approx(expected)


def test_float64_is_kept_from_the_loss_to_the_weight():
    graph = line("float64", layer="matmul: {units: 3, l1: 0.1, l2: 0.3}")
    x, y, w = (np.random.default_rng(seed).normal(size=(3, 3)) for seed in (1, 2, 3))
    graph.weights["s/kernel"].assign(w)
    error = x @ w - y
    loss = (error**2).mean() + 0.1 * np.abs(w).sum() + 0.3 * (w**2).sum()
    gradient = 2 * x.T @ error / 9 + 0.1 * np.sign(w) + 0.6 * w
    assert float(graph.evaluate(x=x, y=y)["loss"]) == pytest.approx(loss, rel=1e-14)
    found = graph.train(steps=1, x=x, y=y)
    assert float(found["loss"]) == pytest.approx(loss, rel=1e-14)
    assert float(found["last_loss"]) == pytest.approx(loss, rel=1e-14)
    np.testing.assert_allclose(graph.weights["s/kernel"], w - 0.5 * gradient, rtol=1e-13)
