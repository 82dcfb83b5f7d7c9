"""The graph as a tf.Module: its weights, TensorFlow's own checkpoints, and SavedModels."""

import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tfgraph.errors import UsageError

SPEC = """\
tfgraph: 1
inputs: {x: [4]}
layers:
  - dense: {units: 3, bias_init: {normal: 1}}
    name: encoder
  - dense: 3
    name: twin
    share: encoder
    from: x
  - tied_decoder: encoder
    name: decoder
  - batch_norm
loss: {squared_error: , target: x}
optimizer: {gradient_descent: {learning_rate: 0.1, momentum: 0.9}}
train: {batch_size: 2}
"""
X = np.random.default_rng(1).normal(size=(6, 4)).astype("float32")


def build(text=SPEC):
    return tfgraph.build(tfgraph.loads(text))


def state(graph):
    return {variable.name: variable.numpy() for variable in graph.variables}


def equal(one, other):
    assert one.keys() == other.keys()
    return all(np.array_equal(one[name], other[name]) for name in one)


def test_weights_are_the_variables_by_full_name():
    graph = build()
    assert list(graph.weights) == list(graph.plan.weights)
    assert list(graph.weights)[:3] == ["encoder/kernel", "encoder/bias", "decoder/bias"]
    for name, variable in graph.weights.items():
        assert isinstance(variable, tf.Variable)
        assert variable.trainable == graph.plan.weights[name].trainable
        assert tuple(variable.shape) == graph.plan.weights[name].shape
    with pytest.raises(TypeError):
        graph.weights["encoder/kernel"] = 0


def test_the_value_of_a_weight_is_found_through_sharing_and_tying():
    graph = build()
    kernel = graph.weights["encoder/kernel"]
    assert np.array_equal(graph.weight("encoder/kernel"), kernel)
    assert np.array_equal(graph.weight("twin/kernel"), kernel)
    assert np.array_equal(graph.weight("twin/bias"), graph.weights["encoder/bias"])
    assert np.array_equal(graph.weight("decoder/kernel"), np.transpose(kernel))
    graph.train(steps=3, x=X)
    assert np.array_equal(graph.weight("decoder/kernel"), np.transpose(kernel))


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("encodr/kernel", "did you mean `encoder/kernel`?"),
        ("", "there are `encoder/kernel`, `encoder/bias`, `twin/kernel`"),
    ],
)
def test_an_unknown_weight_is_a_usage_error(name, help):
    with pytest.raises(UsageError) as caught:
        build().weight(name)
    assert caught.value.message == f"there is no weight `{name}`"
    assert caught.value.help.startswith(help)


def test_a_graph_without_weights_has_none():
    graph = build("tfgraph: 1\ninputs: {x: [4]}\nlayers: [relu]\n")
    assert dict(graph.weights) == {}
    with pytest.raises(UsageError):
        graph.weight("relu_1/kernel")


def test_slots_are_declared_for_what_is_trained_alone():
    slots = build().slots
    assert list(slots) == [
        "encoder/kernel",
        "encoder/bias",
        "decoder/bias",
        "batch_norm_1/scale",
        "batch_norm_1/offset",
    ]
    assert [list(slot) for slot in slots.values()] == [["velocity"]] * 5


def test_functions_are_traced_once_and_share_the_variables():
    graph = build()
    assert graph.predict is graph.predict
    before = graph.predict(x=X)["batch_norm_1"].numpy()
    graph.train(steps=1, x=X)
    assert not np.array_equal(graph.predict(x=X)["batch_norm_1"], before)
    assert graph.step == 1


def test_two_graphs_of_one_plan_share_nothing():
    plan = tfgraph.loads(SPEC)
    one, other = tfgraph.build(plan), tfgraph.build(plan)
    assert list(one.slots) == list(other.slots)
    assert equal(state(one), state(other))
    one.train(steps=1, x=X)
    assert not equal(state(one), state(other))


def test_a_checkpoint_of_tensorflow_holds_weights_slots_and_step(tmp_path):
    graph = build()
    graph.train(steps=2, x=X)
    path = tf.train.Checkpoint(graph).write(str(tmp_path / "checkpoint"))
    saved = state(graph)
    assert len(saved) == len(graph.state)
    expected = graph.train(steps=3, x=X)["loss"].numpy()

    restored = build()
    restored.slots  # noqa: B018 - makes them
    tf.train.Checkpoint(restored).read(path).assert_consumed()
    assert equal(state(restored), saved)
    assert restored.train(steps=3, x=X)["loss"].numpy() == expected
    assert equal(state(restored), state(graph))


def test_slots_made_after_a_checkpoint_is_read_take_its_values(tmp_path):
    graph = build()
    graph.train(steps=2, x=X)
    path = tf.train.Checkpoint(graph).write(str(tmp_path / "checkpoint"))
    restored = build()
    tf.train.Checkpoint(restored).read(path)
    restored.train(steps=1, x=X)
    graph.train(steps=1, x=X)
    assert equal(state(restored), state(graph))


def test_a_saved_model_predicts_the_same_without_tfgraph(tmp_path):
    graph = build()
    graph.train(steps=2, x=X)
    tf.saved_model.save(graph, str(tmp_path), signatures=graph.predict)
    loaded = tf.saved_model.load(str(tmp_path))
    predict = loaded.signatures["serving_default"]
    assert np.array_equal(
        predict(x=tf.constant(X))["batch_norm_1"], graph.predict(x=X)["batch_norm_1"]
    )
    assert predict.structured_outputs["batch_norm_1"].shape.as_list() == [None, 4]


def test_the_sum_of_the_losses_does_not_depend_on_the_calls() -> None:
    whole, parts = tfgraph.build(tfgraph.loads(SPEC)), tfgraph.build(tfgraph.loads(SPEC))
    means = float(whole.train(steps=7, x=X)["loss"])
    for steps in (1, 4, 2):
        parts.train(steps=steps, x=X)
    assert float(whole.loss_sum) == float(parts.loss_sum)
    assert means == float(whole.loss_sum) / 7
