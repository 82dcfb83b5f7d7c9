"""The result of training steps as text: tables for the terminal and for README.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Column
from rich.table import Table as Shown

from tests.benchmarks.machine import sentence
from tests.benchmarks.page import markdown
from tests.benchmarks.peers import TITLES
from tests.benchmarks.training import FLOOR_TARGETS, missed, targets
from tfgraph.words import listed

Table = tuple[list[str], list[list[str]]]


def times(result: dict[str, Any]) -> Table:
    """Microseconds a step, and the floor."""
    peers = peers_of(result)
    head = ["µs a step", *(TITLES[peer] for peer in peers), "floor", "GFLOP"]
    rows = []
    for model, found in result["results"].items():
        floor = sum(found["floor"]["microseconds"].values())
        medians = [digits(found["median"][peer]) for peer in peers]
        gflop = f"{found['floor']['flops'] / 1e9:.3f}"
        rows.append([model, *medians, digits(floor), gflop])
    return head, rows


def ratios(result: dict[str, Any], bold: str = "**") -> Table:
    """How many times faster tfgraph is, with what it is to be; misses are set in bold."""
    peers = [peer for peer in peers_of(result) if peer != "tfgraph"]
    head = ["times faster than", *(TITLES[peer] for peer in peers), "times the floor"]
    rows = []
    for model, found in result["results"].items():
        cells = [
            cell(found["times_faster"][p], targets(model).get(p), bold, least=True) for p in peers
        ]
        floor = cell(found["floor"]["times"], FLOOR_TARGETS.get(model), bold, least=False)
        rows.append([model, *cells, floor if found["floor"]["flops"] else ""])
    return head, rows


def cell(value: float, wanted: float | None, bold: str, *, least: bool) -> str:
    """A ratio beside what it is to be."""
    if wanted is None:
        return f"{value:.2f}"
    met = value >= wanted if least else value <= wanted
    number = f"{value:.2f}" if met else f"{bold}{value:.2f}{bold}"
    return f"{number} ({'≥' if least else '≤'} {wanted:g})"


def losses(result: dict[str, Any]) -> Table:
    """The test loss of each peer after equally many steps."""
    peers = peers_of(result)
    head = ["test loss", "steps", *(TITLES[peer] for peer in peers)]
    rows = [
        [model, f"{found['steps']:,}", *(f"{found['loss'][peer]:.4g}" for peer in peers)]
        for model, found in result["results"].items()
    ]
    return head, rows


def text(result: dict[str, Any]) -> str:
    """The tables in Markdown, what is missed, and what it was measured on."""
    products = max(result["rates"]["flops"].values()) / 1e9
    copies = max(result["rates"]["bytes"].values()) / 1e9
    misses = missed(result["results"])
    return "\n\n".join(
        [
            "![Microseconds a step](training.svg)",
            markdown(*times(result)),
            markdown(*ratios(result)),
            compiled(result),
            "Missed:\n\n" + "\n".join(f"- {miss}" for miss in misses)
            if misses
            else "No target is missed.",
            markdown(*losses(result)),
            f"Floor: products at {products:.0f} GFLOP/s, copies at {copies:.0f} GB/s. "
            f"Medians of {result['rounds']} rounds.",
            sentence(result),
        ]
    )


def compiled(result: dict[str, Any]) -> str:
    """Which models `compile: auto` has compiled."""
    names = [model for model, found in result["results"].items() if found["compiled"]]
    return f"`compile: auto` has compiled {listed(names)}." if names else "Nothing was compiled."


def print_tables(tables: Iterable[Table]) -> None:
    """The tables on the terminal."""
    console = Console()
    for head, rows in tables:
        others = (Column(title, justify="right", overflow="fold") for title in head[1:])
        shown = Shown(Column(head[0], no_wrap=True), *others)
        for row in rows:
            shown.add_row(*row)
        console.print(shown)


def peers_of(result: dict[str, Any]) -> list[str]:
    first = next(iter(result["results"].values()))
    return list(first["median"])


def digits(microseconds: float) -> str:
    """Three figures that count: 0.64, 29.5, 1,680."""
    if microseconds >= 100:
        rounded = float(f"{microseconds:.3g}")
        return f"{rounded:,.0f}"
    return f"{microseconds:.3g}"
