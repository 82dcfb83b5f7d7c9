"""Training: one graph that runs whole steps in a loop, from the batch to the update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tfgraph.api import Tensor
from tfgraph.graph.averages import update_averages
from tfgraph.graph.functions import part
from tfgraph.graph.gradients import gradients_of
from tfgraph.graph.scaling import all_finite
from tfgraph.graph.updates import apply_gradients
from tfgraph.graph.variables import Variables
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan


def training_loop(plan: Plan, variables: Variables) -> Callable[..., dict[str, Tensor]]:
    """A function `train(steps, **arrays)` to trace: it runs `steps` steps from the variable's on.

    It returns the mean of the steps' objectives as `loss`, and that of the last step as
    `last_loss`; their sum is added to `loss_sum`, one after the other. An objective that is not
    finite ends the loop, so that the variable `step` tells which step's it was.
    """
    global_step, loss_sum = variables.step, variables.loss_sum

    def train(steps: Tensor, **arrays: Tensor) -> dict[str, Tensor]:
        first, before = global_step.read_value(), loss_sum.read_value()

        def body(step: Tensor, total: Tensor, _: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            loss = training_step(plan, variables, step, arrays)
            loss = tf.cast(loss, tf.float64)
            return step + 1, total + loss, loss

        end, total, last = tf.while_loop(
            lambda step, _, last: tf.logical_and(step < first + steps, tf.math.is_finite(last)),
            body,
            [first, before, tf.constant(0.0, tf.float64)],
            shape_invariants=[tf.TensorShape([])] * 3,
        )
        with tf.control_dependencies([end]):
            global_step.assign(end)
            loss_sum.assign(total)
        count = tf.cast(tf.maximum(end - first, 1), tf.float64)
        return {"loss": (total - before) / count, "last_loss": last}

    return train


def training_step(
    plan: Plan, variables: Variables, step: Tensor, arrays: Mapping[str, Tensor]
) -> Tensor:
    """Emit one step: batch, forward, backward, update; the objective before the update."""
    found = gradients_of(plan, variables, step, arrays)
    gradients, state, loss = found.by_weight, found.updates, found.objective
    scaling = variables.scaling
    if scaling is None:
        done = update(plan, variables, gradients, state, step=step, made=step)
    else:
        finite = all_finite(gradients)
        loss = tf.where(finite | ~scaling.hopeless(), loss, float("nan"))
        made = scaling.updates_before(step)
        done = scaling.apply(
            finite, lambda: update(plan, variables, gradients, state, step=step, made=made)
        )
    with tf.control_dependencies(done):
        return tf.identity(loss)


def update(
    plan: Plan,
    variables: Variables,
    gradients: Mapping[str, Tensor],
    state: Mapping[str, Tensor],
    *,
    step: Tensor,
    made: Tensor,
) -> list[Any]:
    """Emit what a step changes: weights and slots by gradients, averages, the state of layers.

    `made` is the number of updates before this one.
    """
    assert plan.spec.optimizer is not None
    optimizer = plan.spec.optimizer
    weights, slots = variables.weights, variables.slots
    with part("optimizer", optimizer.component.type, optimizer.span):
        done = apply_gradients(optimizer.component, weights, gradients, slots, step=step, made=made)
    if plan.spec.training.ema is not None:
        with tf.control_dependencies(done):
            done += update_averages(plan.spec.training.ema, variables, tf.equal(made, 0))
    return done + [weights[name].assign(value).op for name, value in state.items()]
