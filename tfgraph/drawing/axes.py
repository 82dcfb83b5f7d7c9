"""Axes: from numbers to places on the paper, linear or logarithmic, and the ticks beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: From so many times the smallest number on, a logarithmic axis shows more.
SPAN = 100.0


@dataclass(frozen=True)
class Axis:
    """Numbers from `low` to `high` stand from `start` to `end`, in pixels."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Where a number stands."""
        low, high, at = self.low, self.high, value
        if self.logarithmic:
            low, high, at = math.log(low), math.log(high), math.log(max(value, self.low))
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """Round numbers between its ends, few enough to be read."""
        return _decades(self.low, self.high) if self.logarithmic else _steps(self.low, self.high)


def count_axis(most: int, start: float, end: float) -> Axis:
    """An axis of whole numbers from 0 on."""
    return Axis(0, max(most, 1), start, end)


def value_axis(values: Sequence[float], start: float, end: float) -> Axis:
    """An axis that holds finite numbers; logarithmic where they are positive and span decades."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low > 0 and high / low >= SPAN:
        return Axis(low / 1.15, high * 1.15, start, end, logarithmic=True)
    # Halved, as the difference of two floats may be none.
    room = 2 * (high / 2 - low / 2) * 0.06 or max(abs(high), 1e-6) * 0.06
    return Axis(low - room, high + room, start, end)


def _steps(low: float, high: float) -> list[float]:
    rough = (high / 6) - (low / 6)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [number * step for number in range(first, last + 1)]


def _decades(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    apart = -(-(last - first) // 8)
    factors = (1, 2, 5) if last - first <= 4 else (1,)
    found = [factor * 10.0**power for power in range(first, last + 1, apart) for factor in factors]
    return [value for value in found if low <= value <= high]
