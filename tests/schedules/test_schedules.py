"""Schedules step by step against Keras's, and against the papers where Keras has none."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tfgraph.builtins import tfgraph_schedules

MODEL = """
tfgraph: 1
inputs: {{x: [2], y: [1]}}
layers: [matmul: 1]
loss: {{squared_error: {{}}, target: y}}
optimizer: {{gradient_descent: {{learning_rate: {schedule}}}}}
train: {{batch_size: 1, shuffle: false}}
"""
STEPS = 150


def plan(schedule):
    return tfgraph.loads(MODEL.format(schedule=schedule))


def over_steps(schedule, steps):
    """What a function of an int64 scalar gives for each step, computed inside one graph."""
    traced = tf.function(lambda s: tf.map_fn(schedule, s, fn_output_signature=tf.float32))
    return traced(tf.constant(list(steps), tf.int64)).numpy()


def rates(schedule, steps=range(STEPS)):
    return over_steps(plan(schedule).spec.optimizer.component.learning_rate.build, steps)


K = keras.optimizers.schedules
KERAS = {
    "{exponential: {initial: 0.1, decay_steps: 30, decay_rate: 0.5}}": (
        K.ExponentialDecay(0.1, 30, 0.5)
    ),
    "{exponential: {initial: 0.1, decay_steps: 30, decay_rate: 0.5, staircase: true}}": (
        K.ExponentialDecay(0.1, 30, 0.5, staircase=True)
    ),
    "{cosine: {initial: 0.2, decay_steps: 100}}": K.CosineDecay(0.2, 100),
    "{cosine: {initial: 0.2, decay_steps: 100, end: 0.05}}": K.CosineDecay(0.2, 100, alpha=0.25),
    "{cosine: {initial: 0.2, decay_steps: 90, end: 0.02, warmup_steps: 20, warmup_start: 0.1}}": (
        K.CosineDecay(0.1, 90, alpha=0.1, warmup_target=0.2, warmup_steps=20)
    ),
    "{cosine: {initial: 0.2, decay_steps: 20, restarts: true, m_mul: 0.5, end: 0.02}}": (
        K.CosineDecayRestarts(0.2, 20, t_mul=1.0, m_mul=0.5, alpha=0.1)
    ),
    "{cosine: {initial: 0.2, decay_steps: 16, restarts: true, t_mul: 2, m_mul: 0.8}}": (
        K.CosineDecayRestarts(0.2, 16, t_mul=2.0, m_mul=0.8)
    ),
    "{polynomial: {initial: 0.1, decay_steps: 100, end: 0.01}}": K.PolynomialDecay(0.1, 100, 0.01),
    "{polynomial: {initial: 0.1, decay_steps: 100, power: 0.5}}": (
        K.PolynomialDecay(0.1, 100, 0.0, power=0.5)
    ),
    "{polynomial: {initial: 0.1, decay_steps: 40, end: 0.01, power: 2, cycle: true}}": (
        K.PolynomialDecay(0.1, 40, 0.01, power=2.0, cycle=True)
    ),
    "{piecewise: {boundaries: [10, 20, 90], values: [0.1, 0.5, 0.01, 0]}}": (
        K.PiecewiseConstantDecay([10, 20, 90], [0.1, 0.5, 0.01, 0.0])
    ),
}


@pytest.mark.parametrize("schedule", KERAS)
def test_each_step_has_the_rate_of_keras(schedule):
    theirs = over_steps(KERAS[schedule], range(STEPS))
    np.testing.assert_allclose(rates(schedule), theirs, rtol=2e-6, atol=2e-8)


def test_a_bare_number_is_the_rate_of_every_step():
    assert set(rates(0.25)) == {0.25}


def test_inverse_sqrt_is_the_rate_of_the_transformer():
    size, warmup = 64, 40
    number = np.arange(1, STEPS + 1)
    paper = size**-0.5 * np.minimum(number**-0.5, number * warmup**-1.5)
    ours = rates(f"{{inverse_sqrt: {{peak: {(size * warmup) ** -0.5}, warmup_steps: {warmup}}}}}")
    np.testing.assert_allclose(ours, paper, rtol=1e-6)
    assert np.argmax(ours) == warmup - 1


def test_inverse_sqrt_can_stay_at_its_peak_first_as_in_t5():
    number = np.arange(1, STEPS + 1)
    paper = 1 / np.sqrt(np.maximum(number, 100))
    ours = rates("{inverse_sqrt: {peak: 0.1, warmup_steps: 100, warmup: constant}}")
    np.testing.assert_allclose(ours, paper, rtol=1e-6)


@pytest.mark.parametrize("t_mul", [1, 3, 10])
def test_a_restart_comes_at_the_step_it_is_due_however_late(t_mul):
    length, starts = 7, [0]
    for cycle in range(6):
        starts.append(starts[-1] + length * t_mul**cycle)
    due = np.array(starts[1:])
    text = f"{{cosine: {{initial: 1, decay_steps: 7, restarts: true, t_mul: {t_mul}, m_mul: 0.5}}}}"
    heights = 0.5 ** np.arange(1, 7)
    np.testing.assert_allclose(rates(text, due), heights, rtol=1e-6)
    before = rates(text, due - 1)
    assert (before < 0.06 * 2 * heights).all()


def test_steps_that_a_float32_takes_for_equal_have_rates_of_their_own():
    odd = 2**25 + 1
    text = f"{{exponential: {{initial: 1, decay_steps: {odd}, decay_rate: 0.5, staircase: true}}}}"
    assert list(rates(text, [odd - 1, odd])) == [1.0, 0.5]


def test_piecewise_without_boundaries_is_constant():
    assert set(rates("{piecewise: {boundaries: [], values: [0.5]}}")) == {0.5}


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (
            "{piecewise: {boundaries: [10], values: [0.1]}}",
            "schedule `piecewise` needs one value more than boundaries, got 1 values and "
            "1 boundaries",
        ),
        (
            "{piecewise: {boundaries: [10, 10], values: [1, 2, 3]}}",
            "schedule `piecewise` needs boundaries in rising order, got 10 after 10",
        ),
        (
            "{cosine: {initial: 1, decay_steps: 10, t_mul: 2}}",
            "schedule `cosine` has no use for `t_mul` without `restarts`",
        ),
        (
            "{cosine: {initial: 1, decay_steps: 10, m_mul: 0.5}}",
            "schedule `cosine` has no use for `m_mul` without `restarts`",
        ),
        (
            "{cosine: {initial: 1, decay_steps: 10, warmup_start: 0.5}}",
            "schedule `cosine` has no use for `warmup_start` without `warmup_steps`",
        ),
    ],
)
def test_contradictions_are_diagnostics(schedule, message):
    with pytest.raises(tfgraph.SpecError) as caught:
        plan(schedule)
    assert [problem.message for problem in caught.value.diagnostics] == [message]


def test_every_schedule_is_compared_here():
    compared = {"constant", "inverse_sqrt", *(text.strip("{").partition(":")[0] for text in KERAS)}
    assert compared == {schedule.type for schedule in tfgraph_schedules()}
