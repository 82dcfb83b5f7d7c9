"""`gradient_accumulation`: a step that is computed in parts is the step of the whole batch."""

import keras
import numpy as np
import pytest

import tfgraph
from tests.layers.models import assert_close, normal
from tests.spec.language import excerpt, problem

SPEC = """\
tfgraph: 1
inputs: {x: [5], y: [3]}
layers:
  - dense: {units: 6, init: {normal: 0.5}, l2: 0.1}
    name: first
    from: x
%s
  - tanh
  - dense: {units: 3, init: {normal: 0.5}}
    name: last
loss: {%s: , target: y}
optimizer: {%s}
train: {batch_size: 8, seed: 3, gradient_accumulation: %d%s}
"""
#: The last batch of three has 3 examples.
X, Y = normal(1, 19, 5), normal(2, 19, 3)
ADAM = "adam: {learning_rate: 0.02, clip_global_norm: 1}"


def built(parts, layer="", loss="squared_error", optimizer=ADAM, more=""):
    return tfgraph.build(tfgraph.loads(SPEC % (layer, loss, optimizer, parts, more)))


def state(graph):
    return {name: variable.numpy() for name, variable in graph.state.items()}


@pytest.mark.parametrize("loss", ["squared_error", "sum_squared_error"])
@pytest.mark.parametrize("parts", [2, 3, 4, 8])
def test_the_step_is_that_of_the_whole_batch(parts, loss):
    whole, in_parts = built(1, loss=loss), built(parts, loss=loss)
    for graph in (whole, in_parts):
        graph.train(steps=6, x=X, y=Y)
    theirs = state(whole)
    for name, ours in state(in_parts).items():
        np.testing.assert_allclose(ours, theirs[name], rtol=2e-4, atol=2e-6, err_msg=name)
    assert int(in_parts.step) == 6


@pytest.mark.parametrize("more", ["", ", drop_remainder: true", ", shuffle: false"])
def test_the_parts_are_the_rows_of_the_batch(more):
    whole, in_parts = built(1, more=more), built(3, more=more)
    for graph in (whole, in_parts):
        graph.train(steps=5, x=X, y=Y)
        graph.train(steps=2, x=X, y=Y)
    theirs = state(whole)
    for name, ours in state(in_parts).items():
        np.testing.assert_allclose(ours, theirs[name], rtol=2e-4, atol=2e-6, err_msg=name)


def test_weights_without_a_gradient_are_left_alone():
    side = "  - dense: 4\n    name: side\n  - tanh:\n    from: first"
    graph = built(4, layer=side, optimizer="adamw: {learning_rate: 0.1, weight_decay: 0.5}")
    before = state(graph)
    graph.train(steps=2, x=X, y=Y)
    changed = [n for n, v in state(graph).items() if not np.array_equal(v, before[n])]
    assert not [name for name in changed if "side" in name]
    assert "weights/first/kernel" in changed


def test_it_is_keras_with_as_many_small_steps():
    norm = "  - batch_norm: {momentum: 0.9}\n    name: norm"
    graph = built(
        4,
        layer=norm,
        optimizer="gradient_descent: {learning_rate: 0.1, momentum: 0.9}",
        more=", shuffle: false",
    ).plan
    text = graph.spec.source.text.replace(", l2: 0.1", "").replace(
        "- dense: {units: 6", "- matmul: {units: 6"
    )
    graph = tfgraph.build(tfgraph.loads(text))
    model = keras.Sequential(
        [
            keras.layers.Input([5]),
            keras.layers.Dense(6, use_bias=False),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Activation("tanh"),
            keras.layers.Dense(3),
        ]
    )
    model.set_weights([variable.numpy() for variable in graph.weights.values()])
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9, gradient_accumulation_steps=4), "mse")
    model.fit(X[:16], Y[:16], batch_size=2, epochs=2, shuffle=False, verbose=0)
    graph.train(steps=4, x=X[:16], y=Y[:16])
    for ours, theirs in zip(graph.weights.values(), model.get_weights(), strict=True):
        assert_close(ours.numpy(), theirs, 1e-4)


def test_each_part_and_each_step_draws_its_own_numbers():
    text = """\
tfgraph: 1
inputs: {x: [60], y: [60]}
layers: [{dropout: 0.5, from: x}, {scale: ones, name: s}]
loss: {absolute_error: , target: y}
optimizer: {gradient_descent: 1}
train: {batch_size: 2, gradient_accumulation: 2, shuffle: false}
"""
    graph = tfgraph.build(tfgraph.loads(text))
    x, y = np.ones((2, 60)), np.full((2, 60), 1e6)
    before = graph.weights["s/scale"].numpy()
    steps = []
    for _ in range(2):
        graph.train(steps=1, x=x, y=y)
        # How many of the two rows kept each feature: with one mask it would be both or none.
        after = graph.weights["s/scale"].numpy()
        steps.append(np.round((after - before) * 60).astype(int))
        assert set(steps[-1]) == {0, 1, 2}
        before = after
    assert not np.array_equal(*steps)


def test_training_goes_on_from_the_state_bit_for_bit():
    layer = "  - dropout: 0.3\n  - batch_norm"
    straight, stopped, resumed = (built(3, layer=layer, more=", ema: 0.9") for _ in range(3))
    straight.train(steps=7, x=X, y=Y)
    stopped.train(steps=4, x=X, y=Y)
    for name, variable in resumed.state.items():
        variable.assign(stopped.state[name])
    resumed.train(steps=3, x=X, y=Y)
    theirs = state(straight)
    for name, ours in state(resumed).items():
        np.testing.assert_array_equal(ours, theirs[name], err_msg=name)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_parts_are_computed_in_half_precision_too(precision):
    half, single = built(4, more=f", ema: 0.9, precision: {precision}"), built(1, more=", ema: 0.9")
    for graph in (half, single):
        graph.train(steps=6, x=X, y=Y)
    for name, variable in {**single.weights, **single.averages}.items():
        theirs = variable.numpy()
        assert np.abs(half.weights[name].numpy() - theirs).max() < 0.1, name
    assert all(half.examine(x=X, y=Y).values())


def test_a_part_whose_gradients_are_not_finite_keeps_the_step_from_changing_anything():
    layer = "  - batch_norm"
    graph = built(3, layer=layer, more=", ema: 0.9, precision: float16, shuffle: false")
    graph.train(steps=3, x=X, y=Y)
    graph.state["loss_scale"].assign(2.0**100)
    before = state(graph)
    graph.train(steps=1, x=X, y=Y)
    after = state(graph)
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed <= {"step", "loss_sum", "loss_scale", "good_steps", "skipped_steps"}
    assert int(after["skipped_steps"]) == int(before["skipped_steps"]) + 1


def test_what_is_not_finite_is_found_in_whichever_part_it_is():
    graph = built(4)
    assert all(graph.examine(x=X, y=Y).values())
    order = {}
    for row in range(len(X)):
        x = X.copy()
        x[row] = np.nan
        found = graph.examine(x=x, y=Y)
        order[row] = [name for name, finite in found.items() if not finite]
    assert sum(bool(names) for names in order.values()) == 8
    assert all(names[0] == "field/x" for names in order.values() if names)


def test_more_parts_than_examples_are_an_error():
    found = problem(SPEC % ("", "squared_error", ADAM, 9, ""))
    assert (found.code, excerpt(found.span)) == ("TG206", "9")
    assert "computes batches of 8 in 9 parts" in found.message
    assert found.help == "a part has one example at least: at most `gradient_accumulation: 8`"
