"""Layers that move values without changing them: flatten, reshape, transpose."""

from __future__ import annotations

import math

from tfgraph.api import (
    Context,
    Layer,
    LayerFacts,
    ShapeError,
    Tensor,
    TensorSpec,
    param,
    show_shape,
)
from tfgraph.lazy import tf


class Rearrangement(Layer):
    """Abstract: the values of each example in another shape or order."""

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(passes=True)


class Flatten(Rearrangement):
    """All axes but the batch become one.

    Shape: [batch, …] -> [batch, features].
    """

    type = "flatten"
    also_known_as = ("Ravel",)
    example = """
    inputs: {image: [28, 28, 1]}
    layers:
      - flatten
      - dense: 10
    """

    def infer(self, x: TensorSpec) -> TensorSpec:
        if x.size is None:
            raise ShapeError(f"needs every size but the batch to be known, got {x}")
        return x.with_shape((None, x.size))

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        return tf.reshape(x, [-1, math.prod(x.shape[1:])])


class Reshape(Rearrangement):
    """The values of each example in another shape; one size may be -1, and follows.

    Shape: [batch, …] -> [batch, *shape].
    """

    type = "reshape"
    also_known_as = ("Unflatten", "View")
    example = """
    inputs: {image: [784]}
    layers:
      - reshape: [28, 28, 1]
      - conv2d: 32
    """

    shape: list[int] = param(
        "The new shape, without the batch.",
        minimum=-1,
        primary=True,
        also=("target_shape", "size", "unflattened_size"),
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x.with_shape((None, *self.sizes(x)))

    def sizes(self, x: TensorSpec) -> list[int]:
        """The new shape with the size that follows filled in."""
        wanted = show_shape((None, *self.shape))
        if x.size is None:
            raise ShapeError(f"needs every size but the batch to be known, got {x}")
        if self.shape.count(-1) > 1:
            raise ShapeError(f"to {wanted} has more than one -1", parameter="shape")
        known = math.prod(size for size in self.shape if size != -1)
        fits = known == x.size or (-1 in self.shape and known > 0 and x.size % known == 0)
        if not fits:
            raise ShapeError(
                f"to {wanted} does not fit {x}: {x.size} values an example, not {known}",
                parameter="shape",
            )
        return [x.size // known if size == -1 else size for size in self.shape]

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        sizes = self.sizes(TensorSpec(tuple(x.shape)))
        return tf.reshape(x, [-1, *sizes])


class Transpose(Rearrangement):
    """The axes of each example in another order; the batch stays first.

    Shape: [batch, …] -> [batch, …], the axes permuted.
    """

    type = "transpose"
    also_known_as = ("Permute",)
    example = """
    inputs: {channels_first: [3, 32, 32]}
    layers:
      - transpose: [2, 3, 1]
      - conv2d: 16
    """

    axes: list[int] = param(
        "The axes in their new order, counted from 1: the batch is 0 and is left out.",
        minimum=1,
        primary=True,
        also=("dims", "perm"),
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        if sorted(self.axes) != list(range(1, x.rank)):
            wanted = ", ".join(str(axis) for axis in range(1, x.rank))
            raise ShapeError(
                f"needs each axis after the batch once, got {self.axes} for {x}",
                help=f"an order of [{wanted}]" if wanted else "",
                parameter="axes",
            )
        return x.with_shape((None, *(x.shape[axis] for axis in self.axes)))

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        return tf.transpose(x, [0, *self.axes])
