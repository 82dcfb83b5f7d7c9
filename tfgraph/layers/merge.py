"""Layers of several inputs: add, subtract, multiply, average, concat."""

from __future__ import annotations

from tfgraph.api import Layer, ShapeError, Tensor, TensorSpec


class Elementwise(Layer):
    """Abstract: inputs of one shape, broadcast where a size is 1, combined value by value."""

    def infer(self, first: TensorSpec, second: TensorSpec, *more: TensorSpec) -> TensorSpec:
        return broadcast(first, second, *more)


class Multiply(Elementwise):
    """The product of its inputs, value by value.

    Shape: [batch, …] of each, sizes of 1 broadcast -> [batch, …].
    """

    type = "multiply"

    def build(self, *args: Tensor) -> Tensor:
        *xs, _, _ = args
        product = xs[0]
        for x in xs[1:]:
            product = product * x
        return product


def broadcast(*xs: TensorSpec) -> TensorSpec:
    """The spec that inputs of equal rank and dtype broadcast to."""
    first = xs[0]
    for x in xs[1:]:
        if x.rank != first.rank or x.dtype != first.dtype:
            raise ShapeError(f"needs inputs of one rank and dtype, got {_listed(xs)}")
    shape = []
    for sizes in zip(*(x.shape for x in xs)):
        known = {size for size in sizes if size not in (None, 1)}
        if len(known) > 1:
            raise ShapeError(f"needs inputs of one shape, got {_listed(xs)}")
        shape.append(known.pop() if known else (None if None in sizes else 1))
    return first.with_shape(shape)


def _listed(xs: tuple[TensorSpec, ...]) -> str:
    return " and ".join(str(x) for x in xs)
