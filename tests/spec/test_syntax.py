"""Where a text stops being YAML, the place is that of the mistake and the help says how to mend it."""

import pytest

from tests.spec.language import excerpt, problem

HEAD = "tfgraph: 1\ninputs: {x: [4]}\nlayers:\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("tfgraph: 1\ninputs: {x: [4, 4}\nlayers: [relu]\n", "2:13"),
        ("tfgraph: 1\ninputs: {x: [4, 4]\nlayers: [relu]\n", "2:9"),
        ("tfgraph: 1\ninputs:\n  x: [4, 4\nlayers: [relu]\n", "3:6"),
        (HEAD + "  - matmul: {units: 3\n  - relu\n", "4:13"),
        (HEAD + "  - relu\noutputs: [", "5:10"),
        (HEAD + "  - relu\nname: 'a\n", "5:7"),
        (HEAD + '  - relu\nname: "a\n', "5:7"),
        ('a: "[" # [\nb: [1\nc: d\n', "2:4"),
    ],
)
def test_what_is_not_closed_is_shown_where_it_opens(text, place):
    found = problem(text)
    assert found.code == "TG101"
    assert str(found.span).removeprefix("<spec>:") == place
    mark = excerpt(found.span)
    assert found.message == f"this `{mark}` is not closed"
    assert found.help == f"close it with `{dict(zip('{[', '}]')).get(mark, mark)}`"


def test_a_missing_comma_is_no_missing_bracket():
    found = problem(HEAD + "  - matmul: {units: 3 bias: true}\n")
    assert found.span.column > 20
    assert found.help == "a `,` may be missing between two values"


@pytest.mark.parametrize(
    ("layers", "line", "side"),
    [
        ("  - matmul: 3\n    - relu\n", 5, "deeper"),
        ("  - relu\n    - matmul: 3\n", 5, "deeper"),
        ("  - relu\n   - matmul: 3\n", 5, "deeper"),
        ("  - relu\n - matmul: 3\n", 5, "less"),
        ("  - matmul: 3\n    name: a\n\n   # one\n - relu\n", 8, "less"),
    ],
)
def test_an_item_out_of_line_is_told_the_column_of_the_others(layers, line, side):
    found = problem(HEAD + layers)
    assert found.span.line == line
    assert excerpt(found.span).startswith("- ")
    assert found.message == f"this item is indented {side} than the one in line 4"
    assert found.help == "items of one list start in the same column: 3"


@pytest.mark.parametrize(
    ("text", "help"),
    [
        (
            HEAD
            + "  - relu\nloss: {squared_error: , target: x}\noptimizer: adam\n  learning_rate: 0.1\n",
            "write `optimizer: {adam: {learning_rate: 0.1}}`",
        ),
        (
            HEAD + "  - relu\n  - matmul: 64, bias: true\n",
            "several parameters stand in braces, by name: `- matmul: {…: 64, bias: true}`",
        ),
        (
            HEAD + "  - matmul: 64\n      bias: true\n",
            "`matmul` has a value: write it by name too, `matmul: {…: 64, bias: true}`",
        ),
        (
            HEAD + "  - relu\n    name: a\n",
            "write `- relu:`, with a colon, where keys follow below it",
        ),
        (
            "description: two words: and a colon\n",
            "put the value in quotes if the `:` belongs to it, or check the indentation",
        ),
        (
            HEAD + "  - matmul:\n\tunits: 3\n",
            "indent with spaces: YAML takes no tabs there",
        ),
    ],
)
def test_two_values_in_one_place_are_told_how_to_stand(text, help):
    assert problem(text).help == help


def test_a_comma_too_many_is_not_taken_for_one_that_is_missing():
    found = problem("tfgraph: 1\ninputs: {x: [4]}\nlayers: [relu,, relu]\n")
    assert found.code == "TG101"
    assert (found.span.line, found.span.column) == (3, 15)
    assert found.help == "a `,` is too many"
