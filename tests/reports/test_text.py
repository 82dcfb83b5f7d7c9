"""Text for people: counts, verdicts, colours."""

from __future__ import annotations

import re

import pytest

from tests.reports import findings
from tfgraph.diagnostics import SpecError, render_all
from tfgraph.reports.checked import CheckedFile
from tfgraph.reports.colour import paint
from tfgraph.reports.text import error_text, text, verdict


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (findings.FAULTY, "1 error, 1 warning in specs/a,b:c 100%.yaml"),
        (findings.WARNED, "specs/a,b:c 100%.yaml: ok, 1 warning"),
        (findings.SOUND, "sound.yaml: ok"),
        (findings.CHANGED, "1 error in sound.yaml"),
        (CheckedFile("<stdin>", (findings.PIPED,) * 1200), "1,200 errors in <stdin>"),
    ],
)
def test_the_last_line_counts(file: CheckedFile, line: str) -> None:
    assert verdict(file) == line
    assert text(file).endswith(line)


def test_strictly_a_warned_file_is_not_ok() -> None:
    assert verdict(findings.WARNED, strict=True) == "1 warning in specs/a,b:c 100%.yaml"
    assert verdict(findings.SOUND, strict=True) == "sound.yaml: ok"


def test_the_diagnostics_stand_above_the_last_line() -> None:
    file = findings.FAULTY
    assert text(file) == f"{render_all(file.diagnostics)}\n\n{verdict(file)}"
    assert text(findings.SOUND) == "sound.yaml: ok"


def test_a_file_that_cannot_be_read_is_one_error_with_its_help() -> None:
    assert text(findings.UNREAD) == "error: cannot read `no.yaml`\nhelp: is it there?"


def test_an_error_of_a_spec_is_counted() -> None:
    error = SpecError(findings.FAULTY.diagnostics)
    assert error_text(error) == text(findings.FAULTY)


@pytest.mark.parametrize("file", [*findings.ALL, *findings.golden()], ids=lambda file: file.name)
def test_colours_change_no_character(file: CheckedFile) -> None:
    painted = paint(text(file))
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == text(file)
    # A terminal is left as it was found, on every line.
    for line in painted.split("\n"):
        assert line.count("\x1b[0m") * 2 == line.count("\x1b")


def test_errors_are_red_and_warnings_yellow_and_their_carets_as_well() -> None:
    red, yellow = "\x1b[1;31m", "\x1b[1;33m"
    error, warning = (paint(d.render()) for d in findings.FAULTY.diagnostics)
    assert error.startswith(f"{red}error[TG206]\x1b[0m")
    assert f"{red}^ too small\x1b[0m" in error
    assert warning.startswith(f"{yellow}warning[TG207]\x1b[0m")
    assert f"{yellow}^^^" in warning
    assert yellow not in error
    assert red not in warning
    assert "\x1b[1;32mnote\x1b[0m: a note" in error
    assert "\x1b[1;36mhelp\x1b[0m: is it there?" in paint(text(findings.UNREAD))
