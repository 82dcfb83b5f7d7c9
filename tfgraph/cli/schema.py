"""tfgraph schema: the JSON Schema of the language, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tfgraph.cli.specs import registry_of
from tfgraph.errors import DataError, UsageError
from tfgraph.registry import Registry
from tfgraph.spec.schema import language_schema
from tfgraph.words import did_you_mean, listed


@click.command()
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it here."
)
@click.option(
    "--only",
    multiple=True,
    metavar="PLUGIN",
    help="Describe the components of this plugin alone, by its name in `tfgraph plugins`; may be "
    "given several times. All if not given.",
)
@click.pass_obj
def command(plugins: tuple[str, ...], output: Path | None, only: tuple[str, ...]) -> None:
    """Of the language with every installed plugin, for completion and checks while typing.

    An editor with the YAML language server finds it through the first line of a spec:
    `# yaml-language-server: $schema=tfgraph.schema.json`
    """
    registry = registry_of(plugins)
    _check_names(registry, only)
    text = json.dumps(language_schema(registry, only), indent=1, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write `{output}`: {error.strerror}") from error


def _check_names(registry: Registry, only: tuple[str, ...]) -> None:
    names = [plugin.name for plugin in registry.plugins]
    for name in only:
        if name not in names:
            help = did_you_mean(name, names) or f"the plugins are {listed(names)}"
            raise UsageError(f"no plugin is called `{name}`", help=help)
