"""tfgraph plugins: which plugins there are, and what they add."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap

import click

from tfgraph.registry import load_registry
from tfgraph.registry.hookspecs import COMPONENT_HOOKS


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(plugins: tuple[str, ...], form: str) -> int:
    """With `--format json`, everything that is declared of each component."""
    registry = load_registry(plugins)
    types = [
        (registry.owner(kind, name), component)
        for kind in COMPONENT_HOOKS
        for name, component in registry.types(kind).items()
    ]
    if form == "json":
        found = [{"plugin": o.name, "origin": o.origin, **c.metadata()} for o, c in types]
        click.echo(json.dumps(found, indent=2))
    else:
        for plugin in registry.plugins:
            click.echo(f"{plugin.name} ({plugin.origin})")
            for kind in COMPONENT_HOOKS:
                names = [c.type for owner, c in types if owner == plugin and c.kind == kind]
                if names:
                    click.echo(_line(kind, ", ".join(names)))
        for failed in registry.failed:
            click.echo(f"error: {failed}", err=True)
    return 3 if registry.failed else 0


def _line(kind: str, names: str) -> str:
    """A kind's names: on a terminal folded between names, elsewhere one line."""
    head = f"  {kind:<12} "
    if not sys.stdout.isatty():
        return head + names
    width = shutil.get_terminal_size().columns
    return textwrap.fill(names, width, initial_indent=head, subsequent_indent=" " * len(head))
