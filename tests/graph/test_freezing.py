"""`freeze: true`: weights and statistics that training leaves as they are."""

from pathlib import Path

import keras
import numpy as np
import pytest

import tfgraph
from tests.layers.models import assert_close, normal
from tests.spec.language import excerpt, problem
from tfgraph.cli.show import table
from tfgraph.diagnostics import Source
from tfgraph.drawing import data
from tfgraph.spec import check

SPEC = """\
tfgraph: 1
inputs: {x: [5], y: [3]}
layers:
  - dense: {units: 6, init: {normal: 0.5}}
    name: first
    %s
  - batch_norm: {momentum: 0.9}
    name: norm
    %s
  - tanh
  - dense: {units: 3, init: {normal: 0.5}}
    name: last
loss: {squared_error: , target: y}
optimizer: {gradient_descent: {learning_rate: 0.1, momentum: 0.9}}
train: {batch_size: 8, shuffle: false}
"""
X, Y = normal(1, 24, 5), normal(2, 24, 3)


def built(first="", norm=""):
    graph = tfgraph.build(tfgraph.loads(SPEC % (first, norm)))
    graph.weights["norm/moving_mean"].assign(normal(3, 6))
    graph.weights["norm/moving_variance"].assign(np.abs(normal(4, 6)) + 0.5)
    return graph


def values(graph):
    return {name: variable.numpy() for name, variable in graph.weights.items()}


def changed(graph, steps=3):
    before = values(graph)
    graph.train(steps=steps, x=X, y=Y)
    return [n for n, value in values(graph).items() if not np.array_equal(value, before[n])]


def test_frozen_weights_stay_as_they_are_and_have_no_slots():
    graph = built("freeze: true")
    assert changed(graph) == [
        "norm/scale",
        "norm/offset",
        "norm/moving_mean",
        "norm/moving_variance",
        "last/kernel",
        "last/bias",
    ]
    assert list(graph.slots) == ["norm/scale", "norm/offset", "last/kernel", "last/bias"]
    assert not graph.weights["first/kernel"].trainable
    assert not [name for name in graph.state if name.startswith("slots/first")]


def test_false_is_as_if_it_were_not_there():
    assert built("freeze: false").graph_def("train") == built().graph_def("train")


@pytest.mark.parametrize("frozen", [["first"], ["norm"], ["first", "norm"]])
def test_a_frozen_layer_is_keras_trainable_false(frozen):
    graph = built(*("freeze: true" * (name in frozen) for name in ("first", "norm")))
    start = values(graph)
    layers = {
        "first": keras.layers.Dense(6),
        "norm": keras.layers.BatchNormalization(momentum=0.9),
        "tanh": keras.layers.Activation("tanh"),
        "last": keras.layers.Dense(3),
    }
    model = keras.Sequential([keras.layers.Input([5]), *layers.values()])
    model.set_weights(list(start.values()))
    for name in frozen:
        layers[name].trainable = False
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    graph.train(steps=6, x=X, y=Y)
    for (name, ours), theirs in zip(values(graph).items(), model.get_weights(), strict=True):
        assert_close(ours, theirs)
        held = name.partition("/")[0] in frozen
        assert np.array_equal(ours, start[name]) == held, name


def test_a_frozen_layer_passes_gradients_on_to_what_stands_before_it():
    assert "first/kernel" in changed(built("", "freeze: true"))


def test_dropout_of_a_frozen_layer_goes_on():
    text = SPEC.replace("- tanh", "- dropout: 0.5\n    freeze: true")
    both = [
        tfgraph.build(tfgraph.loads(t % ("", ""))) for t in (text, text.replace("true", "false"))
    ]
    assert changed(both[0]) == changed(both[1])
    for ours, theirs in zip(values(both[0]).values(), values(both[1]).values(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


BLOCKS = """\
tfgraph: 1
inputs: {x: [4], y: [4]}
blocks:
  inner: {layers: [{matmul: 4, name: a}]}
  outer:
    layers:
      - inner
      - matmul: {units: 4, bias: true}
        name: b
layers:
  - outer:
    %s
    from: x
  - matmul: 4
    name: last
loss: {squared_error: , target: y}
optimizer: {gradient_descent: 0.1}
"""


def trained(text):
    plan = tfgraph.loads(text)
    return [name for name, spec in plan.weights.items() if spec.trainable]


def test_beside_a_block_it_freezes_all_layers_in_it():
    assert trained(BLOCKS % "freeze: true") == ["last/kernel"]
    again = tfgraph.loads(BLOCKS % "freeze: true").spec.resolved_text()
    assert trained(again) == ["last/kernel"]


def test_an_outer_freeze_is_not_undone_inside_and_false_outside_leaves_what_is_frozen_inside():
    text = BLOCKS.replace("name: a", "name: a, freeze: %s")
    assert trained(text % ("false", "freeze: true")) == ["last/kernel"]
    assert trained(text % ("true", "freeze: false")) == [
        "outer_1.b/kernel",
        "outer_1.b/bias",
        "last/kernel",
    ]


def test_beside_repeat_it_freezes_every_copy():
    text = BLOCKS % "repeat: 2\n    freeze: true"
    assert trained(text) == ["last/kernel"]


def test_it_can_be_a_variable_and_be_set():
    text = BLOCKS.replace("blocks:", "vars: {f: true}\nblocks:") % "freeze: $f"
    assert trained(text) == ["last/kernel"]
    plan = tfgraph.loads(BLOCKS % "repeat: 1", set={"layers.last.freeze": True})
    assert not plan.weights["last/kernel"].trainable


SHARED = """\
tfgraph: 1
inputs: {a: [6], b: [6], y: [3]}
layers:
  - dense: 3
    name: left
    from: a
    %s
  - dense: 3
    name: right
    from: b
    share: left
    %s
  - add:
    from: [left, right]
  - dense: 3
loss: {squared_error: , target: y}
optimizer: {gradient_descent: 0.1}
"""


def test_a_layer_that_shares_frozen_weights_is_frozen_with_them():
    plan = tfgraph.loads(SHARED % ("freeze: true", ""))
    assert plan.layer("right").frozen
    assert [n for n, spec in plan.weights.items() if spec.trainable] == [
        "dense_1/kernel",
        "dense_1/bias",
    ]
    assert tfgraph.loads(SHARED % ("freeze: true", "freeze: true")).layer("right").frozen


def test_freezing_the_one_that_shares_alone_is_an_error():
    found = problem(SHARED % ("", "freeze: true"))
    assert (found.code, excerpt(found.span)) == ("TG304", "true")
    assert "`right` is frozen, and `left`, whose weights it uses, is not" in found.message
    assert found.help == "put `freeze: true` beside `left` (line 4): then both are"


def test_a_tied_weight_is_frozen_where_its_owner_is():
    text = "tfgraph: 1\ninputs: {x: [4]}\nlayers:\n"
    text += "  - {matmul: 3, name: enc%s}\n  - {tied_decoder: enc, name: dec%s}\n"
    text += "loss: {squared_error: , target: x}\noptimizer: {gradient_descent: 0.1}\n"
    assert trained(text % (", freeze: true", "")) == ["dec/bias"]
    assert trained(text % ("", ", freeze: true")) == ["enc/kernel"]


def test_the_regularisation_of_frozen_weights_is_no_part_of_the_loss():
    text = (SPEC % ("freeze: true", "")).replace("{units: 6,", "{units: 6, l2: 0.3,")
    plain = built("freeze: true").evaluate(x=X, y=Y)["loss"]
    graph = tfgraph.build(tfgraph.loads(text))
    for name, value in values(built("freeze: true")).items():
        graph.weights[name].assign(value)
    assert graph.evaluate(x=X, y=Y)["loss"] == plain


def test_show_and_data_tell_what_is_frozen():
    plan = tfgraph.loads(SPEC % ("freeze: true", ""))
    shown = table(plan, 100)
    assert "kernel [5, 6] frozen" in shown
    assert "parameters  81, 48 of them not trained" in shown
    layers = {layer["name"]: layer for layer in data(plan)["layers"]}
    assert [layers[name]["frozen"] for name in ("first", "norm")] == [True, False]
    assert not any(weight["trainable"] for weight in layers["first"]["weights"])


def test_losses_of_frozen_weights_alone_are_an_error():
    text = (SPEC % ("freeze: true", "freeze: true")).replace("name: last", "freeze: true")
    found = problem(text)
    assert found.code == "TG308"
    assert found.notes == ("it depends on `first`, `norm`, `dense_1`",)
    assert found.help.startswith("take `freeze: true` away from one of them")


def test_one_of_several_losses_may_be_of_frozen_weights_alone():
    text = (SPEC % ("freeze: true", "freeze: true")).replace(
        "loss: {squared_error: , target: y}",
        "loss: [{squared_error: , target: y}, {squared_error: , of: norm, target: z}]",
    )
    text = text.replace("y: [", "z: [6], y: [")
    (found,) = check(Source("spec.yaml", text), folder=Path(), default_name="spec").diagnostics
    assert found.code == "TG406"
    assert found.label == "`norm` depends on frozen weights alone"


@pytest.mark.parametrize("value", ["1", "yes", "[true]", "null"])
def test_anything_but_true_and_false_is_an_error(value):
    found = problem(SPEC % (f"freeze: {value}", ""))
    assert found.code == "TG205"
    assert "`freeze` must be true or false" in found.message
