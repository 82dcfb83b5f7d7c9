"""lstm, gru and simple_rnn against Keras's layers, weights converted."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tests.layers.models import RATE, output_of, plan_of, train_keras, trained_weights
from tfgraph.diagnostics import SpecError
from tfgraph.layers.recurrence import UNROLLED_STEPS

SHAPES = [(3, 5, 4, 6), (2, 1, 3, 2), (4, 7, 2, 3)]
CELLS = [
    {"lstm": {"forget_bias": 0.0}},
    {"lstm": {"forget_bias": 1.0}},
    {"gru": {}},
    {"gru": {"reset_after": False}},
    {"simple_rnn": {}},
    {"simple_rnn": {"activation": "relu"}},
]


def entry(cell, units, **more):
    ((kind, values),) = cell.items()
    return {kind: {"units": units, **values, **more}}


def keras_layer(cell, units, **more):
    ((kind, values),) = cell.items()
    if kind == "lstm":
        return keras.layers.LSTM(units, unit_forget_bias=False, **more)
    if kind == "gru":
        return keras.layers.GRU(units, reset_after=values.get("reset_after", True), **more)
    return keras.layers.SimpleRNN(units, activation=values.get("activation", "tanh"), **more)


def draw(cell, features, units, seed=0):
    """Random weights of one direction, in our layout."""
    (kind,) = cell
    gates = {"lstm": 4, "gru": 3, "simple_rnn": 1}[kind]
    rng = np.random.default_rng(seed)
    shapes = {
        "kernel": (features, gates * units),
        "recurrent_kernel": (units, gates * units),
        "bias": (gates * units,),
    }
    if kind == "gru" and cell["gru"].get("reset_after", True):
        shapes["recurrent_bias"] = (3 * units,)
    return {n: rng.normal(size=s, scale=0.5).astype("float32") for n, s in shapes.items()}


def to_keras(cell, weights):
    """The same weights as Keras lays them out."""
    (kind,) = cell
    kernel, recurrent, bias = (weights[n] for n in ("kernel", "recurrent_kernel", "bias"))
    units = recurrent.shape[0]
    if kind == "lstm":
        # Ours are i, j, f, o; Keras's i, f, c, o, without a bias of its own for the gate f.
        order = [0, 2, 1, 3]
        bias = bias + np.repeat([0, 0, cell["lstm"]["forget_bias"], 0], units).astype("float32")
        return [reordered(array, order) for array in (kernel, recurrent, bias)]
    if "recurrent_bias" in weights:
        bias = np.stack([bias, weights["recurrent_bias"]])
    return [kernel, recurrent, bias]


def reordered(array, order):
    parts = np.split(array, len(order), axis=-1)
    return np.concatenate([parts[place] for place in order], axis=-1)


@pytest.mark.parametrize("cell", CELLS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("sequence", [False, True])
def test_outputs_equal_keras(cell, shape, sequence):
    batch, time, features, units = shape
    x = np.random.default_rng(1).normal(size=(batch, time, features)).astype("float32")
    weights = draw(cell, features, units)
    layer = keras_layer(cell, units, return_sequences=sequence)
    layer.build(x.shape)
    layer.set_weights(to_keras(cell, weights))
    ours = output_of(entry(cell, units, sequence=sequence), x, weights=weights)
    np.testing.assert_allclose(ours, layer(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cell", CELLS, ids=str)
@pytest.mark.parametrize("sequence", [False, True])
def test_going_backwards_keeps_outputs_at_the_place_of_their_inputs(cell, sequence):
    x = np.random.default_rng(1).normal(size=(3, 5, 4)).astype("float32")
    weights = draw(cell, 4, 6)
    layer = keras_layer(cell, 6, return_sequences=sequence, go_backwards=True)
    layer.build(x.shape)
    layer.set_weights(to_keras(cell, weights))
    theirs = np.asarray(layer(x))
    if sequence:
        theirs = theirs[:, ::-1]  # Keras gives them in the order it made them
    changed = entry(cell, 6, sequence=sequence, go_backwards=True)
    ours = output_of(changed, x, weights=weights)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cell", CELLS, ids=str)
@pytest.mark.parametrize("sequence", [False, True])
def test_both_directions_equal_keras_bidirectional(cell, sequence):
    x = np.random.default_rng(1).normal(size=(3, 5, 4)).astype("float32")
    forward, backward = draw(cell, 4, 6, seed=1), draw(cell, 4, 6, seed=2)
    model = keras.layers.Bidirectional(keras_layer(cell, 6, return_sequences=sequence))
    model.build(x.shape)
    model.set_weights([*to_keras(cell, forward), *to_keras(cell, backward)])
    weights = {f"forward_{name}": value for name, value in forward.items()}
    weights |= {f"backward_{name}": value for name, value in backward.items()}
    ours = output_of(entry(cell, 6, sequence=sequence, bidirectional=True), x, weights=weights)
    np.testing.assert_allclose(ours, model(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cell", CELLS, ids=str)
@pytest.mark.parametrize("examples", [7, 8])  # an even batch is halved
@pytest.mark.parametrize("more", [{}, {"sequence": True}, {"go_backwards": True}], ids=str)
def test_training_steps_equal_keras(cell, examples, more):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(examples, 5, 4)).astype("float32")
    y = rng.normal(size=(examples, *x.shape[1:2] * ("sequence" in more), 3)).astype("float32")
    weights = draw(cell, 4, 3)
    layer = keras_layer(cell, 3, **({"return_sequences": True} if "sequence" in more else more))
    layer.build(x.shape)
    layer.set_weights(to_keras(cell, weights))
    train_keras(layer, x, y)
    ours = trained_weights(entry(cell, 3, **more), x, y, weights)
    for mine, keras_own in zip(to_keras(cell, ours), layer.get_weights()):
        np.testing.assert_allclose(mine, keras_own, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_what_lies_below_is_trained_as_with_keras(cell):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(8, 5, 4)).astype("float32"), rng.normal(size=(8, 2)).astype("float32")
    below, above = draw(cell, 4, 3), draw(cell, 3, 2, seed=1)
    layers = [keras_layer(cell, 3, return_sequences=True), keras_layer(cell, 2)]
    model = keras.Sequential(layers)
    model.build(x.shape)
    model.set_weights([*to_keras(cell, below), *to_keras(cell, above)])
    train_keras(model, x, y)
    spec = {
        "tfgraph": 1,
        "inputs": {"x": [5, 4], "y": [2]},
        "layers": [
            {**entry(cell, 3, sequence=True), "from": "x", "name": "below"},
            {**entry(cell, 2), "name": "above"},
        ],
        "loss": {"squared_error": None, "target": "y"},
        "optimizer": {"gradient_descent": RATE},
        "train": {"batch_size": 8, "shuffle": False},
    }
    graph = tfgraph.build(tfgraph.loads(json.dumps(spec)))
    for name, weights in (("below", below), ("above", above)):
        for weight, value in weights.items():
            graph.weights[f"{name}/{weight}"].assign(value)
    graph.train(steps=3, x=x, y=y)
    for name, layer in zip(("below", "above"), layers):
        ours = {w: graph.weights[f"{name}/{w}"].numpy() for w in below}
        for mine, theirs in zip(to_keras(cell, ours), layer.get_weights()):
            np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS, ids=str)
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"sequence": True},
        {"go_backwards": True},
        {"go_backwards": True, "sequence": True},
        {"bidirectional": True},
    ],
    ids=str,
)
def test_a_length_that_only_the_data_knows_gives_the_same(cell, more):
    x = np.random.default_rng(1).normal(size=(3, 5, 4)).astype("float32")
    changed = entry(cell, 2, **more)
    known = plan_of(changed, x)
    text = known.spec.source.text.replace("[5, 4]", "[null, 4]")
    assert "null, 4" in text
    outputs = [
        tfgraph.build(plan).predict(x)["layer"].numpy() for plan in (known, tfgraph.loads(text))
    ]
    np.testing.assert_allclose(outputs[1], outputs[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("cell", "more"),
    [
        ({"lstm": {"forget_bias": 1.0}}, {}),
        ({"gru": {"reset_after": False}}, {"go_backwards": True}),
        ({"simple_rnn": {}}, {"sequence": True}),
    ],
    ids=str,
)
def test_a_long_sequence_is_trained_in_a_loop_like_keras(cell, more):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(3, UNROLLED_STEPS + 1, 4)).astype("float32")
    y = rng.normal(size=(3, *x.shape[1:2] * more.get("sequence", False), 2)).astype("float32")
    weights = draw(cell, 4, 2)
    renamed = {"return_sequences": True} if "sequence" in more else more
    layer = keras_layer(cell, 2, **renamed)
    layer.build(x.shape)
    layer.set_weights(to_keras(cell, weights))
    train_keras(layer, x, y, steps=1)
    ours = trained_weights(entry(cell, 2, **more), x, y, weights, steps=1)
    for mine, theirs in zip(to_keras(cell, ours), layer.get_weights()):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)


def test_no_steps_leave_the_state_at_zero():
    plan = plan_of({"lstm": 3}, np.zeros((2, 5, 4), "float32"))
    unknown = tfgraph.loads(plan.spec.source.text.replace("[5, 4]", "[null, 4]"))
    outputs = tfgraph.build(unknown).predict(np.ones((2, 0, 4), "float32"))["layer"]
    np.testing.assert_array_equal(outputs, np.zeros((2, 3)))


def test_the_forget_bias_is_no_weight():
    plan = plan_of({"lstm": 3}, np.zeros((1, 2, 2), "float32"))
    bias = tfgraph.build(plan).weights["layer/bias"]
    assert not tf.math.count_nonzero(bias)


def test_l2_counts_the_kernel_and_not_the_recurrent_one():
    plan = plan_of({"gru": {"units": 3, "l2": 0.5}}, np.zeros((1, 2, 2), "float32"))
    layer = plan.layer("layer")
    assert layer.weights["kernel"].l2 == 0.5
    assert layer.weights["recurrent_kernel"].l2 == 0


def test_backwards_beside_both_ways_is_refused():
    with pytest.raises(SpecError) as caught:
        plan_of(
            {"lstm": {"units": 3, "bidirectional": True, "go_backwards": True}},
            np.zeros((1, 2, 2), "float32"),
        )
    (problem,) = caught.value.diagnostics
    assert problem.code == "TG206"
    assert "no use for `go_backwards`" in problem.message


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_as_many_parameters_as_keras(cell):
    layer = keras_layer(cell, 6)
    layer.build((1, 5, 4))
    plan = plan_of(entry(cell, 6), np.zeros((1, 5, 4), "float32"))
    assert plan.parameters == layer.count_params()
