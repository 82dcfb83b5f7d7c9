"""tfgraph validate: everything that is wrong with specs, without loading TensorFlow."""

from __future__ import annotations

import click

from tfgraph.cli.output import count_text
from tfgraph.cli.specs import checked
from tfgraph.diagnostics import render_all


@click.command()
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@click.pass_obj
def command(plugins: tuple[str, ...], specs: tuple[str, ...]) -> int:
    """`-` reads standard input. The exit code is 1 where a spec has errors."""
    failed = 0
    for path in specs:
        found = checked(path, plugins)
        if found.diagnostics:
            click.echo(render_all(found.diagnostics) + "\n")
        if found.plan is None:
            failed += 1
            errors = [d for d in found.diagnostics if d.severity == "error"]
            click.echo(count_text(len(errors), found.source.name))
        else:
            click.echo(f"{found.source.name}: ok")
    return 1 if failed else 0
