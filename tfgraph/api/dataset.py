"""Dataset: fields and splits declared without loading, arrays on demand."""

from __future__ import annotations

from typing import Any, ClassVar

from tfgraph.api.component import Component
from tfgraph.api.tensors import Field


class Dataset(Component):
    """Examples in splits; the usual names of the splits are train, validation and test."""

    kind: ClassVar[str] = "dataset"
    #: Whether it fetches what is not there: a path that leads to nothing is no mistake then.
    fetches: ClassVar[bool] = False

    def fields(self) -> dict[str, Field]:
        """The fields of an example by name; reads no file."""
        raise NotImplementedError

    def inputs(self) -> tuple[str, ...]:
        """The fields that a model takes; by default all but the target."""
        return tuple(name for name in self.fields() if name != self.target())

    def target(self) -> str | None:
        """The field that a loss compares with, unless the loss names another."""
        return None

    def splits(self) -> dict[str, int]:
        """The number of examples in each split; reads no file."""
        raise NotImplementedError

    def load(self, split: str, seed: int) -> dict[str, Any]:
        """The arrays of a split, one NumPy array for each field, in the dtype it is stored in.

        `seed` is the spec's, for datasets that draw their examples. Raises DataError where a
        file is missing or damaged.
        """
        raise NotImplementedError
