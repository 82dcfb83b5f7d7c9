"""Layers of several inputs against Keras's."""

import keras
import numpy as np
import pytest

from tests.layers.models import assert_close, normal, output_of, plan_of
from tfgraph import SpecError

LAYERS = {
    "add": keras.layers.Add,
    "subtract": keras.layers.Subtract,
    "multiply": keras.layers.Multiply,
    "average": keras.layers.Average,
    "concat": keras.layers.Concatenate,
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("shape", [(5, 4), (3, 2, 6)])
def test_two_inputs_are_merged_as_by_keras(name, shape):
    xs = [normal(1, *shape), normal(2, *shape)]
    assert_close(output_of(name, *xs), LAYERS[name]()(xs))


@pytest.mark.parametrize("name", sorted(set(LAYERS) - {"subtract"}))
def test_more_than_two_inputs_are_merged_as_by_keras(name):
    xs = [normal(seed, 3, 4) for seed in range(4)]
    assert_close(output_of(name, *xs), LAYERS[name]()(xs))


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "average"])
def test_a_size_of_1_is_broadcast_as_by_keras(name):
    xs = [normal(1, 3, 1, 4), normal(2, 3, 5, 1)]
    assert_close(output_of(name, *xs), LAYERS[name]()(xs))


@pytest.mark.parametrize("axis", [1, 2, -1, -2])
def test_concat_joins_along_the_axis_as_keras_does(axis):
    shapes = [(2, 3, 4), (2, 3, 4)]
    shapes[1] = tuple(7 if i == axis % 3 else size for i, size in enumerate(shapes[1]))
    xs = [normal(seed, *shape) for seed, shape in enumerate(shapes)]
    ours = output_of({"concat": axis}, *xs)
    assert_close(ours, keras.layers.Concatenate(axis=axis)(xs))


@pytest.mark.parametrize(
    ("entry", "shapes", "code", "message"),
    [
        (
            "add",
            [(2, 3), (2, 4)],
            "TG301",
            "`add` needs inputs of one shape, got [batch, 3] and [batch, 4]",
        ),
        (
            "multiply",
            [(2, 3), (2, 3, 1)],
            "TG301",
            "`multiply` needs inputs of one rank and dtype, got [batch, 3] and [batch, 3, 1]",
        ),
        (
            "concat",
            [(2, 3, 4), (2, 5, 5)],
            "TG301",
            "`concat` needs inputs of one shape, got [batch, 3, 4] and [batch, 5, 5]",
        ),
        (
            {"concat": 0},
            [(2, 3), (2, 3)],
            "TG301",
            "`concat` has no axis 0 to join [batch, 3] and [batch, 3]",
        ),
        ("subtract", [(2, 3)] * 3, "TG302", "`subtract` takes 2 inputs, got 3"),
        ("add", [(2, 3)], "TG302", "`add` takes at least 2 inputs, got 1"),
    ],
)
def test_what_does_not_fit_is_refused(entry, shapes, code, message):
    with pytest.raises(SpecError) as caught:
        plan_of(entry, *(normal(1, *shape) for shape in shapes))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == (code, message)


def test_inputs_of_two_dtypes_are_refused():
    with pytest.raises(SpecError) as caught:
        plan_of("add", normal(1, 2, 3), np.zeros((2, 3), np.int32))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == (
        "`add` needs inputs of one rank and dtype, got [batch, 3] and [batch, 3] of int32"
    )


def test_truth_values_are_not_added():
    with pytest.raises(SpecError) as caught:
        plan_of("add", np.zeros((2, 3), bool), np.zeros((2, 3), bool))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == (
        "`add` needs numbers, got [batch, 3] of bool and [batch, 3] of bool"
    )


def test_an_average_of_integers_is_refused():
    with pytest.raises(SpecError) as caught:
        plan_of("average", np.zeros((2, 3), np.int32), np.zeros((2, 3), np.int32))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == "`average` needs floating-point values, got int32"
