"""Sealed: JSON that knows its own SHA-256, so that no bit of it changes unnoticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_SEAL = "sha256"


def sealed(content: Mapping[str, Any]) -> bytes:
    """A mapping as JSON, with the SHA-256 of all the rest of it under `sha256`."""
    digest = hashlib.sha256(_text(content).encode()).hexdigest()
    return _text({**content, _SEAL: digest}).encode()


def unsealed(data: bytes) -> dict[str, Any]:
    """The mapping that `sealed` made these bytes of; ValueError where they are others."""
    try:
        found = json.loads(data)
        content = {key: value for key, value in found.items() if key != _SEAL}
        same = sealed(content) == data
    except (ValueError, AttributeError, RecursionError) as error:
        raise ValueError("it holds no JSON of a checkpoint") from error
    if not same:
        raise ValueError("it is not what was saved")
    return content


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, sort_keys=True) + "\n"
