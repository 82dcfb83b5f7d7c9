"""Entries written as other languages write them are told as this one does."""

import pytest

import tfgraph
from tests.spec.language import excerpt, problem, problems, spec


@pytest.mark.parametrize(
    ("item", "meant"),
    [
        ("matmul:3", "matmul: 3"),
        ("matmul 3", "matmul: 3"),
        ("matmul=3", "matmul: 3"),
        ("matmul(3)", "matmul: 3"),
        ("relu()", "relu"),
        ("matmul(units=3, bias=True)", "matmul: {units: 3, bias: true}"),
        ("matmul(3, bias=True)", "matmul: {units: 3, bias: true}"),
        ("[matmul, 3]", "matmul: 3"),
        ("10", "matmul: 10"),
        ("wide(3)", "wide: 3"),
    ],
)
def test_an_entry_of_another_language_is_told_in_this_one(item, meant):
    more = "blocks: {wide: {params: {size: 3}, layers: [{matmul: $size}]}}"
    found = problem(spec(f"  - {item}\n  - wide", more=more))
    assert (found.code, found.help) == ("TG207", f"write `{meant}`")


def test_an_item_that_runs_into_the_one_above_is_shown():
    found = problem(spec("  - relu\n    - tanh\n  - tanh"))
    assert excerpt(found.span) == "- tanh"
    assert found.message == "this item is indented deeper than the one in line 5"


def test_what_a_layer_takes_is_told_to_stand_beside_it():
    found = problem(spec("  - relu:\n    name: a\n  - add: [a, x]"))
    assert found.help == "the layers that it takes stand below `add:`, as `from: [a, x]`"


@pytest.mark.parametrize("word", ["input", "inputs"])
def test_inputs_beside_a_layer_are_told_as_from(word):
    assert problem(spec(f"  - relu:\n    {word}: x")).help == "did you mean `from`?"


def test_a_number_in_quotes_for_an_entry_is_told_without():
    more = "loss: {squared_error: {}, target: x}\noptimizer: {adam: '0.01'}"
    found = problem(spec("  - matmul: 4", more=more))
    assert (found.code, found.help) == ("TG205", "write `0.01` without quotes")


def test_keys_that_follow_an_empty_section_were_meant_inside_it():
    found = problem(spec("  - relu", more="train:\nepochs: 3\nbatch_size: 4"))
    assert (excerpt(found.span), found.code) == ("epochs", "TG201")
    assert found.message == "`epochs` stands beside `train`, not inside it"


def test_a_misspelt_section_after_an_empty_one_is_one():
    found = problems(spec("  - relu", more="train:\nouptuts: [relu_1]"))
    assert [d.message for d in found] == ["`train` is empty", "unknown section `ouptuts`"]


def test_layers_as_a_mapping_are_told_as_items():
    text = "tfgraph: 1\ninputs: {x: [4]}\nlayers:\n  relu:\n  matmul: 3\n"
    assert problem(text).help == "an item of a list starts with `- `: `- relu`, `- matmul: 3`"


def test_the_first_known_type_is_that_of_an_entry_in_blocks_and_outside():
    more = "blocks: {wide: {layers: [relu]}}"
    for first, second in (("wide", "tanh"), ("tanh", "wide")):
        found = problem(spec(f"  - {first}:\n    {second}:\n  - wide", more=more))
        assert found.message == f"one entry, two types: `{first}` and `{second}`"


@pytest.mark.parametrize(
    ("text", "marked", "help"),
    [
        ("{a: (2, 3), b: [4]}", "(2, 3)", "a list stands in square brackets: `[2, 3]`"),
        ("{a: {shape: (2, 3, 4)}, b: [4]}", "(2, 3, 4)", "a list stands in square brackets"),
        ("{a: [4], b: $(max(2, 3))}", "$(max(2, 3))", "an expression is made of"),
        ("{a: {{ width }}, b: [4]}", "{{ width }}", "write `$width`"),
    ],
)
def test_what_braces_cut_into_pieces_is_shown_whole(text, marked, help):
    found = problem(spec("  - relu:\n    from: b", inputs=text, more="vars: {width: 3}"))
    assert excerpt(found.span) == marked
    assert found.help.startswith(help)


def test_round_brackets_that_nothing_cuts_are_left_alone():
    plan = tfgraph.loads(spec("  - relu", more="description: one (of, two"))
    assert plan.spec.description == "one (of, two"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("adam: -1", "must be a number above 0, got the number -1"),
        ("adam: {learning_rate: -1}", "must be a number above 0, got the number -1"),
        ("adam: .nan", "must be a finite number"),
    ],
)
def test_a_number_in_place_of_an_entry_is_told_by_the_parameter_that_it_is_given_to(given, message):
    more = f"loss: {{squared_error: , target: y}}\noptimizer: {{{given}}}"
    found = problem(spec("  - matmul: 4", more=more, inputs="{x: [4], y: [4]}"))
    assert (found.code, found.message) == (
        "TG206",
        f"`learning_rate` of optimizer `adam` {message}",
    )


@pytest.mark.parametrize("blank", ["' '", '"\\t "'])
def test_a_blank_string_is_told_as_one(blank):
    found = problem(spec(f"  - relu:\n    name: {blank}"))
    assert found.message.endswith("got a blank string")
