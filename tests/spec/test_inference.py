"""Shape inference against TensorFlow, on random graphs over all layers that are registered."""

from functools import cache

import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tests.spec.random_graphs import Generator
from tfgraph.api import TensorSpec
from tfgraph.graph.forward import forward
from tfgraph.registry import load_registry

#: The graphs are cut into parts, which test processes share.
PARTS = 6
GRAPHS_A_PART = 90
RUN_A_PART = 9
BATCH = 3


@cache
def drawn(part, graphs):
    """So many plans, and how often each layer was taken and refused on the way."""
    generator = Generator(load_registry(), np.random.default_rng(part))
    plans = []
    while len(plans) < graphs:
        plan = generator.graph(layers=6, attempts=14)
        plans += [plan] if plan else []
    return plans, generator.tally


def traced(plan, training):
    """What TensorFlow knows of every layer's output before it runs."""

    def placeholder(spec):
        return tf.compat.v1.placeholder(spec.dtype, list(spec.shape))

    with tf.Graph().as_default():
        feeds = {name: placeholder(plan.fields[name].spec) for name in plan.inputs}
        weights = {name: placeholder(spec) for name, spec in plan.weights.items()}
        step = tf.constant(0, tf.int64)
        values, _ = forward(plan, plan.outputs, feeds, weights, training=training, step=step)
        return {
            layer.name: TensorSpec(tuple(values[layer.name].shape), values[layer.name].dtype.name)
            for layer in plan.layers
        }


def described(plan):
    """A graph, for the message of a failure."""
    fields = [f"{name} {plan.fields[name].spec}" for name in plan.inputs]
    layers = [f"{x.name} = {x.layer}({', '.join(x.inputs)}) {x.output}" for x in plan.layers]
    return "\n".join([*fields, *layers])


@pytest.mark.parametrize("part", range(PARTS))
def test_inferred_shapes_are_the_static_shapes_of_tensorflow(part):
    plans, tally = drawn(part, GRAPHS_A_PART)
    for plan in plans:
        inferred = {x.name: TensorSpec(x.output.shape, x.output.dtype) for x in plan.layers}
        for training in (False, True):
            assert traced(plan, training) == inferred, described(plan)
    taken, refused = tally.accepted.total(), tally.refused.total()
    assert taken > 3 * len(plans)
    assert 0.3 < taken / (taken + refused) < 0.7
    # Every layer has its turn in every part, and so several times over all parts.
    assert all(tally.accepted[name] >= 2 for name in load_registry().types("layer"))


@pytest.mark.parametrize("part", range(PARTS))
def test_the_shapes_of_values_are_those_inferred(part):
    plans = [plan for plan in drawn(part, GRAPHS_A_PART)[0] if certain(plan)][:RUN_A_PART]
    assert len(plans) == RUN_A_PART
    for plan in plans:
        sizes = np.random.default_rng(part).integers(16, 20, 5)
        feeds = {name: values(plan.fields[name].spec, sizes) for name in plan.inputs}
        found = tfgraph.build(plan).predict(**feeds)
        for layer in plan.layers:
            value = found[layer.name]
            assert value.dtype.name == layer.output.dtype, described(plan)
            assert value.shape[0] == BATCH
            known = tf.TensorShape(list(layer.output.shape))
            assert known.is_compatible_with(value.shape), described(plan)


def certain(plan):
    """Whether no sizes meet of which only the data says whether they are equal."""
    merges = [layer.input_specs for layer in plan.layers if len(layer.inputs) > 1]
    sizes = (size for specs in merges for spec in specs for size in spec.shape[1:])
    return all(size is not None for size in sizes)


def values(spec, sizes):
    """Values of a spec: no integer but 0, which every embedding has a vector for."""
    shape = [BATCH, *(sizes[i] if size is None else size for i, size in enumerate(spec.shape[1:]))]
    drawn = np.random.default_rng(0).standard_normal(shape)
    return tf.cast(drawn, spec.dtype) if spec.floating else np.zeros(shape, spec.dtype)
