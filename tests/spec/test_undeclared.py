"""Names that a block or a file uses and does not declare, or declares by another name."""

import pytest

import tfgraph
from tests.spec.language import excerpt, problem, problems, spec


def block(params, layers, uses):
    declared = f"\n    params: {params}" if params else ""
    return spec(
        "\n".join(f"  - {use}" for use in uses),
        more=f"blocks:\n  unit:{declared}\n    layers: {layers}",
    )


WIDE = "[{matmul: {units: $width, bias: $bias}}, relu, {matmul: $(width * 2)}]"


@pytest.mark.parametrize(
    ("params", "layers", "uses", "marked", "meant"),
    [
        (
            "",
            "[{matmul: $width}, {matmul: $width}]",
            ["unit: {width: 3}", "unit: {width: 4}"],
            "$width",
            "{width: null}",
        ),
        ("", "[{matmul: $width}]", ["unit: {width: 3}", "unit"], "$width", "{width: 3}"),
        ("", "[{matmul: $width}]", ["unit: 3", "unit: 4"], "$width", "{width: null}"),
        (
            "",
            WIDE,
            ["unit: {width: 3, bias: true}", "unit: {bias: false, width: 4}"],
            "$width",
            "{width: null, bias: null}",
        ),
        (
            "{width: 8}",
            WIDE,
            ["unit: {width: 3, bias: true}", "unit: {bias: false}"],
            "$bias",
            "{width: 8, bias: null}",
        ),
    ],
)
def test_a_parameter_that_a_block_does_not_declare_is_told_once(
    params, layers, uses, marked, meant
):
    found = problem(block(params, layers, uses))
    assert (found.code, excerpt(found.span)) == ("TG212", marked)
    assert f"`params: {meant}`" in found.help
    assert tfgraph.loads(block(meant, layers, uses)).layers


def test_a_variable_of_the_file_is_no_parameter_of_a_block_that_is_given_one():
    text = block(
        "{act: relu}", "[{matmul: $width}, $act]", ["unit: {width: 3}", "unit: {width: 4}"]
    )
    found = problem("vars: {width: 5}\n" + text)
    assert found.message == "block `unit` declares no parameter `width`"
    assert found.help == "write `params: {act: relu, width: null}`"


def test_a_parameter_misspelt_in_its_declaration_is_told_there():
    uses = ["unit: {width: 3}", "unit: {width: 4}"]
    found = problem(block("{widht: null}", "[{matmul: $width}, {matmul: $width}]", uses))
    assert (found.code, excerpt(found.span)) == ("TG214", "widht")
    assert found.help == "did you mean `width`?"


def test_a_parameter_misspelt_in_the_layers_of_a_block_is_told_there():
    uses = ["unit: {width: 3}", "unit: {width: 4}"]
    found = problem(block("{width: null}", "[{matmul: $widht}]", uses))
    assert (excerpt(found.span), found.help) == ("$widht", "did you mean `$width`?")


def test_what_is_given_to_an_undeclared_parameter_is_checked():
    found = problems(block("", "[{matmul: $width}]", ["unit: {width: 3}", "unit: {width: -4}"]))
    assert [d.code for d in found] == ["TG212", "TG206"]


@pytest.mark.parametrize("section", ["vars", "params"])
@pytest.mark.parametrize(
    ("written", "used", "help"),
    [
        ("my-width: 3", "$my-width", "write `my_width`, here and where it is used"),
        ("my-width: 3", "$my_width", "write `my_width`, here and where it is used"),
        ("my-width: 3", "$(my-width * 2)", "write `my_width`, here and where it is used"),
        ("$width: 3", "$width", "write `width`, here and where it is used"),
        ("width = 32", "$width", "write `width: 32`"),
        ("2d: 3", "$2d", "a name is letters, digits and `_`, no digit first"),
    ],
)
def test_a_name_that_no_variable_can_have_is_told_where_it_is_declared(
    section, written, used, help
):
    layers = f"[{{matmul: {used}}}, relu, {{matmul: {used}}}]"
    if section == "vars":
        text = f"vars: {{{written}}}\ntfgraph: 1\ninputs: {{x: [4]}}\nlayers: {layers}\n"
    else:
        name = written.partition(":")[0]
        given = "unit" if "=" in written else f"unit: {{{name}: 4}}"
        text = block(f"{{{written}}}", layers, [given, given])
    found = problem(text)
    assert (found.code, found.help) == ("TG212", help)


def test_a_name_that_nothing_declares_is_told_where_it_is_first_used():
    layers = "  - matmul: $width\n  - matmul: $(width + 1)\n  - unit\n  - matmul: $depth"
    found = problems(spec(layers, more="blocks: {unit: {layers: [relu, {matmul: $gap}]}}"))
    assert [excerpt(d.span) for d in found] == ["$gap", "$width", "$depth"]
    assert found[0].help == "declare it among the `params`, or in `vars`"
    assert found[1].help == "declare it in `vars`"


def test_a_list_of_the_parameters_of_a_block_is_written_as_a_mapping():
    found = problem(block("[width, act]", "[{matmul: $width}, $act]", ["unit: {width: 3}"]))
    assert found.help == "write `params: {width: null, act: null}`"
