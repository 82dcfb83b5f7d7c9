"""Kernels: products with them, and the parameters by which the loss keeps them small."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from tfgraph.api import Initializer, Layer, Tensor, WeightSpec, param
from tfgraph.lazy import tf

#: From so many values in a kernel on a contraction makes the gradient sooner.
_LARGE = 1 << 17


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


def product(x: Tensor, kernel: Tensor, *, transpose: bool = False) -> Tensor:
    """[…, features] times [features, units], or where `transpose` times [units, features].

    oneDNN takes up to four times as long for a product with a large kernel that is to be
    transposed, most of all where its sizes are powers of two: in float32 TensorFlow's contraction
    takes its place.
    """
    if x.shape.rank == 2:
        return _of_matrices(x, kernel, transpose)
    # One product of matrices, whatever stands between the batch and the last axis.
    flat = _of_matrices(tf.reshape(x, [-1, x.shape[-1]]), kernel, transpose)
    units = kernel.shape[0 if transpose else 1]
    return tf.reshape(flat, tf.concat([tf.shape(x)[:-1], [units]], 0))


def _of_matrices(x: Tensor, kernel: Tensor, transpose: bool) -> Tensor:
    if kernel.dtype != tf.float32 or kernel.shape.num_elements() < _LARGE:
        return tf.matmul(x, kernel, transpose_b=transpose)
    if transpose:
        return _contraction(x, kernel)
    # A gradient of its own that is a matter of the op, so that oneDNN still adds the bias to it.
    with x.graph.gradient_override_map({"MatMul": _gradient_name()}):
        return tf.matmul(x, kernel)


def _contraction(x: Tensor, kernel: Tensor) -> Tensor:
    return tf.einsum("bu,fu->bf", x, kernel)


@cache
def _gradient_name() -> str:
    """The name of the gradient, which is made known to TensorFlow once."""
    name = "tfgraph.product"

    @tf.RegisterGradient(name)  # type: ignore[untyped-decorator]
    def gradient(op: Any, of_output: Tensor) -> tuple[Tensor, Tensor]:
        x, kernel = op.inputs
        return _contraction(of_output, kernel), tf.matmul(x, of_output, transpose_a=True)

    return name
