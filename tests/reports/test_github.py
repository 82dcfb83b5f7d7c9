"""Workflow commands: parsed as GitHub's runner parses them, they say what the diagnostic says."""

from __future__ import annotations

import re
from pathlib import Path

from tests.reports import findings
from tfgraph.reports.checked import CheckedFile
from tfgraph.reports.github import github

_COMMAND = re.compile(r"::(\w+)(?: (\S.*?))?::(.*)")


def unescaped(text: str) -> str:
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(written, meant)
    return text


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A command, its properties and its message, as the runner takes a line apart."""
    found = _COMMAND.fullmatch(line)
    assert found, line
    pairs = [pair.split("=", 1) for pair in (found[2] or "").split(",") if pair]
    return found[1], {name: unescaped(value) for name, value in pairs}, unescaped(found[3])


def commands(file: CheckedFile) -> list[tuple[str, dict[str, str], str]]:
    return [parsed(line) for line in github(file).splitlines()]


def test_an_annotation_holds_the_place_and_everything_that_is_said() -> None:
    error, warning = commands(findings.FAULTY)
    assert error == (
        "error",
        {
            "file": "specs/a,b:c 100%.yaml",
            "line": "2",
            "col": "18",
            "endLine": "2",
            "endColumn": "19",
            "title": "TG206: a value out of bounds, or not among the choices",
        },
        "`size` must be at least 1, got {the number 0}\ntoo small\nnote: a note\n"
        "note: see [this](1)\nbase/all models.yaml:2:9: set here\n"
        "specs/a,b:c 100%.yaml:3:1: in this\nhelp: try `1`\nor more",
    )
    assert warning[0] == "warning"


def test_what_would_end_a_property_or_a_line_is_escaped() -> None:
    line = github(findings.FAULTY).splitlines()[0]
    assert line.startswith("::error file=specs/a%2Cb%3Ac 100%25.yaml,line=2,col=18,")
    assert line.endswith("help: try `1`%0Aor more")


def test_a_region_of_several_lines_has_no_columns_to_end_at() -> None:
    _, properties, _ = commands(findings.WARNED)[0]
    assert (properties["line"], properties["endLine"]) == ("3", "4")
    assert "endColumn" not in properties


def test_a_setting_is_told_of_the_file_that_it_changes() -> None:
    ((_, properties, message),) = commands(findings.CHANGED)
    assert properties["file"] == "sound.yaml"
    assert "line" not in properties
    assert message.endswith("in `--set a=b`")


def test_standard_input_stands_in_no_file() -> None:
    assert [properties for _, properties, _ in commands(findings.STDIN)] == [
        {"title": "TG201: an unknown section of the file"}
    ]


def test_a_file_that_cannot_be_read_is_an_error_of_the_job() -> None:
    assert github(findings.UNREAD) == "::error::cannot read `no.yaml`%0Ais it there?"


def test_a_sound_file_says_nothing() -> None:
    assert github(findings.SOUND) == ""


def test_paths_start_at_the_current_folder() -> None:
    inside = findings.at(str(Path.cwd() / "specs" / "a.yaml"))
    assert commands(inside)[0][1]["file"] == "specs/a.yaml"
    assert commands(findings.at("../a.yaml"))[0][1]["file"] == "../a.yaml"


def test_every_golden_mistake_is_one_line_that_parses() -> None:
    for file in findings.golden():
        assert len(commands(file)) == len(file.diagnostics)
