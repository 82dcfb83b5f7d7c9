"""tfgraph show: a model as a table, or drawn."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence

import click

from tfgraph.api import show_shape
from tfgraph.cli.specs import plan_of, set_option, spec_argument
from tfgraph.drawing import data, mermaid, svg
from tfgraph.spec import Plan
from tfgraph.spec.plan import PlannedLayer
from tfgraph.spec.plan.cost import cost, show_bytes

HEADER = ("layer", "takes", "output", "weights", "parameters")


@click.command()
@spec_argument
@set_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "svg", "mermaid", "json"]),
    default="text",
    help="A table (text), a picture (svg), a flow chart's text (mermaid), or data (json).",
)
@click.pass_obj
def command(plugins: tuple[str, ...], spec: str, settings: tuple[str, ...], form: str) -> None:
    """Reads the spec only: neither data nor TensorFlow is loaded."""
    plan = plan_of(spec, plugins, settings)
    if form == "svg":
        click.echo(svg(plan), nl=False)
    elif form == "mermaid":
        click.echo(mermaid(plan), nl=False)
    elif form == "json":
        click.echo(json.dumps(data(plan), indent=2))
    else:
        print_table(plan)


def print_table(plan: Plan) -> None:
    """Print the table: on a terminal folded into its width, elsewhere a line a row."""
    if not sys.stdout.isatty():
        click.echo(table(plan))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    header, *rows = columns_used([HEADER, *rows_of(plan)])
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, title=plan.spec.name, title_justify="left")
    for name in header:
        shown.add_column(name, justify="right" if name == HEADER[-1] else "left", overflow="fold")
    for row in rows:
        shown.add_row(*row)
    console = Console(highlight=False, markup=False)
    console.print(shown)
    console.print("\n".join(totals(plan)))


def table(plan: Plan) -> str:
    """The model as aligned text: a row a layer, then totals."""
    rows = columns_used([HEADER, *rows_of(plan)])
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join([plan.spec.name, "", *lines, "", *totals(plan)])


def columns_used(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows without the columns that are empty below their header."""
    used = [any(column[1:]) for column in zip(*rows)]
    return [tuple(cell for cell, use in zip(row, used) if use) for row in rows]


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths)]
    if row[-1][:1].isdecimal():
        cells[-1] = row[-1].rjust(widths[-1])
    return "  ".join(cells).rstrip()


def rows_of(plan: Plan) -> Iterator[tuple[str, ...]]:
    """The inputs, then each layer with a row for every weight after the first."""
    for name in plan.inputs:
        yield (name, "", str(plan.fields[name].spec), "", "")
    previous = plan.inputs[0] if len(plan.inputs) == 1 else ""
    for layer in plan.layers:
        takes = "" if layer.inputs == (previous,) else ", ".join(layer.inputs)
        previous = layer.name
        shown = layer.name
        if layer.layer.type not in (layer.name, layer.name.rpartition("_")[0]):
            shown += f" ({layer.layer.type})"
        weights = list(weights_of(layer)) or [("", "")]
        yield (shown, takes, str(layer.output), *weights[0])
        for weight in weights[1:]:
            yield ("", "", "", *weight)


def weights_of(layer: PlannedLayer) -> Iterator[tuple[str, str]]:
    """Each weight with its shape, and how many values it adds to the model."""
    for name, weight in layer.weights.items():
        shown = f"{name} {show_shape(weight.shape) if weight.shape else '[]'}"
        if weight.tied:
            yield f"{shown} tied to {weight.tied.weight}", ""
        elif layer.owner != layer.name:
            yield f"{shown} shared with {layer.owner}", ""
        else:
            yield shown, f"{weight.size:,}"


def totals(plan: Plan) -> Iterator[str]:
    """The sums, and what trains the model."""
    frozen = plan.parameters - plan.trainable_parameters
    size = sum(weight.bytes for weight in plan.weights.values())
    note = f", {frozen:,} of them not trained" if frozen else ""
    yield f"parameters  {plan.parameters:,}{note} ({show_bytes(size)})"
    yield f"outputs     {', '.join(plan.outputs)}"
    for loss in plan.losses:
        factor = "" if loss.weight == 1 else f" · {loss.weight:g}"
        yield f"loss        {loss.loss.type} of {loss.of} against {loss.target}{factor}"
    if plan.spec.optimizer:
        yield f"optimizer   {plan.spec.optimizer.component.type}"
    if plan.metrics:
        yield f"metrics     {', '.join(metric.name for metric in plan.metrics)}"
    memory = cost(plan)
    yield f"memory      {show_bytes(memory.peak)}: {memory}"
