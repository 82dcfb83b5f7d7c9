"""Output: how errors and figures are printed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

import click

from tfgraph.reports.colour import paint

#: Columns of what is printed into files and pipes.
WIDTH = 80


def say(text: str, *, err: bool = False) -> None:
    """Print errors, warnings and what they stand on: in colour on a terminal, plain elsewhere."""
    colour = coloured(sys.stderr if err else sys.stdout)
    click.echo(paint(text) if colour else text, err=err, color=colour)


def coloured(stream: TextIO) -> bool:
    """Whether a stream gets colours: a terminal does, unless the environment says else.

    NO_COLOR is heeded first, as https://no-color.org has it, then FORCE_COLOR and CLICOLOR_FORCE,
    then CLICOLOR=0 (https://bixense.com/clicolors) and TERM=dumb.
    """
    given = os.environ.get
    if given("NO_COLOR"):
        return False
    if given("FORCE_COLOR") or given("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    if given("CLICOLOR") == "0" or given("TERM") == "dumb":
        return False
    return stream.isatty()


def figure(value: float) -> str:
    """A loss or a metric, in as many digits as one reads."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4f}" if abs(value) < 1e3 else f"{value:,.1f}"
    return f"{value:.4g}"


def figures(values: Mapping[str, float], split: str = "") -> str:
    """Several figures on one line: "test loss 0.2731, accuracy 0.9237"."""
    shown = ", ".join(f"{name} {figure(value)}" for name, value in values.items())
    return f"{split} {shown}".lstrip()


def duration(seconds: float) -> str:
    """A time as one says it: 0.4 s, 12 s, 3:05, 1:02:45."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def width_of(stream: TextIO) -> int:
    """The columns that a stream has: those of the terminal, or what reads well elsewhere."""
    return shutil.get_terminal_size().columns if stream.isatty() else WIDTH
