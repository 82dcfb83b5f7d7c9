"""Kernels: products with them, and the parameters by which the loss keeps them small."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tfgraph.api import Initializer, Layer, Tensor, WeightSpec, param
from tfgraph.lazy import tf


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


def product(x: Tensor, kernel: Tensor, *, training: bool) -> Tensor:
    """[batch, features] times [features, units].

    Where it is trained, the gradient of a kernel that oneDNN is slow with is one of its own. (It
    keeps the bias from being added by the product itself, so that nothing else has it.)
    """
    if not (training and _is_slow_transposed(kernel)):
        return tf.matmul(x, kernel)

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def made(x: Tensor, kernel: Tensor) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, Tensor]]]:
        def gradient(of_product: Tensor) -> tuple[Tensor, Tensor]:
            return product_back(of_product, kernel), tf.matmul(x, of_product, transpose_a=True)

        return tf.matmul(x, kernel), gradient

    return made(x, kernel)


def product_back(y: Tensor, kernel: Tensor) -> Tensor:
    """[batch, units] times the transpose of [features, units]."""
    if _is_slow_transposed(kernel):
        return tf.einsum("bu,fu->bf", y, kernel)
    return tf.matmul(y, kernel, transpose_b=True)


def _is_slow_transposed(kernel: Tensor) -> bool:
    """Whether TensorFlow's contraction is faster than oneDNN's product with the transpose.

    It takes a half to a quarter of the time where rows of a large kernel lie apart by a multiple of
    1 KiB, so that they meet in the cache: 1.4 ms and 2.8 for [128, 1024] and [1024, 1024].
    """
    features, units = kernel.shape.as_list()
    large = features * units >= 1 << 17 and units % 256 == 0
    return bool(large and kernel.dtype == tf.float32)
