"""TensorFlow and NumPy, loaded when they are first used.

`from tfgraph.lazy import tf` costs nothing; the first attribute read of `tf` imports TensorFlow.
Component files use it so that reading, validating and planning a spec stay fast.
"""

from __future__ import annotations

import gc
import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from tfgraph.errors import MORE_MEMORY, TfgraphError

#: How people write the names of what is loaded here.
_NAMES = {"tensorflow": "TensorFlow", "numpy": "NumPy"}
#: What the system's loader says where a library finds no room.
_NO_ROOM = ("failed to map segment", "cannot allocate memory")


class LazyModule:
    """A stand-in for the module `name` that imports it on the first attribute read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, attribute: str) -> Any:
        if self._module is None:
            if self._name == "tensorflow":
                _prepare_tensorflow()
            try:
                with _no_garbage():
                    self._module = importlib.import_module(self._name)
            except (ImportError, MemoryError) as error:
                raise _not_loaded(self._name, error) from error
        return getattr(self._module, attribute)

    def __repr__(self) -> str:
        return f"<lazy module {self._name}>"


def _not_loaded(module: str, error: ImportError | MemoryError) -> TfgraphError:
    """The error for a library that does not load, which is no fault of a spec."""
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError) or any(said in text.lower() for said in _NO_ROOM):
        message = f"the memory does not suffice to load {_NAMES[module]}" + f": {text}" * bool(text)
        return TfgraphError(message, help=MORE_MEMORY)
    return TfgraphError(
        f"{_NAMES[module]} cannot be loaded: {text or type(error).__name__}",
        help=f"see whether `python -c 'import {module}'` works",
    )


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Collect no garbage: 400,000 objects that stay are made, and would be looked at each time.

    TensorFlow takes a quarter of its time to load for that. What has been made counts as old
    afterwards, or the next collections would still look at it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        if not gc.get_freeze_count():  # what the user keeps frozen stays so
            gc.freeze()
            gc.unfreeze()
    finally:
        if enabled:
            gc.enable()


def _prepare_tensorflow() -> None:
    """Set what TensorFlow reads only once, while it loads; what the user has set stays."""
    # Off by default on AVX2 machines, and worth 1.4 times on convolutions.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    # The C++ side greets with device notices; warnings and errors keep being shown.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


tf: Any = LazyModule("tensorflow")
np: Any = LazyModule("numpy")
