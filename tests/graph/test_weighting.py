"""`class_weights` and `sample_weights`: how much each example counts in a loss."""

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
inputs: {x: [5], y: {shape: [], dtype: int32, classes: 3}, w: []}
layers:
  - dense: {units: 3, init: {normal: 0.5}}
    name: last
    from: x
loss:
  softmax_cross_entropy:
  target: y
  %s
metrics: [{accuracy: , target: y}]
optimizer: {gradient_descent: 0.5}
train: {batch_size: 8, shuffle: false}
"""
BY_CLASS = "class_weights: [0.5, 2, 7]"
BOTH = f"{BY_CLASS}\n  sample_weights: w"
DRAWS = np.random.default_rng(5)
X, Y = normal(1, 20, 5), DRAWS.integers(0, 3, 20).astype("int32")
W = DRAWS.uniform(0, 3, 20).astype("float32")


def built(beside):
    return tfgraph.build(tfgraph.loads(SPEC % beside))


def arrays(graph):
    return {name: {"x": X, "y": Y, "w": W}[name] for name in graph.stored}


@pytest.mark.parametrize("beside", [BY_CLASS, "sample_weights: w", BOTH])
def test_training_and_evaluation_are_those_of_keras(beside):
    graph = built(beside)
    model = keras.Sequential([keras.layers.Input([5]), keras.layers.Dense(3)])
    model.set_weights([variable.numpy() for variable in graph.weights.values()])
    model.compile(
        keras.optimizers.SGD(0.5), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    weights = W if "sample" in beside else None
    by_class = {0: 0.5, 1: 2, 2: 7} if "class" in beside else None
    if weights is not None and by_class is not None:
        # Keras takes one of the two.
        weights, by_class = W * np.array([0.5, 2, 7])[Y], None
    model.fit(
        X,
        Y,
        batch_size=8,
        epochs=2,
        shuffle=False,
        verbose=0,
        sample_weight=weights,
        class_weight=by_class,
    )
    graph.train(steps=6, **arrays(graph))
    for ours, theirs in zip(graph.weights.values(), model.get_weights(), strict=True):
        assert_close(ours.numpy(), theirs)
    weights = weights if by_class is None else np.array([0.5, 2, 7])[Y]
    # In one batch: Keras's mean over batches counts the examples of a small one for more.
    loss = model.evaluate(X, Y, sample_weight=weights, batch_size=20, verbose=0)
    assert float(graph.evaluate(**arrays(graph))["loss"]) == pytest.approx(loss, rel=1e-5)


def test_the_mean_divides_by_the_number_of_examples():
    plain, doubled = built("weight: 1"), built("class_weights: [2, 2, 2]")
    one = plain.evaluate(x=X, y=Y)
    other = doubled.evaluate(x=X, y=Y)
    assert float(other["loss"]) == pytest.approx(2 * float(one["loss"]), rel=1e-6)
    assert other["accuracy"] == one["accuracy"]


def test_a_mapping_names_the_classes_that_do_not_count_for_1():
    one, other = built('class_weights: {"2": 7, "0": 0.5}'), built("class_weights: [0.5, 1, 7]")
    assert one.plan.losses[0].class_weights == other.plan.losses[0].class_weights == (0.5, 1, 7)
    assert one.evaluate(x=X, y=Y)["loss"] == other.evaluate(x=X, y=Y)["loss"]


def test_a_sum_is_weighted_too_and_integers_are_weights_as_well():
    text = """\
tfgraph: 1
inputs: {x: [2], y: [2], w: {shape: [], dtype: uint8}}
layers: [{scale: ones, from: x}]
loss: {sum_squared_error: , target: y, sample_weights: w}
optimizer: {gradient_descent: 0.1}
"""
    graph = tfgraph.build(tfgraph.loads(text))
    x, w = normal(3, 6, 2), np.arange(6, dtype="uint8")
    expected = float((w * (x**2).sum(1)).sum())
    found = graph.evaluate(x=x, y=np.zeros_like(x), w=w)["loss"]
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_the_field_is_needed_for_training_and_not_for_prediction():
    plan = tfgraph.loads(SPEC % "sample_weights: w")
    assert (plan.inputs, plan.targets) == (("x",), ("y", "w"))
    assert list(tfgraph.build(plan).stored) == ["x", "y", "w"]
    source = Source("spec.yaml", SPEC % "sample_weights: w")
    assert check(source, folder=Path(), default_name="spec").diagnostics == ()


def test_without_weights_the_graph_is_as_it_was():
    plain, unit = built("weight: 1"), built(BY_CLASS)
    assert plain.graph_def("train") != unit.graph_def("train")
    assert plain.graph_def("train") == built("weight: 1.0").graph_def("train")


def test_show_and_data_tell_what_weighs_the_examples():
    plan = tfgraph.loads(SPEC % BOTH)
    assert "loss        softmax_cross_entropy of last against y, weighted by class and w" in table(
        plan, 100
    )
    (loss,) = data(plan)["losses"]
    assert (loss["class_weights"], loss["sample_weights"]) == ([0.5, 2, 7], "w")


@pytest.mark.parametrize(
    ("beside", "code", "place", "message"),
    [
        ("class_weights: [1, 2]", "TG305", "[1, 2]", "has 2 numbers, and `y` has 3 classes"),
        ('class_weights: {"3": 1}', "TG305", '"3"', "`y` has no class `3`"),
        ("class_weights: {cat: 1}", "TG305", "cat", "`y` has no class `cat`"),
        ("class_weights: [1, 2, -3]", "TG206", "-3", "must be a number of at least 0, got the"),
        ("class_weights: [1, 2, x]", "TG205", "x", "must be a number of at least 0, got the"),
        ('class_weights: {"1": .inf}', "TG206", ".inf", "must be a finite number"),
        ("class_weights: 2", "TG205", "2", "must be a list of numbers, or a mapping of classes"),
        ("class_weights: []", "TG206", "[]", "must be a list of numbers, or a mapping of classes"),
        ("sample_weights: u", "TG209", "u", "no field is called `u`"),
        ("sample_weights: last", "TG209", "last", "no field is called `last`"),
        ("sample_weights: x", "TG305", "x", "needs a number for each example, and `x` is [batch"),
        ("sample_weights: y", "TG305", "y", "and `y` holds class indices"),
        ("sample_weights: [w]", "TG205", "[w]", "`sample_weights` must be the name of a field"),
    ],
)
def test_weights_that_do_not_fit_are_errors(beside, code, place, message):
    found = problem(SPEC % beside)
    assert (found.code, excerpt(found.span)) == (code, place)
    assert message in found.message


@pytest.mark.parametrize(
    ("target", "help"),
    [
        ("[3]", "give factors as a field of the data, with `sample_weights`"),
        (
            "{shape: [], dtype: int32}",
            "say how many classes it has: `y: {shape: [], dtype: int32, classes: …}`",
        ),
    ],
)
def test_class_weights_need_class_indices(target, help):
    text = (SPEC % BY_CLASS).replace("{shape: [], dtype: int32, classes: 3}", target)
    found = problem(text.replace("metrics: [{accuracy: , target: y}]\n", ""))
    assert found.code == "TG305"
    assert "`class_weights` needs a target of class indices, and `y` is [batch" in found.message
    assert found.help == help
