"""`ema`: moving averages of the weights, which evaluation and prediction take."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tests.layers.models import assert_close, normal
from tests.spec.language import excerpt, problem

SPEC = """\
tfgraph: 1
inputs: {x: [5], y: [3]}
layers:
  - matmul: {units: 6, init: {normal: 0.5}}
    name: first
  - batch_norm: {momentum: 0.9}
    name: norm
  - tanh
  - dense: {units: 3, init: {normal: 0.5}}
    name: last
loss: {squared_error: , target: y}
optimizer: {adam: 0.05}
train: {batch_size: 8, shuffle: false, ema: 0.8}
"""
X, Y = normal(1, 24, 5), normal(2, 24, 3)
STATE = ["norm/moving_mean", "norm/moving_variance"]


def built(text=SPEC):
    return tfgraph.build(tfgraph.loads(text))


def values(variables):
    return {name: variable.numpy() for name, variable in variables.items()}


def trained(steps=6, text=SPEC):
    graph = built(text)
    graph.train(steps=steps, x=X, y=Y)
    return graph


def test_the_averages_are_those_of_keras():
    graph = built()
    layers = [
        keras.layers.Dense(6, use_bias=False),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Activation("tanh"),
        keras.layers.Dense(3),
    ]
    model = keras.Sequential([keras.layers.Input([5]), *layers])
    model.set_weights(list(values(graph.weights).values()))
    optimizer = keras.optimizers.Adam(0.05, use_ema=True, ema_momentum=0.8)
    model.compile(optimizer, "mse")
    model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    graph.train(steps=6, x=X, y=Y)
    for ours, theirs in zip(
        graph.averages.values(), optimizer._model_variables_moving_average, strict=True
    ):
        assert_close(ours.numpy(), theirs.numpy(), 1e-4)
    optimizer.finalize_variable_values(model.trainable_variables)
    assert_close(graph.predict(x=X)["last"].numpy(), model.predict(X, verbose=0), 1e-4)


def test_the_first_average_is_the_weight_after_the_first_step():
    graph = trained(steps=1)
    for name, average in graph.averages.items():
        np.testing.assert_array_equal(average, graph.weights[name])
    before = values(graph.averages)
    graph.train(steps=1, x=X, y=Y)
    for name, average in graph.averages.items():
        expected = 0.8 * before[name] + 0.2 * graph.weight(name).numpy()
        np.testing.assert_allclose(average, expected, rtol=1e-6, atol=1e-7)


def test_training_is_what_it_is_without_averages():
    plain = values(trained(text=SPEC.replace(", ema: 0.8", "")).weights)
    for name, value in values(trained().weights).items():
        np.testing.assert_array_equal(value, plain[name])


def test_evaluation_and_prediction_take_the_averages():
    graph, plain = trained(), built(SPEC.replace(", ema: 0.8", ""))
    for name in graph.weights:
        source = graph.weights if name in STATE else graph.averages
        plain.weights[name].assign(source[name])
    np.testing.assert_array_equal(graph.predict(x=X)["last"], plain.predict(x=X)["last"])
    assert graph.evaluate(x=X, y=Y)["loss"] == plain.evaluate(x=X, y=Y)["loss"]
    row = graph.predict_from(0, {"x": X})["last"]
    np.testing.assert_array_equal(row, plain.predict(x=X)["last"])


def test_before_the_first_step_evaluation_takes_the_weights():
    graph = built()
    graph.weights["last/bias"].assign([5, 6, 7])
    plain = built(SPEC.replace(", ema: 0.8", ""))
    plain.weights["last/bias"].assign([5, 6, 7])
    np.testing.assert_array_equal(graph.predict(x=X)["last"], plain.predict(x=X)["last"])


def test_a_step_that_changes_nothing_begins_no_average():
    graph, plain = (
        built(SPEC.replace("0.8", f"{ema}, precision: float16")) for ema in ("0.8", "null")
    )
    for each in (graph, plain):
        each.state["loss_scale"].assign(2.0**100)
        each.train(steps=1, x=X, y=Y)
        assert int(each.state["skipped_steps"]) == 1
    np.testing.assert_array_equal(graph.predict(x=X)["last"], plain.predict(x=X)["last"])
    graph.state["loss_scale"].assign(8)
    graph.train(steps=1, x=X, y=Y)
    for name, average in graph.averages.items():
        np.testing.assert_array_equal(average, graph.weights[name])


def test_training_goes_on_from_the_state_bit_for_bit():
    straight, stopped, resumed = trained(7), trained(3), built()
    for name, variable in resumed.state.items():
        variable.assign(stopped.state[name])
    resumed.train(steps=4, x=X, y=Y)
    assert [name for name in straight.state if name.startswith("averages/")]
    for name, variable in straight.state.items():
        np.testing.assert_array_equal(variable, resumed.state[name])


def test_frozen_weights_have_no_average():
    text = SPEC.replace("name: first", "name: first\n    freeze: true")
    assert list(built(text).averages) == ["norm/scale", "norm/offset", "last/kernel", "last/bias"]
    assert dict(built(SPEC.replace(", ema: 0.8", "")).averages) == {}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_the_average_of_half_precision_is_of_float32(dtype):
    text = f"tfgraph: 1\ninputs: {{x: {{shape: [2], dtype: {dtype}}}, y: {{shape: [2], dtype: {dtype}}}}}\n"
    text += "layers:\n  - {scale: ones, from: x, name: s}\nloss: {squared_error: , target: y}\n"
    graph = built(text + "optimizer: {gradient_descent: 0.00005}\ntrain: {ema: 0.99}\n")
    for _ in range(3):
        graph.train(steps=1, x=np.ones((4, 2)), y=np.zeros((4, 2)))
    wide = [graph.slots["s/scale"]["float32"].numpy(), graph.averages["s/scale"].numpy()]
    assert graph.averages["s/scale"].dtype == tf.float32
    assert np.all(graph.weights["s/scale"].numpy() == 1)
    assert np.all((wide[0] < wide[1]) & (wide[1] < 1))


def test_a_decay_of_zero_is_the_weight_itself():
    graph = trained(text=SPEC.replace("0.8", "0"))
    for name, average in graph.averages.items():
        np.testing.assert_array_equal(average, graph.weights[name])


@pytest.mark.parametrize("value", ["1", "1.5", "-0.1", "yes"])
def test_a_decay_is_at_least_0_and_below_1(value):
    found = problem(SPEC.replace("0.8", value))
    assert excerpt(found.span) == value
    assert "`ema` of `train` must be a number of at least 0 and below 1 or null" in found.message
