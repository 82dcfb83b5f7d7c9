"""A dataset of bytes that the graph sees as numbers from 0 to 1, and what it gives set by a test."""

from __future__ import annotations

import sys
from typing import Any

import tfgraph.builtins
from tfgraph.api import Dataset, Field, hookimpl
from tfgraph.registry import Plugin, Registry

SCALED = """\
tfgraph: 1
data: bytes
layers:
  - scale: ones
    name: same
loss: {squared_error: , target: x}
optimizer: {gradient_descent: 0.1}
"""


class Bytes(Dataset):
    """Bytes that are scaled; `train` is what a test says."""

    type = "bytes"

    def fields(self) -> dict[str, Field]:
        return {"x": Field((2,), stored="uint8", scale=1 / 255)}

    def splits(self) -> dict[str, int]:
        return {"train": 4}

    def load(self, split: str, seed: int) -> dict[str, Any]:
        return LOADED


LOADED: dict[str, Any] = {}


@hookimpl
def tfgraph_datasets() -> list[type[Dataset]]:
    """The dataset `bytes`."""
    return [Bytes]


REGISTRY = Registry(
    {
        Plugin("builtins", "tfgraph"): tfgraph.builtins,
        Plugin("bytes", "tests"): sys.modules[__name__],
    }
)
