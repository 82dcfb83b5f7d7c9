"""tfgraph evaluate: loss and metrics of a run over a whole split."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from tfgraph.cli.output import say
from tfgraph.cli.specs import checkpoint_option, graph_of, run_argument, set_to_evaluate_option
from tfgraph.errors import UsageError
from tfgraph.reports.text import count
from tfgraph.spec import Plan

if TYPE_CHECKING:
    from tfgraph.run.checkpoint import Checkpoint


@click.command()
@run_argument
@click.option("--split", default="test", show_default=True, help="The split to evaluate.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@checkpoint_option
@set_to_evaluate_option
@click.pass_obj
def command(
    plugins: tuple[str, ...],
    run: str,
    split: str,
    form: str,
    *,
    checkpoint: str | None,
    settings: tuple[str, ...],
) -> None:
    """Every example counts exactly once. RUN is a directory that `tfgraph train` has made."""

    def begins(plan: Plan, found: Checkpoint) -> None:
        from tfgraph.run.splits import require_split

        data = plan.spec.data
        if data is None:
            where = found.folder.parents[1]
            raise UsageError(
                f"the run `{where}` was trained with arrays of Python code, and its spec names no data",
                help=f'evaluate from Python: `tfgraph.evaluate(tfgraph.open_run("{where}"), "{split}", '
                "data)` with such arrays",
            )
        require_split(plan, split)
        size = f" ({count(data.component.splits()[split], 'example')})"
        text = f"evaluating {plan.spec.name} after step {found.saved.step:,} on {split}{size}"
        click.echo(text, err=True)

    graph = graph_of(run, checkpoint, plugins, settings, begins)
    from tfgraph.run import evaluate
    from tfgraph.run.events import finite

    found = evaluate(graph, split, warn=lambda text: say(f"warning: {text}", err=True))
    if form == "json":
        click.echo(json.dumps({"split": split, **finite(found)}))
    else:
        for name, value in found.items():
            click.echo(f"{name} {value!r}")
