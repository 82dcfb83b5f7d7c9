"""The command `tfgraph`: finds the subcommand, and turns errors into messages and exit codes."""

from __future__ import annotations

import inspect
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import Any

import click

from tfgraph import __version__
from tfgraph.cli.output import ARGUMENTS, say, tell
from tfgraph.cli.streams import FULL, give_up_stdout, open_closed_streams
from tfgraph.errors import MORE_MEMORY, Interrupted, TfgraphError
from tfgraph.reports.text import error_text

#: Each command's module in this package, and its line in the help. Modules are imported when
#: their command is called: `--help` needs none of them.
COMMANDS = {
    "validate": "Check specs and print everything that is wrong with them.",
    "show": "Print a model as a table, or draw it.",
    "explain": "Explain a code, a component, a parameter or a section.",
    "train": "Train a model and keep its weights in a run directory.",
    "runs": "List the runs of a folder, how they went and what they reached.",
    "evaluate": "Compute loss and metrics of a run over a whole split.",
    "predict": "Compute the outputs of a run for the examples of a file.",
    "run": "Compute the outputs of a graph for values given here.",
    "schema": "Write the JSON Schema of the language, for editors.",
    "plugins": "List the plugins and the components they add.",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"tfgraph.cli.{name}").command
        more = inspect.cleandoc(command.callback.__doc__ or "")
        command.help = f"{COMMANDS[name]}\n\n{more}".rstrip()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from tfgraph.words import did_you_mean

            message = f"no command is called `{args[0]}`"
            help = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(message + (f": {help}" if help else ""), ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--plugin",
    "plugins",
    multiple=True,
    metavar="FILE",
    help="Load components from a Python file; may be given several times.",
)
@click.version_option(__version__, prog_name="tfgraph")
@click.pass_context
def group(context: click.Context, debug: bool, plugins: tuple[str, ...]) -> None:
    """Models as YAML specs, compiled into TensorFlow graphs."""
    context.obj = plugins


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the code that stands for its outcome."""
    open_closed_streams()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has not both
        # Ignored is what nohup keeps from the command.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminate)
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run the command line; the exit code."""
    try:
        # Click's own entry would make a KeyboardInterrupt and a broken pipe its own affairs.
        with group.make_context("tfgraph", list(arguments)) as context:
            context.meta[ARGUMENTS] = tuple(arguments)
            code: Any = group.invoke(context)
            sys.stdout.flush()
    except click.exceptions.Exit as exit:
        return exit.exit_code
    except BaseException as error:
        if "--debug" in arguments[: _options_end(arguments)]:
            traceback.print_exception(error)
        return _report(error)
    return code if isinstance(code, int) else 0


def _report(error: BaseException) -> int:
    """Say what went wrong, on standard error; the exit code."""
    if isinstance(error, click.ClickException):
        error.show()
        if isinstance(error, click.NoSuchOption):
            from tfgraph.cli.misused import help_on

            if help := help_on(error):
                say(f"help: {help}", err=True)
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        # The reader has gone: there is nobody to tell.
        give_up_stdout()
        return 128 + 13
    if isinstance(error, TfgraphError):
        say(error_text(error), err=True)
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        tell(getattr(error, "message", "interrupted"))
        return getattr(error, "exit_code", 128 + signal.SIGINT)
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, MemoryError):
        reason = f": {error}" if str(error) else ""
        say(f"error: the memory does not suffice{reason}\nhelp: {MORE_MEMORY}", err=True)
        return 3
    if isinstance(error, OSError):
        where = f"`{error.filename}`: " if error.filename else ""
        if error.errno in FULL and not where:  # files are named
            where = "cannot write to standard output: "
            give_up_stdout()
        say(f"error: {where}{error.strerror or error}", err=True)
        return 4
    click.echo(
        f"internal error: {type(error).__name__}: {error}\n"
        "help: this is a fault of tfgraph or of a plugin; `tfgraph --debug …` shows where",
        err=True,
    )
    return 3


def _options_end(arguments: list[str]) -> int:
    """Where the command's name stands: what comes after it is the command's."""
    return next((i for i, word in enumerate(arguments) if word in COMMANDS), len(arguments))


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)


if __name__ == "__main__":
    main()
