"""tfgraph show: a model as a table, or drawn."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tfgraph.api import show_shape
from tfgraph.cli.specs import plan_of, spec_argument
from tfgraph.drawing import mermaid, svg
from tfgraph.spec import Plan
from tfgraph.spec.plan import PlannedLayer

HEADER = ("layer", "takes", "output", "weights", "parameters")


@click.command()
@spec_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "svg", "mermaid"]),
    default="text",
    help="A table (text), a picture (svg), or a flow chart's text (mermaid).",
)
@click.pass_obj
def command(plugins: tuple[str, ...], spec: str, form: str) -> None:
    """Reads the spec only: neither data nor TensorFlow is loaded."""
    plan = plan_of(spec, plugins)
    if form == "svg":
        click.echo(svg(plan), nl=False)
    elif form == "mermaid":
        click.echo(mermaid(plan), nl=False)
    else:
        click.echo(table(plan))


def table(plan: Plan) -> str:
    """The model as aligned text: a row a layer, then totals."""
    rows = [HEADER, *rows_of(plan)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join([plan.spec.name, "", *lines, "", *totals(plan)])


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths)]
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
        if not layer.name.startswith(f"{layer.layer.type}_"):
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
    yield f"parameters  {plan.parameters:,}{note} ({_bytes(size)})"
    yield f"outputs     {', '.join(plan.outputs)}"
    for loss in plan.losses:
        factor = "" if loss.weight == 1 else f" · {loss.weight:g}"
        yield f"loss        {loss.loss.type} of {loss.of} against {loss.target}{factor}"
    if plan.spec.optimizer:
        yield f"optimizer   {plan.spec.optimizer.component.type}"
    if plan.metrics:
        yield f"metrics     {', '.join(metric.name for metric in plan.metrics)}"


def _bytes(size: int) -> str:
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
