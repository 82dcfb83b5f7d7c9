"""Layers that are linear in their weights: matmul, dense, bias, scale."""

from __future__ import annotations

from dataclasses import replace

from tfgraph.api import (
    Context,
    Initializer,
    Layer,
    LayerFacts,
    ShapeError,
    Tensor,
    TensorSpec,
    Transposable,
    WeightSpec,
    param,
)
from tfgraph.layers.kernels import Regularised, product
from tfgraph.lazy import tf


class MatMul(Regularised, Transposable):
    """Product with a matrix, over the last axis; a bias where asked for.

    Shape: [batch, …, features] -> [batch, …, units].
    Weights: kernel [features, units]; bias [units] if `bias`.
    """

    type = "matmul"
    example = """
    inputs: {image: [784]}
    layers:
      - matmul: {units: 128, bias: true, init: he_normal}
      - relu
      - matmul: 10
    """

    units: int = param(
        "Size of the output's last axis.",
        minimum=1,
        primary=True,
        also=("out_features", "output_dim", "output_size", "hidden_size"),
    )
    bias: bool = param("Add a bias.", default=False, also=("use_bias",))
    init: Initializer = param(
        "First values of the kernel.",
        default={"normal": 0.01},
        also=("kernel_initializer",),
    )
    bias_init: Initializer = param(
        "First values of the bias.", default="zeros", also=("bias_initializer",)
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect("batch features", at_least=True)
        x.expect_floating()
        x.known(-1, "features")
        return x.with_shape((*x.shape[:-1], self.units))

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        features = x.known(-1, "features")
        found = {"kernel": self.regularised((features, self.units), self.init, x.dtype)}
        if self.bias:
            found["bias"] = WeightSpec((self.units,), self.bias_init, x.dtype)
        return found

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        y = _product(x, weights["kernel"], training=ctx.training)
        return tf.nn.bias_add(y, weights["bias"]) if self.bias else y

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(linear=True, mixes="all")

    def infer_transposed(self, y: TensorSpec, x: TensorSpec) -> TensorSpec:
        if y.shape[-1] != self.units:
            raise ShapeError(
                f"needs [batch, …, {self.units}] to go back, got {y}",
                help=f"put it where the last axis has the encoder's {self.units} units",
            )
        if y.dtype != x.dtype:
            raise ShapeError(f"needs {x.dtype} to go back, got {y}")
        return y.with_shape((*y.shape[:-1], x.shape[-1]))

    def build_transposed(self, y: Tensor, kernel: Tensor, x: TensorSpec) -> Tensor:
        return _product(y, kernel, transpose=True)


class Dense(MatMul):
    """matmul, bias and an activation: activation(x · kernel + bias).

    Shape: [batch, …, features] -> [batch, …, units].
    Weights: kernel [features, units]; bias [units] unless `bias` is false.
    """

    type = "dense"
    also_known_as = ("Linear", "LazyLinear", "FC", "FullyConnected", "Affine", "InnerProduct")
    example = """
    inputs: {image: [784]}
    layers:
      - dense: {units: 128, activation: relu, l2: 0.0001}
      - dense: 10
    """

    bias: bool = param("Add a bias.", default=True)
    init: Initializer = param(
        "First values of the kernel.",
        default="glorot_uniform",
    )
    activation: Layer | None = param(
        "A layer without weights, applied to the result.",
        default=None,
        also=("act", "nonlinearity"),
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        y = super().infer(x)
        return y if self.activation is None else infer_activation(self.activation, y)

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        y = super().build(x, weights, ctx)
        return y if self.activation is None else self.activation.build(y, {}, ctx)

    def facts(self, x: TensorSpec) -> LayerFacts:
        if self.activation is None:
            return super().facts(x)
        last = self.activation.facts(super().infer(x))
        return replace(
            last,
            passes=False,
            elementwise=False,
            linear=False,
            mixes="all",
            unchanged=None,
            parameter="activation",
        )


class Bias(Layer):
    """Adds a vector along the last axis.

    Shape: [batch, …, features] -> the same.
    Weights: bias [features].
    """

    type = "bias"
    also_known_as = ("BiasAdd", "AddBias")
    example = """
    inputs: {x: [20]}
    layers:
      - matmul: 64
      - bias: 0.1
      - relu
    """

    init: Initializer = param(
        "First values of the bias.",
        default="zeros",
        primary=True,
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect("batch features", at_least=True)
        x.expect_floating()
        x.known(-1, "features")
        return x

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        return {"bias": WeightSpec((x.known(-1, "features"),), self.init, x.dtype)}

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        return tf.nn.bias_add(x, weights["bias"])

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, linear=True)


class Scale(Layer):
    """Multiplies by one number for each feature, or by a single number.

    Shape: [batch] -> [batch], and [batch, …, features] -> the same.
    Weights: scale, a scalar for [batch], else [features].
    """

    type = "scale"
    example = """
    inputs: {x: []}
    layers:
      - scale: zeros
    """

    init: Initializer = param(
        "First values of the scale.",
        default="ones",
        primary=True,
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect_floating()
        if x.rank > 1:
            x.known(-1, "features")
        return x

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        shape = (x.known(-1, "features"),) if x.rank > 1 else ()
        return {"scale": WeightSpec(shape, self.init, x.dtype)}

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        return x * weights["scale"]

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(elementwise=True, linear=True)


def infer_activation(activation: Layer, y: TensorSpec) -> TensorSpec:
    """The output of a layer used as an activation, which may have no weights."""
    try:
        out = activation.infer(y)
        weights = activation.weights(y)
    except (TypeError, ShapeError) as error:
        raise ShapeError(
            f"cannot use `{activation.type}` as its activation: {error}", parameter="activation"
        ) from error
    if weights or out.shape != y.shape:
        raise ShapeError(
            f"cannot use `{activation.type}` as its activation: it "
            + ("has weights" if weights else f"makes {out} of {y}"),
            help=f"give `{activation.type}` an entry of its own",
            parameter="activation",
        )
    return out


def _product(
    x: Tensor, kernel: Tensor, *, training: bool = False, transpose: bool = False
) -> Tensor:
    if x.shape.rank > 2:
        # One product of matrices, whatever stands between the batch and the last axis.
        rows = tf.reshape(x, [-1, x.shape[-1]])
        flat = _product(rows, kernel, training=training, transpose=transpose)
        return tf.reshape(flat, tf.concat([tf.shape(x)[:-1], [flat.shape[-1]]], 0))
    if transpose:
        return tf.matmul(x, kernel, transpose_b=True)
    return product(x, kernel, training=training)
