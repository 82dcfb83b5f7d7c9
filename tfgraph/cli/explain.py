"""tfgraph explain: what a code, a component, a parameter or a section is."""

from __future__ import annotations

import json
import sys

import click

from tfgraph.cli.output import coloured, width_of
from tfgraph.cli.specs import registry_of
from tfgraph.reference.layout import layout
from tfgraph.reference.subjects import Subjects
from tfgraph.reports.colour import paint


@click.command()
@click.argument("subject", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(plugins: tuple[str, ...], subject: str | None, form: str) -> None:
    """SUBJECT is a code (TG203), a type (conv2d), a section (train), a sibling of a type (from).

    A parameter stands behind a dot: conv2d.filters, train.epochs. Where several things have one
    name, their kind tells them apart: loss.cosine, schedule.cosine. Without a subject all there is
    is listed.
    """
    subjects = Subjects(registry_of(plugins))
    page = subjects.page(subject) if subject else subjects.overview()
    if form == "json":
        click.echo(json.dumps(page.data, indent=2, ensure_ascii=False))
        return
    colour = coloured(sys.stdout)
    click.echo(layout(page, width_of(sys.stdout), paint if colour else None), color=colour)
