"""load and loads: a spec file or text to a validated spec and its plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tfgraph.diagnostics import MAX_PROBLEMS, Diagnostic, Source, SpecError, ordered
from tfgraph.errors import DataError
from tfgraph.registry import Registry, load_registry
from tfgraph.spec.advice import advise
from tfgraph.spec.model import Spec
from tfgraph.spec.plan import Plan, plan
from tfgraph.spec.reader import MAX_BYTES, decode, read
from tfgraph.spec.resolve import resolve
from tfgraph.spec.settings import written
from tfgraph.spec.validate import validate

_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Checked:
    """What came of a text: the plan where it is sound, and every diagnostic by place."""

    source: Source
    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]

    def sound(self) -> Plan:
        """The plan; SpecError where there are errors."""
        if self.plan is None:
            raise SpecError(self.diagnostics)
        return self.plan


def check(
    source: Source,
    *,
    folder: Path,
    default_name: str,
    registry: Registry | None = None,
    settings: Sequence[str] = (),
) -> Checked:
    """Read, resolve, validate and plan a text; nothing is raised for what is wrong with it.

    `settings` are `PATH=VALUE`, as the command line's `--set` takes them.
    """
    registry = registry or load_registry()
    node, diagnostics, lost = read(source)
    spec: Spec | None = None
    made: Plan | None = None
    # A value that could not be read or found is wrong as it stands, not as what took its place.
    unsound = {*lost, *(d.span.place for d in diagnostics)}
    path = folder / Path(source.name).name
    resolved = resolve(node, path, registry, settings, lost) if node else None
    if resolved is not None:
        diagnostics += [d for d in resolved.notes.diagnostics if d.span.place not in unsound]
        unsound |= resolved.notes.unknown
    if resolved is not None and resolved.node is not None:
        spec, found = validate(resolved, source, registry, folder, default_name)
        # What is known of an entry may help better than the text alone.
        diagnostics = [next(filter(d.says_as, found), d) for d in diagnostics]
        diagnostics += [d for d in found if d.span.place not in unsound]
    if spec is not None:
        made, found = plan(spec)
        diagnostics += found
    if any(d.severity == "error" for d in diagnostics):
        # What nothing uses may be what a mistake keeps from being used.
        diagnostics = [d for d in diagnostics if d.severity == "error"]
        made = None
    diagnostics += advise(made) if made else []
    return Checked(source, made, _printed(diagnostics))


def _printed(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics in the order of the text, each once, and not more than anyone reads."""
    found = ordered(dict.fromkeys(diagnostics))
    if len(found) >= MAX_PROBLEMS:
        last = found[MAX_PROBLEMS - 1]
        note = f"there may be more problems: {MAX_PROBLEMS} are shown"
        found[MAX_PROBLEMS - 1 :] = [replace(last, notes=(*last.notes, note))]
    return tuple(found)


def check_file(
    path: str | Path, *, registry: Registry | None = None, settings: Sequence[str] = ()
) -> Checked:
    """`check` for a file; DataError where it cannot be read."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES)  # a device or a sparse file may have no end
    except OSError as error:
        raise DataError(f"cannot read the spec `{path}`: {error.strerror}") from error
    source, problems = decode(data, str(path))
    if problems:
        return Checked(source, None, tuple(problems))
    return check(
        source,
        folder=path.parent,
        default_name=path.stem,
        registry=registry,
        settings=settings,
    )


def load(
    path: str | Path,
    *,
    set: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
) -> Plan:
    """Read a spec file and plan it; `set` changes values: `{"train.epochs": 3}`.

    Raises SpecError, whose `diagnostics` hold everything that is wrong with it, and DataError
    where the file cannot be read.
    """
    return check_file(path, registry=registry, settings=written(set or {})).sound()


def loads(
    text: str,
    *,
    name: str = "spec",
    folder: str | Path = ".",
    set: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
) -> Plan:
    """The same from a text, which may begin with a byte order mark, as that of a file may.

    Relative data paths start at `folder`.
    """
    source = Source(f"<{name}>", text.removeprefix(_BYTE_ORDER_MARK))
    checked = check(
        source,
        folder=Path(folder),
        default_name=name,
        registry=registry,
        settings=written(set or {}),
    )
    return checked.sound()
