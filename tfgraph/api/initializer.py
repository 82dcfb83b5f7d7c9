"""Initializer: the first values of a weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from tfgraph.api.component import Component
from tfgraph.api.facts import InitializerFacts


class Initializer(Component):
    """The first values of a weight; a bare number in a spec is short for `constant`."""

    kind: ClassVar[str] = "initializer"
    number: ClassVar[str] = "constant"

    def check(self, shape: Sequence[int]) -> None:
        """Raise ShapeError where the shape cannot be filled (an identity of three axes)."""

    def facts(self) -> InitializerFacts:
        """What warnings may rely on; by default nothing."""
        return InitializerFacts()

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Any:
        """A tensor of `shape` and `dtype`.

        `seed` is a pair of int64 for TensorFlow's stateless random ops: the same seed gives the
        same values.
        """
        raise NotImplementedError


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """The number of inputs and outputs that one value of a kernel connects.

    The last two axes of a kernel are input and output channels, the axes before them the window
    of a convolution; a vector has its size for both.
    """
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    window = 1
    for size in shape[:-2]:
        window *= size
    return window * shape[-2], window * shape[-1]
