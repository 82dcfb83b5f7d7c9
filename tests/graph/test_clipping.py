"""Clipped gradients train as Keras's do, and clipping by nothing changes nothing."""

import keras
import pytest

from tests.optimizers.parity import assert_trains_like_keras, build, data, values
from tfgraph.graph.updates import clip

SGD = keras.optimizers.SGD


@pytest.mark.parametrize(
    ("given", "theirs"),
    [
        ("clip_value: 0.03", {"clipvalue": 0.03}),
        ("clip_norm: 0.1", {"clipnorm": 0.1}),
        ("clip_global_norm: 0.2", {"global_clipnorm": 0.2}),
    ],
)
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_clipped_training_is_that_of_keras(given, theirs, momentum):
    optimizer = f"gradient_descent: {{learning_rate: 0.1, momentum: {momentum}, {given}}}"
    assert_trains_like_keras(optimizer, SGD(0.1, momentum, **theirs))


@pytest.mark.parametrize("given", ["clip_value", "clip_norm", "clip_global_norm"])
def test_only_gradients_beyond_the_bound_change(given):
    plain, loose, tight = (
        build(f"gradient_descent: {{learning_rate: 0.1, {rest}}}")
        for rest in ("momentum: 0", f"{given}: 100", f"{given}: 0.01")
    )
    for graph in (plain, loose, tight):
        graph.train(steps=3, **data())
    for name, value in values(plain).items():
        assert value == pytest.approx(values(loose)[name], rel=1e-6)
        assert value != pytest.approx(values(tight)[name], rel=1e-6)


def test_values_are_clipped_first_then_each_norm_then_the_global_norm():
    bounds = "clip_value: 3, clip_norm: 3, clip_global_norm: 3.6"
    optimizer = build(f"gradient_descent: {{learning_rate: 1, {bounds}}}").plan.spec.optimizer
    clipped = clip(optimizer.component, {"a": [4.0, 0.0, -4.0], "b": [3.0, 0.0]})
    # a: [3, 0, -3] of norm √18, scaled to norm 3; b stays at 3; together √18, scaled to 3.6.
    half, scale = 0.5**0.5, 3.6 / 18**0.5
    assert clipped["a"].numpy() == pytest.approx([3 * half * scale, 0, -3 * half * scale])
    assert clipped["b"].numpy() == pytest.approx([3 * scale, 0])
