"""Written: what a file holds, by the number of its bytes and their SHA-256."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Written:
    """What a file holds: the number of its bytes and their SHA-256."""

    size: int
    sha256: str

    @classmethod
    def of(cls, content: bytes | BinaryIO) -> Written:
        """What some bytes, or a file from where it stands, hold."""
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        digest, count = hashlib.sha256(), 0
        while block := file.read(_BLOCK):
            digest.update(block)
            count += len(block)
        return cls(count, digest.hexdigest())
