"""For every layer, on random parameters and shapes: what is declared is what is built."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tfgraph import SpecError
from tfgraph.registry import load_registry
from tfgraph.testing import Case
from tfgraph.testing.cases import CASES
from tfgraph.testing.checks.layer import check_layer
from tfgraph.testing.conformance import UNFIT
from tfgraph.testing.parameters import random_parameters

SIZES = st.lists(st.integers(2, 9), min_size=12, max_size=12)
REGISTRY = load_registry()


def resized(given, sizes):
    """A shape, or an input as a spec has it, with other sizes; equal ones stay equal, 1 stays."""
    if isinstance(given, Mapping):
        return {**given, "shape": resized(given["shape"], sizes)}
    return [size if size in (None, 1) else sizes[size] for size in given]


def other_case(case, layer, sizes, random):
    if case.spec:
        inputs = {name: resized(shape, sizes) for name, shape in case.spec["inputs"].items()}
        return Case(spec={**case.spec, "inputs": inputs})
    inputs = [resized(x, sizes) for x in case.inputs]
    entry = {layer.type: random_parameters(layer, case.parameters(layer), random)}
    return Case(entry, inputs, case.values)


@pytest.mark.parametrize("name", sorted(REGISTRY.types("layer")))
@settings(
    max_examples=5,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(data=st.data())
def test_declared_shapes_and_weights_are_those_built(name, data):
    layer = REGISTRY.types("layer")[name]
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    case = other_case(
        data.draw(st.sampled_from(CASES["layer"][name])), layer, data.draw(SIZES), random
    )
    try:
        check_layer(case, REGISTRY, random)
    except SpecError as error:
        if not {diagnostic.code for diagnostic in error.diagnostics} <= UNFIT:
            raise
        assume(False)
