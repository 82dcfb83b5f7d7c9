"""JSON for programs: complete, documented, stable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

import tfgraph
from tests.reports import findings
from tfgraph.codes import CODES
from tfgraph.reports import data as module
from tfgraph.reports.data import VERSION, data


def keys(value: Any) -> Iterator[str]:
    for key, below in value.items() if isinstance(value, dict) else ():
        yield key
        yield from keys(below)
    for item in value if isinstance(value, list) else ():
        yield from keys(item)


def test_a_diagnostic_holds_everything() -> None:
    found = data([findings.FAULTY], version="0.1.0")
    assert (found["version"], found["tfgraph"]) == (VERSION, "0.1.0")
    (file,) = found["files"]
    error, warning = file.pop("diagnostics")
    name = "specs/a,b:c 100%.yaml"
    assert file == {
        "file": name,
        "ok": False,
        "errors": 1,
        "warnings": 1,
        "memory": None,
        "failure": None,
    }
    assert error == {
        "code": "TG206",
        "meaning": CODES["TG206"],
        "severity": "error",
        "message": "`size` must be at least 1, got {the number 0}",
        "file": name,
        "line": 2,
        "column": 18,
        "endLine": 2,
        "endColumn": 19,
        "label": "too small",
        "related": [
            {"file": "base/all models.yaml", "line": 2, "column": 9, "endLine": 2, "endColumn": 10}
            | {"label": "set here"},
            {"file": name, "line": 3, "column": 1, "endLine": 4, "endColumn": 1}
            | {"label": "in this"},
        ],
        "notes": ["a note", "see [this](1)"],
        "help": "try `1`\nor more",
    }
    assert (warning["severity"], warning["endLine"]) == ("warning", 4)


def test_a_file_that_cannot_be_read_says_why() -> None:
    (file,) = data([findings.UNREAD], version="0.1.0")["files"]
    assert file["failure"] == {"message": "cannot read `no.yaml`", "help": "is it there?"}
    assert (file["ok"], file["diagnostics"]) == (False, [])


@pytest.mark.parametrize(
    ("file", "ok", "strictly"),
    [
        (findings.SOUND, True, True),
        (findings.WARNED, True, False),
        (findings.FAULTY, False, False),
        (findings.UNREAD, False, False),
    ],
)
def test_strictly_a_warned_file_is_not_ok(file: Any, ok: bool, strictly: bool) -> None:
    assert data([file], version="0.1.0")["files"][0]["ok"] is ok
    assert data([file], strict=True, version="0.1.0")["files"][0]["ok"] is strictly


def test_every_key_is_documented_and_no_other() -> None:
    example, prose = (module.__doc__ or "").split("\n\n", 2)[1:]
    used = set(keys(data([findings.FAULTY, findings.UNREAD], version="0.1.0")))
    assert set(keys(json.loads(example))) == used
    assert used <= set(re.findall(r"`(\w+)`", prose))


def test_the_documented_example_is_what_is_written() -> None:
    text = "tfgraph: 1\ninputs: {x: [4]}\nlayers:\n  - matmul: {unts: 625}\n"
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text)
    file = findings.CheckedFile("a.yaml", caught.value.diagnostics)
    example = json.loads((module.__doc__ or "").split("\n\n", 2)[1])
    shown, written = example["files"][0], data([file], version="0.1.0")["files"][0]
    for document in (shown, written):
        document["diagnostics"][0].pop("label")  # shortened in the example
        document["diagnostics"][0].pop("file")
    assert written == shown


def test_every_golden_mistake_can_be_written_and_read_again() -> None:
    written = data(findings.golden(), version="0.1.0")
    assert json.loads(json.dumps(written)) == written
    for file, shown in zip(findings.golden(), written["files"], strict=True):
        assert [d["code"] for d in shown["diagnostics"]] == [d.code for d in file.diagnostics]
