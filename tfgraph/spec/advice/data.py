"""What a dataset reads, and where nothing is to be read.

It is a warning: a spec may be checked, and a trained model used, where its data is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tfgraph.diagnostics import Diagnostic
from tfgraph.spec.advice.view import View, warning
from tfgraph.spec.anatomy import QUOTES
from tfgraph.spec.nodes import shortened
from tfgraph.spec.paths import DATA_ROOTS_VARIABLE, path_parameters


def missing_paths(view: View) -> Iterator[Diagnostic]:
    """A path that leads to nothing, unless the dataset fetches what is not there."""
    data = view.spec.data
    if data is None or data.component.fetches:
        return
    for name, path in path_parameters(data.component):
        span = data.spans.get(name)
        if span is not None and not Path(path).exists():
            yield warning(
                "TG431",
                f"there is no file or folder `{shortened(span.text.strip(QUOTES) or path)}`",
                span,
                label=f"`{data.component.type}` reads it",
                note="training and evaluation end where it is missing",
                help="a path starts at the folder of the spec, or at one that "
                f"{DATA_ROOTS_VARIABLE} names",
            )


RULES = (missing_paths,)
