"""What the functions take and refuse, and that what fails inside them is named."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tests.graph.faulty import build
from tfgraph.errors import GraphError, UsageError

TWO_INPUTS = """\
tfgraph: 1
inputs: {x: [2, 3], n: {shape: [2], dtype: uint8, classes: 200}}
layers:
  - {relu: , from: x, name: r}
  - {embedding: 2, from: n, name: e}
outputs: [r, e]
"""
TRAINED = """\
tfgraph: 1
inputs: {x: [2], y: [2]}
layers:
  - matmul: {units: 2, init: ones}
loss: {squared_error: , target: y}
optimizer: {gradient_descent: 0.1}
metrics: [{mean_squared_error: , target: y}]
train: {batch_size: 2}
"""
X = np.arange(24, dtype="float32").reshape(4, 2, 3)
N = np.arange(8).reshape(4, 2)


@pytest.fixture(scope="module")
def predict():
    return build(TWO_INPUTS).predict


@pytest.fixture(scope="module")
def trained():
    return build(TRAINED)


def refusal(function, *values, **named):
    with pytest.raises(UsageError) as caught:
        function(*values, **named)
    return caught.value


@pytest.mark.parametrize(
    ("x", "n"),
    [
        (X, N),
        (X.astype("float64"), N.astype("uint8")),
        (X.astype("float16"), N.astype("int8")),
        (X.astype("int64"), N.astype("uint64")),
        (X.tolist(), N.tolist()),
        (tf.constant(X), tf.constant(N)),
        (tf.constant(X, tf.bfloat16), tf.constant(N, tf.uint8)),
        (tf.Variable(X), tf.Variable(N)),
    ],
)
def test_arrays_lists_and_tensors_of_any_fitting_dtype_are_taken(predict, x, n):
    outputs = predict(x=x, n=n)
    assert list(outputs) == ["e", "r"] or list(outputs) == ["r", "e"]
    assert np.array_equal(outputs["r"], X)
    assert outputs["e"].shape == (4, 2, 2)


def test_inputs_may_be_given_in_order(predict):
    assert np.array_equal(predict(X, N)["e"], predict(n=N, x=X)["e"])
    assert np.array_equal(predict(X, n=N)["r"], X)


def test_there_may_be_no_examples_to_predict(predict):
    assert predict(x=X[:0], n=N[:0])["r"].shape == (0, 2, 3)


@pytest.mark.parametrize(
    ("x", "message", "help"),
    [
        (
            X[0],
            "the input `x` is [batch, 2, 3], got [2, 3]",
            "the first axis is the batch: one example is a batch of one, `reshape(1, 2, 3)`",
        ),
        (
            X.reshape(4, 6),
            "the input `x` is [batch, 2, 3], got [4, 6]",
            "an example has as many values: `reshape(-1, 2, 3)`",
        ),
        (X[:, :, :2], "the input `x` is [batch, 2, 3], got [4, 2, 2]", ""),
        (1.0, "the input `x` is [batch, 2, 3], got []", ""),
        ([["a"]], "the input `x` takes float32: got values of type <U1", ""),
        (None, "the input `x` takes float32: got values of type object", ""),
        (X * 1j, "the input `x` takes float32: got values of type complex64", ""),
    ],
)
def test_a_feed_that_does_not_fit_is_a_usage_error(predict, x, message, help):
    error = refusal(predict, x=x, n=N)
    assert (error.message, error.help, error.exit_code) == (message, help, 2)


def test_a_ragged_list_is_a_usage_error(predict):
    assert refusal(predict, x=[[1], [1, 2]], n=N).message.startswith(
        "the input `x` takes float32: "
    )


@pytest.mark.parametrize(
    ("n", "held"),
    [
        (N + 300 * (N == 4), "304 in row 2"),
        (N - 1, "-1 in row 0"),
        (N.astype("int64") + 2**40, "1099511627776 in row 0"),
    ],
)
def test_integers_are_not_wrapped_around(predict, n, held):
    assert refusal(predict, x=X, n=n).message == (
        f"the input `n` holds {held} (counted from 0), beyond uint8 (0 to 255)"
    )


def test_fractions_are_not_cut_to_integers(predict):
    message = "the input `n` takes uint8: got values of type float64"
    assert refusal(predict, x=X, n=N * 1.0).message == message


@pytest.mark.parametrize(
    ("values", "named", "message", "help"),
    [
        ((), {"x": X}, "the input `n` is missing", "it is [batch, 2] of uint8"),
        ((), {"x": X, "n": N, "z": 1}, "there is no input `z`", "the inputs are `x`, `n`"),
        ((X,), {"x": X, "n": N}, "the input `x` is given twice", "the inputs are `x`, `n`"),
        ((X, N, N), {}, "3 values for 2 inputs", "the inputs are `x`, `n`"),
        (
            (),
            {"x": X, "n": N[:3]},
            "the inputs differ in their number of examples: `x` 4, `n` 3",
            "",
        ),
    ],
)
def test_missing_and_surplus_inputs_are_usage_errors(predict, values, named, message, help):
    error = refusal(predict, *values, **named)
    assert (error.message, error.help) == (message, help)


def test_training_and_evaluation_need_examples(trained):
    empty = {"x": np.zeros([0, 2]), "y": np.zeros([0, 2])}
    assert refusal(trained.train, steps=1, **empty).message == "there are no examples"
    assert refusal(trained.evaluate, **empty).message == "there are no examples"


def test_steps_are_a_whole_number_and_none_changes_nothing(trained):
    data = {"x": np.ones([2, 2]), "y": np.ones([2, 2])}
    before = trained.weight("matmul_1/kernel").numpy()
    assert refusal(trained.train, steps=0.5, **data).message.startswith("the input `steps` takes")
    assert trained.train(steps=0, **data)["loss"] == 0
    assert np.array_equal(trained.weight("matmul_1/kernel"), before)
    assert trained.step == 0


def test_a_function_that_the_spec_has_no_use_for_says_what_is_missing():
    graph = build("tfgraph: 1\ninputs: {x: [2]}\nlayers: [relu]\n")
    for name, message, help in [
        ("train", "the spec `spec` has no optimizer: there is nothing to train", "add `loss` and"),
        ("evaluate", "the spec `spec` has neither loss nor metrics to evaluate", ""),
    ]:
        with pytest.raises(UsageError) as caught:
            getattr(graph, name)
        assert caught.value.message == message
        assert caught.value.help.startswith(help)
    with pytest.raises(UsageError, match="there is no function `fit`: predict, evaluate or train"):
        graph.graph_def("fit")


def test_the_functions_are_concrete_functions(trained):
    for function in (trained.predict, trained.evaluate, trained.train):
        assert isinstance(function, tf.types.experimental.ConcreteFunction)
    _, named = trained.predict.structured_input_signature
    assert {name: (list(spec.shape), spec.dtype) for name, spec in named.items()} == {
        "x": ([None, 2], tf.float32)
    }


def test_a_function_may_be_called_within_another(trained):
    x = np.ones([3, 2], "float32")

    @tf.function
    def twice(x):
        return trained.predict(x=trained.predict(x=x)["matmul_1"])["matmul_1"]

    once = trained.predict(x=x)["matmul_1"]
    assert np.array_equal(twice(x), trained.predict(x=once)["matmul_1"])


# ---- what fails inside

EMBEDDED = """\
tfgraph: 1
inputs: {tokens: {shape: [3], dtype: int32, classes: 5}, y: [3, 2]}
layers:
  - embedding: 2
    from: tokens
    name: words
loss: {squared_error: , target: y}
optimizer: {gradient_descent: 0.1}
"""
TOKENS, TARGETS = [[0, 1, 2], [3, 4, 7]], np.zeros([2, 3, 2])


def failure(function, **feeds):
    with pytest.raises(GraphError) as caught:
        function(**feeds)
    assert caught.value.exit_code == 3
    assert caught.value.__cause__ is not None
    return caught.value.message


def test_an_index_out_of_range_names_the_layer_and_its_line():
    graph = build(EMBEDDED)
    told = "TensorFlow failed in layer `words` (<spec>:4): indices[{}] = 7 is not in [0, 5)"
    assert failure(graph.predict, tokens=TOKENS) == told.format("1,2")
    assert failure(graph.train, steps=2, tokens=TOKENS, y=TARGETS).startswith(told[:50])
    assert failure(graph.evaluate, tokens=TOKENS, y=TARGETS) == told.format("1,2")


def model(layer, name="b", first="a"):
    return f"""\
tfgraph: 1
inputs: {{x: [2], y: [2]}}
layers:
  - matmul: {{units: 2, init: ones}}
    name: {first}
  - {layer}:
    name: {name}
loss: {{squared_error: , target: y}}
optimizer: {{gradient_descent: 0.1}}
"""


LARGE = {"x": np.full([3, 2], 9.0), "y": np.zeros([3, 2])}
#: Names that TensorFlow or tfgraph use for scopes as well, and names that differ in case only.
NAMES = [("a", "b"), ("while", "gradients"), ("loss", "optimizer"), ("layer", "metric"), ("A", "a")]


@pytest.mark.parametrize(("first", "name"), NAMES)
def test_a_failing_layer_is_named_whatever_it_is_called(first, name):
    graph = build(model("fails_forward", name, first))
    for told in (
        failure(graph.predict, x=LARGE["x"]),
        failure(graph.train, steps=2, **LARGE),
        failure(graph.evaluate, **LARGE),
    ):
        assert told.startswith(
            f"TensorFlow failed in layer `{name}` (<spec>:6): assertion failed: [too large forward]"
        )


@pytest.mark.parametrize(("first", "name"), NAMES)
def test_a_failing_gradient_names_its_layer(first, name):
    graph = build(model("fails_backward", name, first))
    assert graph.predict(x=LARGE["x"])[name].shape == (3, 2)
    assert failure(graph.train, steps=2, **LARGE).startswith(
        f"TensorFlow failed in layer `{name}` (<spec>:6): assertion failed: [too large backward]"
    )


def test_a_failing_loss_metric_and_optimizer_are_named():
    loss = build(TRAINED.replace("squared_error: ,", "failing_loss: ,", 1))
    assert failure(loss.train, steps=1, **LARGE).startswith(
        "TensorFlow failed in loss `failing_loss` (<spec>:5): assertion failed: [too large a loss]"
    )
    metric = build(TRAINED.replace("mean_squared_error", "failing_metric"))
    assert failure(metric.evaluate, **LARGE).startswith(
        "TensorFlow failed in metric `failing_metric` (<spec>:7): assertion failed"
    )
    optimizer = build(TRAINED.replace("gradient_descent", "failing_optimizer"))
    assert failure(optimizer.train, steps=1, **LARGE).startswith(
        "TensorFlow failed in optimizer `failing_optimizer` (<spec>:6): assertion failed"
    )


def test_a_layer_that_cannot_be_built_is_named():
    graph = build(model("fails_in_the_making"))
    for name in ("predict", "train", "evaluate"):
        with pytest.raises(GraphError) as caught:
            getattr(graph, name)
        assert caught.value.message.startswith(
            "cannot build layer `b` (<spec>:6): ValueError: Dimensions must be equal"
        )
        assert isinstance(caught.value.__cause__, ValueError)


def test_a_weight_that_no_memory_holds_is_named():
    plan = tfgraph.loads("tfgraph: 1\ninputs: {x: [1000000]}\nlayers: [{matmul: 10}]\n")
    # A spec may not ask for so much: this stands for a machine that has less than a spec may.
    (weight,) = plan.weights.values()
    huge = dataclasses.replace(weight, shape=(10**6, 10**12))
    plan = dataclasses.replace(plan, weights={"matmul_1/kernel": huge})
    with pytest.raises(GraphError) as caught:
        tfgraph.build(plan)
    assert caught.value.message.startswith(
        "cannot create the weight `matmul_1/kernel` [1000000, 1000000000000] of "
        "4,000,000,000,000,000,000 bytes: the memory does not suffice"
    )
