"""The rows of a step: a pure function of seed, epoch and position."""

import json
from itertools import pairwise

import numpy as np
import pytest
import tensorflow as tf

import tfgraph
import tfgraph.builtins
from tfgraph.api import Layer, hookimpl
from tfgraph.errors import UsageError
from tfgraph.graph.batches import Batches, steps_per_epoch
from tfgraph.registry import Plugin, Registry
from tfgraph.spec.model import Training

SMALL = [1, 2, 3, 5]


def plan(rows, **train):
    """A model that remembers which rows it was shown: an embedding of row numbers.

    At rate 1, each showing in a batch of n adds 1 / n to the row's weight.
    """
    spec = {
        "tfgraph": 1,
        "inputs": {"row": {"shape": [], "dtype": "int32", "classes": rows}, "y": [1]},
        "layers": [{"embedding": {"units": 1, "init": 0}, "from": "row", "name": "shown"}],
        "loss": {"absolute_error": None, "target": "y"},
        "optimizer": {"gradient_descent": 1},
        "train": train,
    }
    return tfgraph.loads(json.dumps(spec))


def arrays(rows):
    return {"row": np.arange(rows, dtype="int32"), "y": np.full((rows, 1), 1e6, "float32")}


def shown(graph):
    return graph.weights["shown/embeddings"].numpy()[:, 0]


def orders(rows, epochs, **train):
    """The rows of each epoch in order, a whole epoch taken as one batch."""
    training = Training(batch_size=rows, **train)
    numbers = tf.range(rows)
    fields = {"row": plan(rows).fields["row"]}

    @tf.function
    def batch(step):
        return Batches({"row": numbers}, fields, training).of_step(step)["row"]

    return np.array([batch(tf.constant(epoch, tf.int64)) for epoch in epochs])


def order(rows, epoch, **train):
    """The rows of one epoch."""
    return orders(rows, [epoch], **train)[0]


@pytest.mark.parametrize("rows", [*SMALL, 16, 17, 1000])
@pytest.mark.parametrize("shuffle", [True, False])
def test_every_epoch_holds_every_row_once(rows, shuffle):
    for found in orders(rows, [0, 1, 7], shuffle=shuffle):
        assert sorted(found) == list(range(rows))


def test_without_shuffling_the_order_is_that_of_the_file():
    for found in orders(50, [0, 3], shuffle=False):
        np.testing.assert_array_equal(found, np.arange(50))


@pytest.mark.parametrize(("rows", "bound"), [(5000, 0.05), (55_000, 0.02)])
def test_the_orders_of_epochs_and_seeds_are_uncorrelated(rows, bound):
    drawn = [found for seed in (0, 1) for found in orders(rows, range(6), seed=seed)]
    correlation = np.corrcoef([np.arange(rows), *drawn]) - np.eye(13)
    assert np.abs(correlation).max() < bound
    # Neighbours in one epoch are as far apart as any two rows in another.
    for one, other in pairwise(drawn):
        place = np.argsort(other)
        distance = np.abs(np.diff(place[one])).mean()
        assert distance == pytest.approx(rows / 3, rel=0.05)


@pytest.mark.parametrize("rows", [2, 3])
def test_few_rows_have_all_their_orders_about_equally_often(rows):
    found = [tuple(one) for one in orders(rows, range(120))]
    counts = [found.count(one) for one in set(found)]
    assert len(counts) == {2: 2, 3: 6}[rows]
    assert min(counts) > 60 / len(counts)


def test_the_order_is_a_function_of_seed_and_epoch():
    first = order(200, epoch=4, seed=9)
    np.testing.assert_array_equal(order(200, epoch=4, seed=9), first)
    assert (order(200, epoch=4, seed=8) != first).any()
    assert (order(200, epoch=5, seed=9) != first).any()


@pytest.mark.parametrize("shuffle", [True, False])
def test_batches_of_one_take_the_rows_in_that_order(shuffle):
    rows, seed = 5, 3
    graph = tfgraph.build(plan(rows, batch_size=1, shuffle=shuffle, seed=seed))
    for row in orders(rows, [0, 1], shuffle=shuffle, seed=seed).ravel():
        before = shown(graph)
        graph.train(steps=1, **arrays(rows))
        np.testing.assert_array_equal(shown(graph) - before, np.eye(rows)[row])


@pytest.mark.parametrize("rows", [*SMALL, 23])
@pytest.mark.parametrize("batch_size", [1, 2, 7, 64])
@pytest.mark.parametrize("shuffle", [True, False])
def test_an_epoch_shows_every_row_once_the_last_partial_batch_included(rows, batch_size, shuffle):
    graph = tfgraph.build(plan(rows, batch_size=batch_size, shuffle=shuffle))
    steps = steps_per_epoch(rows, graph.plan.spec.training)
    assert steps == -(-rows // batch_size)
    graph.train(steps=steps, **arrays(rows))
    last = rows % batch_size or batch_size
    expected = [1 / batch_size] * (rows - last) + [1 / last] * last
    np.testing.assert_allclose(sorted(shown(graph)), sorted(expected), rtol=1e-6)
    if not shuffle:
        np.testing.assert_allclose(shown(graph), expected, rtol=1e-6)


def test_a_deep_model_is_trained_with_the_last_partial_batch_as_a_shallow_one_is():
    text = """
tfgraph: 1
inputs: {{x: [4], y: [1]}}
layers: [{{matmul: 3}}{more}, {{dropout: 0.5, name: drop}}, {{matmul: 1}}]
loss: {{squared_error: , target: y}}
optimizer: {{adam: 0.01}}
train: {{batch_size: 5}}
"""
    draws = np.random.default_rng(0)
    data = {name: draws.normal(size=(23, n)).astype("float32") for name, n in (("x", 4), ("y", 1))}
    # A rectifier of what is rectified changes nothing.
    shallow, deep = (
        tfgraph.build(tfgraph.loads(text.format(more=", relu" * count))) for count in (1, 60)
    )
    for graph in (shallow, deep):
        graph.train(steps=12, **data)
    for ours, theirs in zip(deep.weights.values(), shallow.weights.values(), strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-4, atol=1e-6)


def test_the_last_partial_batch_can_be_left_out():
    graph = tfgraph.build(plan(23, batch_size=7, drop_remainder=True, shuffle=False))
    steps = steps_per_epoch(23, graph.plan.spec.training)
    assert steps == 3
    graph.train(steps=2 * steps, **arrays(23))
    np.testing.assert_allclose(shown(graph), [2 / 7] * 21 + [0] * 2, rtol=1e-6)


def test_fewer_examples_than_a_batch_are_refused_where_they_would_be_left_out():
    graph = tfgraph.build(plan(23, batch_size=7, drop_remainder=True))
    with pytest.raises(UsageError, match="6 examples are fewer than one batch of 7"):
        graph.train(steps=1, **arrays(6))


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("size", [1, 7])
def test_batches_whose_size_the_graph_knows_are_the_same(shuffle, size):
    known = tfgraph.build(plan(21, batch_size=size, drop_remainder=True, shuffle=shuffle))
    other = tfgraph.build(plan(21, batch_size=size, shuffle=shuffle))
    for graph in (known, other):
        graph.train(steps=50 // size, **arrays(21))
    np.testing.assert_array_equal(shown(known), shown(other))


def test_with_shuffling_other_rows_are_left_out_in_another_epoch():
    graph = tfgraph.build(plan(23, batch_size=7, drop_remainder=True))
    graph.train(steps=3, **arrays(23))
    first = set(np.flatnonzero(shown(graph) == 0))
    graph.train(steps=3, **arrays(23))
    assert len(first) == 2
    assert set(np.flatnonzero(shown(graph) < 1.5 / 7)) != first


@pytest.mark.parametrize("shuffle", [True, False])
def test_two_calls_are_one_call_bit_for_bit(shuffle):
    text = f"""
tfgraph: 1
inputs: {{x: [4], y: [1]}}
layers: [{{dense: {{units: 8, activation: tanh}}}}, {{dropout: 0.5}}, {{matmul: 1}}]
loss: {{squared_error: , target: y}}
optimizer: {{adam: 0.01}}
train: {{batch_size: 5, shuffle: {str(shuffle).lower()}, seed: 2}}
"""
    draws = np.random.default_rng(0)
    data = {name: draws.normal(size=(23, n)).astype("float32") for name, n in (("x", 4), ("y", 1))}
    whole, parts = (tfgraph.build(tfgraph.loads(text)) for _ in range(2))
    whole.train(steps=17, **data)
    for steps in (1, 3, 0, 13):
        parts.train(steps=steps, **data)
    assert whole.step.numpy() == parts.step.numpy() == 17
    for name, value in whole.weights.items():
        np.testing.assert_array_equal(parts.weights[name].numpy(), value.numpy())


@pytest.mark.parametrize(
    ("training", "more_layers", "sizes"),
    [
        ("", 0, {5, None}),
        ("drop_remainder: true", 0, {5}),
        ("", 60, {None}),  # deep: one graph for all batches
        ("drop_remainder: true", 60, {5}),
    ],
)
def test_layers_know_the_size_of_a_whole_batch_and_leave_that_of_the_last_one_open(
    training, more_layers, sizes
):
    seen = set()

    class Seen(Layer):
        type = "seen"

        def infer(self, x):
            return x

        def build(self, x, weights, ctx):
            if ctx.training:
                seen.add(x.shape[0])
            return x

    class Ours:
        @hookimpl
        def tfgraph_layers(self):
            return [Seen]

    registry = Registry(
        {Plugin("builtins", "tfgraph"): tfgraph.builtins, Plugin("seen", "tests"): Ours()}
    )
    text = f"""
tfgraph: 1
inputs: {{x: [4], y: [4]}}
layers: [seen{", tanh" * more_layers}, {{matmul: 4}}]
loss: {{squared_error: , target: y}}
optimizer: {{gradient_descent: 0.1}}
train: {{batch_size: 5, {training}}}
"""
    graph = tfgraph.build(tfgraph.loads(text, registry=registry))
    graph.train(steps=3, x=np.ones((7, 4)), y=np.ones((7, 4)))
    assert seen == sizes
