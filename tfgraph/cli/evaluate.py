"""tfgraph evaluate: loss and metrics of a run over a whole split."""

from __future__ import annotations

import json

import click

from tfgraph.cli.specs import checkpoint_option, graph_of, run_argument


@click.command()
@run_argument
@click.option("--split", default="test", show_default=True, help="The split to evaluate.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@checkpoint_option
@click.pass_obj
def command(
    plugins: tuple[str, ...], run: str, split: str, form: str, checkpoint: str | None
) -> None:
    """Every example counts exactly once. RUN is a directory that `tfgraph train` has made."""
    graph = graph_of(run, checkpoint, plugins)
    from tfgraph.run import evaluate
    from tfgraph.run.events import finite

    found = evaluate(graph, split)
    if form == "json":
        click.echo(json.dumps({"split": split, **finite(found)}))
    else:
        for name, value in found.items():
            click.echo(f"{name} {value!r}")
