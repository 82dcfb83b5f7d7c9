"""The command `tfgraph`: finds the subcommand, and turns errors into messages and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from tfgraph import __version__
from tfgraph.cli.output import error_text
from tfgraph.errors import TfgraphError

#: Each command's module in this package, and its line in the help. Modules are imported when
#: their command is called: `--help` needs none of them.
COMMANDS = {
    "validate": "Check specs and print everything that is wrong with them.",
    "show": "Print a model as a table, or draw it.",
    "train": "Train a model and keep its weights in a run folder.",
    "evaluate": "Compute loss and metrics of a run over a whole split.",
    "predict": "Compute the outputs of a run for the examples of a file.",
    "run": "Compute the outputs of a graph for values given here.",
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
        command.help = COMMANDS[name] + (f"\n\n{command.help}" if command.help else "")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from tfgraph.diagnostics import did_you_mean

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
    """Run the command line and exit with the code that DESIGN gives each kind of failure."""
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run the command line; the exit code."""
    debug = "--debug" in arguments
    try:
        code: Any = group.main(arguments, prog_name="tfgraph", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        # The reader has gone: there is nobody to tell, and nothing wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except TfgraphError as error:
        if debug:
            raise
        click.echo(error_text(error), err=True)
        return error.exit_code
    except Exception as error:
        if debug:
            raise
        click.echo(
            f"internal error: {type(error).__name__}: {error}\n"
            "help: this is a fault of tfgraph or of a plugin; `tfgraph --debug …` shows where",
            err=True,
        )
        return 3
    return code if isinstance(code, int) else 0
