"""Pooling over images: of each window, or of the whole image."""

from __future__ import annotations

from typing import Literal

from tfgraph.api import Context, Layer, LayerFacts, Tensor, TensorSpec, param
from tfgraph.layers.window import output_sizes, pair
from tfgraph.lazy import tf


class WindowPool(Layer):
    """Abstract: one value for each window and channel."""

    size: int | tuple[int, int] = param(
        "Window, in pixels: one number, or [height, width].",
        default=2,
        minimum=1,
        primary=True,
        also=("pool_size", "kernel_size", "window"),
    )
    stride: int | tuple[int, int] | None = param(
        "Step of the window; its size if not given.", default=None, minimum=1, also=("strides",)
    )
    padding: Literal["same", "valid"] = param(
        "`same`: windows may reach over the edge; `valid`: inside only.",
        default="valid",
        also=("pad",),
    )

    @property
    def strides(self) -> tuple[int, int]:
        """The step along height and width."""
        return pair(self.stride or self.size)

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect("batch height width channels")
        x.expect_floating()
        sizes = output_sizes(
            x, pair(self.size), self.strides, padding=self.padding, parameter="size"
        )
        return x.with_shape((None, *sizes, x.shape[3]))

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(window=(pair(self.size), self.strides))


class MaxPool(WindowPool):
    """The greatest value of each window.

    Shape: [batch, height, width, channels] -> [batch, height', width', channels].
    """

    type = "max_pool"
    also_known_as = ("MaxPool2D", "MaxPooling", "MaxPooling2D")
    example = """
    inputs: {image: [28, 28, 1]}
    layers:
      - conv2d: {filters: 32, bias: true}
      - relu
      - max_pool: 2
    """

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        return tf.nn.max_pool2d(x, pair(self.size), self.strides, self.padding.upper())


class AvgPool(WindowPool):
    """The mean of each window; what reaches over the edge does not count.

    Shape: [batch, height, width, channels] -> [batch, height', width', channels].
    """

    type = "avg_pool"
    also_known_as = (
        "AvgPool2D",
        "AvgPooling",
        "AveragePool",
        "AveragePool2D",
        "AveragePooling",
        "AveragePooling2D",
        "MeanPool",
    )
    example = """
    inputs: {image: [32, 32, 16]}
    layers:
      - avg_pool: {size: 3, stride: 2, padding: same}
    """

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        return tf.nn.avg_pool2d(x, pair(self.size), self.strides, self.padding.upper())


class GlobalPool(Layer):
    """Abstract: one value for each channel."""

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect("batch height width channels")
        x.expect_floating()
        return x.with_shape((None, x.shape[3]))


class GlobalMaxPool(GlobalPool):
    """The greatest value of each channel over the whole image.

    Shape: [batch, height, width, channels] -> [batch, channels].
    """

    type = "global_max_pool"
    also_known_as = (
        "GlobalMaxPool2D",
        "GlobalMaxPooling",
        "GlobalMaxPooling2D",
        "AdaptiveMaxPool2d",
        "AdaptiveMaxPooling2D",
    )
    example = """
    inputs: {image: [null, null, 3]}
    layers:
      - conv2d: {filters: 64, bias: true}
      - relu
      - global_max_pool
      - dense: 10
    """

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        return tf.reduce_max(x, [1, 2])


class GlobalAvgPool(GlobalPool):
    """The mean of each channel over the whole image.

    Shape: [batch, height, width, channels] -> [batch, channels].
    Source: Lin et al., 2013, "Network In Network".
    """

    type = "global_avg_pool"
    also_known_as = (
        "GlobalAvgPool2D",
        "GlobalAveragePool",
        "GlobalAveragePooling",
        "GlobalAveragePooling2D",
        "AdaptiveAvgPool2d",
        "AdaptiveAveragePooling2D",
        "GAP",
    )
    example = """
    inputs: {image: [32, 32, 3]}
    layers:
      - conv2d: 64
      - batch_norm
      - relu
      - global_avg_pool
      - dense: 10
    """

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        return tf.reduce_mean(x, [1, 2])
