"""tfgraph runs: the runs of a folder, how they went and what they reached."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tfgraph.cli.output import width_of
from tfgraph.reference.paragraphs import filled
from tfgraph.reports.figures import duration, figure, figures
from tfgraph.reports.wrapping import MIN_WIDTH

if TYPE_CHECKING:
    from tfgraph.run.listing import Listed

_GAP = "  "
_HEADER = ("RUN", "SPEC", "STATUS", "EPOCH", "STEP", "STARTED", "TOOK")
#: What is told under a run where the table is too wide, what is missed least first.
_UNDER = ("SPEC", "STARTED", "TOOK", "EPOCH")
_NUMBERS = ("EPOCH", "STEP", "TOOK")


@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default="runs")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def command(folder: Path, form: str) -> None:
    """DIR is the folder that the runs are in; `runs` if not given. The newest run stands last.

    A run is `running`, `finished`, `stopped early`, at its `time limit`, `interrupted`,
    `diverged`, `failed`, `killed`, or `damaged`. STEP is the last one that is known to have been
    made; where the newest checkpoint is of an earlier one, `saved at step N` says so. TOOK is up to
    the end, of a killed run up to the last line that it wrote.
    """
    from tfgraph.run.listing import runs_in

    found = runs_in(folder) if folder.exists() or folder != Path("runs") else []
    if form == "json":
        click.echo(json.dumps([_data(run) for run in found], indent=2))
    elif found:
        for line in _lines(found, width_of(sys.stdout)):
            click.echo(line)
    else:
        usual = Path("runs")
        more = (
            ": those of `tfgraph runs` are in runs" if folder == Path() and usual.is_dir() else ""
        )
        click.echo(f"there are no runs in {folder}{more}", err=True)


def _data(run: Listed) -> dict[str, Any]:
    from tfgraph.run.events import finite

    best = None
    if run.best:
        best = {"step": run.best_step, "name": run.best.name, "value": run.best.value}
    return {
        "run": str(run.path),
        "spec": run.name or None,
        "status": run.status,
        "problem": run.problem or None,
        "started": run.started.isoformat() if run.started else None,
        "epoch": run.epoch,
        "step": run.step,
        "saved": run.saved,
        "seconds": run.seconds,
        "split": run.split,
        "metrics": finite(run.metrics),
        "best": best,
    }


def _lines(found: Sequence[Listed], width: int) -> list[str]:
    """A table, the figures in its last column, or under each run where that is too wide.

    Columns go there as well where the table is too wide without the figures.
    """
    rows = [dict(zip(_HEADER, _cells(run))) for run in found]
    results = [_result(run) for run in found]
    shown = list(_HEADER)
    table = _table(shown, rows)
    beside = ["RESULT", *results]
    if all(len(f"{row}{_GAP}{text}") <= width for row, text in zip(table, beside)):
        return [f"{row}{_GAP}{text}".rstrip() for row, text in zip(table, beside)]
    for name in _UNDER:
        if len(table[0]) > width:
            shown.remove(name)
            table = _table(shown, rows)
    lines = [table[0].rstrip()]
    for row, cells, text in zip(table[1:], rows, results):
        under = [f"{n.lower()} {cell}" for n, cell in cells.items() if n not in shown and cell]
        said = "; ".join(filter(None, [", ".join(under), text]))
        lines += [row.rstrip(), *filled(said, max(width, MIN_WIDTH), _GAP)]
    return lines


def _table(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The columns of some names as lines of one length, the first one a header."""
    cells = [list(names), *([row[name] for name in names] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return [_row(line, widths, names) for line in cells]


def _row(cells: Sequence[str], widths: Sequence[int], names: Sequence[str]) -> str:
    shown = zip(cells, widths, names)
    return _GAP.join(c.rjust(w) if name in _NUMBERS else c.ljust(w) for c, w, name in shown)


def _cells(run: Listed) -> tuple[str, ...]:
    return (
        run.path.name,
        run.name,
        run.status,
        "" if run.epoch is None else f"{run.epoch:,}",
        "" if run.step is None else f"{run.step:,}",
        run.started.astimezone().strftime("%Y-%m-%d %H:%M") if run.started else "",
        "" if run.seconds is None else duration(run.seconds),
    )


def _result(run: Listed) -> str:
    """What went wrong, what was reached, and where it would go on, if that is another step."""
    parts = [run.problem] if run.problem else []
    if run.metrics:
        parts.append(figures(run.metrics, run.split or ""))
    if run.best:
        parts.append(f"best {run.best.name} {figure(run.best.value)} at step {run.best_step:,}")
    if run.saved is not None and run.saved != run.step:
        parts.append(f"saved at step {run.saved:,}")
    return "; ".join(parts)
