"""tfgraph train: trains a spec and keeps the weights in a run folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tfgraph.cli.output import figures
from tfgraph.cli.quiet import load_tensorflow
from tfgraph.cli.specs import plan_of, spec_argument


@click.command()
@spec_argument
@click.option(
    "--run",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder to make; runs/NAME-1, -2, … if not given.",
)
@click.pass_obj
def command(plugins: tuple[str, ...], spec: str, folder: Path | None) -> int:
    """Ctrl-C finishes the steps under way, saves, and exits with 130."""
    plan = plan_of(spec, plugins)
    # Before TensorFlow loads, which takes seconds.
    click.echo(f"{plan.spec.name}: {plan.parameters:,} parameters, loading TensorFlow", err=True)
    load_tensorflow()
    from tfgraph.cli.progress import progress_for
    from tfgraph.run import command_line, next_run, train

    result = train(
        plan,
        folder or next_run(plan.spec.name),
        progress=progress_for(sys.stderr),
        command=command_line(),
    )
    given = "".join(f"--plugin {plugin} " for plugin in plugins)
    if result.signal is not None:
        click.echo(f"stopped early; the weights are in {result.folder}", err=True)
        return 128 + result.signal
    click.echo(figures(result.metrics, result.split))
    click.echo(f"the run is in {result.folder}; `tfgraph {given}evaluate {result.folder}` reads it")
    return 0
