"""The specs that are timed, the recorded result, and what a process of `validate` imports."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from tests.benchmarks import page
from tests.benchmarks.specs import misfit, misspelt, sound
from tests.benchmarks.validate import COMMANDS, REFRESH, measure, text
from tests.cli.processes import imported
from tests.spec.goldens import REGISTRY
from tfgraph.diagnostics import Source
from tfgraph.spec import check

HERE = Path(__file__).parent
#: 377 and 134 of them with Python 3.11, a third of which are its own.
MOST_MODULES = {"validate": 420, "--help": 160}


def problems(text: str) -> list[tuple[str, str]]:
    """The codes and first words of what is wrong with a text."""
    checked = check(Source("spec", text), folder=HERE, default_name="spec", registry=REGISTRY)
    return [
        (d.code, d.span.source.line(d.span.line)[d.span.column - 1 :].split(":")[0])
        for d in checked.diagnostics
    ]


@pytest.mark.parametrize("lines", [100, 5000])
def test_the_specs_have_so_many_lines_and_the_mistake_they_are_named_after(lines: int) -> None:
    texts = [make(lines) for make in (sound, misspelt, misfit)]
    assert [text.count("\n") for text in texts] == [lines] * 3
    assert [problems(text) for text in texts] == [
        [],
        [("TG203", "kernel_sise")],
        [("TG301", "add")],
    ]


def test_the_recorded_result_is_the_table_of_the_readme_and_keeps_the_bounds() -> None:
    recorded = page.recorded("validate")
    readme = page.README.read_text(encoding="utf-8")
    assert page.section(readme, "validate") == text(recorded), f"run `{REFRESH}`"
    assert list(recorded["results"]) == [command.name for command in COMMANDS]
    for found in recorded["results"].values():
        assert found["bound_ms"] is None or found["median_ms"] <= found["bound_ms"]


@pytest.mark.parametrize("arguments", [("validate", "spec.yaml"), ("--help",)], ids=" ".join)
def test_a_process_imports_few_modules_and_none_that_is_heavy(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "spec.yaml").write_text(sound(100))
    modules = imported(tmp_path, *arguments)
    assert not {"tensorflow", "numpy"} & modules
    assert len(modules) <= MOST_MODULES[arguments[0]]


@pytest.mark.benchmark
def test_processes_answer_within_their_bounds() -> None:
    taken = measure(rounds=9)
    medians = {command: statistics.median(taken[command.name]) for command in COMMANDS}
    assert not {c.name: ms for c, ms in medians.items() if c.bound and ms > c.bound}
