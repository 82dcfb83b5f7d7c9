"""The check notices who says of itself what does not hold."""

import math
from types import ModuleType

import pytest

import tfgraph.builtins
from tfgraph.api import (
    ComparisonFacts,
    Initializer,
    InitializerFacts,
    Layer,
    LayerFacts,
    Loss,
    Schedule,
    ScheduleFacts,
    Stated,
    hookimpl,
)
from tfgraph.lazy import tf
from tfgraph.registry import Plugin, Registry
from tfgraph.testing import Case, ConformanceError, check_component

HOOKS = {kind: f"{kind}s" for kind in ("layer", "schedule", "initializer")} | {"loss": "losses"}
DOCUMENTED = "It is for this test.\n\nShape: any -> the same."


def check_facts(kind, base, facts, case, **members):
    """Check a component that says `facts` of itself."""
    example = {"layer": "inputs: {x: [3]}\nlayers: [faulty]"}.get(kind, "")
    body = {
        "__doc__": DOCUMENTED,
        "type": "faulty",
        "facts": lambda self, *xs: facts,
        "example": example,
        **members,
    }
    component = type("Faulty", (base,), body)

    def components():
        return [component]

    components.__name__ = "tfgraph_" + HOOKS[kind]
    module = ModuleType("mine")
    module.__dict__[components.__name__] = hookimpl(components)
    plugins = {Plugin("builtins", "tfgraph"): tfgraph.builtins, Plugin("mine", "tests"): module}
    check_component(component, [case], registry=Registry(plugins))


class Same(Layer):
    def infer(self, x):
        return x

    def build(self, x, weights, ctx):
        return self.apply(x, ctx)


def check_layer(facts, apply):
    check_facts("layer", Same, facts, Case("faulty", [[3]]), apply=lambda self, x, ctx: apply(x))


LAYERS = {
    "says that it gives values from 0 to 1": (LayerFacts(output_range=(0.0, 1.0)), lambda x: x),
    "says that it gives probabilities, of another range": (
        LayerFacts(gives="probabilities"),
        lambda x: x,
    ),
    "says that it mixes, and has no weight": (LayerFacts(mixes="all"), lambda x: x),
    "says that it passes its input on": (LayerFacts(passes=True), lambda x: 2.0 * x),
    "says that it is constant": (LayerFacts(constant=True), lambda x: x),
    "says that it is linear": (LayerFacts(linear=True), lambda x: x * x),
    "says that it normalises": (LayerFacts(normalizes_batch=True), lambda x: x),
    "says that it goes value by value": (
        LayerFacts(elementwise=True),
        lambda x: tf.cumsum(x, axis=1),
    ),
    "says that it leaves values": (LayerFacts(unchanged=(0.0, math.inf)), lambda x: 2.0 * x),
    "says that it is flat at 0": (LayerFacts(elementwise=True, flat_at_zero=True), lambda x: x),
    "says that it drops a share of 0.5": (
        LayerFacts(elementwise=True, passes=True, drop_rate=0.5),
        lambda x: x,
    ),
}


@pytest.mark.parametrize("message", LAYERS)
def test_a_layer_is_what_it_says_it_is(message):
    facts, apply = LAYERS[message]
    with pytest.raises(ConformanceError, match=message):
        check_layer(facts, apply)


def test_a_layer_that_says_the_truth_conforms():
    check_layer(LayerFacts(elementwise=True, linear=True), lambda x: 2.0 * x + 1.0)


SCHEDULES = {
    "says that it gives at most 0.5": ScheduleFacts(highest=Stated(0.5, "")),
    "says that it rises": ScheduleFacts(rises=Stated(5, "")),
    "says that it is steady": ScheduleFacts(steady=Stated(5, "")),
    "says that it ends": ScheduleFacts(ends=Stated(5, "")),
}


@pytest.mark.parametrize("message", SCHEDULES)
def test_a_schedule_goes_as_it_says(message):
    def build(self, step):
        return 1.0 / (1.0 + tf.cast(step, tf.float32))

    with pytest.raises(ConformanceError, match=message):
        check_facts("schedule", Schedule, SCHEDULES[message], Case("faulty"), build=build)


def test_an_initializer_fills_with_the_number_it_says():
    def build(self, shape, dtype, seed):
        return tf.ones(shape, dtype)

    case = Case("faulty", [[3]], draws=False)
    with pytest.raises(ConformanceError, match="says that all values are 2"):
        check_facts("initializer", Initializer, InitializerFacts(2.0), case, build=build)


def test_a_loss_is_constant_where_it_says_so():
    def build(self, output, target):
        return tf.square(output - target)

    members = {"build": build, "check": lambda self, output, target: None}
    with pytest.raises(ConformanceError, match="says that it is constant"):
        check_facts(
            "loss", Loss, ComparisonFacts(constant=True), Case("faulty", [[], []]), **members
        )
