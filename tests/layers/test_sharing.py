"""`share`: one set of weights used in several places."""

import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tests.layers.models import assert_close, normal
from tfgraph import SpecError

SIAMESE = """
tfgraph: 1
inputs: {a: [6], b: [6], y: [3]}
layers:
  - dense: {units: 4, activation: tanh}
    name: left
    from: a
  - dense: {units: 4, activation: tanh}
    name: right
    from: b
    share: left
  - subtract:
    from: [left, right]
  - matmul: {units: 3, init: {normal: 0.5}}
    name: head
loss: {squared_error: {}, target: y}
optimizer: {gradient_descent: 0.1}
train: {batch_size: 5, shuffle: false}
"""


def test_siamese_towers_have_one_set_of_weights():
    plan = tfgraph.loads(SIAMESE)
    assert list(plan.weights) == ["left/kernel", "left/bias", "head/kernel"]
    assert plan.parameters == 6 * 4 + 4 + 4 * 3
    graph = tfgraph.build(plan)
    x = normal(1, 5, 6)
    np.testing.assert_array_equal(graph.predict(a=x, b=x)["head"].numpy(), np.zeros((5, 3)))


def test_the_gradients_of_both_towers_add_up():
    graph = tfgraph.build(tfgraph.loads(SIAMESE))
    a, b, y = normal(1, 5, 6), normal(2, 5, 6), normal(3, 5, 3)
    weights = {name: tf.Variable(value) for name, value in graph.weights.items()}
    for _ in range(3):
        with tf.GradientTape() as tape:
            left, right = (
                tf.tanh(x @ weights["left/kernel"] + weights["left/bias"]) for x in (a, b)
            )
            loss = tf.reduce_mean(((left - right) @ weights["head/kernel"] - y) ** 2)
        for name, gradient in tape.gradient(loss, weights).items():
            weights[name].assign_sub(0.1 * gradient)
    graph.train(steps=3, a=a, b=b, y=y)
    for name, theirs in weights.items():
        assert_close(graph.weights[name].numpy(), theirs)


SHARED_NORM = """
tfgraph: 1
inputs: {a: [3], b: [3], y: [3]}
layers:
  - batch_norm: {momentum: 0.5}
    name: first
    from: a
  - batch_norm: {momentum: 0.5}
    name: second
    from: b
    share: first
  - add:
    from: [first, second]
loss: {squared_error: {}, target: y}
optimizer: {gradient_descent: 0.1}
train: {batch_size: 8, shuffle: false}
"""


def test_shared_moving_averages_take_in_each_use_in_turn():
    graph = tfgraph.build(tfgraph.loads(SHARED_NORM))
    a, b = normal(1, 8, 3) + 1, normal(2, 8, 3) - 3
    graph.train(steps=1, a=a, b=b, y=normal(3, 8, 3))
    wanted = 0.5 * (0.5 * a.mean(0)) + 0.5 * b.mean(0)
    assert_close(graph.weights["first/moving_mean"].numpy(), wanted)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("matmul: 5", "they need kernel [6, 5] here, and are kernel [6, 4] there"),
        ("dense: 4", "`left` is a `matmul`, this is a `dense`"),
    ],
)
def test_weights_that_do_not_fit_are_not_shared(layer, message):
    spec = f"""
tfgraph: 1
inputs: {{a: [6]}}
layers:
  - matmul: 4
    name: left
  - {layer}
    from: a
    share: left
"""
    with pytest.raises(SpecError) as caught:
        tfgraph.loads(spec)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "TG304"
    assert diagnostic.message == f"cannot share the weights of `left`: {message}"


def test_weights_of_other_shapes_are_told_with_what_both_layers_take():
    spec = """
tfgraph: 1
inputs: {a: [6], b: [3]}
layers:
  - dense: 4
    name: left
    from: a
  - relu:
    from: b
    name: rectified
  - dense: 4
    share: left
"""
    with pytest.raises(SpecError) as caught:
        tfgraph.loads(spec)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.notes == (
        "input `b` (line 3) is [batch, 3], `rectified` (line 8) keeps [batch, 3]",
        "input `a` (line 3) is [batch, 6]",
    )
