"""Numbers: what stored ones are to the model, and which of them a dtype cannot hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tfgraph.api import Field, Tensor
from tfgraph.lazy import np, tf


@dataclass(frozen=True)
class Misfit:
    """A value that a dtype cannot hold, and the row it stands in, counted from 0."""

    row: int
    value: object
    dtype: str

    @property
    def what(self) -> str:
        """The value and what it does not fit."""
        return f"{self.value}, beyond {bounds(self.dtype)}"

    def __str__(self) -> str:
        return f"{self.value} in row {self.row} (counted from 0), beyond {bounds(self.dtype)}"


def prepare(field: Field, stored: Tensor) -> Tensor:
    """A batch as the model sees it, from a batch as it is in memory."""
    value = tf.cast(stored, field.dtype)
    return value if field.scale is None else value * tf.constant(field.scale, field.dtype)


def is_whole(array: Any) -> bool:
    """Whether an array holds whole numbers by its dtype."""
    return array.dtype.kind in "biu"


def misfit(array: Any, dtype: str) -> Misfit | None:
    """The first value that `dtype` cannot hold; None where it holds all."""
    if array.dtype.name == dtype or array.size == 0 or array.dtype.kind == "b":
        return None
    wrong = _beyond(array, dtype)
    if not wrong.any():
        return None
    place = np.unravel_index(int(np.argmax(wrong)), array.shape)
    return Misfit(int(place[0]) if place else 0, array[place].item(), dtype)


def taken_as(field: Field, *, whole: bool) -> str:
    """The dtype that numbers are taken as, where the model sees a field.

    Whole numbers are what is stored, where that is scaled; anything else is what the model sees.
    """
    stored = field.stored
    if not whole or stored is None or field.scale is None or not tf.as_dtype(stored).is_integer:
        return field.dtype
    return stored


def bounds(dtype: str) -> str:
    """A dtype with the least and the greatest value it holds."""
    if dtype == "bool":
        return "bool (0 and 1)"
    known = tf.as_dtype(dtype)
    return f"{dtype} ({known.min} to {known.max})"


def _beyond(array: Any, dtype: str) -> Any:
    """Where the values stand that `dtype` cannot hold."""
    if dtype == "bool":
        return (array != 0) & (array != 1)
    wanted = tf.as_dtype(dtype)
    wrong = np.zeros(array.shape, bool)
    if not wanted.is_floating:
        # Where a value lies beyond a bound, the array's own dtype can hold the bound.
        if int(array.min()) < wanted.min:
            wrong |= array < array.dtype.type(wanted.min)
        if int(array.max()) > wanted.max:
            wrong |= array > array.dtype.type(wanted.max)
    elif dtype == "float16" or array.dtype == np.float64:
        limit = np.float64(wanted.max)
        wrong = ((array > limit) | (array < -limit)) & np.isfinite(array)
    return wrong
