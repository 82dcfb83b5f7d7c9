"""The two parameters by which the loss keeps a kernel small."""

from __future__ import annotations

from collections.abc import Sequence

from tfgraph.api import Initializer, Layer, WeightSpec, param


class Regularised(Layer):
    """Abstract: a layer with a kernel, whose values can be made to count in the loss."""

    l1: float = param(
        "Weight of the kernel's sum of absolute values in the loss.",
        default=0.0,
        minimum=0,
        also=("kernel_regularizer",),
    )
    l2: float = param(
        "Weight of the kernel's sum of squares in the loss.",
        default=0.0,
        minimum=0,
        also=("kernel_regularizer", "weight_decay"),
    )

    def regularised(self, shape: Sequence[int], init: Initializer, dtype: str) -> WeightSpec:
        """The spec of a kernel that counts in the loss."""
        return WeightSpec(tuple(shape), init, dtype, l1=self.l1, l2=self.l2)
