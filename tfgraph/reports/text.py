"""Text: what a person reads."""

from __future__ import annotations

from collections.abc import Sequence

from tfgraph.diagnostics import SET, Diagnostic, SpecError, render_all
from tfgraph.errors import TfgraphError
from tfgraph.reports.checked import CheckedFile, number_of


def text(file: CheckedFile, *, strict: bool = False) -> str:
    """Everything that is wrong with a file, and a last line that counts it.

    With `strict`, a file with warnings is not ok.
    """
    if file.failure:
        return error_text(file.failure)
    found = f"{render_all(file.diagnostics)}\n\n" if file.diagnostics else ""
    return found + verdict(file, strict=strict)


def verdict(file: CheckedFile, *, strict: bool = False) -> str:
    """One line: "a.yaml: ok, 1 warning (takes about 12 MB)", "2 errors, 1 warning in a.yaml"."""
    if not file.passes(strict=strict):
        return f"{_counts(file.diagnostics)} in {file.name}"
    warnings = f", {count(file.warnings, 'warning')}" if file.warnings else ""
    from tfgraph.spec.plan.cost import show_bytes  # not for `--help`, which has no spec

    takes = f" (takes about {show_bytes(file.cost.peak)})" if file.cost else ""
    return f"{file.name}: ok{warnings}{takes}"


def error_text(error: TfgraphError) -> str:
    """An error as it is printed: diagnostics with their count, or one message and its help."""
    if isinstance(error, SpecError):
        return f"{error.message}\n\n{summary(error.diagnostics)}"
    return f"error: {error.message}" + (f"\nhelp: {error.help}" if error.help else "")


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """How many errors and warnings there are, and where."""
    names = (d.span.source.name for d in diagnostics)
    sources = dict.fromkeys("what `--set` gives" if name == SET else name for name in names)
    return f"{_counts(diagnostics)} in {', '.join(sources)}"


def _counts(diagnostics: Sequence[Diagnostic]) -> str:
    numbers = [(noun, number_of(diagnostics, noun)) for noun in ("error", "warning")]
    return ", ".join(count(number, noun) for noun, number in numbers if number)


def count(number: int, noun: str) -> str:
    """A number of things: "1 error", "1,200 errors"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
