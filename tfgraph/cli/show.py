"""tfgraph show: a model as a table, or drawn."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import click

from tfgraph.api import show_shape
from tfgraph.cli.output import width_of
from tfgraph.cli.specs import plan_of, set_option, spec_argument
from tfgraph.cli.table import INDENT, folded, wrapped
from tfgraph.drawing import data, mermaid, svg
from tfgraph.drawing.frames import within
from tfgraph.drawing.model import picture, tells_type
from tfgraph.spec import Plan
from tfgraph.spec.plan import PlannedLayer
from tfgraph.spec.plan.cost import cost, show_bytes

#: Where the values of the totals start.
TOTAL = 12
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
        click.echo(table(plan, width_of(sys.stdout)))


def table(plan: Plan, width: int) -> str:
    """The model as aligned text of `width` columns: a row a layer, then totals."""
    rows = [HEADER, *rows_of(plan)]
    lines = folded(rows, width, right=HEADER[-1], under=("takes", "layer", "from"))
    sums = [line for text in totals(plan) for line in wrapped(text, width, later=" " * TOTAL)]
    return "\n".join([plan.spec.name, "", *lines, "", *sums])


def rows_of(plan: Plan) -> Iterator[tuple[str, ...]]:
    """The inputs, then each layer with a row for every weight after the first.

    Layers of a block stand below its name, and are called as they are in it.
    """
    shown = picture(plan)
    for name in plan.inputs:
        yield (name, "", str(plan.fields[name].spec), "", "")
    previous = plan.inputs[0] if len(plan.inputs) == 1 else ""
    around: list[str] = []
    for layer in plan.layers:
        frame = shown.frame_of(layer.name, shown.frames)
        before, around = around, shown.frames_around(frame)[::-1]
        for depth, path in enumerate(around):
            if around[: depth + 1] != before[: depth + 1]:
                yield (INDENT * depth + shown.frames[path].title, "", "", "", "")
        takes = ", ".join(within(name, frame) for name in layer.inputs)
        takes = "" if layer.inputs == (previous,) else takes
        previous = layer.name
        title = INDENT * len(around) + title_of(layer, frame)
        weights = list(weights_of(layer)) or [("", "")]
        yield (title, takes, str(layer.output), *weights[0])
        for weight in weights[1:]:
            yield ("", "", "", *weight)


def title_of(layer: PlannedLayer, frame: str) -> str:
    """The name of a layer in its frame, and its type where the name does not tell it."""
    name, type_name = within(layer.name, frame), layer.layer.type
    return name if tells_type(name, type_name) else f"{name} ({type_name})"


def weights_of(layer: PlannedLayer) -> Iterator[tuple[str, str]]:
    """Each weight with its shape, and how many values it adds to the model."""
    for name, weight in layer.weights.items():
        shown = f"{name} {show_shape(weight.shape) if weight.shape else '[]'}"
        if weight.tied:
            yield f"{shown} tied to {weight.tied.weight}", ""
        elif layer.owner != layer.name:
            yield f"{shown} shared with {layer.owner}", ""
        else:
            yield shown + " frozen" * layer.frozen, f"{weight.size:,}"


def totals(plan: Plan) -> Iterator[str]:
    """The sums, and what trains the model."""
    frozen = plan.parameters - plan.trainable_parameters
    size = sum(weight.bytes for weight in plan.weights.values())
    note = f", {frozen:,} of them not trained" if frozen else ""
    yield f"parameters  {plan.parameters:,}{note} ({show_bytes(size)})"
    yield f"outputs     {', '.join(plan.outputs)}"
    for loss in plan.losses:
        factor = "" if loss.weight == 1 else f" · {loss.weight:g}"
        weighted = ["class"] if loss.class_weights else []
        weighted += [loss.sample_weights] if loss.sample_weights else []
        by = f", weighted by {' and '.join(weighted)}" if weighted else ""
        yield f"loss        {loss.loss.type} of {loss.of} against {loss.target}{factor}{by}"
    if plan.spec.optimizer:
        yield f"optimizer   {plan.spec.optimizer.component.type}"
    if plan.metrics:
        yield f"metrics     {', '.join(metric.name for metric in plan.metrics)}"
    memory = cost(plan)
    yield f"memory      {show_bytes(memory.peak)}: {memory}"
