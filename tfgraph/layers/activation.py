"""Activations: one value in, one value out, and softmax over an axis."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from tfgraph.api import Context, Layer, LayerFacts, ShapeError, Tensor, TensorSpec, param
from tfgraph.lazy import tf

#: oneDNN's softmax refuses more axes when it runs.
MOST_SOFTMAX_AXES = 5


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

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True)


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), between 0 and 1.

    Shape: any -> the same.
    """

    type = "sigmoid"
    also_known_as = ("Logistic",)
    example = """
    inputs: {x: [20]}
    layers:
      - dense: 1
      - sigmoid
    """

    def apply(self, x: Tensor) -> Tensor:
        return tf.sigmoid(x)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, output_range=(0.0, 1.0), gives="probabilities")


class Tanh(Activation):
    """Hyperbolic tangent, between -1 and 1.

    Shape: any -> the same.
    """

    type = "tanh"
    example = """
    inputs: {noise: [100]}
    layers:
      - dense: {units: 256, activation: relu}
      - dense: 784
      - tanh
    """

    def apply(self, x: Tensor) -> Tensor:
        return tf.tanh(x)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, output_range=(-1.0, 1.0))


class Relu(Activation):
    """max(x, 0), or clipped at `maximum` where given.

    Shape: any -> the same.
    Source: Nair and Hinton, 2010, "Rectified Linear Units Improve Restricted Boltzmann Machines".
    """

    type = "relu"
    example = """
    inputs: {image: [32, 32, 3]}
    layers:
      - conv2d: {filters: 32, stride: 2, bias: true}
      - relu: {maximum: 6}
    """

    maximum: float | None = param(
        "Clip at this value (6: relu6).", default=None, above=0, also=("max_value",)
    )

    def apply(self, x: Tensor) -> Tensor:
        y = tf.nn.relu(x)
        return y if self.maximum is None else tf.minimum(y, tf.cast(self.maximum, x.dtype))

    def facts(self, x: TensorSpec) -> LayerFacts:
        reach = (0.0, math.inf if self.maximum is None else self.maximum)
        return LayerFacts(elementwise=True, output_range=reach, unchanged=reach, flat_at_zero=True)


class LeakyRelu(Activation):
    """x above 0, slope · x below.

    Shape: any -> the same.
    Source: Maas et al., 2013, "Rectifier Nonlinearities Improve Neural Network Acoustic Models".
    """

    type = "leaky_relu"
    also_known_as = ("LReLU",)
    example = """
    inputs: {image: [64, 64, 3]}
    layers:
      - conv2d: {filters: 64, kernel_size: 4, stride: 2}
      - leaky_relu: 0.2
    """

    slope: float = param(
        "Slope below 0.", default=0.2, minimum=0, primary=True, also=("alpha", "negative_slope")
    )

    def apply(self, x: Tensor) -> Tensor:
        return tf.nn.leaky_relu(x, self.slope)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, unchanged=(0.0, math.inf))


class Elu(Activation):
    """x above 0, alpha · (exp(x) - 1) below.

    Shape: any -> the same.
    Source: Clevert et al., 2015, "Fast and Accurate Deep Network Learning by Exponential Linear
    Units (ELUs)".
    """

    type = "elu"
    example = """
    inputs: {image: [32, 32, 3]}
    layers:
      - conv2d: {filters: 32, bias: true}
      - elu: 1.0
    """

    alpha: float = param("The limit below 0 is -alpha.", default=1.0, minimum=0, primary=True)

    def apply(self, x: Tensor) -> Tensor:
        y = tf.nn.elu(x)
        return y if self.alpha == 1 else tf.where(x > 0, y, tf.cast(self.alpha, x.dtype) * y)

    def facts(self, x: TensorSpec) -> LayerFacts:
        reach = (-self.alpha, math.inf)
        return LayerFacts(elementwise=True, output_range=reach, unchanged=(0.0, math.inf))


class Selu(Activation):
    """1.0507 · elu(x, alpha = 1.6733), which keeps mean 0 and variance 1 from layer to layer.

    Made for weights drawn by `lecun_normal`.

    Shape: any -> the same.
    Source: Klambauer et al., 2017, "Self-Normalizing Neural Networks".
    """

    type = "selu"
    example = """
    inputs: {x: [30]}
    layers:
      - dense: {units: 64, init: lecun_normal}
      - selu
      - dense: {units: 64, init: lecun_normal}
      - selu
    """

    def apply(self, x: Tensor) -> Tensor:
        return tf.nn.selu(x)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, output_range=(-1.7582, math.inf))


class Gelu(Activation):
    """x · Φ(x), Φ the distribution function of the standard normal distribution.

    With `approximate` it is x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 · x³))).

    Shape: any -> the same.
    Source: Hendrycks and Gimpel, 2016, "Gaussian Error Linear Units (GELUs)".
    """

    type = "gelu"
    example = """
    inputs: {tokens: [16, 64]}
    layers:
      - layer_norm
      - dense: 256
      - gelu: {approximate: true}
      - dense: 64
    """

    approximate: bool = param("Use the approximation by tanh.", default=False)

    def apply(self, x: Tensor) -> Tensor:
        return tf.nn.gelu(x, self.approximate)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, output_range=(-0.1701, math.inf))


class Swish(Activation):
    """x · sigmoid(x), also known as SiLU.

    Shape: any -> the same.
    Source: Ramachandran et al., 2017, "Searching for Activation Functions".
    """

    type = "swish"
    also_known_as = ("SiLU",)
    example = """
    inputs: {image: [32, 32, 3]}
    layers:
      - conv2d: 32
      - batch_norm
      - swish
    """

    def apply(self, x: Tensor) -> Tensor:
        return tf.nn.silu(x)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, output_range=(-0.2785, math.inf))


class Softplus(Activation):
    """log(1 + exp(x)), a smooth relu.

    Shape: any -> the same.
    """

    type = "softplus"
    example = """
    inputs: {x: [20]}
    layers:
      - dense: 1
      - softplus:
        name: deviation
    """

    def apply(self, x: Tensor) -> Tensor:
        return tf.nn.softplus(x)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, output_range=(0.0, math.inf))


class SoftmaxBase(Layer):
    """Abstract: a normalisation over one axis."""

    needs_float32 = True
    over: ClassVar[Literal["probabilities", "logarithms"]]

    axis: int = param("The axis, counted from the end if negative.", default=-1, also=("dim",))

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect_floating()
        if x.rank < 2 or not -x.rank < self.axis < x.rank or self.axis == 0:
            raise ShapeError(f"has no axis {self.axis} to go over in {x}", parameter="axis")
        return x

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        function = tf.nn.log_softmax if self.over == "logarithms" else tf.nn.softmax
        if x.shape.rank <= MOST_SOFTMAX_AXES:
            return function(x, self.axis)
        order = list(range(x.shape.rank))
        order[self.axis], order[-1] = order[-1], order[self.axis]
        swapped = tf.transpose(x, order)
        sizes = tf.shape(swapped)
        rows = function(tf.reshape(swapped, [-1, sizes[-1]]))
        return tf.transpose(tf.reshape(rows, sizes), order)

    def facts(self, x: TensorSpec) -> LayerFacts:
        one = x.shape[self.axis] == 1
        if self.over == "logarithms":
            reach = (-math.inf, 0.0)
            return LayerFacts(output_range=reach, gives="log_probabilities", constant=one)
        return LayerFacts(output_range=(0.0, 1.0), gives="probabilities", constant=one)


class Softmax(SoftmaxBase):
    """exp(x) over its sum along an axis: probabilities of classes.

    Shape: [batch, …] -> the same.
    """

    type = "softmax"
    example = """
    inputs: {image: [784]}
    layers:
      - dense: 10
      - softmax
    """
    over = "probabilities"


class LogSoftmax(SoftmaxBase):
    """The logarithm of softmax, computed without overflow.

    Shape: [batch, …] -> the same.
    """

    type = "log_softmax"
    example = """
    inputs: {image: [784]}
    layers:
      - dense: 10
      - log_softmax
    """
    over = "logarithms"
