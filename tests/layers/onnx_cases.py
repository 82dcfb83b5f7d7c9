"""The node cases of onnx's backend tests, by name."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache

import numpy as np

NODE_CASES = "onnx.backend.test.case.node"


@dataclass(frozen=True)
class OnnxCase:
    """Inputs and outputs of one node, images as onnx has them: channels before height."""

    inputs: list[np.ndarray]
    outputs: list[np.ndarray]


@cache
def onnx_cases(module_name):
    """The cases of one of the modules that onnx's backend tests keep them in."""
    module = importlib.import_module(f"{NODE_CASES}.{module_name}")
    found = {}

    def collect(node, inputs, outputs, name, **_):
        found[name.removeprefix("test_")] = OnnxCase(inputs, outputs)

    # The modules hand their cases to `expect`, which would make models of them.
    original, module.expect = module.expect, collect
    try:
        for part in list(vars(module).values()):
            if isinstance(part, type) and part.__module__ == module.__name__:
                for name in vars(part):
                    if name.startswith("export"):
                        getattr(part, name)()
    finally:
        module.expect = original
    return found


def channels_last(array):
    """An image as TensorFlow has it; anything else as it is."""
    return np.moveaxis(array, 1, -1) if array.ndim == 4 else array
