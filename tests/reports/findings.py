"""Files with everything that a report can hold."""

from __future__ import annotations

from dataclasses import replace

from tests.spec.goldens import problems, specs
from tfgraph.diagnostics import Diagnostic, Source, Span
from tfgraph.errors import DataError
from tfgraph.reports.checked import CheckedFile

TEXT = "layers:\n  - conv: {size: 0}\nblocks: {conv: {}}\n"
BASE = Source("base/all models.yaml", "vars:\n  size: 0\n")
SPEC = Source("specs/a,b:c 100%.yaml", TEXT)
PLACE = Span(SPEC, 2, 18, 2, 19)

ERROR = Diagnostic(
    "TG206",
    "`size` must be at least 1, got {the number 0}",
    PLACE.through("set here", Span(BASE, 2, 9, 2, 10)).through("in this", Span(SPEC, 3, 1, 4, 1)),
    label="too small",
    notes=("a note", "see [this](1)"),
    help="try `1`\nor more",
)
WARNING = Diagnostic("TG207", "odd", Span(SPEC, 3, 1, 4, 1), severity="warning")
PIPED = Diagnostic("TG201", "unknown section", Span(Source("<stdin>", "a"), 1, 1, 1, 2))

SET = Diagnostic("TG205", "no number", Span(Source("--set", "a=b"), 1, 3, 1, 4))

FAULTY = CheckedFile(SPEC.name, (ERROR, WARNING))
WARNED = CheckedFile(SPEC.name, (WARNING,))
SOUND = CheckedFile("sound.yaml")
STDIN = CheckedFile("<stdin>", (PIPED,))
CHANGED = CheckedFile("sound.yaml", (SET,))
UNREAD = CheckedFile("no.yaml", failure=DataError("cannot read `no.yaml`", help="is it there?"))
ALL = [FAULTY, SOUND, STDIN, CHANGED, UNREAD]


def golden() -> list[CheckedFile]:
    """Every spec with a mistake of its own kind, as checked."""
    return [CheckedFile(path.name, tuple(problems(path))) for path in specs()]


def at(name: str) -> CheckedFile:
    """A file of that name with one error."""
    source = Source(name, TEXT)
    return CheckedFile(name, (replace(PIPED, span=Span(source, 1, 1, 1, 2)),))
