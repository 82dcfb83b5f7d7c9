"""tfgraph: models as YAML specs, compiled into TensorFlow graphs.

    import tfgraph

    spec = tfgraph.load("specs/tutorial/mlp.yaml")
    graph = tfgraph.build(spec)
    graph.predict(images)["logits"]

Importing this package is cheap; `build` and `train` load TensorFlow.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from tfgraph.diagnostics import SpecError
from tfgraph.errors import TfgraphError

if TYPE_CHECKING:
    from tfgraph.cli.progress import Progress
    from tfgraph.graph import Graph, build
    from tfgraph.run import Run, evaluate, open_run, predict, resume, train
    from tfgraph.spec import Plan, load, loads

__version__ = "0.1.0"
__all__ = [
    "Graph",
    "Plan",
    "Progress",
    "Run",
    "SpecError",
    "TfgraphError",
    "build",
    "evaluate",
    "load",
    "loads",
    "open_run",
    "predict",
    "resume",
    "train",
]

_HOMES = {
    "Graph": "tfgraph.graph",
    "Plan": "tfgraph.spec",
    "Progress": "tfgraph.cli.progress",
    "Run": "tfgraph.run",
    "build": "tfgraph.graph",
    "evaluate": "tfgraph.run",
    "load": "tfgraph.spec",
    "loads": "tfgraph.spec",
    "open_run": "tfgraph.run",
    "predict": "tfgraph.run",
    "resume": "tfgraph.run",
    "train": "tfgraph.run",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tfgraph' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
