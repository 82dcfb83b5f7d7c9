"""What is printed of a spec with mistakes, word for word, and that each code has an example."""

import ast
import re
from pathlib import Path

import pytest

import tfgraph
from tests.spec.goldens import GOLDEN, REFRESH, printed, problems, specs
from tfgraph.codes import CODES

PACKAGE = Path(tfgraph.__file__).parent


@pytest.mark.parametrize("path", specs(), ids=lambda path: path.stem)
def test_mistakes_are_printed_as_recorded(path):
    recorded = path.with_suffix(".txt")
    assert recorded.exists(), f"nothing is recorded for {path.name}: {REFRESH}"
    assert printed(path) == recorded.read_text(encoding="utf-8"), f"if that is meant: {REFRESH}"


def test_no_record_is_left_of_a_spec_that_is_gone():
    recorded = {path.stem for path in GOLDEN.glob("*.txt")}
    assert recorded == {path.stem for path in specs()}, REFRESH


def test_every_code_has_an_example():
    shown = {problem.code for path in specs() for problem in problems(path)}
    assert shown == set(CODES)


def test_every_code_that_the_source_emits_is_explained():
    emitted = {
        node.value
        for path in PACKAGE.rglob("*.py")
        if path != PACKAGE / "codes.py"  # which lists them
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and re.fullmatch(r"TG\d{3}", str(node.value))
    }
    assert emitted == set(CODES)


@pytest.mark.parametrize("path", specs(), ids=lambda path: path.stem)
def test_every_place_is_inside_the_text(path):
    for problem in problems(path):
        for span in (problem.span, *(via.span for via in problem.span.via)):
            assert 1 <= span.line <= len(span.source.lines)
            assert 1 <= span.column <= len(span.source.line(span.line)) + 1
            assert (span.line, span.column) <= (span.end_line, span.end_column)
