"""Training: one graph that runs whole steps in a loop, from the batch to the update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from tfgraph.api import Tensor
from tfgraph.graph.averages import update_averages
from tfgraph.graph.batches import Batches, KnownOrder
from tfgraph.graph.functions import part
from tfgraph.graph.gradients import gradients_of
from tfgraph.graph.scaling import all_finite
from tfgraph.graph.updates import apply_gradients
from tfgraph.graph.variables import Variables
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan

#: A second graph of 100 layers takes 0.7 s to make ready, which thousands of steps win back.
_MOST_LAYERS_IN_TWO_GRAPHS = 50


def training_loop(
    plan: Plan, variables: Variables, *, compiled: bool
) -> Callable[..., dict[str, Tensor]]:
    """A function `train(steps, **arrays)` to trace: it runs `steps` steps from the variable's on.

    It returns the mean of the steps' objectives as `loss`, and that of the last step as
    `last_loss`; their sum is added to `loss_sum`, one after the other. An objective that is not
    finite ends the loop, so that the variable `step` tells which step's it was.
    """
    global_step, loss_sum = variables.step, variables.loss_sum

    def train(steps: Tensor, **arrays: Tensor) -> dict[str, Tensor]:
        first, before = global_step.read_value(), loss_sum.read_value()
        start = LoopState(first, before, tf.constant(0.0, tf.float64))
        batches = Batches(arrays, plan.fields, plan.spec.training)
        found = _passes(plan, variables, start, first + steps, batches, compiled=compiled)
        with tf.control_dependencies([found.step]):
            global_step.assign(found.step)
            loss_sum.assign(found.total)
        count = tf.cast(tf.maximum(found.step - first, 1), tf.float64)
        return {"loss": (found.total - before) / count, "last_loss": found.last}

    return train


class LoopState(NamedTuple):
    """Where the loop stands: the step, the sum of the objectives, the last one of them."""

    step: Tensor
    total: Tensor
    last: Tensor

    def before(self, end: Tensor) -> Tensor:
        """Whether a step before `end` is to be made."""
        return tf.logical_and(self.step < end, tf.math.is_finite(self.last))


def _passes(
    plan: Plan,
    variables: Variables,
    start: LoopState,
    end: Tensor,
    batches: Batches,
    *,
    compiled: bool,
) -> LoopState:
    """Steps before `end`: in whole batches, whose shapes are known, and what is left of an epoch.

    A graph that knows its shapes is smaller, and faster by a seventh for a small model. The last
    batch of an epoch gets a graph of its own. A deep model has one graph for all batches: two would
    take twice the time until the first step.
    """

    def one(now: LoopState, own: Batches) -> LoopState:
        by_xla = compiled and own.whole
        loss = training_step(plan, variables, now.step, own, compiled=by_xla)
        loss = tf.cast(loss, tf.float64)
        return LoopState(now.step + 1, now.total + loss, loss)

    def whole_batches(now: LoopState, end: Tensor, known: KnownOrder | None = None) -> LoopState:
        whole = replace(batches, whole=True, known=known)
        return _loop(lambda now: one(now, whole), now, end)

    def rest_of_epoch(now: LoopState) -> LoopState:
        return one(now, batches)

    deep = len(plan.layers) > _MOST_LAYERS_IN_TWO_GRAPHS
    if deep and not compiled and not batches.always_whole():
        return _loop(lambda now: one(now, batches), start, end)
    run = _compiled(whole_batches, batches) if compiled else whole_batches
    rest = tf.function(rest_of_epoch, autograph=False, experimental_attributes={"_noinline": True})

    def some_batches(now: LoopState) -> LoopState:
        until = end if batches.always_whole() else tf.minimum(end, batches.whole_until(now.step))
        now = run(now, until)
        if batches.always_whole():
            return now
        left = now.before(end) & ~batches.is_whole(now.step)
        made: LoopState = tf.cond(left, lambda: rest(now), lambda: now)
        return made

    if batches.always_whole() and not compiled:
        return some_batches(start)
    return _loop(some_batches, start, end)


def _compiled(loop: Callable[..., LoopState], batches: Batches) -> Callable[..., LoopState]:
    """The same, compiled with XLA; it may end before, where the known order of rows does.

    XLA has no operation for that order, and fixes shapes when it compiles: a loop without a step,
    whose order is empty, is none of its.
    """
    compiled = tf.function(loop, autograph=False, jit_compile=True)

    def steps(now: LoopState, end: Tensor) -> LoopState:
        known = batches.order_from(now.step) if batches.training.shuffle else None
        made: LoopState = compiled(now, tf.minimum(end, known.end) if known else end, known)
        return made

    def run(now: LoopState, end: Tensor) -> LoopState:
        made: LoopState = tf.cond(now.before(end), lambda: steps(now, end), lambda: now)
        return made

    return run


def _loop(body: Callable[[LoopState], LoopState], start: LoopState, end: Tensor) -> LoopState:
    made: LoopState = tf.while_loop(
        lambda *now: LoopState(*now).before(end),
        lambda *now: body(LoopState(*now)),
        start,
        shape_invariants=LoopState(*[tf.TensorShape([])] * 3),
    )
    return made


def training_step(
    plan: Plan, variables: Variables, step: Tensor, batches: Batches, *, compiled: bool
) -> Tensor:
    """Emit one step: batch, forward, backward, update; the objective before the update."""
    found = gradients_of(plan, variables, step, batches, compiled=compiled)
    gradients, state, loss = found.by_weight, found.updates, found.objective
    scaling = variables.scaling

    def changes(made: Tensor) -> list[Any]:
        return update(plan, variables, gradients, state, step=step, made=made, compiled=compiled)

    if scaling is None:
        done = changes(step)
    else:
        finite = all_finite(gradients)
        loss = tf.where(finite | ~scaling.hopeless(), loss, float("nan"))
        made = scaling.updates_before(step)
        done = scaling.apply(finite, lambda: changes(made))
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
    compiled: bool,
) -> list[Any]:
    """Emit what a step changes: weights and slots by gradients, averages, the state of layers.

    `made` is the number of updates before this one.
    """
    assert plan.spec.optimizer is not None
    optimizer = plan.spec.optimizer
    weights, slots = variables.weights, variables.slots
    with part("optimizer", optimizer.component.type, optimizer.span):
        done = apply_gradients(
            optimizer.component,
            weights,
            gradients,
            slots,
            step=step,
            made=made,
            compiled=compiled,
        )
    if plan.spec.training.ema is not None:
        with tf.control_dependencies(done):
            done += update_averages(plan.spec.training.ema, variables, tf.equal(made, 0))
    return done + [weights[name].assign(value).op for name, value in state.items()]
