"""SARIF 2.1.0: what code-scanning services take in.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", whose sections
the comments name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from tfgraph.codes import CODES
from tfgraph.diagnostics import Diagnostic, Span, Via
from tfgraph.reports.checked import CheckedFile, is_file, relative

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_RULES = {code: number for number, code in enumerate(CODES)}
# 3.11.6: this is a link, wherever it stands.
_LINK = re.compile(r"\[(?=[^\]]*\]\()")


def sarif(files: Sequence[CheckedFile], *, version: str) -> dict[str, Any]:
    """All files as one run: a rule for every code, a result for every diagnostic.

    `version` is tfgraph's.
    """
    artifacts = {name: number for number, name in enumerate(_sources(files))}
    results = [_result(d, artifacts) for file in files for d in file.diagnostics]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(version)},
                "invocations": [_invocation(files)],
                "artifacts": [_artifact(name) for name in artifacts],
                "results": results,
                "columnKind": "unicodeCodePoints",
            }
        ],
    }


def _sources(files: Sequence[CheckedFile]) -> list[str]:
    """The names of all that was read, each once."""
    names = []
    for file in files:
        names += [] if file.failure else [file.name]
        for diagnostic in file.diagnostics:
            spans = [diagnostic.span, *(step.span for step in diagnostic.span.via)]
            names += [span.source.name for span in spans]
    return list(dict.fromkeys(names))


def _driver(version: str) -> dict[str, Any]:
    return {
        "name": "tfgraph",
        "semanticVersion": version,
        "rules": [
            {"id": code, "shortDescription": _message(meaning)} for code, meaning in CODES.items()
        ],
    }


def _invocation(files: Sequence[CheckedFile]) -> dict[str, Any]:
    """Whether everything could be read, and why not."""
    failures = [file.failure for file in files if file.failure]
    return {
        "executionSuccessful": not failures,
        "toolExecutionNotifications": [
            {"level": "error", "message": _message(f.message, f.help)} for f in failures
        ],
    }


def _artifact(name: str) -> dict[str, Any]:
    if not is_file(name):
        streamed = ["standardStream"] if name == "<stdin>" else []
        return {"description": _message(name), "roles": ["analysisTarget", *streamed]}
    return {"location": {"uri": _uri(name)}, "roles": ["analysisTarget"]}


def _result(diagnostic: Diagnostic, artifacts: dict[str, int]) -> dict[str, Any]:
    notes = [f"note: {note}" for note in diagnostic.notes]
    help = f"help: {diagnostic.help}" if diagnostic.help else ""
    related = [
        {"id": number, **_location(step, artifacts)}
        for number, step in enumerate(diagnostic.span.via, start=1)
    ]
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": _RULES[diagnostic.code],
        "level": diagnostic.severity,
        "message": _message(diagnostic.message, *notes, help),
        "locations": [_location(Via(diagnostic.label, diagnostic.span), artifacts)],
        "relatedLocations": related,
    }


def _location(place: Via, artifacts: dict[str, int]) -> dict[str, Any]:
    name = place.span.source.name
    uri = {"uri": _uri(name)} if is_file(name) else {}
    physical = {
        "artifactLocation": {**uri, "index": artifacts[name]},
        "region": _region(place.span),
    }
    message = {"message": _message(place.label)} if place.label else {}
    return {"physicalLocation": physical, **message}


def _region(span: Span) -> dict[str, int]:
    # 3.30.5 to 3.30.8: counted from 1, the end column that of the character after the region.
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _message(*lines: str) -> dict[str, str]:
    # 3.11.5: braces hold placeholders, and are doubled where they are meant.
    text = "\n".join(filter(None, lines)).replace("{", "{{").replace("}", "}}")
    return {"text": _LINK.sub(r"\\[", text)}


def _uri(name: str) -> str:
    path = relative(name)
    return PurePath(path).as_uri() if PurePath(path).is_absolute() else quote(os.fsencode(path))
