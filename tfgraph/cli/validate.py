"""tfgraph validate: everything that is wrong with specs, without loading TensorFlow."""

from __future__ import annotations

import click

from tfgraph.cli.output import error_text, summary
from tfgraph.cli.specs import checked
from tfgraph.diagnostics import SpecError, render_all
from tfgraph.errors import DataError


@click.command()
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@click.pass_obj
def command(plugins: tuple[str, ...], specs: tuple[str, ...]) -> int:
    """`-` reads standard input. The exit code is 1 where a spec has errors."""
    return max(_validate(path, plugins) for path in specs)


def _validate(path: str, plugins: tuple[str, ...]) -> int:
    """Print what is wrong with one spec; the exit code that it alone would give."""
    try:
        found = checked(path, plugins)
    except DataError as error:
        click.echo(error_text(error), err=True)
        return error.exit_code
    if found.diagnostics:
        click.echo(render_all(found.diagnostics) + "\n")
    if found.plan is None:
        click.echo(summary(found.diagnostics))
        return SpecError.exit_code
    click.echo(f"{found.source.name}: ok")
    return 0
