"""Trust: what data a run may have read that somebody else may have made."""

from __future__ import annotations

from pathlib import Path

from tfgraph.errors import UsageError
from tfgraph.spec import Plan
from tfgraph.spec.paths import DATA_ROOTS_VARIABLE, data_paths, data_roots


def refuse_foreign_data(plan: Plan, run: Path) -> None:
    """Raise UsageError where a run would read data that nobody here has vouched for.

    Relative paths start at the folder that the manifest names, which is whatever the maker of
    the directory wrote there. A spec reads its own folder; a run, what lies in it, in the
    current directory, or in the data roots of the environment.
    """
    if plan.spec.data is None:
        return
    allowed = [root.resolve() for root in (run, Path(), *data_roots())]
    for path in map(Path, data_paths(plan.spec.data.component)):
        if not any(path == root or root in path.parents for root in allowed):
            raise UsageError(
                f"the run `{run}` reads `{path}`, outside of the current directory",
                help=f"if you trust it: `{DATA_ROOTS_VARIABLE}={path.parent}`",
            )
