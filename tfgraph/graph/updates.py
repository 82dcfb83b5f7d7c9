"""Updates: from gradients to new weights, clipped, and in float32 where weights have half of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfgraph.api import Optimizer, Tensor
from tfgraph.lazy import tf
from tfgraph.spec.plan.contract import WIDE


def apply_gradients(
    optimizer: Optimizer,
    weights: Mapping[str, Any],
    gradients: Mapping[str, Tensor],
    slots: Mapping[str, Mapping[str, Any]],
    *,
    step: Tensor,
    made: Tensor,
    compiled: bool,
) -> list[Any]:
    """Emit the clipping and the updates of all weights that have a gradient.

    Schedules go by `step`, optimizers by `made`, the number of updates before this one.
    `compiled` says whether XLA compiles them.

    A weight in half precision is kept in float32 by its slot `WIDE` and rounded after the update:
    epsilons, and steps that are small beside the weight, would be lost in it.
    """
    learning_rate = optimizer.learning_rate.build(step)
    update = optimizer.compiled_update if compiled else optimizer.update
    wide = {n: tf.cast(g, tf.float32) if WIDE in slots[n] else g for n, g in gradients.items()}
    done = []
    for name, gradient in clip(optimizer, wide).items():
        own = dict(slots[name])
        kept = own.pop(WIDE, None)
        if kept is None:
            done.append(update(weights[name], gradient, own, learning_rate, made))
            continue
        with tf.control_dependencies([_take_over(kept, weights[name])]):
            updated = update(kept, gradient, own, learning_rate, made)
        with tf.control_dependencies([updated]):
            rounded = tf.cast(kept.read_value(), weights[name].dtype)
            done.append(weights[name].assign(rounded).op)
    return done


def _take_over(kept: Any, weight: Any) -> Any:
    """Set the values of the float32 weight whose rounded ones are not the weight's any more.

    So they are in the first step, and after somebody has assigned a value to the weight.
    """
    wide, value = kept.read_value(), weight.read_value()
    same = tf.cast(wide, weight.dtype) == value
    return kept.assign(tf.where(same, wide, tf.cast(value, tf.float32))).op


def clip(optimizer: Optimizer, gradients: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The gradients as the optimizer's clip_value, clip_norm and clip_global_norm leave them."""
    clipped = dict(gradients)
    if optimizer.clip_value is not None:
        bound = optimizer.clip_value
        clipped = {n: tf.clip_by_value(g, -bound, bound) for n, g in clipped.items()}
    if optimizer.clip_norm is not None:
        clipped = {n: tf.clip_by_norm(g, optimizer.clip_norm) for n, g in clipped.items()}
    if optimizer.clip_global_norm is not None and clipped:
        scaled, _ = tf.clip_by_global_norm(list(clipped.values()), optimizer.clip_global_norm)
        clipped = dict(zip(clipped, scaled))
    return clipped
