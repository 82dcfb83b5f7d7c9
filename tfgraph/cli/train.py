"""tfgraph train: trains a spec and keeps the weights in a run directory."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tfgraph.cli.output import duration, figures
from tfgraph.cli.specs import plan_of, set_option, spec_argument
from tfgraph.reports.text import count


@click.command()
@spec_argument
@set_option
@click.option(
    "--run",
    "directory",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The run directory to make; runs/NAME-1, -2, … if not given.",
)
@click.pass_obj
def command(
    plugins: tuple[str, ...], spec: str, settings: tuple[str, ...], directory: Path | None
) -> None:
    """Ctrl-C finishes the steps under way, saves, and exits with 130."""
    from tfgraph.cli.progress import progress_for
    from tfgraph.cli.quiet import load_tensorflow
    from tfgraph.run import next_directory, train
    from tfgraph.run.training import check_possible

    plan = plan_of(spec, plugins, settings)
    directory = directory or next_directory(Path("runs"), plan.spec.name)
    check_possible(plan, directory)
    # Before TensorFlow loads, which takes seconds.
    epochs = plan.spec.training.epochs
    click.echo(f"training {plan.spec.name} for {count(epochs, 'epoch')} in {directory}", err=True)
    load_tensorflow()
    run = train(
        plan,
        directory,
        progress=progress_for(sys.stderr),
        command=["tfgraph", *sys.argv[1:]],
        plugin_files=plugins,
    )
    took = f"{count(epochs, 'epoch')}, {count(run.step, 'step')}, {duration(run.seconds)}"
    if run.split:
        click.echo(f"{figures(run.metrics, run.split)} ({took})")
    else:
        click.echo(f"trained ({took})")
    call = "tfgraph " + "".join(f"--plugin {plugin} " for plugin in plugins)
    click.echo(f"the run is in {directory}:")
    if run.split:
        split = "" if run.split == "test" else f" --split {run.split}"
        click.echo(f"  {call}evaluate {directory}{split}")
    click.echo(f"  {call}predict {directory} INPUT.npy")
