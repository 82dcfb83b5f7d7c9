"""Pooling over images."""

from __future__ import annotations

from typing import Literal

from tfgraph.api import Context, Layer, Tensor, TensorSpec, param
from tfgraph.layers.window import output_size, pair
from tfgraph.lazy import tf


class MaxPool(Layer):
    """The greatest value of each window.

    Shape: [batch, height, width, channels] -> [batch, height', width', channels].
    """

    type = "max_pool"

    size: int | tuple[int, int] = param(
        "Window, in pixels: one number, or [height, width].", default=2, minimum=1, primary=True
    )
    stride: int | tuple[int, int] | None = param(
        "Step of the window; its size if not given.", default=None, minimum=1
    )
    padding: Literal["same", "valid"] = param(
        "`same`: windows may reach over the edge; `valid`: inside only.", default="valid"
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect("batch height width channels")
        x.expect_floating()
        strides = pair(self.stride or self.size)
        windows = zip(x.shape[1:3], pair(self.size), strides)
        sizes = [output_size(a, w, s, 1, self.padding) for a, w, s in windows]
        return x.with_shape((None, *sizes, x.shape[3]))

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        strides = pair(self.stride or self.size)
        return tf.nn.max_pool2d(x, pair(self.size), strides, self.padding.upper())
