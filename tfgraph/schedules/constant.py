"""The schedule that stays."""

from __future__ import annotations

from tfgraph.api import Schedule, Tensor, param
from tfgraph.lazy import tf


class Constant(Schedule):
    """One learning rate for every step; a bare number in a spec is short for it."""

    type = "constant"

    value: float = param("The learning rate.", above=0, primary=True)

    def build(self, step: Tensor) -> Tensor:
        return tf.constant(self.value, tf.float32)
