"""Fingerprint: the SHA-256 of the data that a run is trained with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from tfgraph.lazy import np


def fingerprints(splits: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The SHA-256 of each split, over the names, shapes, dtypes and bytes of its fields."""
    return {split: _of(arrays) for split, arrays in splits.items()}


def _of(arrays: Mapping[str, Any]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name].numpy())
        digest.update(f"{name} {array.dtype.name} {list(array.shape)}\n".encode())
        digest.update(array.reshape(-1).view(np.uint8))
    return digest.hexdigest()
