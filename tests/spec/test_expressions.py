"""Arithmetic in a spec: what it comes to, and what it refuses."""

import math
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfgraph.spec.expressions import ExpressionError, evaluate


def value(text, **variables):
    return evaluate(text, lambda token: variables[token.text])


def refusal(text, **variables):
    with pytest.raises(ExpressionError) as caught:
        value(text, **variables)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 // 2", 3),
        ("-7 // 2", -4),
        ("7 % 4", 3),
        ("8 / 2", 4),
        ("7 / 2", 3.5),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("2 ** -1", 0.5),
        ("1e-3 * 2", 0.002),
        (".5 + 1.", 1.5),
        ("- - 3", 3),
        ("3 > 2", True),
        ("3 <= 2", False),
        ("2 == 2.0", True),
        ("1 != 1", False),
        ("width * 2", 20),
        ("width_2 - width", -9),
    ],
)
def test_arithmetic_is_that_of_school(text, expected):
    found = value(text, width=10, width_2=1)
    assert found == expected
    assert type(found) is type(expected)


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6).filter(bool))
def test_operators_agree_with_python(left, right):
    for sign, function in (
        ("+", operator.add),
        ("-", operator.sub),
        ("*", operator.mul),
        ("//", operator.floordiv),
        ("%", operator.mod),
    ):
        assert value(f"a {sign} b", a=left, b=right) == function(left, right)
    assert math.isclose(value("a / b", a=left, b=right), left / right)


@pytest.mark.parametrize(
    ("text", "start", "end", "message"),
    [
        ("1 +", 3, 3, "ends too early"),
        ("", 0, 0, "ends too early"),
        ("1 2", 2, 3, "`2` was not expected"),
        ("(1", 0, 1, "not closed"),
        ("1 / 0", 2, 3, "division by zero"),
        ("9 ** 9 ** 9", 2, 4, "too large"),
        ("2 ** 63", 2, 4, "too large"),
        ("1e308 * 10", 6, 7, "too large"),
        ("(-1) ** 0.5", 5, 7, "no real number"),
        ("__import__('os')", 0, 10, "`__import__` is used as a function"),
        ("a.b", 1, 2, "`.` is not part"),
        ("(1 > 2) + 1", 8, 9, "takes numbers, got false"),
        ("1 if 1 else 2", 2, 4, "`if` was not expected"),
    ],
)
def test_what_is_no_arithmetic_is_refused_where_it_stands(text, start, end, message):
    error = refusal(text, a=1)
    assert message in error.message
    assert (error.start, error.end) == (start, end)


def test_long_and_deep_expressions_are_refused():
    assert "500 characters" in refusal("1" + "+1" * 300).message
    assert "nests" in refusal("(" * 100 + "1" + ")" * 100).message
    assert "nests" in refusal("-" * 100 + "1").message
    assert "nests" in refusal("2" + "**1" * 100).message


@given(st.text(alphabet="0123456789+-*/%()<>=!. abe$'\"", max_size=30))
def test_any_text_has_a_value_or_a_place_where_it_is_wrong(text):
    try:
        found = value(text, a=2, b=0.5, e=3)
    except KeyError:
        return  # the name of no variable, which the caller refuses
    except ExpressionError as error:
        found = error
    if isinstance(found, ExpressionError):
        assert 0 <= found.start <= found.end <= len(text)
    else:
        assert isinstance(found, (bool, int, float))
        assert math.isfinite(found)
