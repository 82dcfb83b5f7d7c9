"""`vars`, `$name` and `$(arithmetic)`."""

from pathlib import Path

import pytest

import tfgraph
from tests.spec.language import excerpt, problem, problems, spec
from tfgraph.diagnostics import Source
from tfgraph.spec import check


def units(text, **more):
    return [layer.layer.units for layer in tfgraph.loads(text, **more).layers]


def test_a_variable_stands_for_its_value_anywhere():
    plan = tfgraph.loads(
        spec(
            "  - matmul: {units: $width, bias: $yes}\n  - $act\n  - matmul: $(width // 2 + 1)\n",
            more="vars: {width: 9, act: tanh, yes: true, opt: {adam: 0.1}}\nloss: squared_error\n"
            "optimizer: $opt",
            inputs="{x: [4], y: [5]}",
        ).replace("loss: squared_error", "loss: {squared_error: , target: y}")
    )
    assert [layer.layer.type for layer in plan.layers] == ["matmul", "tanh", "matmul"]
    assert [w.shape for w in plan.weights.values()] == [(4, 9), (9,), (9, 5)]
    assert plan.spec.optimizer.component.learning_rate.value == 0.1


def test_variables_may_use_each_other_in_any_order():
    text = spec("  - matmul: $c", more="vars: {c: $(b * 2), b: $a, a: 3}")
    assert units(text) == [6]


def test_two_dollars_are_one():
    plan = tfgraph.loads(spec("  - relu", more="description: $$5 a step"))
    assert plan.spec.description == "$5 a step"


def test_a_wrong_value_shows_where_it_is_used_and_where_it_is_set():
    found = problem(spec("  - matmul: $width", more="vars: {width: -3}"))
    assert found.code == "TG206"
    assert excerpt(found.span) == "$width"
    assert [excerpt(via.span) for via in found.span.via] == ["-3"]


def test_a_wrong_value_inside_a_variable_shows_where_it_stands_and_where_it_is_used():
    text = spec("  - matmul: $options", more="vars: {options: {units: 3, bais: true}}")
    found = problem(text)
    assert found.code == "TG203"
    assert excerpt(found.span) == "bais"
    assert [excerpt(via.span) for via in found.span.via] == ["$options"]


def test_the_part_of_an_expression_that_is_wrong_is_marked():
    found = problem(spec("  - matmul: $(width * widht)", more="vars: {width: 3}"))
    assert (found.code, excerpt(found.span)) == ("TG212", "widht")
    assert found.help == "did you mean `width`?"


def test_a_variable_without_value_is_reported_once_and_what_depends_on_it_is_not():
    text = spec(
        "  - matmul: $a\n  - matmul: $(a + b)\n  - matmul: $b", more="vars: {a: $(1 / 0), b: $a}"
    )
    found = problem(text)
    assert (found.code, found.message) == ("TG212", "division by zero")


def test_variables_in_a_circle_are_reported():
    found = problem(spec("  - matmul: $a", more="vars: {a: $b, b: $(c + 1), c: $a}"))
    assert found.message == "variables that need each other: a → b → c → a"


@pytest.mark.parametrize("name", ["$", "$1a", "$a b", "$oc.env:HOME"])
def test_what_is_no_variable_is_refused(name):
    found = problem(spec(f"  - matmul: '{name}'", more="vars: {a: 1}\n"))
    assert found.code == "TG212"
    assert found.help == "write `$$` for a dollar that is meant as one"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("${a}", "$a"),
        ("${ a }", "$a"),
        ("${vars.a}", "$a"),
        ("$vars.a", "$a"),
        ("$a/2", "$(a/2)"),
        ("$a * 2", "$(a * 2)"),
        ("$a * $a", "$(a * a)"),
        ("${a * 2}", "$(a * 2)"),
    ],
)
def test_a_variable_as_other_languages_write_it_is_told_as_this_one_does(written, meant):
    found = problem(spec(f"  - matmul: '{written}'", more="vars: {a: 1}\n"))
    assert found.code == "TG212"
    assert found.help == f"write `{meant}`"


def test_two_variables_side_by_side_are_not_taken_for_one():
    found = problem(spec("  - matmul: $a$a", more="vars: {a: 1}\n"))
    assert found.code == "TG212"
    assert found.help == "write `$$` for a dollar that is meant as one"


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("a", "write `$a` for the value of the variable"),
        ("a * 2", "write `$(a * 2)` for what it comes to"),
        ("{{ a }}", "a variable is written `$a`"),
        ("$(a / 2)", "write `$(a // 2)`: `//` rounds down"),
        ("$(max(a, 2))", "an expression is made of numbers, variables, + - * / // % ** ( ) and"),
        ("$(vars.a)", "write `a`: a variable stands by its name alone"),
        ("$(a ^ 2)", "a power is written `**`"),
        ("$($a * 2)", "inside `$(…)` a variable stands without `$`"),
        ("$(2a)", "an operation, like `*`, stands between two values"),
        ("$(b * 2)", "there are `a`"),
    ],
)
def test_an_expression_that_is_none_is_told_how_to_be_one(written, help):
    found = problem(spec(f"  - matmul: '{written}'", more="vars: {a: 3}\n"))
    assert found.help.startswith(help)


def test_a_name_that_no_variable_can_have_is_refused():
    found = problems(spec("  - relu", more="vars: {a-b: 1}"))
    assert [d.code for d in found] == ["TG212"]


def test_a_variable_that_nothing_uses_is_a_warning():
    text = spec("  - relu", more="vars: {width: 3}")
    checked = check(Source("<spec>", text), folder=Path(), default_name="spec")
    assert checked.plan is not None
    (warning,) = checked.diagnostics
    assert (warning.code, warning.severity, excerpt(warning.span)) == ("TG401", "warning", "width")


def test_variables_that_grow_by_repetition_are_stopped():
    lines = ["a0: [1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: [{', '.join([f'$a{i - 1}'] * 8)}]" for i in range(1, 20)]
    more = "vars:\n" + "".join(f"  {line}\n" for line in lines)
    found = problem(spec("  - reshape: $a19", more=more))
    assert found.code == "TG102"


def test_a_long_chain_of_variables_is_stopped():
    more = "vars:\n  a0: 1\n" + "".join(f"  a{i}: $a{i - 1}\n" for i in range(1, 2000))
    found = problem(spec("  - matmul: $a1999", more=more))
    assert found.code == "TG212"


def test_what_is_wrong_with_a_value_is_told_once_where_it_is_set():
    layers = "\n".join(["  - matmul: $width"] * 13)
    found = problem(spec(layers, more="vars: {width: many}"))
    assert (found.code, excerpt(found.span)) == ("TG205", "many")
    assert [(via.label, via.span.line) for via in found.span.via] == [("it is used here", 5)]
    assert found.notes == ("the same at 12 other places",)


def test_what_is_wrong_with_a_set_value_is_told_once_in_the_setting():
    layers = "\n".join(["  - matmul: $width"] * 3)
    found = problem(spec(layers, more="vars: {width: 3}"), set={"vars.width": "many"})
    assert str(found.span) == "--set:1:12"
    assert found.notes == ("the same at 2 other places",)


def test_what_two_parameters_make_of_a_value_is_told_of_each():
    layers = "  - matmul: $a\n  - matmul: $a\n  - dropout: $a\n  - dropout: $a"
    found = problems(spec(layers, more="vars: {a: many}"))
    assert [excerpt(d.span) for d in found] == ["many", "many"]


def test_an_expression_is_wrong_where_it_stands():
    layers = "  - matmul: $(a - 5)\n  - matmul: $(a - 5)"
    found = problems(spec(layers, more="vars: {a: 3}"))
    assert [d.span.line for d in found] == [5, 6]


@pytest.mark.parametrize(
    ("section", "help"),
    [
        ("vars: [{wide: 3}, {deep: 4}]", "write `{wide: 3, deep: 4}`"),
        ("variables: {wide: 3, deep: 4}", "did you mean `vars`?"),
        ("constants: [{wide: 3}, {deep: 4}]", "did you mean `vars`?"),
        ("vars: wide", ""),
    ],
)
def test_a_section_of_variables_that_is_wrong_is_the_only_thing_wrong(section, help):
    found = problem(spec("  - matmul: $wide\n  - matmul: $(deep * 2)\n", more=section))
    assert found.help == help
    assert found.code in ("TG201", "TG205")
