"""tfgraph predict: the outputs of a run for the examples of a file."""

from __future__ import annotations

from pathlib import Path

import click

from tfgraph.cli.output import say
from tfgraph.cli.specs import checkpoint_option, graph_of, run_argument, set_to_evaluate_option


@click.command()
@run_argument
@click.argument("file", metavar="INPUT", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where to write: npy, npz, csv or json by its suffix. Standard output if not given.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json"]),
    default="csv",
    show_default=True,
    help="The form on standard output.",
)
@checkpoint_option
@set_to_evaluate_option
@click.pass_obj
def command(
    plugins: tuple[str, ...],
    run: str,
    file: Path,
    output: Path | None,
    form: str,
    *,
    checkpoint: str | None,
    settings: tuple[str, ...],
) -> None:
    """INPUT is an npy, npz or csv file.

    An npy file holds the array of a model's only input, an npz file an array for each input, a csv
    file an example a line: the values of all inputs in their order, or columns named after inputs.
    """
    graph = graph_of(run, checkpoint, plugins, settings)
    from tfgraph.run import predict
    from tfgraph.run.arrays import as_text, check_output, read_inputs, write_outputs

    if output is not None:
        check_output(output, graph.plan.outputs)
    fields = {name: graph.plan.fields[name] for name in graph.plan.inputs}
    inputs = read_inputs(file, fields)
    outputs = predict(graph, inputs, warn=lambda text: say(f"warning: {text}", err=True))
    if output is None:
        click.echo(as_text(outputs, form), nl=False)
    else:
        write_outputs(output, outputs)
        shown = ", ".join(f"{name} {list(array.shape)}" for name, array in outputs.items())
        click.echo(f"{shown} in {output}", err=True)
