"""Scaling: the loss is multiplied, so that small gradients are not lost in float16.

Half precision ends at 65,504 and near 6e-8. Of the loss times a large number the gradients are so
much larger, and are divided by it again in float32. Where one of them is not finite, the number was
too large: it is halved, and that step changes nothing else. After 2,000 steps without that, it is
doubled.

Source: Micikevicius et al., 2018, "Mixed Precision Training".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tfgraph.api import Tensor
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan

#: The number at first, and after how many good steps it is doubled.
FIRST_SCALE = 2.0**15
GOOD_STEPS = 2000
#: Gradients that are not finite under so small a number are not so because of it.
LEAST_SCALE = 2.0**-24


@dataclass(frozen=True)
class Scaling:
    """The variables of the scaling.

    Args:
        loss_scale: what the loss is multiplied by, of float32.
        good_steps: the steps since it was last changed, of int64.
        skipped_steps: the steps that have changed no weight, of int64.
    """

    loss_scale: Any
    good_steps: Any
    skipped_steps: Any

    @property
    def variables(self) -> dict[str, Any]:
        """The variables by name."""
        return dict(vars(self))

    def scaled(self, loss: Tensor) -> Tensor:
        """The loss to take the gradients of."""
        return loss * tf.cast(self.loss_scale.read_value(), loss.dtype)

    def unscaled(self, gradients: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The gradients of the loss itself."""
        scale = self.loss_scale.read_value()
        return {name: gradient / scale for name, gradient in gradients.items()}

    def updates_before(self, step: Tensor) -> Tensor:
        """The number of steps before `step` that have changed weights."""
        return step - self.skipped_steps.read_value()

    def hopeless(self) -> Tensor:
        """Whether a gradient that is not finite is so whatever the loss is multiplied by."""
        return self.loss_scale.read_value() <= LEAST_SCALE

    def apply(self, finite: Tensor, update: Callable[[], list[Any]]) -> list[Any]:
        """Emit an update, which is made if the gradients are finite, and that of the scaling."""

        def made() -> Tensor:
            with tf.control_dependencies(update()):
                return tf.constant(0)

        scale, good = self.loss_scale.read_value(), self.good_steps.read_value()
        grows = good + 1 >= GOOD_STEPS
        # Gradients that are 0 never end its growth, and an infinity would never come down again.
        larger = tf.where(grows & tf.math.is_finite(2 * scale), 2 * scale, scale)
        count = tf.where(tf.logical_and(finite, tf.logical_not(grows)), good + 1, 0)
        skipped = tf.cast(tf.logical_not(finite), tf.int64)
        # The old values are read before anything is assigned.
        with tf.control_dependencies([larger, count]):
            done = tf.cond(finite, made, lambda: tf.constant(0))
        with tf.control_dependencies([done]):
            return [
                self.loss_scale.assign(tf.where(finite, larger, scale / 2)).op,
                self.good_steps.assign(count).op,
                self.skipped_steps.assign_add(skipped).op,
            ]


def scaling_of(plan: Plan) -> Scaling | None:
    """The scaling that training a plan needs; None where it needs none."""
    if plan.spec.training.precision != "float16" or plan.spec.optimizer is None:
        return None
    first = {"loss_scale": tf.constant(FIRST_SCALE)}
    first |= dict.fromkeys(("good_steps", "skipped_steps"), tf.constant(0, tf.int64))
    made = {name: tf.Variable(v, trainable=False, name=name) for name, v in first.items()}
    return Scaling(**made)


def all_finite(gradients: Mapping[str, Tensor]) -> Tensor:
    """Whether all numbers of the gradients are finite."""
    each = [tf.reduce_all(tf.math.is_finite(gradient)) for gradient in gradients.values()]
    return tf.reduce_all(tf.stack(each)) if each else tf.constant(True)
