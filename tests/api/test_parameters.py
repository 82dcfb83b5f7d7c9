"""One declaration gives schema, words and conversion, for every form of annotation."""

from typing import Literal, Optional, Union

import pytest
from jsonschema import Draft202012Validator

from tfgraph.api import DataPath, Initializer, Layer, LayerReference, Loss, Schedule, param
from tfgraph.api.parameters import REQUIRED, Parameter


def declared(annotation, **more):
    return Parameter("size", annotation, param("A size.", **more))


FORMS = [
    # annotation, what it takes in words, values that fit, values that do not
    (bool, "true or false", [True, False], [0, 1, "true", None]),
    (int, "an integer", [0, -3, 2.0, 10**15], [1.5, "1", True, None, [1]]),
    (float, "a number", [0, 1.5, -1e300], ["1", False, None]),
    (str, "a string", ["a"], ["", 1, None]),
    (DataPath, "a path", ["a/b"], ["", 1]),
    (LayerReference, "the name of a layer", ["a"], ["", 1, ["a"]]),
    (Literal["same", "valid"], "one of `same`, `valid`", ["same"], ["other", 1, None]),
    (Literal[1, 2], "one of `1`, `2`", [1, 2], [3, "1"]),
    (list[int], "a list of integers", [[], [1, 2]], [1, [1.5], ["a"], None]),
    (list[float], "a list of numbers", [[1, 2.5]], [1.0, [True]]),
    (list[str], "a list of strings", [["a"]], [[1], "a"]),
    (list[bool], "a list of booleans", [[True]], [[1]]),
    (tuple[int, ...], "a list of integers", [[], [1, 2, 3]], [1, ["a"]]),
    (tuple[int, int], "a list of 2 integers", [[1, 2]], [[1], [1, 2, 3], 1]),
    (int | None, "an integer or null", [1, None], ["a", 1.5]),
    (Optional[int], "an integer or null", [1, None], ["a"]),  # noqa: UP045 - as plugins write it
    (Union[int, str], "an integer or a string", [1, "a"], [None, 1.5]),  # noqa: UP007 - the same
    (
        int | tuple[int, int],
        "an integer or a list of 2 integers",
        [1, [1, 2]],
        [[1], "a", None, 1.5],
    ),
    (
        int | tuple[int, int] | None,
        "an integer, a list of 2 integers or null",
        [1, [1, 2], None],
        [[1, 2, 3], "a"],
    ),
    (list[int | None], "a list of integers or null", [[1, None]], [[1.5], None]),
    (list[Literal["a", "b"]], "a list of one of `a`, `b`", [["a", "b"]], [["c"], "a"]),
    (Layer, "a layer", ["relu", {"relu": {}}], [1, None, ["relu"], True]),
    (Layer | None, "a layer or null", ["relu", None], [1]),
    (Initializer, "an initializer", ["zeros", {"normal": 1}, 0.5, 1], [None, [1], True]),
    (Schedule, "a schedule", [0.1, {"constant": 1}], [None]),
    (Loss | None, "a loss or null", ["hinge", None], [0.1]),
]


@pytest.mark.parametrize(("annotation", "words", "fitting", "others"), FORMS)
def test_schema_and_words_follow_the_annotation(annotation, words, fitting, others):
    parameter = declared(annotation)
    validator = Draft202012Validator(parameter.schema())
    assert parameter.describe() == words
    assert [value for value in fitting if not validator.is_valid(value)] == []
    assert [value for value in others if validator.is_valid(value)] == []


@pytest.mark.parametrize(
    ("bounds", "inside", "outside", "words"),
    [
        ({"minimum": 1}, [1, 2], [0, 0.99], "a number of at least 1"),
        ({"maximum": 1}, [1, -5], [1.01], "a number of at most 1"),
        ({"above": 0}, [0.01], [0, -1], "a number above 0"),
        ({"below": 1}, [0.99], [1], "a number below 1"),
        ({"minimum": 0, "below": 1}, [0, 0.5], [1, -1], "a number of at least 0 and below 1"),
        ({"above": 0, "maximum": 1}, [1], [0], "a number above 0 and of at most 1"),
    ],
)
def test_bounds_are_part_of_schema_and_words(bounds, inside, outside, words):
    parameter = declared(float, **bounds)
    validator = Draft202012Validator(parameter.schema())
    assert parameter.describe() == words
    assert all(validator.is_valid(value) for value in inside)
    assert not any(validator.is_valid(value) for value in outside)


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (int | None, "an integer of at least 1 or null"),
        (list[int | None], "a list of integers of at least 1 or null"),
        (int | tuple[int, int], "an integer or a list of 2 integers of at least 1"),
        (
            int | tuple[int, int] | None,
            "an integer, a list of 2 integers of at least 1 or null",
        ),
    ],
)
def test_bounds_are_of_each_number_in_a_list_or_union(annotation, words):
    parameter = declared(annotation, minimum=1)
    validator = Draft202012Validator(parameter.schema())
    assert parameter.describe() == words
    for bad in (0, [0], [1, 0], [-1, 2]):
        assert not validator.is_valid(bad)


def test_the_schema_carries_prose_and_default():
    assert declared(int, default=3, minimum=0).schema() == {
        "type": "integer",
        "minimum": 0,
        "description": "A size.",
        "default": 3,
    }
    assert "default" not in declared(int).schema()
    assert declared(int | None, default=None).schema()["default"] is None


@pytest.mark.parametrize(
    ("annotation", "given", "value"),
    [
        (int, 3.0, 3),
        (float, 3, 3.0),
        (float | None, 3, 3.0),
        (int | None, None, None),
        (int | float, 3, 3),
        (int | float, 3.5, 3.5),
        (float | str, 3, 3.0),
        (bool, True, True),
        (str, "a", "a"),
        (DataPath, "a", DataPath("a")),
        (DataPath | None, "a", DataPath("a")),
        (LayerReference, "a", LayerReference("a")),
        (LayerReference | None, "a", LayerReference("a")),
        (LayerReference | None, None, None),
        (Literal["a"], "a", "a"),
        (Literal["a"] | int, "a", "a"),
        (list[int], [1.0, 2], [1, 2]),
        (list[int | None], [1.0, None], [1, None]),
        (list[float], [], []),
        (tuple[int, int], [1, 2.0], (1, 2)),
        (tuple[float, ...], [1, 2], (1.0, 2.0)),
        (int | tuple[int, int], 3.0, 3),
        (int | tuple[int, int], [3, 4], (3, 4)),
        (int | tuple[int, int], (3, 4), (3, 4)),
        (int | list[int], [3.0], [3]),
    ],
)
def test_a_value_becomes_the_type_that_the_annotation_names(annotation, given, value):
    converted = declared(annotation).convert(given)
    assert converted == value
    assert type(converted) is type(value)
    if isinstance(value, (list, tuple)):
        assert [type(item) for item in converted] == [type(item) for item in value]


def test_a_parameter_without_default_is_required():
    assert declared(int).required
    assert declared(int).default is REQUIRED
    assert repr(REQUIRED) == "REQUIRED"
    assert not declared(int | None, default=None).required


def test_null_is_a_value_only_where_the_annotation_says_so():
    assert declared(int | None).nullable
    assert not declared(int).nullable


def test_the_kind_of_an_entry_is_found_in_a_union():
    assert declared(Layer | None).component is Layer
    assert declared(Initializer).component is Initializer
    assert declared(int | None).component is None


@pytest.mark.parametrize("annotation", [dict, bytes, list, object, tuple[int, str], dict[str, int]])
def test_an_annotation_that_no_spec_can_hold_is_an_error(annotation):
    with pytest.raises(TypeError, match=r"the parameter `size` is a .* which no spec can hold"):
        declared(annotation).schema()


@pytest.mark.parametrize("item", [DataPath, Layer, Initializer, LayerReference])
@pytest.mark.parametrize("form", [list, tuple])
def test_a_list_of_what_is_resolved_one_by_one_is_an_error(form, item):
    annotation = list[item] if form is list else tuple[item, ...]
    with pytest.raises(TypeError, match=r"`size` is a list of .* which no spec can hold"):
        declared(annotation).schema()
