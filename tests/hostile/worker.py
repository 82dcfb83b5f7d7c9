"""Examines hostile specs one after the other, in a process that sees what they make it do.

It reads `{"case": id, "folder": path}` or `{"offence": name}` a line and answers each with a line.
An audit hook lets through what reading a spec needs and nothing else, and the process has no more
than `MEMORY` to live in: whatever takes more fails.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.hostile.cases import Case
from tests.hostile.corpus import CASES
from tests.hostile.offences import OFFENCES
from tests.spec.goldens import REGISTRY
from tfgraph.diagnostics import Diagnostic, Source, render_all
from tfgraph.registry.hookspecs import COMPONENT_HOOKS
from tfgraph.reports.checked import CheckedFile
from tfgraph.reports.data import data
from tfgraph.reports.github import github
from tfgraph.reports.sarif import sarif
from tfgraph.spec import Checked, check, check_file
from tfgraph.spec.plan.memory import LIMITS

#: Bytes that the process may have in all, Python and the package included.
MEMORY = 200 * 2**20
#: Modules that are first imported while a spec is looked at, and may be.
LAZY = ("tfgraph.spec.elsewhere", "tfgraph.spec.plan.mends", "tfgraph.spec.recovery")
#: Events that do nothing.
HARMLESS = frozenset({"object.__getattr__", "sys._getframe", "builtins.id"})
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
SECRET = "the-value-of-a-variable-that-no-spec-may-read"


#: What `validate` prints of a file in the formats that are for programs.
REPORTS: tuple[Callable[[CheckedFile], str], ...] = (
    github,
    lambda file: json.dumps(data([file], version="1", strict=False)),
    lambda file: json.dumps(sarif([file], version="1")),
)


class Forbidden(BaseException):
    """Something that no spec may lead to was tried. No `except Exception` swallows it."""


class Watch:
    """The audit hook: while it is armed, every event but reading in `folder` is an offence.

    How much memory the machine lets a process have is read too, whatever the spec.
    """

    def __init__(self) -> None:
        self.armed = False
        self.folder = ""
        self.offences: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.armed or event in HARMLESS:
            return
        if event == "open" and self.reads_here(*arguments):
            return
        self.offences.append(f"{event} {arguments!r:.200}")
        raise Forbidden(self.offences[-1])

    def reads_here(self, path: Any, mode: Any, flags: int) -> bool:
        known = isinstance(path, str) and (
            path in LIMITS or os.path.realpath(path).startswith(self.folder + os.sep)
        )
        return known and not flags & WRITING

    @contextlib.contextmanager
    def over(self, folder: str) -> Iterator[None]:
        """Watch what is done in a block."""
        self.folder, self.offences, self.armed = os.path.realpath(folder), [], True
        try:
            yield
        finally:
            self.armed = False


def examine(watch: Watch, case: Case, folder: Path) -> dict[str, Any]:
    """What came of a case, as plain data."""
    found: dict[str, Any] = {"codes": [], "printed": "", "error": ""}
    checked, path = None, folder / "spec.yaml"
    before, started = time.process_time(), time.perf_counter()
    try:
        with watch.over(str(folder)):
            checked = check_file(path, registry=REGISTRY, settings=case.settings)
            printed = render_all(checked.diagnostics)
            reports = [report(CheckedFile(str(path), checked.diagnostics)) for report in REPORTS]
    except BaseException:
        found["error"] = traceback.format_exc()[-3000:]
    found["seconds"] = time.process_time() - before
    found["waited"] = time.perf_counter() - started
    found["memory"] = most_memory()
    found["offences"] = watch.offences
    if checked is None:
        return found
    errors = [d for d in checked.diagnostics if d.severity == "error"]
    found["codes"] = sorted({problem.code for problem in errors})
    found["misplaced"] = [str(d.span) for d in checked.diagnostics if not stands_in_text(d)]
    found["at"] = rest_of_line(errors[0]) if errors else ""
    found["printed"] = printed[:20_000]
    said = "".join([printed, *reports])
    found["unprintable"] = sorted({c for c in said if not c.isprintable() and c not in "\n\t"})
    found["told"] = SECRET in said
    found["commands"] = [line.partition(" ")[0] for line in reports[0].splitlines()]
    found["severities"] = [f"::{d.severity}" for d in checked.diagnostics]
    found["value"] = reading_of(case, checked)
    return found


def most_memory() -> int:
    """The most bytes of main memory that the process has had.

    Not `ru_maxrss`, which a process takes over from the one that starts it.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def stands_in_text(problem: Diagnostic) -> bool:
    """Whether a diagnostic points into its text."""
    span = problem.span
    lines = span.source.lines
    inside = 1 <= span.line <= len(lines)
    return inside and 1 <= span.column <= len(lines[span.line - 1]) + 1


def rest_of_line(problem: Diagnostic) -> str:
    """The text from the place of a diagnostic to the end of its line, if that is not too long."""
    span = problem.span
    return span.source.line(span.line)[span.column - 1 :][:200]


def reading_of(case: Case, checked: Checked) -> Any:
    """What the case wants to know of its plan."""
    return case.reading(checked.plan) if case.reading and checked.plan else None


def offend(watch: Watch, name: str) -> dict[str, Any]:
    """Do something forbidden on purpose; what the hook saw of it."""
    with contextlib.suppress(Forbidden), watch.over("/nowhere"):
        OFFENCES[name]()
    return {"offences": watch.offences}


def warm_up() -> None:
    """Do what happens once whatever the spec: imports, and annotations of ours evaluated."""
    for name in LAZY:
        importlib.import_module(name)
    for kind, (_, base) in COMPONENT_HOOKS.items():
        # Annotations are compiled when they are first asked for: ours, and no spec's.
        for component in (base, *REGISTRY.types(kind).values()):
            component.parameters()
    text = "tfgraph: 1\ninputs: {x: [4]}\nlayers: [matmul: 2]\ntrain: {epochs: 1}\n"
    check(Source("sound", text), folder=Path(), default_name="sound", registry=REGISTRY)


def main() -> None:
    """Answer until there are no more questions."""
    warm_up()
    cases = {case.id: case for case in CASES}
    watch = Watch()
    sys.addaudithook(watch)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for line in sys.stdin:
        asked = json.loads(line)
        if "offence" in asked:
            answer = offend(watch, asked["offence"])
        else:
            answer = examine(watch, cases[asked["case"]], Path(asked["folder"]))
        heavy = sorted({"tensorflow", "numpy"} & set(sys.modules))
        print(json.dumps({**answer, "heavy": heavy}), flush=True)


if __name__ == "__main__":
    main()
