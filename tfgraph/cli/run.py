"""tfgraph run: the outputs of a graph for values given on the command line."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from tfgraph.cli.specs import plan_of, set_option, spec_argument
from tfgraph.errors import UsageError
from tfgraph.spec import Plan
from tfgraph.words import listed


@click.command()
@spec_argument
@set_option
@click.argument("values", metavar="NAME=VALUE...", nargs=-1)
@click.pass_obj
def command(
    plugins: tuple[str, ...], spec: str, settings: tuple[str, ...], values: tuple[str, ...]
) -> None:
    """Values are numbers and lists as in JSON, or @FILE.npy.

    A value is one example, or a batch of them where it has one more axis. Weights have the values
    that training would start from.
    """
    plan = plan_of(spec, plugins, settings)
    given = _pairs(values, plan)
    from tfgraph.cli.quiet import load_tensorflow

    load_tensorflow()
    from tfgraph.graph import build
    from tfgraph.run.arrays import plain

    arrays = {name: _array(name, text) for name, text in given.items()}
    single = {name for name, a in arrays.items() if a.ndim + 1 == plan.fields[name].spec.rank}
    outputs = build(plan).predict(**_batched(arrays, single))
    for name, value in outputs.items():
        array = value.numpy()[0] if len(single) == len(arrays) else value.numpy()
        bare = len(outputs) == 1 and array.ndim == 0
        click.echo(f"{'' if bare else f'{name}: '}{json.dumps(plain(array))}")


def _batched(arrays: Mapping[str, Any], single: Collection[str]) -> dict[str, Any]:
    """The arrays as batches: a single example stands beside each of the others'."""
    from tfgraph.lazy import np

    sizes = {name: len(a) for name, a in arrays.items() if name not in single and a.ndim}
    if len(set(sizes.values())) > 1:
        shown = ", ".join(f"{size} of `{name}`" for name, size in sizes.items())
        raise UsageError(f"the inputs differ in their number of examples: {shown}")
    size = next(iter(sizes.values()), 1)
    return {n: np.repeat(a[None], size, axis=0) if n in single else a for n, a in arrays.items()}


def _pairs(values: Sequence[str], plan: Plan) -> dict[str, str]:
    given: dict[str, str] = {}
    for value in values:
        name, text = _pair(value)
        if name not in plan.inputs:
            raise UsageError(
                f"the spec has no input `{name}`", help=f"its inputs are {listed(plan.inputs)}"
            )
        if name in given:
            raise UsageError(f"the input `{name}` is given twice")
        given[name] = text
    for name in plan.inputs:
        if name not in given:
            raise UsageError(
                f"the input `{name}` is missing",
                help=f"like `{name}=1`; it is {plan.fields[name].spec}",
            )
    return given


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"a value is NAME=VALUE, got `{text}`", help="like `a=1`")
    return name, value


def _array(name: str, text: str) -> Any:
    from tfgraph.lazy import np
    from tfgraph.run.arrays import read_array

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
