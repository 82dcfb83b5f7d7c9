"""Every registered component keeps the promises of its kind, and the check notices who does not."""

import pytest

from tfgraph.registry import load_registry
from tfgraph.registry.hookspecs import COMPONENT_HOOKS
from tfgraph.testing import Case, ConformanceError, check_component
from tfgraph.testing.cases import CASES

#: Those of the packages in `plugins/`.
PLUGIN_CASES = {("dataset", "mnist"): [Case("mnist")]}
REGISTERED = [(kind, name) for kind in COMPONENT_HOOKS for name in load_registry().types(kind)]


@pytest.mark.parametrize(("kind", "name"), REGISTERED)
def test_every_component_conforms(kind, name):
    cases = CASES[kind].get(name) or PLUGIN_CASES.get((kind, name))
    assert cases, f"the {kind} `{name}` has no case: add one to tfgraph/testing/cases.py"
    check_component(load_registry().types(kind)[name], cases)


def test_no_case_is_left_of_a_component_that_is_gone():
    declared = {(kind, name) for kind, types in CASES.items() for name in types}
    assert declared <= set(REGISTERED)


FAULTY = r'''
"""Components that each break one promise."""

from tfgraph.api import *
from tfgraph.api import param
from tfgraph.lazy import np, tf


class Base(Layer):
    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def weights(self, x):
        return {"w": WeightSpec((x.shape[-1],), 1.0, x.dtype)}

    def build(self, x, weights, ctx):
        return x * weights["w"]


class Sound(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "sound"
    example = "inputs: {x: [3]}\nlayers: [sound]"


class Unexemplified(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "unexemplified"


class BadExample(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "bad_example"
    example = "inputs: {x: [3]}\nlayers: [bad_example: {size: 1}]"


class AnothersExample(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "anothers_example"
    example = "inputs: {x: [3]}\nlayers: [sound]"


class Undocumented(Base):
    type = "undocumented"


class WithoutShapes(Base):
    """Scales."""

    type = "without_shapes"


class Mumbling(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "mumbling"
    size: int = param("how much", default=1)


class BadDefault(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "bad_default"
    size: int = param("How much.", default=0, minimum=1)


class WrongShape(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "wrong_shape"

    def build(self, x, weights, ctx):
        return tf.concat([x * weights["w"], x], -1)


class UnknownSize(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "unknown_size"

    def build(self, x, weights, ctx):
        return tf.reshape(x * weights["w"], tf.shape(x) + 0 * tf.cast(ctx.step, tf.int32))


class Single(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "single"

    def weights(self, x):
        return {"w": WeightSpec((x.shape[-1],), 1.0)}


class Fixed(Base):
    """Doubles, in float32 alone.

    Shape: any -> the same.
    """

    type = "fixed"

    def build(self, x, weights, ctx):
        return x * weights["w"] * tf.constant(2.0, tf.float32)


class Idle(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "idle"

    def build(self, x, weights, ctx):
        return x


class Stopped(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "stopped"

    def build(self, x, weights, ctx):
        return x * tf.stop_gradient(weights["w"])


class Unrepeatable(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "unrepeatable"

    def build(self, x, weights, ctx):
        return (x + tf.random.normal(tf.shape(x))) * weights["w"]


class Gossiping(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "gossiping"

    def build(self, x, weights, ctx):
        return (x - tf.reduce_mean(x, 0)) * weights["w"]


class SelfTaught(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "self_taught"

    def build(self, x, weights, ctx):
        ctx.update("w", weights["w"] * 0.9)
        return x * weights["w"]


class Infinite(Base):
    """Scales.

    Shape: any -> the same.
    """

    type = "infinite"

    def build(self, x, weights, ctx):
        return x * weights["w"] / 0.0


class OneNumber(Loss):
    """The mean.

    Shape: any.
    """

    type = "one_number"

    def check(self, output, target):
        pass

    def build(self, output, target):
        return tf.reduce_mean(output - target)


class BesideOthers(Loss):
    """The distance from the mean.

    Shape: any.
    """

    type = "beside_others"

    def check(self, output, target):
        pass

    def build(self, output, target):
        return output - tf.reduce_mean(target)


class MeanOfMeans(Metric):
    """The mean of the batches' means.

    Shape: any.
    """

    type = "mean_of_means"

    def check(self, output, target):
        pass

    def state(self, output, target):
        return {"total": TensorSpec(()), "batches": TensorSpec(())}

    def update(self, state, output, target):
        total = state["total"] + tf.reduce_mean(output - target)
        return {"total": total, "batches": state["batches"] + 1.0}

    def result(self, state):
        return state["total"] / state["batches"]


class Hoarder(Optimizer):
    """Gradient descent with a slot that it does not need."""

    type = "hoarder"

    def slots(self, weight):
        return {"spare": WeightSpec(weight.shape)}

    def update(self, variable, gradient, slots, learning_rate, step):
        return variable.assign_sub(learning_rate * gradient)


class TwoMinded(Optimizer):
    """Gradient descent that is twice as fast where steps are compiled."""

    type = "two_minded"

    def update(self, variable, gradient, slots, learning_rate, step):
        return variable.assign_sub(learning_rate * gradient)

    def compiled_update(self, variable, gradient, slots, learning_rate, step):
        return variable.assign_sub(2 * learning_rate * gradient)


class Climber(Optimizer):
    """Gradient ascent."""

    type = "climber"

    def update(self, variable, gradient, slots, learning_rate, step):
        return variable.assign_add(learning_rate * gradient)


class Double(Schedule):
    """A learning rate of 64 bits."""

    type = "double"

    def build(self, step):
        return tf.constant(0.1, tf.float64)


class Sinking(Schedule):
    """A learning rate that falls below 0."""

    type = "sinking"

    def build(self, step):
        return 0.1 - tf.cast(step, tf.float32)


class Deaf(Initializer):
    """Values that no seed decides."""

    type = "deaf"

    def build(self, shape, dtype, seed):
        return tf.random.normal(shape, dtype=dtype)


class Short(Dataset):
    """Fewer examples than declared."""

    type = "short"

    def fields(self):
        return {"x": Field(())}

    def splits(self):
        return {"train": 3}

    def load(self, split, seed):
        return {"x": np.zeros(2, np.float32)}


class Wide(Dataset):
    """Other numbers than declared."""

    type = "wide"

    def fields(self):
        return {"x": Field(())}

    def splits(self):
        return {"train": 3}

    def load(self, split, seed):
        return {"x": np.zeros(3)}


KINDS = {Layer: [], Loss: [], Metric: [], Optimizer: [], Schedule: [], Initializer: [], Dataset: []}
for component in list(globals().values()):
    if isinstance(component, type) and issubclass(component, Component):
        for kind, found in KINDS.items():
            if issubclass(component, kind) and "type" in vars(component):
                found.append(component)

tfgraph_layers = hookimpl(lambda: KINDS[Layer], specname="tfgraph_layers")
tfgraph_losses = hookimpl(lambda: KINDS[Loss], specname="tfgraph_losses")
tfgraph_metrics = hookimpl(lambda: KINDS[Metric], specname="tfgraph_metrics")
tfgraph_optimizers = hookimpl(lambda: KINDS[Optimizer], specname="tfgraph_optimizers")
tfgraph_schedules = hookimpl(lambda: KINDS[Schedule], specname="tfgraph_schedules")
tfgraph_initializers = hookimpl(lambda: KINDS[Initializer], specname="tfgraph_initializers")
tfgraph_datasets = hookimpl(lambda: KINDS[Dataset], specname="tfgraph_datasets")
'''

LAYER = [[3]]
PAIR = [[], []]


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    file = tmp_path_factory.mktemp("plugin") / "faulty.py"
    file.write_text(FAULTY, encoding="utf-8")
    return load_registry([str(file)])


@pytest.mark.parametrize(
    ("kind", "entry", "inputs", "message"),
    [
        ("layer", "undocumented", LAYER, "has no docstring"),
        ("layer", "without_shapes", LAYER, "does not say its shapes"),
        ("layer", "mumbling", LAYER, "describes `size` with something else than sentences"),
        ("layer", "bad_default", LAYER, "has a default of `size` that it would not take: 0"),
        ("layer", "unexemplified", LAYER, "has no example"),
        ("layer", "bad_example", LAYER, "unknown parameter `size` of layer `bad_example`"),
        ("layer", "anothers_example", LAYER, "is not in its own example"),
        ("layer", "wrong_shape", LAYER, "declares [batch, 3], and builds [batch, 6]"),
        ("layer", "unknown_size", LAYER, "declares [batch, 3], and builds [batch, ?]"),
        ("layer", "single", LAYER, "raises TypeError: Input 'y' of 'Mul' Op has type float32"),
        ("layer", "fixed", LAYER, "raises GraphError: cannot build layer `layer`"),
        ("layer", "idle", LAYER, "declares the weight `w` for nothing"),
        ("layer", "stopped", LAYER, "has no gradient of `w`"),
        ("layer", "unrepeatable", LAYER, "twice in one step gives two outputs"),
        ("layer", "gossiping", LAYER, "predicts an example differently in another batch"),
        ("layer", "self_taught", LAYER, "updates its weights at evaluation"),
        ("layer", "infinite", LAYER, "gives values that are not finite"),
        ("loss", "one_number", PAIR, "not a number for each example"),
        ("loss", "beside_others", PAIR, "gives an example another loss in another batch"),
        ("metric", "mean_of_means", PAIR, "over a whole split"),
        ("optimizer", {"hoarder": 0.1}, [], "declares the slots ['spare'] and uses []"),
        ("optimizer", {"two_minded": 0.1}, [], "makes another update where the step is compiled"),
        ("optimizer", {"climber": 0.1}, [], "in a quadratic valley"),
        ("schedule", "double", [], "not a float32 scalar"),
        ("schedule", "sinking", [], "gives -"),
        ("initializer", "deaf", [[2, 3]], "makes different values of one seed"),
        ("dataset", "short", [], "declares 3 examples, and `x` of train has 2"),
        ("dataset", "wide", [], "declares `x` of train as [batch] and loads [3] of float64"),
    ],
)
def test_a_broken_promise_is_noticed(registry, kind, entry, inputs, message):
    name = entry if isinstance(entry, str) else next(iter(entry))
    component = registry.types(kind)[name]
    with pytest.raises(ConformanceError) as caught:
        check_component(component, [Case(entry, inputs)], registry=registry)
    assert str(caught.value).startswith(f"{kind} `{name}` ")
    assert message in str(caught.value)


def test_a_plugins_sound_layer_conforms(registry):
    check_component(registry.types("layer")["sound"], [Case("sound", LAYER)], registry=registry)


def test_a_component_without_cases_does_not_conform(registry):
    with pytest.raises(ConformanceError, match="has no case to be checked with"):
        check_component(registry.types("layer")["sound"], [], registry=registry)


def test_the_error_quotes_the_case(registry):
    idle = registry.types("layer")["idle"]
    with pytest.raises(ConformanceError) as caught:
        check_component(idle, [Case("idle", [[3]])], registry=registry)
    assert str(caught.value).splitlines() == [
        "layer `idle` declares the weight `w` for nothing",
        '  in the case {"entry": "idle", "inputs": [[3]]}',
    ]
