"""tfgraph predict: the outputs of a run for the examples of a file."""

from __future__ import annotations

from pathlib import Path

import click

from tfgraph.cli.quiet import load_tensorflow
from tfgraph.registry import load_registry


@click.command()
@click.argument("folder", metavar="RUN")
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
@click.pass_obj
def command(
    plugins: tuple[str, ...], folder: str, file: Path, output: Path | None, form: str
) -> None:
    """INPUT is an npy, npz or csv file.

    An npy file holds the array of a model's only input, an npz file an array for each input, a csv
    file an example a line.
    """
    registry = load_registry(plugins)
    load_tensorflow()
    from tfgraph.run import open_run, predict
    from tfgraph.run.files import as_text, read_inputs, write_outputs

    graph = open_run(folder, registry)
    fields = {name: graph.plan.fields[name] for name in graph.plan.inputs}
    outputs = predict(graph, read_inputs(file, fields))
    if output is None:
        click.echo(as_text(outputs, form), nl=False)
    else:
        write_outputs(output, outputs)
        shown = ", ".join(f"{name} {list(array.shape)}" for name, array in outputs.items())
        click.echo(f"{shown} in {output}", err=True)
