"""The result of `costs` as text: a table for each thing that was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.benchmarks.costs import BATCHES, DEPTH_BOUND, ROWS_BOUND, START_BOUND
from tests.benchmarks.machine import sentence
from tests.benchmarks.page import markdown
from tests.benchmarks.shown import Table

Results = Mapping[str, Mapping[str, float]]


def tables(results: Results) -> Iterator[Table]:
    """One table after the other, for the terminal and for README.md."""
    yield table("start to the first step of mlp", "s", results, ["start"], "{:.2f}".format)
    yield table("milliseconds of a start", "", results, ["parts of a start"], "{:,.0f}".format)
    yield table(
        "milliseconds to a first step", "", results, named(results, " layers"), "{:,.0f}".format
    )
    yield table("most memory, MB", "", results, named(results, "memory of"), megabytes)
    batches = [f"batch of {batch}" for batch in BATCHES]
    yield table("steps a second, mlp", "", results, batches, "{:,.0f}".format)
    yield table("milliseconds a prediction", "", results, named(results, " at once"), milliseconds)
    yield table("milliseconds a step, mlp", "", results, named(results, "rows "), milliseconds)


def named(results: Results, part: str) -> list[str]:
    return [what for what in results if part in what]


def table(
    title: str, unit: str, results: Results, rows: list[str], show: Callable[[float], str]
) -> Table:
    """A row for each thing that was measured, a column for each way that any of them has."""
    columns = list(dict.fromkeys(who for what in rows for who in results[what]))
    head = [f"{title}, {unit}" if unit else title, *columns]
    cells = [
        [what, *(show(results[what][who]) if who in results[what] else "" for who in columns)]
        for what in rows
    ]
    return head, cells


def megabytes(size: float) -> str:
    return f"{size / 1e6:,.0f}"


def milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.3g}"


def missed(results: Results) -> list[str]:
    """The bounds that are not kept, as sentences."""
    found = []
    late = results["start"]["difference"]
    if late > START_BOUND:
        found.append(f"the first step comes {late:.2f} s after TensorFlow, not {START_BOUND:g}")
    found += deep(results)
    for what in named(results, "rows "):
        few, many = list(results[what].values())
        if many > ROWS_BOUND * few:
            times = f"{many / few:.2f} times as long, not {ROWS_BOUND:g}"
            found.append(f"a step takes {times}, with the most {what}")
    return found


def deep(results: Results) -> list[str]:
    found = []
    all_stages = {what: results[what]["tfgraph: all"] for what in named(results, " layers")}
    if {"100 layers", "1000 layers"} <= set(all_stages):
        times = all_stages["1000 layers"] / all_stages["100 layers"]
        if times > DEPTH_BOUND:
            said = f"{times:.1f} times what 100 do, not {DEPTH_BOUND:g}"
            found.append(f"1,000 layers take {said}")
    for what, ours in all_stages.items():
        if ours > results[what]["Keras fit: all"]:
            found.append(f"{what} take longer than with Keras")
    return found


def text(result: Mapping[str, Any]) -> str:
    """The tables in Markdown, what is missed, and what it was measured on."""
    misses = missed(result["results"])
    said = f"Missed: {'; '.join(misses)}." if misses else "No bound is missed."
    parts = [markdown(*each) for each in tables(result["results"])]
    return "\n\n".join(
        [*parts, said, f"Medians of {result['rounds']} rounds.", sentence(dict(result))]
    )
