"""Convolutions over images."""

from __future__ import annotations

from typing import Literal

from tfgraph.api import (
    Context,
    Initializer,
    ShapeError,
    Tensor,
    TensorSpec,
    Transposable,
    WeightSpec,
    param,
)
from tfgraph.layers.window import output_size, pair
from tfgraph.lazy import tf


class Conv2D(Transposable):
    """2-D convolution over images.

    Shape: [batch, height, width, channels] -> [batch, height', width', filters].
    Weights: kernel [size, size, channels / groups, filters]; bias [filters] if `bias`.
    """

    type = "conv2d"

    filters: int = param("Output channels.", minimum=1, primary=True)
    kernel_size: int | tuple[int, int] = param(
        "Window, in pixels: one number, or [height, width].", default=3, minimum=1
    )
    stride: int | tuple[int, int] = param("Step of the window.", default=1, minimum=1)
    dilation: int | tuple[int, int] = param(
        "Distance between the pixels of a window.", default=1, minimum=1
    )
    groups: int = param(
        "Groups of channels that are convolved by themselves.", default=1, minimum=1
    )
    padding: Literal["same", "valid"] = param(
        "`same`: zeros around the image; `valid`: windows inside it only.", default="same"
    )
    bias: bool = param("Add a bias.", default=False)
    init: Initializer = param("First values of the kernel.", default="glorot_uniform")
    bias_init: Initializer = param("First values of the bias.", default="zeros")
    l1: float = param(
        "Weight of the kernel's sum of absolute values in the loss.", default=0.0, minimum=0
    )
    l2: float = param("Weight of the kernel's sum of squares in the loss.", default=0.0, minimum=0)

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect("batch height width channels")
        x.expect_floating()
        channels = x.known(-1, "channels")
        for count, name in ((channels, "channels"), (self.filters, "filters")):
            if count % self.groups:
                raise ShapeError(
                    f"cannot cut {count} {name} into {self.groups} groups", parameter="groups"
                )
        if pair(self.stride) != (1, 1) and pair(self.dilation) != (1, 1):
            raise ShapeError("takes a stride or a dilation, not both", parameter="dilation")
        windows = zip(x.shape[1:3], pair(self.kernel_size), pair(self.stride), pair(self.dilation))
        sizes = [output_size(*window, self.padding) for window in windows]
        return x.with_shape((None, *sizes, self.filters))

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        shape = (*pair(self.kernel_size), x.known(-1, "channels") // self.groups, self.filters)
        found = {"kernel": WeightSpec(shape, self.init, x.dtype, l1=self.l1, l2=self.l2)}
        if self.bias:
            found["bias"] = WeightSpec((self.filters,), self.bias_init, x.dtype)
        return found

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        y = tf.nn.conv2d(
            x,
            weights["kernel"],
            strides=pair(self.stride),
            padding=self.padding.upper(),
            dilations=pair(self.dilation),
        )
        return tf.nn.bias_add(y, weights["bias"]) if self.bias else y

    def infer_transposed(self, y: TensorSpec, x: TensorSpec) -> TensorSpec:
        if self.groups != 1:
            raise ShapeError("cannot go back through a convolution in groups")
        forth = self.infer(x)
        if y.shape[1:] != forth.shape[1:] or None in y.shape[1:]:
            raise ShapeError(f"needs {forth} to go back, got {y}")
        return x

    def build_transposed(self, y: Tensor, kernel: Tensor, x: TensorSpec) -> Tensor:
        return tf.nn.conv2d_transpose(
            y,
            kernel,
            output_shape=tf.concat([tf.shape(y)[:1], x.shape[1:]], 0),
            strides=pair(self.stride),
            padding=self.padding.upper(),
            dilations=pair(self.dilation),
        )
