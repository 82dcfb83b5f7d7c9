"""A file that was checked: what every format reports on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraph.diagnostics import Diagnostic
from tfgraph.errors import TfgraphError

if TYPE_CHECKING:
    from tfgraph.spec.plan.cost import Cost


@dataclass(frozen=True)
class CheckedFile:
    """A spec by name, with what is wrong with it, or with why it could not be read.

    `cost` is the memory that it will take, where it is sound.
    """

    name: str
    diagnostics: tuple[Diagnostic, ...] = ()
    failure: TfgraphError | None = None
    cost: Cost | None = None

    @property
    def errors(self) -> int:
        """How many errors it has."""
        return number_of(self.diagnostics, "error")

    @property
    def warnings(self) -> int:
        """How many warnings it has."""
        return number_of(self.diagnostics, "warning")

    def passes(self, *, strict: bool = False) -> bool:
        """Whether it was read and has no errors; with `strict`, no warnings either."""
        return self.failure is None and not (self.errors or (strict and self.warnings))


def number_of(diagnostics: Sequence[Diagnostic], severity: str) -> int:
    """How many diagnostics are of a severity."""
    return sum(d.severity == severity for d in diagnostics)


def is_file(name: str) -> bool:
    """Whether the name of a source is a file's: `<stdin>`, `<spec>` and `--set` are not."""
    return not name.startswith(("<", "--"))


def relative(name: str) -> str:
    """The path of a file as code hosts want it: from the current folder if inside, with `/`."""
    path = Path(name)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_posix()
