"""tfgraph train: trains a spec, or goes on with a run, and keeps all of it in a run directory."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tfgraph.cli.output import say
from tfgraph.cli.specs import plan_of, set_option, sound
from tfgraph.reports.figures import duration, figures
from tfgraph.reports.text import count
from tfgraph.spec import Plan

if TYPE_CHECKING:
    from tfgraph.run import Run

_FOLDER = click.Path(path_type=Path)


@click.command()
@click.argument("spec", metavar="[SPEC]", required=False)
@set_option
@click.option(
    "--run",
    "directory",
    metavar="DIR",
    type=_FOLDER,
    help="The run directory to make; runs/NAME-1, -2, … if not given.",
)
@click.option("--resume", metavar="RUN", type=_FOLDER, help="Go on with a run where it stopped.")
@click.option(
    "--from",
    "source",
    metavar="RUN",
    type=_FOLDER,
    help="Begin with the weights of another run, by name.",
)
@click.pass_obj
def command(
    plugins: tuple[str, ...],
    spec: str | None,
    settings: tuple[str, ...],
    *,
    directory: Path | None,
    resume: Path | None,
    source: Path | None,
) -> None:
    """Ctrl-C finishes the steps under way, saves, and exits with 130; a second one leaves at once.

    SPEC is not needed with --resume: where it is given, it must be the one of the run.
    """
    if resume is not None:
        if directory or source:
            other = "--run" if directory else "--from"
            raise click.UsageError(f"--resume goes on in its own directory: remove {other}")
        _go_on(plugins, spec, settings, resume)
    elif spec is None:
        raise click.UsageError("Missing argument 'SPEC', or --resume RUN.")
    else:
        _begin(plugins, spec, settings, directory, source)


def _begin(
    plugins: tuple[str, ...],
    spec: str,
    settings: tuple[str, ...],
    directory: Path | None,
    source: Path | None,
) -> None:
    from tfgraph.run import next_directory, train
    from tfgraph.run.directory import RunDirectory
    from tfgraph.run.training import check_possible

    plan = plan_of(spec, plugins, settings)

    def free() -> Path:
        return next_directory(Path("runs"), plan.spec.name)

    place = directory or free()
    check_possible(plan, place)
    if source:
        RunDirectory(source).manifest()
    # Before TensorFlow loads, which takes seconds.
    say(f"training {plan.spec.name} for {_length(plan)} in {place}", err=True)
    run = _trained(
        plugins,
        place,
        lambda: train(
            plan,
            place,
            weights_from=source,
            again=None if directory else free,
            plugin_files=plugins,
            **_told(),
        ),
    )
    _say_end(run, plugins)


def _go_on(
    plugins: tuple[str, ...], spec: str | None, settings: tuple[str, ...], path: Path
) -> None:
    from tfgraph.run import resume
    from tfgraph.run.directory import RunDirectory

    given = plan_of(spec, plugins, settings) if spec else None
    plan = sound(RunDirectory(path).check_spec(plugins, () if given else settings))
    say(f"going on with {plan.spec.name} for {_length(given or plan)} in {path}", err=True)
    run = _trained(
        plugins,
        path,
        lambda: resume(
            path,
            settings=() if given else settings,
            plan=given,
            plugin_files=plugins,
            **_told(),
        ),
    )
    _say_end(run, plugins)


def _told() -> dict[str, Any]:
    from tfgraph.cli.progress import Transferred, progress_for

    return {
        "command": ["tfgraph", *sys.argv[1:]],
        "listeners": [Transferred(), progress_for(sys.stderr)],
        "warn": lambda text: say(f"warning: {text}", err=True),
    }


def _trained(plugins: tuple[str, ...], path: Path, run: Any) -> Run:
    """The run, its interruption told with what to do next."""
    from tfgraph.cli.quiet import load_tensorflow
    from tfgraph.run.interrupts import Interrupted, leaving_at_the_second

    load_tensorflow()
    try:
        with leaving_at_the_second(lambda text: say(text, err=True)):
            found: Run = run()
    except Interrupted as stopped:
        stopped.message += (
            f"; go on with `{_call(plugins)} train --resume {shlex.quote(str(path))}`"
        )
        raise
    return found


def _length(plan: Plan) -> str:
    training = plan.spec.training
    if training.steps is not None:
        return count(training.steps, "step")
    return count(training.epochs, "epoch")


def _say_end(run: Run, plugins: tuple[str, ...]) -> None:
    path = shlex.quote(str(run.directory))
    epochs = run.history[-1].epoch if run.history else 0
    took = f"{count(epochs, 'epoch')}, {count(run.step, 'step')}, {duration(run.seconds)}"
    if run.outcome.status != "finished":
        took = f"{run.outcome.status}, {took}"
    shown = figures(run.metrics, run.split) if run.split else "trained"
    click.echo(f"{shown} ({took})")
    click.echo(f"the run is in {path}:")
    if run.split:
        split = "" if run.split == "test" else f" --split {run.split}"
        click.echo(f"  {_call(plugins)} evaluate {path}{split}")
    click.echo(f"  {_call(plugins)} predict {path} INPUT.npy")


def _call(plugins: tuple[str, ...]) -> str:
    return "tfgraph" + "".join(f" --plugin {shlex.quote(plugin)}" for plugin in plugins)
