"""Gradients: those of the objective of a step's batch, computed at once or in parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tfgraph.api import Tensor
from tfgraph.graph.batches import Batches
from tfgraph.graph.forward import forward
from tfgraph.graph.objective import (
    objective,
    objective_of_part,
    regularisation,
    wanted_by_losses,
    wide,
)
from tfgraph.graph.scaling import Scaling
from tfgraph.graph.variables import Variables
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan


@dataclass(frozen=True)
class Gradients:
    """The objective of a batch, its gradients by weight, the new values of weights with state.

    A weight that the objective does not depend on has no gradient.
    """

    objective: Tensor
    by_weight: Mapping[str, Tensor]
    updates: Mapping[str, Tensor]


def gradients_of(
    plan: Plan, variables: Variables, step: Tensor, batches: Batches, *, compiled: bool
) -> Gradients:
    """Emit the way forth and back for the batch of a step.

    Gradients are taken with respect to the values read, which all uses of a weight share.
    """
    weights, scaling = variables.weights, variables.scaling
    if plan.spec.training.gradient_accumulation > 1:
        return _in_parts(plan, read(weights), step, batches, scaling, compiled=compiled)
    batch = batches.of_step(step)
    values = read(weights)
    outputs, updates = forward(
        plan,
        wanted_by_losses(plan),
        batch,
        values,
        training=True,
        step=step,
        compiled=compiled,
    )
    loss = objective(plan, outputs, values)
    found = scaled_gradients(plan, loss, values, scaling)
    return Gradients(loss, scaling.unscaled(found) if scaling else found, updates)


def read(weights: Mapping[str, Any]) -> dict[str, Tensor]:
    """The values of variables."""
    return {name: variable.read_value() for name, variable in weights.items()}


def part_of_step(
    plan: Plan,
    values: Mapping[str, Tensor],
    step: Tensor,
    number: Tensor,
    batches: Batches,
    *,
    compiled: bool,
) -> tuple[dict[str, Tensor], dict[str, Tensor], Tensor, dict[str, Tensor]]:
    """The batch of a part, all values in it, its share in the objective, and the new state."""
    batch = batches.of_step(step, number)
    draw = step * plan.spec.training.gradient_accumulation + number
    outputs, updates = forward(
        plan,
        wanted_by_losses(plan),
        batch,
        values,
        training=True,
        step=step,
        draw=draw,
        compiled=compiled,
    )
    return batch, outputs, objective_of_part(plan, outputs, batches.examples_of(step)), updates


def _in_parts(
    plan: Plan,
    values: Mapping[str, Tensor],
    step: Tensor,
    batches: Batches,
    scaling: Scaling | None,
    *,
    compiled: bool,
) -> Gradients:
    """The same in a loop over the parts of the batch: one of them is in memory at a time."""
    trained = [name for name, spec in plan.weights.items() if spec.trainable]
    parts = batches.parts_of(step)
    reached: set[str] = set()
    updated: set[str] = set()

    def body(number: Tensor, total: Tensor, sums: Any, state: Any) -> tuple[Tensor, ...]:
        own = {name: tf.identity(values[name]) for name in trained}
        current = {**values, **own, **state}
        _, _, share, updates = part_of_step(plan, current, step, number, batches, compiled=compiled)
        found = scaled_gradients(plan, share, own, scaling)
        reached.update(found)
        updated.update(updates)
        added = {n: s + wide(found[n]) if n in found else s for n, s in sums.items()}
        return (
            number + 1,
            total + tf.cast(share, tf.float64),
            {n: tf.ensure_shape(value, values[n].shape) for n, value in added.items()},
            {n: tf.ensure_shape(updates.get(n, v), v.shape) for n, v in state.items()},
        )

    start = {name: tf.zeros_like(wide(values[name])) for name in trained}
    state = {name: values[name] for name in _with_state(plan)}
    _, total, sums, state = tf.while_loop(
        lambda number, *_: number < parts,
        body,
        [tf.constant(0, tf.int64), tf.constant(0.0, tf.float64), start, state],
        parallel_iterations=1,  # more of them would hold more than one part in memory
    )
    penalty = regularisation(plan, values)
    if penalty is not None:
        total += tf.cast(penalty, tf.float64)
        for name, gradient in scaled_gradients(plan, penalty, values, scaling).items():
            reached.add(name)
            sums[name] += wide(gradient)
    by_weight = {name: sums[name] for name in trained if name in reached}
    if scaling is not None:
        by_weight = scaling.unscaled(by_weight)
    return Gradients(total, by_weight, {name: state[name] for name in state if name in updated})


def scaled_gradients(
    plan: Plan, objective: Tensor, values: Mapping[str, Tensor], scaling: Scaling | None
) -> dict[str, Tensor]:
    """The gradients of the objective by weight, times the scale where there is one."""
    names = [name for name, spec in plan.weights.items() if spec.trainable]
    scaled = scaling.scaled(objective) if scaling else objective
    gradients = tf.gradients(scaled, [values[name] for name in names])
    return {n: tf.convert_to_tensor(g) for n, g in zip(names, gradients) if g is not None}


def _with_state(plan: Plan) -> list[str]:
    """The weights that layers change without a gradient."""
    return [
        name
        for layer in plan.layers
        if not layer.frozen
        for name, spec in layer.created.items()
        if not spec.trainable
    ]
