"""Each optimizer against its Keras counterpart: the same model, batches and number of steps."""

import keras
import numpy as np
import pytest

import tfgraph
from tests.optimizers.parity import STEPS, assert_trains_like_keras, build, data, values
from tfgraph.builtins import tfgraph_optimizers

K = keras.optimizers


class RMSpropFromOne(K.RMSprop):
    """Keras's, started where TensorFlow's first RMSProp starts."""

    def build(self, variables):
        if not self.built:
            super().build(variables)
            for velocity in self._velocities:
                velocity.assign(np.ones(velocity.shape))


CASES = {
    "gradient_descent: 0.1": lambda: K.SGD(0.1),
    "gradient_descent: {learning_rate: 0.1, momentum: 0.9}": lambda: K.SGD(0.1, 0.9),
    "gradient_descent: {learning_rate: 0.05, momentum: 0.8, nesterov: true}": lambda: K.SGD(
        0.05, 0.8, nesterov=True
    ),
    "adagrad: {learning_rate: 0.1}": lambda: K.Adagrad(0.1, 0.1, epsilon=0.0),
    "adagrad: {learning_rate: 0.1, initial_accumulator: 0.53}": lambda: K.Adagrad(
        0.1, 0.5, epsilon=0.03
    ),
    "rmsprop: 0.01": lambda: RMSpropFromOne(0.01, 0.9, epsilon=1e-10),
    "rmsprop: {learning_rate: 0.01, initial_mean_square: 0}": lambda: K.RMSprop(
        0.01, 0.9, epsilon=1e-10
    ),
    "rmsprop: {learning_rate: 0.01, decay: 0.8, momentum: 0.7, epsilon: 1e-3, initial_mean_square: 0}": lambda: (
        K.RMSprop(0.01, 0.8, 0.7, epsilon=1e-3)
    ),
    "rmsprop: {learning_rate: 0.01, momentum: 0.5, centered: true, epsilon: 1e-3, initial_mean_square: 0}": lambda: (
        K.RMSprop(0.01, 0.9, 0.5, epsilon=1e-3, centered=True)
    ),
    "adam: {}": lambda: K.Adam(0.001, epsilon=1e-8),
    "adam: {learning_rate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-4}": lambda: K.Adam(
        0.02, 0.8, 0.95, 1e-4
    ),
    "adam: {learning_rate: 0.02, beta2: 0.9, amsgrad: true}": lambda: K.Adam(
        0.02, beta_2=0.9, epsilon=1e-8, amsgrad=True
    ),
    "adamw: {learning_rate: 0.02, weight_decay: 0.3}": lambda: K.AdamW(0.02, 0.3, epsilon=1e-8),
    "adamw: {learning_rate: 0.02, weight_decay: 0.1, beta2: 0.9, amsgrad: true}": lambda: K.AdamW(
        0.02, 0.1, beta_2=0.9, epsilon=1e-8, amsgrad=True
    ),
    "nadam: 0.01": lambda: K.Nadam(0.01, epsilon=1e-8),
    "nadam: {learning_rate: 0.02, beta1: 0.7, beta2: 0.95, epsilon: 1e-3}": lambda: K.Nadam(
        0.02, 0.7, 0.95, 1e-3
    ),
    "adadelta: {}": lambda: K.Adadelta(1.0, 0.95, 1e-6),
    "adadelta: {learning_rate: 3, decay: 0.8, epsilon: 1e-4}": lambda: K.Adadelta(3.0, 0.8, 1e-4),
    "ftrl: 0.1": lambda: K.Ftrl(0.1),
    "ftrl: {learning_rate: 0.1, l1: 0.02, l2: 0.01, l2_shrinkage: 0.03, beta: 0.1}": lambda: K.Ftrl(
        0.1,
        l1_regularization_strength=0.02,
        l2_regularization_strength=0.01,
        l2_shrinkage_regularization_strength=0.03,
        beta=0.1,
    ),
    "ftrl: {learning_rate: 0.1, learning_rate_power: -0.3, initial_accumulator: 0.5}": lambda: (
        K.Ftrl(0.1, learning_rate_power=-0.3, initial_accumulator_value=0.5)
    ),
    "lion: 0.003": lambda: K.Lion(0.003),
    "lion: {learning_rate: 0.003, beta1: 0.7, beta2: 0.9, weight_decay: 0.5}": lambda: K.Lion(
        0.003, 0.7, 0.9, weight_decay=0.5
    ),
    "gradient_descent: {learning_rate: {exponential: {initial: 0.2, decay_steps: 9, decay_rate: 0.5}}, momentum: 0.9}": lambda: (
        K.SGD(K.schedules.ExponentialDecay(0.2, 9, 0.5), 0.9)
    ),
    "adam: {learning_rate: {piecewise: {boundaries: [10], values: [0.02, 0.001]}}}": lambda: K.Adam(
        K.schedules.PiecewiseConstantDecay([10], [0.02, 0.001]), epsilon=1e-8
    ),
}


TYPES = sorted(optimizer.type for optimizer in tfgraph_optimizers())


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("optimizer", CASES)
def test_weights_after_50_steps_are_those_of_keras(optimizer, compiled):
    assert_trains_like_keras(optimizer, CASES[optimizer](), compiled=compiled)


def test_every_optimizer_is_compared_with_keras():
    assert sorted({case.partition(":")[0] for case in CASES}) == TYPES


@pytest.mark.parametrize(
    ("optimizer", "theirs"),
    [
        ("gradient_descent: 0.1", lambda: K.SGD(0.1)),
        ("adamw: {learning_rate: 0.02}", lambda: K.AdamW(0.02, 0.01, epsilon=1e-8)),
    ],
)
def test_the_l2_of_a_layer_is_part_of_the_gradient(optimizer, theirs):
    assert_trains_like_keras(optimizer, theirs(), l2=0.05)


@pytest.mark.parametrize("optimizer", TYPES)
def test_steps_in_two_calls_are_those_of_one_call(optimizer):
    entry = f"{optimizer}: {{learning_rate: 0.01}}"
    whole, parts = build(entry), build(entry)
    whole.train(steps=STEPS, **data())
    parts.train(steps=STEPS // 2, **data())
    parts.train(steps=STEPS - STEPS // 2, **data())
    for name, value in values(whole).items():
        np.testing.assert_array_equal(value, values(parts)[name])


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("optimizer", TYPES)
def test_weights_and_slots_of_64_bits_stay_so(optimizer, compiled):
    entry = f"{optimizer}: {{learning_rate: 0.01}}"
    graph = build(entry, l2=0.01, dtype="float64", compiled=compiled)
    before = values(graph)
    graph.train(steps=3, **data("float64"))
    for name, value in values(graph).items():
        assert value.dtype == np.float64
        assert all(slot.dtype == "float64" for slot in graph.slots[name].values())
        assert (value != before[name]).any()


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    ("optimizer", "first"),
    [
        ("adam: {learning_rate: 0.5, beta2: 0.99999, epsilon: 0, amsgrad: true}", 0.5),
        ("adam: {learning_rate: 0.5, beta2: 0.99999, epsilon: 0}", 0.5),
        # 1 - 0.9999 in float32
        (
            "rmsprop: {learning_rate: 0.5, decay: 0.9999, epsilon: 0, initial_mean_square: 0}",
            0.5 / np.sqrt(1 - np.float32(0.9999)),
        ),
    ],
)
def test_the_first_step_is_right_where_the_moving_mean_is_slow(optimizer, first, compiled):
    graph = build(optimizer, compiled=compiled)
    before = values(graph)
    graph.train(steps=1, **data())
    for name, value in values(graph).items():
        moved = np.abs(value - before[name])
        np.testing.assert_allclose(moved, first, rtol=1e-4)


def test_nesterov_without_momentum_is_a_diagnostic():
    with pytest.raises(tfgraph.SpecError, match="no use for `nesterov` without `momentum`"):
        build("gradient_descent: {learning_rate: 0.1, nesterov: true}")
