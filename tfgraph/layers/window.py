"""The arithmetic of windows that slide over an axis, for convolutions and pooling."""

from __future__ import annotations

from tfgraph.api import Dim, ShapeError


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """One number for both axes as two."""
    return (value, value) if isinstance(value, int) else value


def output_size(size: Dim, window: int, stride: int, dilation: int, padding: str) -> Dim:
    """The number of places of a window on an axis; ShapeError where it does not fit once."""
    if size is None:
        return None
    if padding == "same":
        return -(-size // stride)
    extent = (window - 1) * dilation + 1
    if extent > size:
        raise ShapeError(
            f"has a window of {extent} and does not fit an axis of {size}",
            help="use a smaller `kernel_size`, or `padding: same`",
            parameter="kernel_size",
        )
    return (size - extent) // stride + 1
