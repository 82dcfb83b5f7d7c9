"""Examination: one training step without its update, to find the first number that is not finite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tfgraph.api import Tensor
from tfgraph.graph.batches import training_batch
from tfgraph.graph.forward import forward
from tfgraph.graph.objective import objective, wanted_by_losses
from tfgraph.graph.scaling import Scaling
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan


def examination(
    plan: Plan, weights: Mapping[str, Any], global_step: Any, scaling: Scaling | None = None
) -> Callable[..., dict[str, Tensor]]:
    """A function `examine(**arrays)` to trace: what of the next step is finite, by name.

    `field/NAME` are the batch's fields, `layer/NAME` the outputs of layers, in the order of the
    plan, then `loss`, then `gradient/NAME` those of the weights. With a scaling of the loss a
    gradient that is not finite is no fault as long as a lower one may mend it.
    """

    def examine(**arrays: Tensor) -> dict[str, Tensor]:
        step = global_step.read_value()
        batch = training_batch(arrays, plan.fields, step, plan.spec.training)
        values = {name: variable.read_value() for name, variable in weights.items()}
        outputs, _ = forward(plan, wanted_by_losses(plan), batch, values, training=True, step=step)
        loss = objective(plan, outputs, values)
        trained = [name for name, spec in plan.weights.items() if spec.trainable]
        scaled = scaling.scaled(loss) if scaling else loss
        gradients = tf.gradients(scaled, [values[name] for name in trained])
        found = {f"field/{name}": value for name, value in batch.items()}
        for layer in plan.layers:
            if layer.name in outputs:
                found[f"layer/{layer.name}"] = outputs[layer.name]
        found["loss"] = loss
        for name, gradient in zip(trained, gradients):
            if gradient is not None:
                found[f"gradient/{name}"] = tf.convert_to_tensor(gradient)
        finite = {name: _all_finite(value) for name, value in found.items()}
        for name in finite:
            if scaling and name.startswith("gradient/"):
                finite[name] |= ~scaling.hopeless()
        return finite

    return examine


def _all_finite(value: Tensor) -> Tensor:
    if not value.dtype.is_floating:
        return tf.constant(True)
    return tf.reduce_all(tf.math.is_finite(value))
