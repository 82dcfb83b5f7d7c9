"""Examination: where numbers are not finite, in the state or in one training step without its update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tfgraph.api import Tensor
from tfgraph.graph.batches import Batches
from tfgraph.graph.forward import forward
from tfgraph.graph.gradients import (
    part_of_step,
    read,
    scaled_gradients,
)
from tfgraph.graph.objective import objective, regularisation, wanted_by_losses
from tfgraph.graph.scaling import Scaling
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan


def examination(
    plan: Plan,
    weights: Mapping[str, Any],
    global_step: Any,
    scaling: Scaling | None = None,
    *,
    compiled: bool = False,
) -> Callable[..., dict[str, Tensor]]:
    """A function `examine(**arrays)` to trace: what of the next step is finite, by name.

    `field/NAME` are the batch's fields, `layer/NAME` the outputs of layers, in the order of the
    plan, then `loss`, then `gradient/NAME` those of the weights. With a scaling of the loss a
    gradient that is not finite is no fault as long as a lower one may mend it. `compiled` says
    whether steps of whole batches are compiled with XLA: the examination is not, but draws the same
    numbers.
    """

    def examine(**arrays: Tensor) -> dict[str, Tensor]:
        step = global_step.read_value()
        batches = Batches(arrays, plan.fields, plan.spec.training)
        if not compiled or batches.always_whole():
            return examined(step, batches, compiled=compiled)
        found: dict[str, Tensor] = tf.cond(
            batches.is_whole(step),
            lambda: examined(step, batches, compiled=True),
            lambda: examined(step, batches, compiled=False),
        )
        return found

    def examined(step: Tensor, batches: Batches, *, compiled: bool) -> dict[str, Tensor]:
        if plan.spec.training.gradient_accumulation > 1:
            return _of_parts(plan, read(weights), step, batches, scaling, compiled=compiled)
        batch = batches.of_step(step)
        values = read(weights)
        outputs, _ = forward(
            plan,
            wanted_by_losses(plan),
            batch,
            values,
            training=True,
            step=step,
            compiled=compiled,
        )
        loss = objective(plan, outputs, values)
        gradients = scaled_gradients(plan, loss, values, scaling)
        return _finite(plan, {**batch, **outputs}, loss, gradients, scaling)

    return examine


def finite_values(variables: Mapping[str, Any]) -> Callable[[], dict[str, Tensor]]:
    """A function to trace: for each variable in turn, whether all its values are finite."""

    def finite() -> dict[str, Tensor]:
        values = [_all_finite(variable.read_value()) for variable in variables.values()]
        return {"finite": tf.stack(values)}

    return finite


def _of_parts(
    plan: Plan,
    values: Mapping[str, Tensor],
    step: Tensor,
    batches: Batches,
    scaling: Scaling | None,
    *,
    compiled: bool,
) -> dict[str, Tensor]:
    """What is finite in all parts of a step."""

    def of_part(number: Tensor) -> dict[str, Tensor]:
        own = {name: tf.identity(value) for name, value in values.items()}
        batch, outputs, share, _ = part_of_step(plan, own, step, number, batches, compiled=compiled)
        penalty = regularisation(plan, own)
        whole = share if penalty is None else share + tf.cast(penalty, share.dtype)
        gradients = scaled_gradients(plan, whole, own, scaling)
        return _finite(plan, {**batch, **outputs}, whole, gradients, scaling)

    def body(number: Tensor, finite: Any) -> tuple[Tensor, Any]:
        found = of_part(number)
        return number + 1, {name: finite[name] & found[name] for name in finite}

    first = tf.constant(0, tf.int64)
    parts = batches.parts_of(step)
    _, finite = tf.while_loop(
        lambda number, _: number < parts,
        body,
        [first + 1, of_part(first)],
        parallel_iterations=1,
    )
    found: dict[str, Tensor] = finite
    return found


def _finite(
    plan: Plan,
    values: Mapping[str, Tensor],
    loss: Tensor,
    gradients: Mapping[str, Tensor],
    scaling: Scaling | None,
) -> dict[str, Tensor]:
    """What is finite, by name."""
    layers = {layer.name for layer in plan.layers}
    found = {f"field/{name}": value for name, value in values.items() if name not in layers}
    found |= {f"layer/{x.name}": values[x.name] for x in plan.layers if x.name in values}
    found |= {"loss": loss, **{f"gradient/{name}": value for name, value in gradients.items()}}
    finite = {name: _all_finite(value) for name, value in found.items()}
    for name in finite:
        if scaling and name.startswith("gradient/"):
            finite[name] |= ~scaling.hopeless()
    return finite


def _all_finite(value: Tensor) -> Tensor:
    if not value.dtype.is_floating:
        return tf.constant(True)
    return tf.reduce_all(tf.math.is_finite(value))
