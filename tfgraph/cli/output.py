"""Output: how errors and results are printed."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

import click

from tfgraph.reports.colour import paint

#: Where the context of a command has the arguments of the whole call.
ARGUMENTS = "tfgraph.arguments"
#: Columns of what is printed into files and pipes.
WIDTH = 80


def say(text: str, *, err: bool = False) -> None:
    """Print errors, warnings and what they stand on: on a terminal within its width, in colour.

    Where standard error takes it no more, as its reader or its terminal has gone, nobody is told,
    and nothing ends for it.
    """
    stream = sys.stderr if err else sys.stdout
    if stream.isatty():
        from tfgraph.reports.wrapping import wrapped

        text = wrapped(text, width_of(stream))
    colour = coloured(stream)
    try:
        # Named, since click holds on to the stream from before a bar has put its own there.
        click.echo(paint(text) if colour else text, file=stream, color=colour)
    except OSError:
        if not err:
            raise


def tell(text: str) -> None:
    """Print sentences on standard error: on a terminal no word of them is broken."""
    if sys.stderr.isatty():
        from tfgraph.reference.paragraphs import filled
        from tfgraph.reports.wrapping import MIN_WIDTH

        width = max(width_of(sys.stderr), MIN_WIDTH)
        text = "\n".join(line for part in text.split("\n") for line in filled(part, width))
    say(text, err=True)


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


def width_of(stream: TextIO) -> int:
    """The columns that a stream has: those of the terminal, or what reads well elsewhere."""
    return shutil.get_terminal_size().columns if stream.isatty() else WIDTH
