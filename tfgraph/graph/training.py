"""Training: one graph that runs whole steps in a loop, from the batch to the update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tfgraph.api import Tensor
from tfgraph.graph.averages import update_averages
from tfgraph.graph.batches import always_whole, next_partial
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
        start = Progress(first, before, tf.constant(0.0, tf.float64))
        found = _passes(plan, variables, arrays, start, first + steps)
        with tf.control_dependencies([found.step]):
            global_step.assign(found.step)
            loss_sum.assign(found.total)
        count = tf.cast(tf.maximum(found.step - first, 1), tf.float64)
        return {"loss": (found.total - before) / count, "last_loss": found.last}

    return train


class Progress(NamedTuple):
    """Where the loop stands: the step, the sum of the objectives, the last one of them."""

    step: Tensor
    total: Tensor
    last: Tensor

    def before(self, end: Tensor) -> Tensor:
        """Whether a step before `end` is to be made."""
        return tf.logical_and(self.step < end, tf.math.is_finite(self.last))


def _passes(
    plan: Plan, variables: Variables, arrays: Mapping[str, Tensor], start: Progress, end: Tensor
) -> Progress:
    """Steps before `end`: in whole batches, whose shapes are known, and what is left of an epoch.

    A graph that knows its shapes is smaller, and faster by a seventh for a small model. The last
    batch of an epoch gets a graph of its own, which is made ready when the first one comes.
    """
    training = plan.spec.training

    def one(now: Progress, *, whole: bool) -> Progress:
        loss = training_step(plan, variables, now.step, arrays, whole=whole)
        loss = tf.cast(loss, tf.float64)
        return Progress(now.step + 1, now.total + loss, loss)

    def whole_batches(now: Progress, end: Tensor) -> Progress:
        return _loop(lambda now: one(now, whole=True), now, end)

    if always_whole(training):
        return whole_batches(start, end)

    def rest_of_epoch(*now: Tensor) -> Progress:
        return one(Progress(*now), whole=False)

    apart = tf.function(rest_of_epoch, autograph=False, experimental_attributes={"_noinline": True})

    def epoch(now: Progress) -> Progress:
        now = whole_batches(now, tf.minimum(end, next_partial(arrays, now.step, training)))
        return Progress(*tf.cond(now.before(end), lambda: apart(*now), lambda: now))

    return _loop(epoch, start, end)


def _loop(body: Callable[[Progress], Progress], start: Progress, end: Tensor) -> Progress:
    found = tf.while_loop(
        lambda *now: Progress(*now).before(end),
        lambda *now: body(Progress(*now)),
        list(start),
        shape_invariants=[tf.TensorShape([])] * len(start),
    )
    return Progress(*found)


def training_step(
    plan: Plan,
    variables: Variables,
    step: Tensor,
    arrays: Mapping[str, Tensor],
    *,
    whole: bool,
) -> Tensor:
    """Emit one step: batch, forward, backward, update; the objective before the update."""
    found = gradients_of(plan, variables, step, arrays, whole=whole)
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
