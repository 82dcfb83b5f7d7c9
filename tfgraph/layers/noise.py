"""Layers that draw: dropout, corrupt, gaussian_noise."""

from __future__ import annotations

from tfgraph.api import Context, Layer, LayerFacts, Tensor, TensorSpec, param
from tfgraph.lazy import tf


class Dropout(Layer):
    """Sets values to 0 at random in training and scales up the others; does nothing otherwise.

    Shape: any -> the same.
    Source: Srivastava et al., 2014, "Dropout: A Simple Way to Prevent Neural Networks from
    Overfitting".
    """

    type = "dropout"
    example = """
    inputs: {image: [784]}
    layers:
      - dense: {units: 512, activation: relu}
      - dropout: 0.5
      - dense: 10
    """

    rate: float = param(
        "The share of values that are dropped.",
        minimum=0,
        below=1,
        primary=True,
        also=("p", "prob", "drop_rate", "dropout_rate"),
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect_floating()
        return x

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        if not ctx.training or self.rate == 0:
            return x
        return keep(x, self.rate, ctx, 1 / (1 - self.rate))

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, passes=True, drop_rate=self.rate)


class Corrupt(Layer):
    """Sets values to 0 at random, at evaluation as well, and leaves the others as they are.

    The masking noise of a denoising autoencoder. At evaluation and prediction the mask of an
    example depends on its position in the data.

    Shape: any -> the same.
    Source: Vincent et al., 2008, "Extracting and Composing Robust Features with Denoising
    Autoencoders".
    """

    type = "corrupt"
    example = """
    inputs: {image: [784]}
    layers:
      - corrupt: 0.3
      - dense: {units: 500, activation: sigmoid}
      - dense: {units: 784, activation: sigmoid}
    """

    rate: float = param(
        "The share of values that are set to 0.",
        minimum=0,
        maximum=1,
        primary=True,
        also=("p", "prob", "noise"),
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect_floating()
        return x

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        return x if self.rate == 0 else keep(x, self.rate, ctx)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, constant=self.rate == 1)


class GaussianNoise(Layer):
    """Adds normal noise of mean 0 in training; does nothing otherwise.

    Shape: any -> the same.
    """

    type = "gaussian_noise"
    also_known_as = ("Noise", "NormalNoise")
    example = """
    inputs: {x: [20]}
    layers:
      - gaussian_noise: 0.1
      - dense: {units: 64, activation: relu}
    """

    stddev: float = param(
        "Standard deviation of the noise.", minimum=0, primary=True, also=("std", "sigma", "scale")
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect_floating()
        return x

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        if not ctx.training or self.stddev == 0:
            return x
        return x + tf.cast(self.stddev * ctx.normal(x), x.dtype)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, passes=True)


def keep(x: Tensor, rate: float, ctx: Context, scale: float = 1.0) -> Tensor:
    """`x` with a share of `rate` of its values set to 0, and the others multiplied."""
    mask = ctx.bernoulli(x, 1 - rate)
    return x * (mask if scale == 1.0 else mask * tf.constant(scale, x.dtype))
