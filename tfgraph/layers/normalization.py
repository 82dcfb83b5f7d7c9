"""Normalisation of activations: batch_norm, layer_norm."""

from __future__ import annotations

from tfgraph.api import (
    Context,
    Initializer,
    Layer,
    LayerFacts,
    Tensor,
    TensorSpec,
    WeightSpec,
    param,
)
from tfgraph.lazy import tf


class Normalization(Layer):
    """Abstract: mean 0 and variance 1, then a scale and an offset for each feature."""

    needs_float32 = True

    epsilon: float = param("Added to the variance.", default=1e-3, above=0, also=("eps",))
    center: bool = param("Add a trained offset.", default=True, also=("use_bias",))
    scale: bool = param(
        "Multiply by a trained scale.", default=True, also=("affine", "elementwise_affine")
    )
    offset_init: Initializer = param(
        "First values of the offset.", default="zeros", also=("beta_initializer",)
    )
    scale_init: Initializer = param(
        "First values of the scale.", default="ones", also=("gamma_initializer",)
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect("batch features", at_least=True)
        x.expect_floating()
        x.known(-1, "features")
        return x

    def affine(self, x: TensorSpec) -> dict[str, WeightSpec]:
        """The specs of the scale and of the offset, as far as they are wanted."""
        shape = (x.known(-1, "features"),)
        found = {}
        if self.scale:
            found["scale"] = WeightSpec(shape, self.scale_init, x.dtype)
        if self.center:
            found["offset"] = WeightSpec(shape, self.offset_init, x.dtype)
        return found

    def normalize(
        self, x: Tensor, mean: Tensor, variance: Tensor, weights: dict[str, Tensor]
    ) -> Tensor:
        """The ops, for a mean and a variance that broadcast to `x`."""
        return tf.nn.batch_normalization(
            x, mean, variance, weights.get("offset"), weights.get("scale"), self.epsilon
        )


class BatchNorm(Normalization):
    """Normalises each feature over the batch in training, by moving averages otherwise.

    y = scale · (x - mean) / √(variance + epsilon) + offset

    Shape: [batch, …, features] -> the same.
    Weights: scale and offset [features]; moving_mean and moving_variance [features], not
    trainable, updated as momentum · old + (1 - momentum) · new in training.
    Source: Ioffe and Szegedy, 2015, "Batch Normalization: Accelerating Deep Network Training by
    Reducing Internal Covariate Shift".
    """

    type = "batch_norm"
    also_known_as = ("BN", "BatchNormalization", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d")
    example = """
    inputs: {image: [32, 32, 3]}
    layers:
      - conv2d: 32
      - batch_norm: {momentum: 0.9, epsilon: 1e-5}
      - relu
    """

    momentum: float = param(
        "How much of the moving averages a step keeps.", default=0.99, minimum=0, maximum=1
    )

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        shape = (x.known(-1, "features"),)
        found = self.affine(x)
        found["moving_mean"] = WeightSpec(shape, 0.0, x.dtype, trainable=False)
        found["moving_variance"] = WeightSpec(shape, 1.0, x.dtype, trainable=False)
        return found

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        mean, variance = weights["moving_mean"], weights["moving_variance"]
        if ctx.training:
            moving_mean, moving_variance = mean, variance
            mean, variance = tf.nn.moments(x, list(range(x.shape.rank - 1)))
            for name, old, new in (
                ("moving_mean", moving_mean, mean),
                ("moving_variance", moving_variance, variance),
            ):
                ctx.update(name, old * self.momentum + new * (1 - self.momentum))
        return self.normalize(x, mean, variance, weights)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(normalizes_batch=True)


class LayerNorm(Normalization):
    """Normalises each example over its last axis, in training and otherwise alike.

    y = scale · (x - mean) / √(variance + epsilon) + offset

    Shape: [batch, …, features] -> the same.
    Weights: scale and offset [features].
    Source: Ba et al., 2016, "Layer Normalization".
    """

    type = "layer_norm"
    also_known_as = ("LN", "LayerNormalization")
    example = """
    inputs: {tokens: [16, 64]}
    layers:
      - layer_norm
      - dense: {units: 64, activation: gelu}
        name: body
      - add:
        from: [body, tokens]
    """

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        return self.affine(x)

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        return self.normalize(x, mean, variance, weights)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(constant=x.shape[-1] == 1)
