"""GitHub: workflow commands, which a job's log turns into annotations of the lines of a change.

Source: "Workflow commands for GitHub Actions" in GitHub's documentation.
"""

from __future__ import annotations

from tfgraph.codes import CODES
from tfgraph.diagnostics import SET, Diagnostic, Span, printable
from tfgraph.errors import TfgraphError
from tfgraph.reports.checked import CheckedFile, is_file, relative


def github(file: CheckedFile) -> str:
    """One command a diagnostic, a line each; nothing for a file that is sound."""
    found = [_annotation(diagnostic, file.name) for diagnostic in file.diagnostics]
    return "\n".join([_failure(file.failure)] if file.failure else found)


def _annotation(diagnostic: Diagnostic, name: str) -> str:
    title = f"{diagnostic.code}: {CODES[diagnostic.code]}"
    source = diagnostic.span.source
    more = [f"in `{SET} {source.text}`"] if source.name == SET else []
    more += [diagnostic.label, *(f"note: {note}" for note in diagnostic.notes)]
    more += [f"{step.span}: {step.label}" for step in diagnostic.span.via]
    more += [f"help: {diagnostic.help}"] if diagnostic.help else []
    message = "\n".join([diagnostic.message, *filter(None, more)])
    return _written(diagnostic.severity, {**_place(diagnostic.span, name), "title": title}, message)


def _failure(failure: TfgraphError) -> str:
    return _written("error", {}, "\n".join(filter(None, [failure.message, failure.help])))


def _place(span: Span, name: str) -> dict[str, str]:
    """The place; a setting has none of its own, and is told of the file that it changes.

    What has no file stands in the log alone.
    """
    if not is_file(span.source.name):
        changed = span.source.name == SET and is_file(name)
        return {"file": relative(name)} if changed else {}
    place = {
        "file": relative(span.source.name),
        "line": str(span.line),
        "col": str(span.column),
        "endLine": str(span.end_line),
        "endColumn": str(span.end_column),
    }
    if span.end_line != span.line:
        del place["endColumn"]  # columns are shown within one line only
    return place


def _written(command: str, properties: dict[str, str], message: str) -> str:
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{command} {listed}".rstrip() + f"::{_message(message)}"


def _message(text: str) -> str:
    """The text on one line; what a terminal would act on is not shown, as in text."""
    lines = text.replace("%", "%25").split("\n")
    return "%0A".join(map(printable, lines))


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
