"""The specs in `golden/` and what is printed of them; `python -m tests.spec.goldens` prints anew."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import tfgraph.builtins
from tests.spec import pictures
from tfgraph.diagnostics import render_all
from tfgraph.registry import Plugin, Registry
from tfgraph.spec import check
from tfgraph.spec.reader import decode

GOLDEN = Path(__file__).parent / "golden"
#: Comments of a spec that stand for what the command line sets.
SET = "# --set "
#: The memory of the machine that the goldens are printed for, in bytes.
MEMORY = 16 * 2**30
REFRESH = "python -m tests.spec.goldens"
#: The built-ins alone: what else is installed must not change what is printed.
REGISTRY = Registry(
    {Plugin("builtins", "tfgraph"): tfgraph.builtins, Plugin("pictures", "tests"): pictures}
)


def specs() -> list[Path]:
    """The specs, each with a mistake of its own kind."""
    return sorted(GOLDEN.glob("*.yaml"))


def problems(path: Path):
    """The diagnostics of a spec file."""
    source, found = decode(path.read_bytes(), path.name)
    if found:
        return found
    with patch("tfgraph.spec.plan.budget.machine_memory", lambda: MEMORY):
        checked = check_golden(path, source)
    return checked.diagnostics


def check_golden(path, source):
    """A spec as `validate` checks it, with what its comments set."""
    return check(
        source,
        folder=GOLDEN,
        default_name=path.stem,
        registry=REGISTRY,
        settings=[line.removeprefix(SET) for line in source.lines if line.startswith(SET)],
    )


def printed(path: Path) -> str:
    """What a spec's diagnostics look like."""
    return render_all(problems(path)).replace(f"{GOLDEN}/", "") + "\n"


def refresh() -> None:
    """Write what is printed now, and remove what belongs to no spec."""
    for stale in GOLDEN.glob("*.txt"):
        if not stale.with_suffix(".yaml").exists():
            stale.unlink()
    for path in specs():
        path.with_suffix(".txt").write_text(printed(path), encoding="utf-8")


if __name__ == "__main__":
    refresh()
