"""First values of weights, through graphs of specs."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

import tfgraph

#: A layer whose weight has the shape asked for, its input, and the name of the weight.
LAYERS = {
    1: lambda units: ({"bias": {}}, [units]),
    2: lambda rows, units: ({"matmul": {"units": units}}, [rows]),
    4: lambda height, width, channels, filters: (
        {"conv2d": {"filters": filters, "kernel_size": [height, width]}},
        [20, 20, channels],
    ),
}


def plan(init, shape, seed=0, dtype="float32", name="layer"):
    """The plan of a model whose only weight has the shape and the initializer."""
    entry, inputs = LAYERS[len(shape)](*shape)
    ((parameters),) = entry.values()
    parameters["init"] = init
    spec = {
        "tfgraph": 1,
        "inputs": {"x": {"shape": inputs, "dtype": dtype}},
        "layers": [{**entry, "name": name}],
        "train": {"seed": seed},
    }
    return tfgraph.loads(json.dumps(spec))


def values(init, shape, **more):
    """The weight as it is made."""
    (weight,) = tfgraph.build(plan(init, shape, **more)).weights.values()
    assert tuple(weight.shape) == tuple(shape)
    return weight.numpy()


def statistics(init, shape, **more):
    """Mean, standard deviation, least and greatest of the values."""
    found = values(init, shape, **more).astype("float64")
    return SimpleNamespace(mean=found.mean(), std=found.std(), low=found.min(), high=found.max())


def problem_of(init, shape):
    """The one diagnostic of a weight that cannot be made."""
    with pytest.raises(tfgraph.SpecError) as caught:
        plan(init, shape)
    (problem,) = caught.value.diagnostics
    return problem
