"""Events: what libyaml finds in a text, one after the other, before anything is built of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def events_of(text: str) -> Iterator[Any]:
    """The events of a text; `yaml.YAMLError` where it stops being YAML."""
    return iter(yaml.parse(text, Loader=_LOADER))
