"""Events: what libyaml finds in a text, one after the other, before anything is built of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def events_of(text: str) -> Iterator[Any]:
    """The events of a text; `yaml.YAMLError` where it stops being YAML."""
    return iter(yaml.parse(text, Loader=_LOADER))


def is_plain(event: Any) -> bool:
    """Whether it is a scalar without quotes."""
    return isinstance(event, yaml.ScalarEvent) and bool(event.implicit[0])


def is_lone_key(key: Any, value: Any) -> bool:
    """Whether it is a key that nothing is written behind."""
    return isinstance(key, yaml.ScalarEvent) and is_plain(value) and value.value == ""
