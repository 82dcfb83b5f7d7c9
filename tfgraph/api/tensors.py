"""What is known of tensors and weights before any of them exists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfgraph.errors import ShapeError

if TYPE_CHECKING:
    from tfgraph.api.initializer import Initializer

#: A size, or None where only the data says (the batch always is).
Dim = int | None
Shape = tuple[Dim, ...]

FLOATS = ("float16", "bfloat16", "float32", "float64")
INTEGERS = ("uint8", "int8", "uint16", "int16", "int32", "uint32", "int64", "uint64")
DTYPES = (*FLOATS, *INTEGERS, "bool")
_BYTES = {"float16": 2, "bfloat16": 2, "uint16": 2, "int16": 2, "float32": 4, "int32": 4}
_BYTES |= {"uint32": 4, "float64": 8, "int64": 8, "uint64": 8, "uint8": 1, "int8": 1, "bool": 1}


def show_shape(shape: Sequence[Dim]) -> str:
    """`(None, 28, 28)` as `[batch, 28, 28]`; other unknown sizes as `?`."""
    names = [
        ("batch" if axis == 0 else "?") if size is None else str(size)
        for axis, size in enumerate(shape)
    ]
    return f"[{', '.join(names)}]"


@dataclass(frozen=True)
class TensorSpec:
    """Shape and dtype of a tensor, the batch axis (always None) first.

    `classes` is known for class indices: the values are 0 to `classes` - 1.
    """

    shape: Shape
    dtype: str = "float32"
    classes: int | None = None

    @property
    def rank(self) -> int:
        """The number of axes, the batch's among them."""
        return len(self.shape)

    @property
    def floating(self) -> bool:
        """Whether the values are floating-point numbers."""
        return self.dtype in FLOATS

    @property
    def size(self) -> int | None:
        """The number of values of one example; None where an axis is unknown."""
        known = [size for size in self.shape[1:] if size is not None]
        return math.prod(known) if len(known) == self.rank - 1 else None

    @property
    def least_bytes(self) -> int:
        """The memory of one example's values; axes of unknown size count as 1."""
        return math.prod(size for size in self.shape if size is not None) * _BYTES[self.dtype]

    def with_shape(self, shape: Sequence[Dim]) -> TensorSpec:
        """The same dtype in another shape."""
        return TensorSpec(tuple(shape), self.dtype)

    def with_dtype(self, dtype: str) -> TensorSpec:
        """The same shape in another dtype."""
        return TensorSpec(self.shape, dtype)

    def expect(self, axes: str, *, at_least: bool = False) -> None:
        """Raise ShapeError unless there is one axis for each word of `axes`.

        `at_least` allows more axes before the last one: `expect("batch features",
        at_least=True)` takes `[batch, time, features]` as well.
        """
        words = axes.split()
        if at_least:
            if self.rank < len(words):
                shown = ", ".join([words[0], "…", *words[1:]])
                raise ShapeError(f"needs [{shown}], got {self}", help=_rank_help(self, words))
        elif self.rank != len(words):
            raise ShapeError(
                f"needs [{', '.join(words)}], got {self}", help=_rank_help(self, words)
            )

    def expect_floating(self) -> None:
        """Raise ShapeError unless the values are floating-point numbers."""
        if not self.floating:
            raise ShapeError(
                f"needs floating-point values, got {self.dtype}",
                help="class indices and tokens go through `embedding` first",
            )

    def known(self, axis: int, name: str) -> int:
        """The size of `axis`; ShapeError where only the data would say."""
        size = self.shape[axis]
        if size is None:
            raise ShapeError(f"needs to know the size of the {name} axis, got {self}")
        return size

    def __str__(self) -> str:
        shown = show_shape(self.shape)
        return shown if self.dtype == "float32" else f"{shown} of {self.dtype}"


def _rank_help(x: TensorSpec, words: Sequence[str]) -> str:
    if x.rank > len(words) == 2:
        return "put `flatten` before it"
    if x.rank < len(words):
        return f"put a `reshape` to [{', '.join(words[1:])}] before it"
    return ""


@dataclass(frozen=True)
class Tied:
    """A weight that is another layer's, seen through a permutation of its axes."""

    weight: str
    permutation: tuple[int, ...]


@dataclass(frozen=True)
class WeightSpec:
    """A weight that a layer declares.

    Args:
        shape: its shape, every size known.
        initializer: an Initializer, or a number that fills it.
        dtype: its dtype.
        trainable: False for state that `build` updates itself (moving averages).
        tied: set where the weight is another layer's; then nothing is created, and `build`
            receives the other layer's weight as it is, not permuted.
        l1, l2: added to the loss: `l1 * sum(|w|) + l2 * sum(w * w)`.
    """

    shape: tuple[int, ...]
    initializer: Initializer | float = 0.0
    dtype: str = "float32"
    trainable: bool = True
    tied: Tied | None = None
    l1: float = 0.0
    l2: float = 0.0

    @property
    def size(self) -> int:
        """The number of values; 0 for a tied weight, whose values are another's."""
        return 0 if self.tied else math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """The memory of its values."""
        return self.size * _BYTES[self.dtype]

    def slot(self, value: float) -> WeightSpec:
        """State of an optimizer for this weight: of its shape and dtype, filled with `value`."""
        return WeightSpec(self.shape, value, self.dtype, trainable=False)


@dataclass(frozen=True)
class Field:
    """One field of a dataset, per example: `shape` without the batch axis.

    Args:
        shape: the shape of one example; None for a size that differs between batches.
        dtype: the dtype that the graph sees.
        classes: for class indices, how many there are.
        stored: the dtype of the arrays in memory, where it is another (images as bytes).
        scale: a factor applied after the cast from `stored`.
        doc: one line of prose.
    """

    shape: Shape
    dtype: str = "float32"
    classes: int | None = None
    stored: str | None = None
    scale: float | None = None
    doc: str = ""

    @property
    def spec(self) -> TensorSpec:
        """What the graph sees of a batch."""
        return TensorSpec((None, *self.shape), self.dtype, self.classes)

    @property
    def stored_spec(self) -> TensorSpec:
        """What a batch is in memory."""
        return TensorSpec((None, *self.shape), self.stored or self.dtype, self.classes)
