"""Convolutions over images."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal

from tfgraph.api import (
    Context,
    Initializer,
    LayerFacts,
    ParameterError,
    ShapeError,
    Tensor,
    TensorSpec,
    Transposable,
    WeightSpec,
    param,
)
from tfgraph.layers.kernels import Regularised
from tfgraph.layers.window import output_sizes, pair
from tfgraph.lazy import tf


class Convolution(Regularised):
    """Abstract: a window of weights that slides over an image."""

    kernel_size: int | tuple[int, int] = param(
        "Window, in pixels: one number, or [height, width].",
        default=3,
        minimum=1,
        also=("kernel", "filter_size", "window"),
    )
    stride: int | tuple[int, int] = param(
        "Step of the window.", default=1, minimum=1, also=("strides", "subsample")
    )
    dilation: int | tuple[int, int] = param(
        "Distance between the pixels of a window.",
        default=1,
        minimum=1,
        also=("dilation_rate", "dilations", "atrous_rate"),
    )
    padding: Literal["same", "valid"] = param(
        "`same`: zeros around the image; `valid`: windows inside it only.",
        default="same",
        also=("pad",),
    )
    bias: bool = param("Add a bias.", default=False, also=("use_bias",))
    init: Initializer = param(
        "First values of the kernel.",
        default="glorot_uniform",
        also=("kernel_initializer", "depthwise_initializer"),
    )
    bias_init: Initializer = param(
        "First values of the bias.", default="zeros", also=("bias_initializer",)
    )

    def check_parameters(self) -> None:
        if pair(self.stride) != (1, 1) and pair(self.dilation) != (1, 1):
            raise ParameterError("takes a stride or a dilation, not both", parameter="dilation")

    def output_channels(self, x: TensorSpec) -> int:
        """The number of channels of the output."""
        raise NotImplementedError

    def kernel_channels(self, x: TensorSpec) -> tuple[int, int]:
        """The last two sizes of the kernel."""
        raise NotImplementedError

    def convolve(self, x: Tensor, kernel: Tensor) -> Tensor:
        """The convolution, as ops."""
        raise NotImplementedError

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect("batch height width channels")
        x.expect_floating()
        x.known(-1, "channels")
        sizes = output_sizes(
            x,
            pair(self.kernel_size),
            pair(self.stride),
            padding=self.padding,
            parameter="kernel_size",
            dilation=pair(self.dilation),
        )
        return x.with_shape((None, *sizes, self.output_channels(x)))

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        shape = (*pair(self.kernel_size), *self.kernel_channels(x))
        found = {"kernel": self.regularised(shape, self.init, x.dtype)}
        if self.bias:
            found["bias"] = WeightSpec((self.output_channels(x),), self.bias_init, x.dtype)
        return found

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        y = self.convolve(self.covered(x), weights["kernel"])
        # Through the phases of a dilated convolution TensorFlow loses sizes that are known.
        y.set_shape(self.infer(TensorSpec(tuple(x.shape), x.dtype.name)).shape)
        return tf.nn.bias_add(y, weights["bias"]) if self.bias else y

    def covered(self, x: Tensor) -> Tensor:
        """The images, which must not be smaller than a window that stays inside of them.

        Where TensorFlow is left to find that out, it may give memory that nothing was written to.
        """
        if self.padding == "same" or None not in x.shape[1:3]:
            return x
        windows = zip(pair(self.kernel_size), pair(self.dilation))
        least = [(window - 1) * dilation + 1 for window, dilation in windows]
        message = f"an image is smaller than the window of {least[0]} x {least[1]} pixels"
        with tf.control_dependencies(
            [tf.debugging.assert_greater_equal(tf.shape(x)[1:3], least, message)]
        ):
            return tf.identity(x)

    def facts(self, x: TensorSpec) -> LayerFacts:
        window = pair(self.kernel_size), pair(self.stride)
        return LayerFacts(linear=True, mixes="some", window=window)


class Conv2D(Convolution, Transposable):
    """2-D convolution over images.

    Shape: [batch, height, width, channels] -> [batch, height', width', filters].
    Weights: kernel [height, width, channels / groups, filters] of the window; bias [filters] if
    `bias`.
    """

    type = "conv2d"
    also_known_as = ("Conv", "Convolution", "Convolution2D", "LazyConv2d")
    example = """
    inputs: {image: [32, 32, 3]}
    layers:
      - conv2d: {filters: 32, kernel_size: 3, bias: true}
      - relu
      - conv2d: {filters: 64, kernel_size: 3, stride: 2, bias: true}
      - relu
    """

    filters: int = param(
        "Output channels.",
        minimum=1,
        primary=True,
        also=("out_channels", "channels", "num_filters", "depth", "units"),
    )
    groups: int = param(
        "Groups of channels that are convolved by themselves.",
        default=1,
        minimum=1,
        also=("num_groups", "feature_group_count"),
    )

    def output_channels(self, x: TensorSpec) -> int:
        channels = x.known(-1, "channels")
        for count, name in ((channels, "channels"), (self.filters, "filters")):
            if count % self.groups:
                raise ShapeError(
                    f"cannot cut {count} {name} into {self.groups} groups", parameter="groups"
                )
        return self.filters

    def kernel_channels(self, x: TensorSpec) -> tuple[int, int]:
        return x.known(-1, "channels") // self.groups, self.filters

    def convolve(self, x: Tensor, kernel: Tensor) -> Tensor:
        dilation = pair(self.dilation)
        if dilation == (1, 1):
            return grouped(x, kernel, self.groups, pair(self.stride), self.padding)
        paddings, crops = self.phases(tf.shape(x)[1:3], x.shape[1:3])
        phases = tf.space_to_batch(x, dilation, paddings)
        return tf.batch_to_space(grouped(phases, kernel, self.groups), dilation, crops)

    def phases(self, size: Tensor, known: Sequence[int | None]) -> tuple[Tensor, Tensor]:
        """What a dilated convolution pads an image of `size` with, and crops from its output.

        It is a plain one of each phase of the image, the pixels a dilation apart: TensorFlow has
        the gradient of a dilated one for some dtypes and devices only.
        """
        dilation, window = pair(self.dilation), pair(self.kernel_size)
        around = [(w - 1) * d if self.padding == "same" else 0 for w, d in zip(window, dilation)]
        return tf.required_space_to_batch_paddings(  # type: ignore[no-any-return]
            size if None in known else tuple(known),
            dilation,
            [[whole // 2, whole - whole // 2] for whole in around],
        )

    def infer_transposed(self, y: TensorSpec, x: TensorSpec) -> TensorSpec:
        if self.groups != 1:
            raise ShapeError("cannot go back through a convolution in groups")
        forth = self.infer(x)
        if y.shape[1:] != forth.shape[1:] or None in y.shape[1:]:
            raise ShapeError(
                f"needs {forth} to go back, got {y}",
                help=f"put it where there is {forth}, what the encoder gives",
            )
        if y.dtype != x.dtype:
            raise ShapeError(f"needs {x.dtype} to go back, got {y}")
        return x

    def build_transposed(self, y: Tensor, kernel: Tensor, x: TensorSpec) -> Tensor:
        dilation = pair(self.dilation)
        if dilation == (1, 1):
            shape = tf.concat([tf.shape(y)[:1], x.shape[1:]], 0)
            return tf.nn.conv2d_transpose(y, kernel, shape, pair(self.stride), self.padding.upper())
        paddings, crops = self.phases(x.shape[1:3], x.shape[1:3])
        phases = tf.space_to_batch(y, dilation, crops)
        sizes = tf.shape(phases)[1:3] + [window - 1 for window in pair(self.kernel_size)]
        shape = tf.concat([tf.shape(phases)[:1], sizes, x.shape[3:]], 0)
        back = tf.nn.conv2d_transpose(phases, kernel, shape, 1, "VALID")
        return tf.ensure_shape(tf.batch_to_space(back, dilation, paddings), x.shape)


class DepthwiseConv2D(Convolution):
    """2-D convolution of each channel by itself.

    Shape: [batch, height, width, channels] -> [batch, height', width', channels · multiplier].
    Weights: kernel [height, width, channels, multiplier] of the window; bias
    [channels · multiplier] if `bias`.
    Source: Howard et al., 2017, "MobileNets: Efficient Convolutional Neural Networks for Mobile
    Vision Applications".
    """

    type = "depthwise_conv2d"
    also_known_as = ("DepthwiseConv", "DepthwiseConvolution2D")
    example = """
    inputs: {image: [32, 32, 16]}
    layers:
      - depthwise_conv2d: {kernel_size: 3, stride: 2}
      - batch_norm
      - relu
      - conv2d: {filters: 32, kernel_size: 1}
    """

    multiplier: int = param(
        "Output channels for each input channel.",
        default=1,
        minimum=1,
        also=("depth_multiplier", "channel_multiplier"),
    )
    # TensorFlow has depthwise convolutions of one stride for both axes only.
    stride: int = param("Step of the window.", default=1, minimum=1)

    def output_channels(self, x: TensorSpec) -> int:
        return x.known(-1, "channels") * self.multiplier

    def kernel_channels(self, x: TensorSpec) -> tuple[int, int]:
        return x.known(-1, "channels"), self.multiplier

    def convolve(self, x: Tensor, kernel: Tensor) -> Tensor:
        y = tf.nn.depthwise_conv2d(
            x,
            kernel,
            strides=(1, *pair(self.stride), 1),
            padding=self.padding.upper(),
            dilations=pair(self.dilation),
        )
        # With a dilation, one unknown size makes TensorFlow forget the other.
        return tf.ensure_shape(y, self.infer(TensorSpec(tuple(x.shape))).shape)


def grouped(
    x: Tensor,
    kernel: Tensor,
    groups: int,
    stride: tuple[int, int] = (1, 1),
    padding: str = "valid",
) -> Tensor:
    """The convolution of each group of channels by itself."""
    if groups == 1 or has_grouped_gradient(x.dtype.name):
        return tf.nn.conv2d(x, kernel, stride, padding.upper())
    parts = zip(tf.split(x, groups, -1), tf.split(kernel, groups, -1))
    found = [tf.nn.conv2d(part, own, stride, padding.upper()) for part, own in parts]
    return tf.concat(found, -1)


@cache
def has_grouped_gradient(dtype: str) -> bool:
    """Whether TensorFlow can train a convolution in groups here.

    It depends on dtype, device and oneDNN, and nothing but a try tells.
    """
    # No tape records in an init_scope: the ops of the gradient are called as they are.
    with tf.init_scope():
        x, kernel = tf.zeros([2, 5, 5, 4], dtype), tf.zeros([3, 3, 2, 6], dtype)
        y = tf.zeros([2, 3, 3, 6], dtype)
        window = {"strides": [1, 1, 1, 1], "padding": "VALID", "out_backprop": y}
        try:
            tf.raw_ops.Conv2DBackpropInput(input_sizes=x.shape, filter=kernel, **window)
            tf.raw_ops.Conv2DBackpropFilter(input=x, filter_sizes=kernel.shape, **window)
        except tf.errors.OpError:
            return False
    return True
