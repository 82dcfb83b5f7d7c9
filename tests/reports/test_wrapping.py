"""Notes and help on a terminal: broken between words, everything else as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.commands import on_a_terminal, process
from tfgraph.reports.wrapping import wrapped

LONG = "an input of 784 numbers is meant for `dense: {units: 128, activation: relu}` or for another"
PRINTED = f"""error[TG205]: {LONG}
  --> a.yaml:4:12
   |
 4 |   - dense: {LONG}
   |            ^^^^^ {LONG}
   = note: {LONG}
   = help: {LONG}
           - dense: {LONG}"""


def test_notes_and_help_go_on_below_their_first_word() -> None:
    assert wrapped(PRINTED, 60).split("\n")[5:11] == [
        "   = note: an input of 784 numbers is meant for",
        "           `dense: {units: 128, activation: relu}` or for",
        "           another",
        "   = help: an input of 784 numbers is meant for",
        "           `dense: {units: 128, activation: relu}` or for",
        "           another",
    ]


@pytest.mark.parametrize("width", [1, 20, 40, 60, 80, 400])
def test_what_is_said_stays_the_same(width: int) -> None:
    said = re.sub(r"\s+", " ", PRINTED)
    assert re.sub(r"\s+", " ", wrapped(PRINTED, width)) == said
    lines = wrapped(PRINTED, width).split("\n")
    assert lines[:5] == PRINTED.split("\n")[:5]
    assert lines[-1] == PRINTED.rsplit("\n", maxsplit=1)[-1]


def test_an_error_without_a_place_is_wrapped_too() -> None:
    assert wrapped(f"error: no\nhelp: {LONG}", 60).split("\n")[1:3] == [
        "help: an input of 784 numbers is meant for",
        "      `dense: {units: 128, activation: relu}` or for another",
    ]


def test_a_terminal_is_kept_to_and_a_pipe_gets_whole_lines(tmp_path: Path) -> None:
    text = (
        "tfgraph: 1\ndata: linear\nlayers:\n  - reshape: [1]\n  - dense: 1\nloss: squared_error\n"
    )
    (tmp_path / "a.yaml").write_text(text)
    piped = process("validate", "a.yaml", folder=tmp_path).out
    shown = on_a_terminal(tmp_path, "validate", "a.yaml", code=1, NO_COLOR="1").replace("\r", "")
    notes = [line for line in piped.split("\n") if " = note: " in line]
    assert max(map(len, notes)) > 80
    assert shown == wrapped(piped, 80) != piped


def test_what_is_wrong_is_wrapped_where_it_stands_alone() -> None:
    text = "error: the spec has changed since `runs/my long run` was begun: it has other layers"
    assert wrapped(text, 60).split("\n") == [
        "error: the spec has changed since `runs/my long run` was",
        "       begun: it has other layers",
    ]
