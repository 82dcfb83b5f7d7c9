"""How long a call takes."""

from __future__ import annotations

import time
from collections.abc import Callable


def repeated(call: Callable[[], object], seconds: float) -> float:
    """The least time of a call, of as many as fit into `seconds`."""
    call()
    best = float("inf")
    end = time.perf_counter() + seconds
    while (started := time.perf_counter()) < end:
        call()
        best = min(best, time.perf_counter() - started)
    return best
