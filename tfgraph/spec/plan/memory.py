"""Memory: how much of it this machine has."""

from __future__ import annotations

import os
from pathlib import Path

#: Where the kernel says how much a container may use: control groups of version 2, and of 1.
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def machine_memory() -> int | None:
    """The bytes of main memory that a process here can have; None where nothing says."""
    known = [found for found in (_physical(), *map(_limit, LIMITS)) if found]
    return min(known, default=None)


def _physical() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _limit(path: str) -> int | None:
    try:
        text = Path(path).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return int(text) if text.isdigit() else None
