"""A layer that builds other than it declares is named when its graph is made."""

from types import ModuleType

import pytest
import tensorflow as tf

import tfgraph
import tfgraph.builtins
from tfgraph.api import Layer, WeightSpec, hookimpl
from tfgraph.errors import GraphError
from tfgraph.registry import Plugin, Registry

SPEC = "tfgraph: 1\ninputs: {x: [4], y: [4]}\nlayers:\n  - {odd: , from: x}\n"
TRAINED = f"{SPEC}loss: {{squared_error: , target: y}}\noptimizer: {{gradient_descent: 0.1}}\n"
WHO = "the layer `odd` of tfgraph-odd 1.0 failed for `odd_1` at <spec>:4:6: "


def graph(build, text=SPEC):
    """The graph of a spec whose layer is built by a function of the input and the context."""

    class Odd(Layer):
        type = "odd"

        def infer(self, x):
            return x

        def weights(self, x):
            return {
                "kernel": WeightSpec((4,), 1.0),
                "state": WeightSpec((4,), 0.0, trainable=False),
            }

        def build(self, x, weights, ctx):
            return build(x, ctx)

    plugin = ModuleType("odd")
    plugin.tfgraph_layers = hookimpl(lambda: [Odd])
    builtins = Plugin("builtins", "tfgraph")
    registry = Registry({builtins: tfgraph.builtins, Plugin("odd", "tfgraph-odd 1.0"): plugin})
    return tfgraph.build(tfgraph.loads(text, registry=registry))


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        (
            lambda x, _: x[:, :3],
            "it declares [batch, 4] of float32 and builds [batch, 3] of float32",
        ),
        (
            lambda x, _: tf.reduce_sum(x, 1),
            "it declares [batch, 4] of float32 and builds [batch] of",
        ),
        (
            lambda x, _: tf.cast(x, "float64"),
            "it declares [batch, 4] of float32 and builds [batch, 4]",
        ),
        (lambda _, __: [1.0], "it declares [batch, 4] of float32 and builds list, not a tensor"),
        (lambda _, __: None, "it declares [batch, 4] of float32 and builds NoneType, not a tensor"),
    ],
)
def test_what_is_built_is_what_is_declared(build, problem):
    with pytest.raises(GraphError) as caught:
        _ = graph(build).predict
    assert caught.value.message.startswith(WHO + problem)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("weight", "value", "problem"),
    [
        ("nothing", tf.zeros([4]), "it updates the weight `nothing`, which it does not declare"),
        ("kernel", tf.zeros([4]), "it updates the weight `kernel`, which it declares as trained"),
        (
            "state",
            tf.zeros([5]),
            "it declares `state` as [4] of float32 and updates it with [5] of float32",
        ),
        ("state", 0.5, "it declares `state` as [4] of float32 and updates it with float, not a"),
    ],
)
def test_a_layer_updates_its_own_state_with_what_fits(weight, value, problem):
    def build(x, ctx):
        if ctx.training:
            ctx.update(weight, value if isinstance(value, float) else tf.constant(value.numpy()))
        return x

    with pytest.raises(GraphError) as caught:
        _ = graph(build, TRAINED).train
    assert caught.value.message.startswith(WHO + problem)


def test_a_layer_may_know_less_of_its_output_than_it_declares():
    built = graph(lambda x, _: tf.boolean_mask(x, tf.ones(tf.shape(x)[:1], tf.bool)))
    assert built.predict(x=[[1.0, 2.0, 3.0, 4.0]])["odd_1"].shape == (1, 4)
