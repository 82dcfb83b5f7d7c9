"""tfgraph evaluate: loss and metrics of a run over a whole split."""

from __future__ import annotations

import json

import click

from tfgraph.cli.quiet import load_tensorflow
from tfgraph.registry import load_registry


@click.command()
@click.argument("folder", metavar="RUN")
@click.option("--split", default="test", show_default=True, help="The split to evaluate.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(plugins: tuple[str, ...], folder: str, split: str, form: str) -> None:
    """Every example counts exactly once. RUN is a folder that `tfgraph train` has made."""
    registry = load_registry(plugins)
    load_tensorflow()
    from tfgraph.run import evaluate, open_run

    found = evaluate(open_run(folder, registry), split)
    if form == "json":
        click.echo(json.dumps({"split": split, **found}))
    else:
        for name, value in found.items():
            click.echo(f"{name} {value:.10g}")
