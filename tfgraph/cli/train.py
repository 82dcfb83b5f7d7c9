"""tfgraph train: trains a spec, or goes on with a run, and keeps all of it in a run directory."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tfgraph.api import hookimpl
from tfgraph.cli.output import ARGUMENTS, say, tell
from tfgraph.cli.specs import FOLDER, plan_of, set_option, sound
from tfgraph.errors import Interrupted, TfgraphError, UsageError
from tfgraph.reports.text import count
from tfgraph.spec import Plan

if TYPE_CHECKING:
    from tfgraph.cli.summary import Summary
    from tfgraph.run.events import RunInfo

#: The line is made empty, with what the terminal itself has written there, as `^C`.
_ERASE = "\r\x1b[2K"


@click.command()
@click.argument("spec", metavar="[SPEC]", required=False)
@set_option
@click.option(
    "--run",
    "directory",
    metavar="DIR",
    type=FOLDER,
    help="The run directory to make; runs/NAME-1, -2, … if not given.",
)
@click.option("--resume", metavar="RUN", type=FOLDER, help="Go on with a run where it stopped.")
@click.option(
    "--from",
    "source",
    metavar="RUN",
    type=FOLDER,
    help="Begin with the weights of another run, by name.",
)
@click.option(
    "-q", "--quiet", is_flag=True, help="Say nothing but warnings, errors and the result."
)
@click.option("-v", "--verbose", is_flag=True, help="Say every record and every checkpoint.")
@click.pass_obj
def command(
    plugins: tuple[str, ...],
    spec: str | None,
    settings: tuple[str, ...],
    *,
    directory: Path | None,
    resume: Path | None,
    source: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Ctrl-C finishes the steps under way, saves, and exits with 130; a second one leaves at once.

    SPEC is not needed with --resume: where it is given, it must be the one of the run.
    """
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other: remove one")
    teller = Teller(plugins, quiet, verbose, resume is not None, settings if resume else ())
    if resume is not None:
        if directory or source:
            other = "--run" if directory else "--from"
            raise click.UsageError(f"--resume goes on in its own directory: remove {other}")
        _go_on(teller, spec, settings, resume)
    elif spec is None:
        raise click.UsageError("Missing argument 'SPEC', or --resume RUN.")
    else:
        _begin(teller, spec, settings, directory, source)


class Started:
    """A listener that does something when the first step follows."""

    def __init__(self, act: Callable[[RunInfo], None]) -> None:
        self.act = act

    @hookimpl
    def tfgraph_run_started(self, run: RunInfo) -> None:
        """Do it."""
        self.act(run)


@dataclass(frozen=True)
class Teller:
    """Who tells of a run, and how much."""

    plugins: Sequence[str]
    quiet: bool
    verbose: bool
    #: Whether a run goes on, and the settings that it does so with.
    resumes: bool
    changes: Sequence[str]

    def begins(self, text: str) -> None:
        """Say what is about to happen, before TensorFlow loads, which takes seconds."""
        if not self.quiet:
            tell(text)

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Say on a terminal what one waits for, for as long as the block lasts."""
        shown = not self.quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        if shown:
            click.echo(text, nl=False, err=True)
        try:
            yield
        finally:
            if shown:
                with suppress(OSError):  # the terminal may have gone meanwhile
                    click.echo(_ERASE, nl=False, err=True)

    def trained(
        self,
        run: Callable[..., Any],
        started: Callable[[RunInfo], None] = lambda run: None,
        *,
        measures: bool = False,
    ) -> None:
        """Train, and say how it ended; `run` takes what `train` and `resume` have in common.

        `started` is called when the first step follows, and `measures` says that it may be measured
        before whether XLA makes it faster.
        """
        from tfgraph.cli.summary import Summary

        summary = Summary(self.plugins, self.changes)
        try:
            self.train(run, summary, started, measures=measures)
        except KeyboardInterrupt as stopped:
            raise self.interrupted(stopped, summary) from stopped
        except TfgraphError as error:
            self.tell([*summary.lies(), *summary.next_commands(error)], err=True)
            raise
        self.ended(summary)

    def train(
        self,
        run: Callable[..., Any],
        summary: Summary,
        started: Callable[[RunInfo], None],
        *,
        measures: bool,
    ) -> None:
        """Load what is needed, and train while the summary and the screen are told."""
        from tfgraph.cli.progress import Progress
        from tfgraph.cli.quiet import load_tensorflow
        from tfgraph.run.interrupts import leaving_at_the_second

        with self.waiting("loading TensorFlow …"):
            load_tensorflow()
        shown = [] if self.quiet else [Progress(verbose=self.verbose)]

        def stopping() -> None:
            if summary.path and not self.quiet:
                text = "ending the steps under way, and saving: Ctrl-C again leaves at once"
                tell(text)

        def leave() -> None:
            for progress in shown:
                progress.hide()
            tell(summary.left())
            sys.stderr.flush()

        with leaving_at_the_second(stopping, leave), ExitStack() as preparing:
            measuring = ", measuring steps with XLA and without" if measures else ""
            preparing.enter_context(self.waiting(f"preparing data and graph{measuring} …"))

            def begins(info: RunInfo) -> None:
                preparing.close()
                started(info)

            def warn(text: str) -> None:
                preparing.close()
                say(f"warning: {text}", err=True)

            run(
                plugin_files=self.plugins,
                command=["tfgraph", *click.get_current_context().meta[ARGUMENTS]],
                listeners=[Started(begins), summary, *shown],
                warn=warn,
            )

    def interrupted(self, stopped: KeyboardInterrupt, summary: Summary) -> Interrupted:
        """What is raised, and said, where a signal has ended the run."""
        number = getattr(stopped, "number", int(signal.SIGINT))
        if summary.run is None:
            left = "nothing has changed" if self.resumes else "nothing was written"
            return Interrupted(number, f"interrupted before the first step: {left}")
        if summary.outcome and summary.outcome.status != "interrupted":
            click.echo(summary.result)
        self.tell(summary.lies(), err=True)
        said = str(stopped) or "interrupted"
        if summary.broken_off:
            said += f"; go on with `{summary.resuming()}`"
        return Interrupted(number, said)

    def ended(self, summary: Summary) -> None:
        """Say how a run ended that was not broken off."""
        if not self.quiet and (nothing := summary.nothing_left()):
            tell(nothing)
        click.echo(summary.result)
        self.tell(summary.remarks(), err=True)
        self.tell([*summary.lies(), *summary.next_commands()])

    def tell(self, lines: Sequence[str], *, err: bool = False) -> None:
        """Print lines, for who wants more than the result."""
        if not self.quiet:
            try:
                for line in lines:
                    click.echo(line, err=err)
            except OSError:
                if not err:  # what is told beside an error may not take its place
                    raise


def _begin(
    teller: Teller,
    spec: str,
    settings: tuple[str, ...],
    directory: Path | None,
    source: Path | None,
) -> None:
    from tfgraph.run import next_directory, train
    from tfgraph.run.directory import RunDirectory
    from tfgraph.run.training import check_possible

    _refuse_folder(spec)
    plan = plan_of(spec, tuple(teller.plugins), settings)

    def free() -> Path:
        return next_directory(Path("runs"), plan.spec.name)

    place = directory or free()
    check_possible(plan, place)
    if source:
        RunDirectory(source).manifest()
    teller.begins(f"training {plan.spec.name} for {_length(plan)} in {place}")
    again = None if directory else free
    teller.trained(
        lambda **told: train(plan, place, weights_from=source, again=again, **told),
        measures=plan.spec.training.compile == "auto",
    )


def _refuse_folder(spec: str) -> None:
    """Raise UsageError where a folder is named in the place of a spec."""
    from tfgraph.run.names import MANIFEST

    path = Path(spec)
    if path.is_dir():
        help = "name the YAML file of a model"
        if (path / MANIFEST).exists():
            help = f"`tfgraph train --resume {shlex.quote(spec)}` goes on with the run"
        raise UsageError(f"`{spec}` is a folder, and here a spec is named", help=help)


def _go_on(teller: Teller, spec: str | None, settings: tuple[str, ...], path: Path) -> None:
    from tfgraph.run import resume
    from tfgraph.run.directory import RunDirectory
    from tfgraph.run.listing import listed
    from tfgraph.run.trained import check_trained
    from tfgraph.run.training import check_resumable

    plugins = tuple(teller.plugins)
    given = plan_of(spec, plugins, settings) if spec else None
    directory = RunDirectory(path)
    changes = () if given else settings
    plan = given or sound(check_trained(directory, plugins, changes))
    check_resumable(directory, plan if given or changes else None, plugins)
    name, known = plan.spec.name, listed(path).step or 0
    teller.begins(f"going on with {name} in {path}, for {_length(plan)} in all")

    def started(run: RunInfo) -> None:
        teller.begins(_going_on(run.first_step, known))

    teller.trained(lambda **told: resume(path, settings=changes, plan=given, **told), started)


def _going_on(step: int, known: int) -> str:
    """After which step a run goes on, and how much of it was lost of the steps that are known."""
    text = f"it goes on after step {step:,}"
    if lost := max(known - step, 0):
        steps, are = ("the step", "is") if lost == 1 else (f"the {lost:,} steps", "are")
        text += f"; {steps} up to {known:,} came after what is saved, and {are} lost"
    return text


def _length(plan: Plan) -> str:
    training = plan.spec.training
    if training.steps is not None:
        return count(training.steps, "step")
    return count(training.epochs, "epoch")
