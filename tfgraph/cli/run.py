"""tfgraph run: the outputs of a graph for values given on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from tfgraph.cli.quiet import load_tensorflow
from tfgraph.cli.specs import plan_of, spec_argument
from tfgraph.diagnostics import listed
from tfgraph.errors import UsageError


@click.command()
@spec_argument
@click.argument("values", metavar="NAME=VALUE...", nargs=-1)
@click.pass_obj
def command(plugins: tuple[str, ...], spec: str, values: tuple[str, ...]) -> None:
    """A value is a number or a list as in JSON, or @FILE.npy.

    It is one example, or a batch of them where it has one more axis. Weights have the values that
    training would start from.
    """
    plan = plan_of(spec, plugins)
    given = dict(_pair(value) for value in values)
    for name in given:
        if name not in plan.inputs:
            raise UsageError(
                f"the spec has no input `{name}`", help=f"its inputs are {listed(plan.inputs)}"
            )
    missing = [name for name in plan.inputs if name not in given]
    if missing:
        raise UsageError(
            f"the input `{missing[0]}` is missing",
            help=f"like `{missing[0]}=1`; it is {plan.fields[missing[0]].spec}",
        )
    load_tensorflow()
    from tfgraph.graph import build

    ranks = {name: plan.fields[name].spec.rank for name in plan.inputs}
    arrays = {name: _array(name, text) for name, text in given.items()}
    single = all(array.ndim + 1 == ranks[name] for name, array in arrays.items())
    feeds = {
        name: array[None] if array.ndim + 1 == ranks[name] else array
        for name, array in arrays.items()
    }
    outputs = build(plan).predict(**feeds)
    for name, value in outputs.items():
        array = value.numpy()[0] if single else value.numpy()
        text = json.dumps(array.tolist())
        click.echo(text if len(outputs) == 1 else f"{name}: {text}")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"a value is NAME=VALUE, got `{text}`", help="like `a=1`")
    return name, value


def _array(name: str, text: str) -> Any:
    from tfgraph.lazy import np
    from tfgraph.run.files import read_array

    if text.startswith("@"):
        return read_array(Path(text[1:]))
    try:
        array = np.asarray(json.loads(text))
    except ValueError as error:
        raise UsageError(
            f"the value of `{name}` is neither a number nor a list of them: `{text[:60]}`",
            help="write numbers and lists as in JSON: `x=[1, 2.5]`",
        ) from error
    if array.dtype.kind not in "biuf":
        raise UsageError(f"the value of `{name}` holds {array.dtype}, not numbers")
    return array
