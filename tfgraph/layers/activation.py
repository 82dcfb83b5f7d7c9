"""Activations: one value in, one value out, and softmax over an axis."""

from __future__ import annotations

from typing import ClassVar, Literal

from tfgraph.api import Context, Layer, ShapeError, Tensor, TensorSpec, param
from tfgraph.lazy import tf


class Activation(Layer):
    """Abstract: a function of each value by itself."""

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect_floating()
        return x

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        return self.apply(x)

    def apply(self, x: Tensor) -> Tensor:
        """The function, as ops."""
        raise NotImplementedError


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), between 0 and 1.

    Shape: any -> the same.
    """

    type = "sigmoid"

    def apply(self, x: Tensor) -> Tensor:
        return tf.sigmoid(x)


class Tanh(Activation):
    """Hyperbolic tangent, between -1 and 1.

    Shape: any -> the same.
    """

    type = "tanh"

    def apply(self, x: Tensor) -> Tensor:
        return tf.tanh(x)


class Relu(Activation):
    """max(x, 0), or clipped at `maximum` where given.

    Shape: any -> the same.
    Source: Nair and Hinton, 2010, "Rectified Linear Units Improve Restricted Boltzmann Machines".
    """

    type = "relu"

    maximum: float | None = param("Clip at this value (6: relu6).", default=None, above=0)

    def apply(self, x: Tensor) -> Tensor:
        y = tf.nn.relu(x)
        return y if self.maximum is None else tf.minimum(y, tf.cast(self.maximum, x.dtype))


class SoftmaxBase(Layer):
    """Abstract: a normalisation over one axis."""

    over: ClassVar[Literal["probabilities", "logarithms"]]

    axis: int = param("The axis, counted from the end if negative.", default=-1)

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect_floating()
        if x.rank < 2 or not -x.rank < self.axis < x.rank or self.axis == 0:
            raise ShapeError(f"has no axis {self.axis} to go over in {x}", parameter="axis")
        return x

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        if self.over == "logarithms":
            return tf.nn.log_softmax(x, self.axis)
        return tf.nn.softmax(x, self.axis)


class Softmax(SoftmaxBase):
    """exp(x) over its sum along an axis: probabilities of classes.

    Shape: [batch, …] -> the same.
    """

    type = "softmax"
    over = "probabilities"


class LogSoftmax(SoftmaxBase):
    """The logarithm of softmax, computed without overflow.

    Shape: [batch, …] -> the same.
    """

    type = "log_softmax"
    over = "logarithms"
