"""Variables: what a training step reads and changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tfgraph.api import Initializer, Tensor, WeightSpec, seed_of
from tfgraph.errors import GraphError
from tfgraph.graph.functions import reason_of
from tfgraph.graph.scaling import Scaling
from tfgraph.lazy import tf


@dataclass(frozen=True)
class Variables:
    """The variables of a graph that training changes.

    Args:
        step: the number of training steps made, of int64.
        loss_sum: the sum of their objectives, of float64.
        weights: the weights by full name.
        slots: the optimizer's state: for each trainable weight, its slots by name.
        averages: the moving average of each trainable weight; empty without `ema`.
        scaling: that of the loss, with `precision: float16`.
    """

    step: Any
    loss_sum: Any
    weights: Mapping[str, Any]
    slots: Mapping[str, Mapping[str, Any]]
    averages: Mapping[str, Any]
    scaling: Scaling | None = None


def variable(name: str, spec: WeightSpec, seed: int = 0) -> Any:
    """The variable that a weight or a slot declares; GraphError where it cannot be made."""
    try:
        return tf.Variable(
            _first_value(name, spec, seed),
            trainable=spec.trainable,
            name=name,
            dtype=spec.dtype,
            shape=spec.shape,
        )
    except Exception as error:
        full = isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError))
        reason = "the memory does not suffice" if full else reason_of(str(error))
        reason = reason or type(error).__name__
        raise GraphError(
            f"cannot create the weight `{name}` {list(spec.shape)} of {spec.bytes:,} bytes: {reason}"
        ) from error


def _first_value(name: str, spec: WeightSpec, seed: int) -> Tensor:
    if isinstance(spec.initializer, Initializer):
        key = tf.constant([seed_of(seed, name), 0], tf.int64)
        return spec.initializer.build(spec.shape, spec.dtype, key)
    return tf.fill(spec.shape, tf.constant(spec.initializer, spec.dtype))
