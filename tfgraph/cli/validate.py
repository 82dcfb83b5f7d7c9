"""tfgraph validate: everything that is wrong with specs, without loading TensorFlow."""

from __future__ import annotations

import json

import click

from tfgraph import __version__
from tfgraph.cli.output import say
from tfgraph.cli.specs import checked, registry_of, set_option
from tfgraph.diagnostics import SpecError
from tfgraph.errors import DataError
from tfgraph.registry import Registry
from tfgraph.reports.checked import CheckedFile
from tfgraph.reports.text import text
from tfgraph.spec.plan.cost import cost


@click.command()
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    help="For people (text), programs (json), code scanning (sarif), GitHub's jobs (github).",
)
@click.option("--strict", is_flag=True, help="Warnings make the exit code 1 as well.")
@set_option
@click.pass_obj
def command(
    plugins: tuple[str, ...],
    specs: tuple[str, ...],
    form: str,
    strict: bool,
    settings: tuple[str, ...],
) -> int:
    """`-` reads standard input. The exit code is 1 where a spec has errors."""
    registry = registry_of(plugins)
    files = []
    for path in specs:
        file = _check(path, registry, settings)
        files.append(file)
        if form == "text":
            say(text(file, strict=strict), err=file.failure is not None)
    if form != "text":
        _print(files, form, strict)
    return max(_exit_code(file, strict) for file in files)


def _check(path: str, registry: Registry, settings: tuple[str, ...]) -> CheckedFile:
    try:
        found = checked(path, registry, settings)
    except DataError as error:
        return CheckedFile(path, failure=error)
    memory = cost(found.plan) if found.plan else None
    return CheckedFile(found.source.name, found.diagnostics, cost=memory)


def _print(files: list[CheckedFile], form: str, strict: bool) -> None:
    """Print a format that other programs read."""
    if form == "github":
        from tfgraph.reports.github import github

        for line in filter(None, map(github, files)):
            click.echo(line)
    elif form == "json":
        from tfgraph.reports.data import data

        click.echo(json.dumps(data(files, version=__version__, strict=strict), indent=2))
    else:
        from tfgraph.reports.sarif import sarif

        click.echo(json.dumps(sarif(files, version=__version__), indent=2))


def _exit_code(file: CheckedFile, strict: bool) -> int:
    if file.failure:
        return file.failure.exit_code
    return 0 if file.passes(strict=strict) else SpecError.exit_code
