"""Components made in Python: construction, equality, metadata, parameters of base classes."""

import pytest

from tfgraph.api import Initializer, Layer, param
from tfgraph.layers.linear import Dense, MatMul


class Blur(Layer):
    """Blurs an image.

    Shape: like its input.
    """

    type = "blur"
    also_known_as = ("GaussianBlur",)

    radius: int = param("How far.", minimum=1, primary=True, also=("sigma",))
    weight: float = param("How much.", default=0.5)
    size: int | tuple[int, int] = param("The window.", default=3)


class StrongBlur(Blur):
    type = "strong_blur"

    weight: float = param("How much.", default=0.9)
    passes: int = param("How often.", default=2)


def test_a_component_is_made_from_its_parameters_and_converts_them():
    blur = Blur(radius=2.0, size=[3, 4])
    assert blur.parameter_values() == {"radius": 2, "weight": 0.5, "size": (3, 4)}
    assert repr(blur) == "Blur(radius=2, weight=0.5, size=(3, 4))"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({}, r"Blur: missing \['radius'\]"),
        ({"radius": 1, "colour": 2}, r"Blur: unknown \['colour'\]"),
        ({"radus": 1}, r"Blur: unknown \['radus'\]"),
    ],
)
def test_parameters_that_are_missing_or_unknown_are_a_type_error(values, problem):
    with pytest.raises(TypeError, match=problem):
        Blur(**values)


def test_other_names_are_of_a_class_alone_and_those_of_a_parameter_of_each_that_has_it():
    class SharpBlur(Blur):
        type = "sharp_blur"

        radius: int = param("How far.", minimum=2, primary=True)

    assert Blur.other_names() == ("GaussianBlur",)
    assert StrongBlur.other_names() == SharpBlur.other_names() == ()
    assert StrongBlur.parameters()["radius"].also == ("sigma",)
    assert SharpBlur.parameters()["radius"].also == ("sigma",)


def test_components_are_equal_when_type_and_parameters_are():
    assert Blur(radius=1) == Blur(radius=1, weight=0.5)
    assert hash(Blur(radius=1)) == hash(Blur(radius=1, weight=0.5))
    assert Blur(radius=1) != Blur(radius=2)
    assert Blur(radius=1) != "blur"


def test_a_subclass_is_another_component_from_both_sides():
    class SameBlur(Blur):
        type = "same_blur"

    assert Blur(radius=1) != SameBlur(radius=1)
    assert SameBlur(radius=1) != Blur(radius=1)
    assert len({Blur(radius=1), SameBlur(radius=1), Blur(radius=1)}) == 2


def test_a_copy_may_have_other_values():
    blur = Blur(radius=1, weight=0.1)
    assert blur.replace(radius=3) == Blur(radius=3, weight=0.1)
    assert blur.radius == 1


def test_a_subclass_has_the_parameters_of_its_base_and_may_change_them():
    assert list(StrongBlur.parameters()) == ["weight", "passes", "radius", "size"]
    assert StrongBlur(radius=1).weight == 0.9
    assert StrongBlur.primary().name == "radius"
    assert Dense.parameters()["bias"].default is True
    assert MatMul.parameters()["bias"].default is False


def test_the_schema_holds_every_parameter_and_no_other():
    schema = Blur.schema()
    assert schema["required"] == ["radius"]
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == ["radius", "weight", "size"]


def test_metadata_are_what_a_reference_page_says():
    assert Blur.metadata() == {
        "kind": "layer",
        "type": "blur",
        "summary": "Blurs an image.",
        "doc": "Blurs an image.\n\nShape: like its input.",
        "example": "",
        "also_known_as": ["GaussianBlur"],
        "parameters": [
            {
                "name": "radius",
                "takes": "an integer of at least 1",
                "required": True,
                "default": None,
                "primary": True,
                "doc": "How far.",
                "also": ["sigma"],
            },
            {
                "name": "weight",
                "takes": "a number",
                "required": False,
                "default": 0.5,
                "primary": False,
                "doc": "How much.",
                "also": [],
            },
            {
                "name": "size",
                "takes": "an integer or a list of 2 integers",
                "required": False,
                "default": 3,
                "primary": False,
                "doc": "The window.",
                "also": [],
            },
        ],
    }


def test_a_component_may_be_a_parameter():
    class Filled(Layer):
        type = "filled"
        init: Initializer | None = param("First values.", default=None)

    assert Filled().init is None
    assert Filled.parameters()["init"].component is Initializer


@pytest.mark.parametrize(
    ("infer", "arity"),
    [
        (lambda self, x: x, (1, 1)),
        (lambda self, x, y: x, (2, 2)),
        (lambda self, x, y=None: x, (1, 2)),
        (lambda self, *xs: xs[0], (1, None)),
        (lambda self, x, *xs: x, (1, None)),
        (lambda self, x, y, *xs: x, (2, None)),
    ],
)
def test_the_number_of_inputs_is_read_from_the_signature_of_infer(infer, arity):
    assert type("Any", (Layer,), {"type": "any", "infer": infer}).arity() == arity
