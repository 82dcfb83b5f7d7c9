"""batch_norm and layer_norm against Keras's, their state and their training included."""

import keras
import pytest

import tfgraph
from tests.layers.models import (
    assert_close,
    normal,
    output_of,
    plan_of,
    train_keras,
    trained_weights,
)
from tfgraph import SpecError

SHAPES = [(6, 4), (3, 5, 4), (2, 5, 6, 4)]
STATE = ["scale", "offset", "moving_mean", "moving_variance"]


def batch_norm(x, **options):
    layer = keras.layers.BatchNormalization(
        gamma_initializer="normal", beta_initializer="normal", **options
    )
    layer.build(x.shape)
    return layer, dict(zip(STATE, layer.get_weights()))


@pytest.mark.parametrize("shape", SHAPES)
def test_batch_norm_trains_its_weights_and_moves_its_averages_as_that_of_keras(shape):
    x, y = 2 * normal(1, *shape) + 1, normal(2, *shape)
    layer, weights = batch_norm(x, momentum=0.8, epsilon=0.01)
    entry = {"batch_norm": {"momentum": 0.8, "epsilon": 0.01}}
    ours = trained_weights(entry, x, y, weights, steps=4)
    train_keras(layer, x, y, steps=4)
    for name, theirs in zip(STATE, layer.get_weights()):
        assert_close(ours[name], theirs)
    assert_close(output_of(entry, x, weights=ours), layer(x, training=False))


def test_the_defaults_of_batch_norm_are_those_of_keras():
    x, y = normal(3, 5, 4), normal(4, 5, 4)
    layer, weights = batch_norm(x)
    ours = trained_weights("batch_norm", x, y, weights)
    train_keras(layer, x, y)
    for name, theirs in zip(STATE, layer.get_weights()):
        assert_close(ours[name], theirs)


def test_evaluation_leaves_the_moving_averages_alone():
    x = normal(5, 8, 3)
    sections = {"metrics": [{"accuracy": None, "target": "x0"}]}
    graph = tfgraph.build(plan_of("batch_norm", x, **sections))
    before = {name: weight.numpy() for name, weight in graph.weights.items()}
    graph.evaluate(x0=x)
    graph.predict(x)
    for name, weight in graph.weights.items():
        assert_close(weight.numpy(), before[name], tolerance=0)


@pytest.mark.parametrize("shape", SHAPES)
def test_layer_norm_learns_as_that_of_keras(shape):
    x, y = 2 * normal(1, *shape) + 1, normal(2, *shape)
    layer = keras.layers.LayerNormalization(epsilon=0.01, gamma_initializer="normal")
    layer.build(x.shape)
    weights = dict(zip(STATE, layer.get_weights()))
    entry = {"layer_norm": {"epsilon": 0.01}}
    assert_close(output_of(entry, x, weights=weights), layer(x))
    ours = trained_weights(entry, x, y, weights)
    train_keras(layer, x, y)
    for name, theirs in zip(STATE, layer.get_weights()):
        assert_close(ours[name], theirs)


@pytest.mark.parametrize("kind", ["batch_norm", "layer_norm"])
@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("scale", [False, True])
def test_scale_and_offset_are_there_when_wanted(kind, center, scale):
    x = normal(6, 5, 3)
    plan = plan_of({kind: {"center": center, "scale": scale}}, x)
    trainable = {name for name, weight in plan.weights.items() if weight.trainable}
    wanted = {"layer/scale": scale, "layer/offset": center}
    assert trainable == {name for name, there in wanted.items() if there}


@pytest.mark.parametrize("kind", ["batch_norm", "layer_norm"])
def test_scalars_have_no_features_to_normalise(kind):
    with pytest.raises(SpecError) as caught:
        plan_of(kind, normal(1, 4))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "TG301"
    assert diagnostic.message == f"`{kind}` needs [batch, …, features], got [batch]"
