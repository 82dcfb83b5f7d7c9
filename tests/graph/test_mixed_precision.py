"""`train.precision`: layers compute in half precision, weights and losses stay in float32."""

import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgraph
import tfgraph.builtins
from tests.layers.models import normal
from tests.spec.language import problem
from tfgraph.api import Context, Layer, TensorSpec, WeightSpec, hookimpl
from tfgraph.graph.scaling import GOOD_STEPS
from tfgraph.registry import Plugin, Registry
from tfgraph.run.splits import load_split
from tfgraph.spec.plan.cost import cost
from tfgraph.testing.cases import CASES

HALVES = ["bfloat16", "float16"]
#: The distance of two numbers next to each other near 1.
STEPS = {"bfloat16": 2.0**-7, "float16": 2.0**-10}

MODEL = """\
tfgraph: 1
inputs: {{x: [5], y: [2]}}
layers:
  - dense: {{units: 8, activation: tanh, init: {{normal: 0.5}}}}
    from: x
    name: hidden
  - matmul: {{units: 2, bias: true, init: {{normal: 0.5}}}}
    name: out
loss: {{{loss}, target: y}}
optimizer: {{{optimizer}}}
train: {{batch_size: 16, shuffle: false, precision: {precision}{more}}}
"""
DATA = {"x": normal(1, 16, 5), "y": normal(2, 16, 2)}
LARGE = {"x": 10 * DATA["x"], "y": 50 * DATA["y"]}


def text(precision="float16", optimizer="gradient_descent: 0.1", loss="squared_error: ", more=""):
    return MODEL.format(precision=precision, optimizer=optimizer, loss=loss, more=more)


def build(*args, **named):
    return tfgraph.build(tfgraph.loads(text(*args, **named)))


def values(graph):
    return {name: variable.numpy() for name, variable in graph.weights.items()}


@pytest.mark.parametrize("name", sorted(CASES["layer"]))
def test_every_layer_gives_in_half_precision_what_it_gives_in_float32(name):
    random = np.random.default_rng(3)
    for case in CASES["layer"][name]:
        single = tfgraph.build(tfgraph.loads(case.text()))
        fields = [single.plan.fields[name].spec for name in single.plan.inputs]
        feeds = dict(zip(single.plan.inputs, case.arrays(fields, 2, random)))
        expected = single.predict(**feeds)["layer"]
        largest = max(1.0, float(np.abs(expected).max()))
        for precision, step in STEPS.items():
            half = tfgraph.build(tfgraph.loads(case.text(), set={"train.precision": precision}))
            found = half.predict(**feeds)["layer"]
            assert found.dtype == expected.dtype
            np.testing.assert_allclose(found, expected, atol=8 * step * largest, rtol=0)


@pytest.mark.parametrize("precision", HALVES)
def test_weights_slots_outputs_and_losses_stay_in_float32(precision):
    graph = build(precision, "adam: 0.01")
    graph.train(steps=2, **DATA)
    kept = {n: v for n, v in graph.state.items() if n.startswith(("weights/", "slots/"))}
    assert {variable.dtype.name for variable in kept.values()} == {"float32"}
    assert graph.predict(x=DATA["x"])["out"].dtype == "float32"


@pytest.mark.parametrize("precision", HALVES)
def test_half_precision_gives_what_keras_gives_with_that_policy(precision):
    graph = build(precision)
    policy = keras.mixed_precision.DTypePolicy(f"mixed_{precision}")
    layers = [keras.layers.Dense(8, "tanh", dtype=policy), keras.layers.Dense(2, dtype=policy)]
    model = keras.Sequential([keras.layers.Input([5]), *layers])
    model.set_weights(list(values(graph).values()))
    expected = tf.cast(model(DATA["x"]), tf.float32)
    found = graph.predict(x=DATA["x"])["out"]
    np.testing.assert_allclose(found, expected, atol=2 * STEPS[precision], rtol=0)


class Scaled:
    """The model trained by Keras with its optimizer for scaled losses."""

    def __init__(self, graph, inner, loss):
        policy = keras.mixed_precision.DTypePolicy("mixed_float16")
        layers = [keras.layers.Dense(8, "tanh", dtype=policy), keras.layers.Dense(2, dtype=policy)]
        self.model = keras.Sequential([keras.layers.Input([5]), *layers])
        self.model.set_weights(list(values(graph).values()))
        self.optimizer = keras.optimizers.LossScaleOptimizer(inner)
        self.optimizer.build(self.model.trainable_variables)
        self.loss = loss

    def train(self, steps, x, y):
        variables = self.model.trainable_variables
        step = tf.function(self.step)
        for _ in range(steps):
            gradients = step(tf.constant(x), tf.constant(y))
            self.optimizer.apply(gradients, variables)

    def step(self, x, y):
        with tf.GradientTape() as tape:
            error = tf.square(tf.cast(self.model(x), tf.float32) - y)
            scaled = self.optimizer.scale_loss(self.loss(error))
        return tape.gradient(scaled, [v.value for v in self.model.trainable_variables])

    @property
    def scale(self):
        return float(self.optimizer.dynamic_scale.value)


def test_scaled_losses_train_like_those_of_keras_through_skipped_steps():
    graph = build("float16", "adam: {learning_rate: 0.01, epsilon: 1e-7}", "sum_squared_error: ")
    theirs = Scaled(graph, keras.optimizers.Adam(0.01), tf.reduce_sum)
    theirs.train(20, **LARGE)
    graph.train(steps=20, **LARGE)
    assert float(graph.state["loss_scale"]) == theirs.scale < 2**15
    assert int(graph.state["good_steps"]) == int(theirs.optimizer.step_counter.value)
    assert int(graph.state["skipped_steps"]) == 20 - int(theirs.optimizer.iterations) > 0
    for ours, expected in zip(values(graph).values(), theirs.model.get_weights()):
        np.testing.assert_allclose(ours, expected, atol=2e-3)


def test_the_scale_is_doubled_after_so_many_good_steps():
    graph = build("float16")
    theirs = Scaled(graph, keras.optimizers.SGD(0.1), tf.reduce_mean)
    graph.state["good_steps"].assign(GOOD_STEPS - 2)
    theirs.optimizer.step_counter.assign(GOOD_STEPS - 2)
    for scale, good in ((2.0**15, GOOD_STEPS - 1), (2.0**16, 0), (2.0**16, 1)):
        graph.train(steps=1, **DATA)
        theirs.train(1, **DATA)
        assert float(graph.state["loss_scale"]) == theirs.scale == scale
        assert int(graph.state["good_steps"]) == int(theirs.optimizer.step_counter.value) == good


def test_the_scale_of_gradients_that_are_0_stays_finite():
    graph = build("float16")
    for variable in graph.weights.values():
        variable.assign(tf.zeros_like(variable))
    graph.state["loss_scale"].assign(2.0**127)
    graph.state["good_steps"].assign(GOOD_STEPS - 1)
    nothing = {name: np.zeros_like(array) for name, array in DATA.items()}
    graph.train(steps=2, **nothing)
    assert float(graph.state["loss_scale"]) == 2.0**127
    assert int(graph.state["skipped_steps"]) == 0


def test_a_step_whose_gradients_are_not_finite_changes_weights_and_slots_of_nothing():
    graph = build("float16", "adam: 0.1", "sum_squared_error: ", ", ema: 0.9")
    before = {name: variable.numpy() for name, variable in graph.state.items()}
    graph.train(steps=1, **LARGE)
    changed = {n for n, v in graph.state.items() if (v.numpy() != before[n]).any()}
    assert changed == {"step", "loss_sum", "loss_scale", "skipped_steps"}
    assert float(graph.state["loss_scale"]) == 2**14


def test_small_gradients_are_not_lost_in_float16():
    tiny = {"x": DATA["x"], "y": DATA["y"]}
    entry = "gradient_descent: 1000000"
    loss = "squared_error: , weight: 1e-9"
    graph, single = build("float16", entry, loss), build("float32", entry, loss)
    before = values(graph)
    for each in (graph, single):
        each.train(steps=1, **tiny)
    for name, value in values(graph).items():
        moved = values(single)[name] - before[name]
        assert np.abs(moved).max() > 0
        np.testing.assert_allclose(value - before[name], moved, atol=0.1 * np.abs(moved).max())


def test_only_float16_scales_its_loss():
    for precision in ("bfloat16", "float32"):
        assert "loss_scale" not in build(precision).state


def test_gradients_that_no_scale_makes_finite_end_the_loop():
    graph = build("float16")
    graph.state["loss_scale"].assign(2.0**-24)
    graph.weights["out/kernel"].assign(np.full([8, 2], 6e4))
    found = graph.train(steps=5, x=DATA["x"], y=1e30 * DATA["y"])
    assert np.isnan(found["last_loss"])
    assert int(graph.step) == 1
    finite = graph.examine(x=DATA["x"], y=1e30 * DATA["y"])
    assert not all(bool(value) for value in finite.values())


def test_a_gradient_that_a_lower_scale_mends_is_no_fault():
    graph = build("float16", loss="sum_squared_error: ")
    finite = graph.examine(**LARGE)
    assert all(bool(value) for value in finite.values())


@pytest.mark.parametrize("precision", HALVES)
def test_training_goes_on_bit_for_bit_from_the_state(precision):
    straight, first, second = (
        build(precision, "adam: 0.01", "sum_squared_error: ", ", ema: 0.9") for _ in range(3)
    )
    straight.train(steps=12, **LARGE)
    first.train(steps=5, **LARGE)
    for name, variable in first.state.items():
        second.state[name].assign(variable)
    second.train(steps=7, **LARGE)
    for name, variable in straight.state.items():
        np.testing.assert_array_equal(variable, second.state[name], err_msg=name)


NORMALIZED = """\
tfgraph: 1
inputs: {x: [4], y: [4]}
layers:
  - scale: {init: {constant: 300}}
    from: x
  - batch_norm: {momentum: 0.5}
  - NAME
loss: {squared_error: , target: y}
optimizer: {gradient_descent: 0.1}
train: {batch_size: 64, precision: float16}
"""


def test_statistics_are_computed_in_float32():
    graph = tfgraph.build(tfgraph.loads(NORMALIZED.replace("NAME", "relu")))
    x = np.full([64, 4], 1.0) + np.arange(64)[:, None] / 64
    graph.train(steps=1, x=x, y=x)
    # Squares of 300 to 600 are beyond float16.
    found = graph.weights["batch_norm_1/moving_variance"].numpy()
    expected = 0.5 + 0.5 * (300 * x).astype("float16").astype("float64").var(0)
    np.testing.assert_allclose(found, expected, rtol=1e-3)


class Probe(Layer):
    """Says what it is given."""

    type = "probe"
    seen: list[str] = []  # noqa: RUF012

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        return {"state": WeightSpec((4,), 0.0, trainable=False)}

    def build(self, x, weights, ctx: Context):
        self.seen += [x.dtype.name, weights["state"].dtype.name]
        if ctx.training:
            ctx.update("state", tf.reduce_mean(x, 0))
        return x


class PreciseProbe(Probe):
    """Says what it is given, and asks for float32."""

    type = "precise_probe"
    needs_float32 = True
    seen: list[str] = []  # noqa: RUF012


@hookimpl
def tfgraph_layers():
    return [Probe, PreciseProbe]


@pytest.mark.parametrize(("layer", "dtype"), [("probe", "float16"), ("precise_probe", "float32")])
def test_a_layer_of_a_plugin_computes_in_what_it_says(layer, dtype):
    plugins = {Plugin("probes", "tests"): sys.modules[__name__]}
    registry = Registry({Plugin("builtins", "tfgraph"): tfgraph.builtins, **plugins})
    plan = tfgraph.loads(NORMALIZED.replace("NAME", layer), registry=registry)
    graph = tfgraph.build(plan)
    kind = registry.types("layer")[layer]
    kind.seen.clear()
    graph.train(steps=1, x=np.ones([4, 4]), y=np.ones([4, 4]))
    assert set(kind.seen) == {dtype}
    assert graph.weights[f"{layer}_1/state"].dtype.name == "float32"


def test_activations_in_half_precision_take_half_the_memory():
    single, half = (cost(tfgraph.loads(text(p))) for p in ("float32", "bfloat16"))
    weights = 5 * 8 + 8 + 8 * 2 + 2
    assert single.weights == 4 * weights
    assert half.weights == 6 * weights
    # The fields stay in float32; the way back is fullest at the first layer.
    fields, output, gradients = 5 + 2, 8, 8 + 5
    assert single.activations == 16 * 4 * (fields + output + gradients)
    assert half.activations == 16 * (4 * fields + 2 * (output + gradients))


def test_inputs_of_another_dtype_have_their_own_precision():
    found = problem(text().replace("x: [5]", "x: {shape: [5], dtype: float64}"))
    assert found.code == "TG301"
    assert found.message == (
        "`precision: float16` is for models of float32, and the input `x` is of float64"
    )
    assert found.help == "give `x` the dtype float32, or leave out `precision`"


def test_without_it_the_graph_is_the_same():
    plain = tfgraph.build(tfgraph.loads(text("float32").replace(", precision: float32", "")))
    assert plain.graph_def("train") == build("float32").graph_def("train")
    assert b"DT_HALF" not in plain.graph_def("train")


DIGITS = """\
tfgraph: 1
data: mnist
layers:
LAYERS
loss: softmax_cross_entropy
optimizer: {adam: 0.005}
metrics: [accuracy]
train: {batch_size: 64, precision: PRECISION}
"""
MLP = ["flatten", "{dense: {units: 64, activation: relu}}", "{dense: 10}"]
CNN = [
    "{conv2d: {filters: 8, stride: 2}}",
    "{batch_norm: {momentum: 0.9}}",
    "relu",
    "max_pool",
    "flatten",
    "{dropout: 0.2}",
    "{dense: 10}",
]


@pytest.mark.parametrize("precision", HALVES)
@pytest.mark.parametrize(("layers", "wanted"), [(MLP, 0.87), (CNN, 0.85)], ids=["mlp", "cnn"])
def test_models_learn_digits_in_half_precision(layers, wanted, precision):
    written = DIGITS.replace("LAYERS", "\n".join(f"  - {layer}" for layer in layers))
    graph = tfgraph.build(tfgraph.loads(written.replace("PRECISION", precision)))
    some = {
        split: {name: array[:rows] for name, array in load_split(graph, split, None).items()}
        for split, rows in (("train", 2000), ("test", 500))
    }
    graph.train(steps=120, **some["train"])
    assert float(graph.evaluate(**some["test"])["accuracy"]) > wanted
