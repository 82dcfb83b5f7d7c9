"""Layers of several inputs: add, subtract, multiply, average, concat."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from tfgraph.api import Context, Dim, Layer, ShapeError, Tensor, TensorSpec, param
from tfgraph.lazy import tf


class Elementwise(Layer):
    """Abstract: inputs of one shape, broadcast where a size is 1, combined value by value."""

    def infer(self, first: TensorSpec, second: TensorSpec, *more: TensorSpec) -> TensorSpec:
        return broadcast(first, second, *more)


class Add(Elementwise):
    """The sum of its inputs, value by value.

    Shape: [batch, …] of each, sizes of 1 broadcast -> [batch, …].
    """

    type = "add"
    also_known_as = ("Sum", "Plus", "Residual")
    example = """
    inputs: {image: [32, 32, 16]}
    layers:
      - conv2d: 16
      - relu
      - conv2d: 16
        name: body
      - add:
        from: [body, image]
    """

    def build(self, *args: Tensor) -> Tensor:
        *xs, _, _ = args
        return functools.reduce(tf.add, xs)


class Multiply(Elementwise):
    """The product of its inputs, value by value.

    Shape: [batch, …] of each, sizes of 1 broadcast -> [batch, …].
    """

    type = "multiply"
    also_known_as = ("Mul", "Product", "Times")
    example = """
    inputs: {x: [100]}
    layers:
      - matmul: {units: 64, bias: true}
        name: value
      - matmul: {units: 64, bias: true}
        from: x
      - sigmoid:
        name: gate
      - multiply:
        from: [value, gate]
    """

    def build(self, *args: Tensor) -> Tensor:
        *xs, _, _ = args
        return functools.reduce(tf.multiply, xs)


class Average(Layer):
    """The mean of its inputs, value by value.

    Shape: [batch, …] of each, sizes of 1 broadcast -> [batch, …].
    """

    type = "average"
    also_known_as = ("Mean",)
    example = """
    inputs: {x: [20]}
    layers:
      - dense: 10
        name: one
      - dense: 10
        name: other
        from: x
      - average:
        from: [one, other]
    """

    def infer(self, first: TensorSpec, second: TensorSpec, *more: TensorSpec) -> TensorSpec:
        first.expect_floating()
        return broadcast(first, second, *more)

    def build(self, *args: Tensor) -> Tensor:
        *xs, _, _ = args
        return functools.reduce(tf.add, xs) / len(xs)


class Subtract(Layer):
    """The first input less the second, value by value.

    Shape: [batch, …] of each, sizes of 1 broadcast -> [batch, …].
    """

    type = "subtract"
    also_known_as = ("Sub", "Minus", "Difference")
    example = """
    inputs: {before: [8], after: [8]}
    layers:
      - subtract:
        from: [after, before]
      - matmul: 1
    """

    def infer(self, first: TensorSpec, second: TensorSpec) -> TensorSpec:
        return broadcast(first, second)

    def build(
        self, first: Tensor, second: Tensor, weights: dict[str, Tensor], ctx: Context
    ) -> Tensor:
        return first - second


class Concat(Layer):
    """Its inputs one after the other along an axis.

    Shape: [batch, …] of each, alike but for the axis -> [batch, …], the axis as long as all
    together.
    """

    type = "concat"
    also_known_as = ("Concatenate", "Cat", "Merge")
    example = """
    inputs: {image: [28, 28, 1], age: [1]}
    layers:
      - flatten:
        from: image
        name: pixels
      - concat:
        from: [pixels, age]
      - dense: 10
    """

    axis: int = param(
        "The axis, counted from the batch (0), or from the end if negative.",
        default=-1,
        primary=True,
        also=("dim",),
    )

    def infer(self, first: TensorSpec, second: TensorSpec, *more: TensorSpec) -> TensorSpec:
        xs = (first, second, *more)
        alike(xs)
        axis = self.axis % first.rank if -first.rank <= self.axis < first.rank else 0
        if axis == 0:
            raise ShapeError(f"has no axis {self.axis} to join {listed(xs)}", parameter="axis")
        shape = []
        for position, sizes in enumerate(zip(*(x.shape for x in xs))):
            shape.append(total(sizes) if position == axis else common(sizes, xs))
        return first.with_shape(shape)

    def build(self, *args: Tensor) -> Tensor:
        *xs, _, _ = args
        return tf.concat(xs, self.axis)


def broadcast(*xs: TensorSpec) -> TensorSpec:
    """The spec that inputs of equal rank and dtype broadcast to."""
    alike(xs)
    if xs[0].dtype == "bool":
        raise ShapeError(f"needs numbers, got {listed(xs)}")
    shape = []
    for sizes in zip(*(x.shape for x in xs)):
        wide = [size for size in sizes if size != 1]
        shape.append(common(wide, xs) if wide else 1)
    return xs[0].with_shape(shape)


def alike(xs: Sequence[TensorSpec]) -> None:
    """Raise ShapeError unless the inputs have one rank and one dtype."""
    if len({(x.rank, x.dtype) for x in xs}) > 1:
        dtypes = len({x.dtype for x in xs}) > 1
        raise ShapeError(
            f"needs inputs of one rank and dtype, got {listed(xs)}",
            help="declare the inputs that they come from with one `dtype`"
            if dtypes
            else "put a `reshape` or `flatten` before one of them",
        )


def common(sizes: Sequence[Dim], xs: Sequence[TensorSpec]) -> Dim:
    """The one size that all have, as far as it is known; ShapeError where there are two."""
    known = {size for size in sizes if size is not None}
    if len(known) > 1:
        raise ShapeError(
            f"needs inputs of one shape, got {listed(xs)}",
            help=f"make the sizes {' and '.join(map(str, sorted(known)))} equal",
        )
    return known.pop() if known else None


def total(sizes: Sequence[Dim]) -> Dim:
    """The sum of the sizes; None where one is not known."""
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def listed(xs: Sequence[TensorSpec]) -> str:
    """The specs, for a message."""
    return " and ".join(str(x) for x in xs)
