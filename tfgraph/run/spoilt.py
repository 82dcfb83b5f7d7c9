"""Spoilt: which examples hold what is no number, of data that are trained with or predicted from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tfgraph.lazy import np


@dataclass
class Spoilt:
    """The examples of an array that hold a value which is not finite, counted part by part.

    Args:
        examples: those that were looked at.
        bad: those among them that hold one.
        first: the number of the first of these, counted from 1.
    """

    examples: int = 0
    bad: int = 0
    first: int = 0

    def add(self, array: Any) -> None:
        """Look at more examples."""
        if array.dtype.kind not in "biu":
            wrong = ~np.isfinite(array).all(axis=tuple(range(1, array.ndim)))
            if not self.bad and wrong.any():
                self.first = self.examples + int(wrong.argmax()) + 1
            self.bad += int(wrong.sum())
        self.examples += len(array)

    def __bool__(self) -> bool:
        return self.bad > 0

    def __str__(self) -> str:
        return f"in {self.bad:,} of {self.examples:,} examples, first in number {self.first:,}"


def spoilt(arrays: Mapping[str, Any]) -> Iterator[tuple[str, Spoilt]]:
    """The fields of a split, as tensors, that hold what is not finite."""
    for name, array in arrays.items():
        if array.dtype.is_floating:
            found = Spoilt()
            found.add(array.numpy())
            if found:
                yield name, found
