"""Data: what was found as the plain values that JSON has, for other programs to read.

    {"version": 1, "tfgraph": "0.1.0", "files": [{
        "file": "a.yaml", "ok": false, "errors": 1, "warnings": 0, "memory": null,
        "failure": null,
        "diagnostics": [{
            "code": "TG203", "meaning": "an unknown parameter", "severity": "error",
            "message": "unknown parameter `unts` of layer `matmul`",
            "file": "a.yaml", "line": 4, "column": 14, "endLine": 4, "endColumn": 18,
            "label": "`matmul` has units, bias", "related": [], "notes": [],
            "help": "did you mean `units`? it is required"}]}]}

- `version`: the schema of this document; `tfgraph`: the version of the package.
- `files`: one for each spec, in the order of the command line. `ok`: whether it passes. `errors`,
  `warnings`: how many there are among its `diagnostics`, which are in the order of the text.
- `memory`: the bytes that a sound spec will take at its peak; null for others.
- `failure`: null, or `message` and `help` of why it could not be read.
- `severity`: "error" or "warning". `code` and `meaning`: as `tfgraph explain` explains them.
- `file`: where the problem stands, which for a spec that extends others may be one of those.
- `line`, `column`: counted from 1, columns in characters; `endLine`, `endColumn`: exclusive.
- `label`: beside the place. `related`: the places the value came through, each with `file` to
  `label`. `notes`, `help`: below; empty where there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfgraph.codes import CODES
from tfgraph.diagnostics import Diagnostic, Span
from tfgraph.reports.checked import CheckedFile

#: Raised when a key changes its meaning or goes; new keys may come under the same version.
VERSION = 1


def data(files: Sequence[CheckedFile], *, version: str, strict: bool = False) -> dict[str, Any]:
    """The files as data; with `strict`, one with warnings is not `ok`. `version`: tfgraph's."""
    return {
        "version": VERSION,
        "tfgraph": version,
        "files": [_file(file, strict) for file in files],
    }


def _file(file: CheckedFile, strict: bool) -> dict[str, Any]:
    failure = file.failure
    return {
        "file": file.name,
        "ok": file.passes(strict=strict),
        "errors": file.errors,
        "warnings": file.warnings,
        "memory": file.cost.peak if file.cost else None,
        "failure": {"message": failure.message, "help": failure.help} if failure else None,
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in file.diagnostics],
    }


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "meaning": CODES[diagnostic.code],
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        **_place(diagnostic.span, diagnostic.label),
        "related": [_place(step.span, step.label) for step in diagnostic.span.via],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
    }


def _place(span: Span, label: str) -> dict[str, Any]:
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "label": label,
    }
