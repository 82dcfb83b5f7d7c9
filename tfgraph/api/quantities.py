"""Quantities: numbers with a unit, written as a string: `500 steps`, `2 hours`."""

from __future__ import annotations

from typing import ClassVar

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class Quantity(str):
    """A number and its unit; a subclass names the units and shows an example of each kind."""

    #: The units in the singular; the first one is meant by a number alone.
    units: ClassVar[tuple[str, ...]]
    #: What JSON Schema checks; `$` alone also matches before a line break at the end.
    pattern: ClassVar[str]
    #: What it takes, in words.
    takes: ClassVar[str]

    @property
    def number(self) -> float:
        """The number."""
        return float(self.split()[0])

    @property
    def unit(self) -> str:
        """The unit, in the singular."""
        return self.split()[1].removesuffix("s")


class Interval(Quantity):
    """So many steps or epochs."""

    units = ("epoch", "step")
    pattern = rf"^[1-9][0-9]{{0,11}} ({'|'.join(units)})s?$(?!\n)"
    takes = "an interval like `1 epoch` or `500 steps`"

    def steps(self, steps_per_epoch: int) -> int:
        """The number of steps."""
        return int(self.number) * (1 if self.unit == "step" else steps_per_epoch)


class Duration(Quantity):
    """A time: seconds, minutes, hours or days."""

    units = tuple(_SECONDS)
    pattern = (
        r"^(0\.[0-9]{0,6}[1-9]|[1-9][0-9]{0,8}(\.[0-9]{1,6})?) "
        rf"({'|'.join(units)})s?$(?!\n)"
    )
    takes = "a time like `30 seconds` or `1.5 hours`"

    @property
    def seconds(self) -> float:
        """The time in seconds."""
        return self.number * _SECONDS[self.unit]
