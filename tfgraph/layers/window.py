"""The arithmetic of windows that slide over the axes of an image."""

from __future__ import annotations

from tfgraph.api import Dim, ShapeError, TensorSpec

#: TensorFlow's windows take sizes, strides and dilations in 32 bits.
MAX_STEP = 2**31 - 1


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """One number for both axes as two."""
    return (value, value) if isinstance(value, int) else value


def output_sizes(
    image: TensorSpec,
    window: tuple[int, int],
    stride: tuple[int, int],
    *,
    padding: str,
    parameter: str,
    dilation: tuple[int, int] = (1, 1),
) -> list[Dim]:
    """The number of places of a window on the height and on the width of an image.

    ShapeError on `parameter`, which gives the window's size, where it does not fit once.
    """
    found: list[Dim] = []
    for name, sizes in (("window", window), ("stride", stride), ("dilation", dilation)):
        if max(sizes) > MAX_STEP:
            raise ShapeError(
                f"has a {name} of {max(sizes)}: at most {MAX_STEP} can be",
                parameter=parameter if name == "window" else name,
            )
    for axis, name in ((0, "height"), (1, "width")):
        size = image.shape[1 + axis]
        extent = (window[axis] - 1) * dilation[axis] + 1
        if extent > MAX_STEP:
            raise ShapeError(
                f"has a window of {name} {extent}: at most {MAX_STEP} can be",
                parameter=parameter,
            )
        if size is None:
            found.append(None)
        elif padding == "same":
            found.append(-(-size // stride[axis]))
        elif extent <= size:
            found.append((size - extent) // stride[axis] + 1)
        else:
            raise ShapeError(
                f"has a window of {name} {extent}, which does not fit {image}",
                help=f"use a smaller `{parameter}`, or `padding: same`",
                parameter=parameter,
            )
    return found
