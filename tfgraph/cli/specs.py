"""Specs and runs: reading the SPEC and RUN arguments that most commands take."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tfgraph.cli.output import say
from tfgraph.diagnostics import printable, render_all
from tfgraph.errors import DataError
from tfgraph.registry import Registry, load_registry
from tfgraph.spec import Checked, Plan, check, check_file
from tfgraph.spec.reader import MAX_BYTES, decode

if TYPE_CHECKING:
    from tfgraph.graph import Graph
    from tfgraph.run.checkpoint import Checkpoint
    from tfgraph.run.directory import RunDirectory

STDIN = "-"


class Named(click.Path):
    """A path that is not empty, as one is where a variable of the shell is not set."""

    name = "path"

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        if not os.fspath(value):
            self.fail("it is empty", param, ctx)
        return super().convert(value, param, ctx)


#: A folder, as a Path.
FOLDER = Named(path_type=Path)

spec_argument = click.argument("spec", metavar="SPEC")
set_option = click.option(
    "--set",
    "settings",
    metavar="PATH=VALUE",
    multiple=True,
    help="Change a value of the spec: `train.epochs=3`, `layers.hidden.matmul.units=64`.",
)
checkpoint_option = click.option(
    "--checkpoint",
    metavar="last|best|STEP",
    help="The checkpoint whose weights to use; a step as its number, `step-500` or a path: the last if not given, or the best where the spec "
    "goes back to it (`early_stopping`).",
)
set_to_evaluate_option = click.option(
    "--set",
    "settings",
    metavar="PATH=VALUE",
    multiple=True,
    help="Change how many examples are computed at a time: `train.evaluate_batch_size=64`.",
)
run_argument = click.argument("run", metavar="RUN", type=Named())


def registry_of(plugins: Sequence[str]) -> Registry:
    """The registry with the plugin files given; what could not be loaded is warned of."""
    registry = load_registry(plugins)
    for failed in registry.failed:
        # Where the spec needs it, the unknown type says so too, and is an error.
        say(f"warning: {failed}", err=True)
    return registry


def checked(path: str, registry: Registry, settings: Sequence[str] = ()) -> Checked:
    """A spec file, or what stands on standard input for `-`, read, validated and planned."""
    if path != STDIN:
        return check_file(path, registry=registry, settings=settings)
    source, problems = decode(sys.stdin.buffer.read(MAX_BYTES), "<stdin>")
    if problems:
        return Checked(source, None, tuple(problems))
    return check(source, folder=Path(), default_name="stdin", registry=registry, settings=settings)


def plan_of(path: str, plugins: Sequence[str], settings: Sequence[str] = ()) -> Plan:
    """The plan of a spec, its warnings printed; SpecError where it has errors."""
    registry = registry_of(plugins)
    found = checked(path, registry, settings)
    if not found.plan and path != STDIN:
        _refuse_without_plugins(path, registry)
    return sound(found)


def _refuse_without_plugins(path: str, registry: Registry) -> None:
    """Raise UsageError where a run wrote the spec, with plugins that are not here."""
    from tfgraph.run.directory import RunDirectory
    from tfgraph.run.names import RESOLVED
    from tfgraph.run.plugins import refuse_lost

    if Path(path).name == RESOLVED:
        with suppress(DataError):
            refuse_lost(checked(path, registry), RunDirectory(Path(path).parent), registry)


def graph_of(
    run: str,
    checkpoint: str | None,
    plugins: Sequence[str],
    settings: Sequence[str],
    begins: Callable[[Plan, Checkpoint], None] = lambda plan, checkpoint: None,
) -> Graph:
    """The trained graph of a run directory, or of one of its checkpoints.

    `begins` is called before TensorFlow loads, which takes seconds.
    """
    from tfgraph.cli.quiet import load_tensorflow
    from tfgraph.run.directory import RunDirectory
    from tfgraph.run.names import named
    from tfgraph.run.opening import check_to_evaluate, chosen, graph_with
    from tfgraph.run.plugins import warn_of_changed_plugins

    found_in = named(run)
    if checkpoint is None and found_in and found_in[0]:
        run, checkpoint = str(found_in[0]), run
    # What is wrong with the directory is said before TensorFlow takes its seconds to load.
    directory = RunDirectory(Path(run))
    plan = sound(check_to_evaluate(directory, plugins, settings))
    found = chosen(directory.store, plan, checkpoint)
    begins(plan, found)
    if problem := _diverged(directory):
        step = found.saved.step
        text = f"{problem}: these are the weights after step {step:,}"
        say(f"warning: {text}", err=True)
    warn_of_changed_plugins(
        directory, plan, plugins, lambda text: say(f"warning: {text}", err=True)
    )
    load_tensorflow()
    return graph_with(plan, found)


def _diverged(directory: RunDirectory) -> str:
    """Where the training of a run diverged; empty where it did not, or nobody could say."""
    with suppress(DataError):
        outcome = directory.outcome() or {}
        if outcome.get("status") == "diverged":
            return printable(" ".join(str(outcome.get("message", "training diverged")).split()))
    return ""


def sound(found: Checked) -> Plan:
    """The plan of what was read, its warnings printed; SpecError where it has errors."""
    plan = found.sound()
    if found.diagnostics:
        say(render_all(found.diagnostics) + "\n", err=True)
    return plan
