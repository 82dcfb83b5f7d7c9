"""`blocks` and `repeat`: what they stand for, and where their mistakes are shown."""

import pytest

import tfgraph
from tests.spec.language import excerpt, problem, problems, spec

RESIDUAL = """
blocks:
  residual:
    params: {units: null, act: relu}
    layers:
      - matmul: $units
      - $act
      - matmul: $units
        name: body
      - add:
        from: [body, input]
"""


def names(plan):
    return [layer.name for layer in plan.layers]


def test_a_use_of_a_block_stands_for_its_layers():
    plan = tfgraph.loads(
        spec("  - residual: 4\n  - residual: {units: 4, act: tanh}", more=RESIDUAL)
    )
    assert names(plan) == [
        "residual_1.matmul_1",
        "residual_1.relu_1",
        "residual_1.body",
        "residual_1.add_1",
        "residual_2.matmul_1",
        "residual_2.tanh_1",
        "residual_2.body",
        "residual_2.add_1",
    ]
    assert plan.layer("residual_1.add_1").inputs == ("residual_1.body", "x")
    assert plan.layer("residual_2.add_1").inputs == ("residual_2.body", "residual_1.add_1")


def test_the_name_of_a_use_means_its_last_layer():
    text = spec(
        "  - residual: 4\n    name: first\n  - relu\n  - add:\n    from: [relu_1, first]",
        more=RESIDUAL + "outputs: [first, add_1]",
    )
    plan = tfgraph.loads(text)
    assert plan.layer("add_1").inputs == ("relu_1", "first.add_1")
    assert plan.outputs == ("first.add_1", "add_1")


def test_a_layer_inside_a_use_can_be_named_from_outside():
    text = spec("  - residual: 4\n  - relu:\n    from: residual_1.body", more=RESIDUAL)
    assert tfgraph.loads(text).layer("relu_1").inputs == ("residual_1.body",)


def test_repeat_stacks_copies_with_weights_of_their_own():
    plan = tfgraph.loads(spec("  - matmul: 4\n    repeat: 3\n  - relu"))
    assert names(plan) == ["matmul_1", "matmul_2", "matmul_3", "relu_1"]
    assert [layer.inputs for layer in plan.layers[1:]] == [
        ("matmul_1",),
        ("matmul_2",),
        ("matmul_3",),
    ]
    assert len(plan.weights) == 3


def test_copies_of_a_named_entry_are_numbered_and_the_name_means_the_last():
    text = spec(
        "  - matmul: 4\n    name: hidden\n    repeat: 2\n  - tied_decoder: hidden\n  - relu"
    )
    plan = tfgraph.loads(text + "outputs: [hidden]\n")
    assert names(plan) == ["hidden.1", "hidden.2", "tied_decoder_1", "relu_1"]
    assert plan.outputs == ("hidden.2",)


def test_the_first_copy_takes_from_and_each_other_the_one_before():
    text = spec("  - relu\n  - matmul: 4\n    from: x\n    repeat: 2")
    plan = tfgraph.loads(text)
    assert [layer.inputs for layer in plan.layers] == [("x",), ("x",), ("matmul_1",)]


def test_repeat_times_one_and_a_variable_number():
    text = spec("  - matmul: 4\n    name: a\n    repeat: $n", more="vars: {n: 1}")
    assert names(tfgraph.loads(text)) == ["a.1"]
    assert names(tfgraph.loads(text, set={"vars.n": 2})) == ["a.1", "a.2"]


def test_blocks_may_be_made_of_blocks():
    more = RESIDUAL + "  pair:\n    layers:\n      - residual: 4\n        repeat: 2\n"
    plan = tfgraph.loads(spec("  - pair", more=more))
    assert names(plan)[:4] == [
        f"pair_1.residual_1.{n}" for n in ("matmul_1", "relu_1", "body", "add_1")
    ]
    assert names(plan)[-1] == "pair_1.residual_2.add_1"


def test_a_block_of_several_inputs_numbers_them():
    more = (
        "blocks:\n  mix:\n    layers:\n      - matmul: 4\n        from: input_2\n        name: two\n"
        "      - add:\n        from: [two, input_1]\n"
    )
    text = spec("  - mix:\n    from: [x, z]", more=more, inputs="{x: [4], z: [3]}")
    plan = tfgraph.loads(text)
    assert plan.layer("mix_1.two").inputs == ("z",)
    assert plan.layer("mix_1.add_1").inputs == ("mix_1.two", "x")
    both = text.replace("[two, input_1]", "input").replace("z: [3]", "z: [4]")
    assert tfgraph.loads(both).layer("mix_1.add_1").inputs == ("x", "z")


def test_a_use_that_shares_another_uses_all_its_weights():
    more = RESIDUAL + "outputs: [left, right]"
    text = spec(
        "  - residual: 4\n    name: left\n    from: x\n"
        "  - residual: 4\n    name: right\n    from: z\n    share: left",
        more=more,
        inputs="{x: [4], z: [4]}",
    )
    plan = tfgraph.loads(text)
    assert set(plan.weights) == {"left.matmul_1/kernel", "left.body/kernel"}
    assert plan.layer("right.body").owner == "left.body"


def test_a_reference_inside_a_block_is_to_its_own_layer():
    more = (
        "blocks:\n  auto:\n    layers:\n      - matmul: 3\n        name: encoder\n"
        "      - tied_decoder: encoder\n"
    )
    plan = tfgraph.loads(spec("  - auto\n  - auto", more=more))
    assert {n for n in plan.weights if n.endswith("kernel")} == {
        "auto_1.encoder/kernel",
        "auto_2.encoder/kernel",
    }
    assert plan.layer("auto_2.tied_decoder_1").layer.encoder.name == "auto_2.encoder"


def test_a_mistake_in_a_block_is_shown_once_with_the_line_that_used_it():
    more = RESIDUAL.replace("$act", "dropuot: 0.5")
    found = problem(spec("  - residual: 4\n    repeat: 3\n  - residual: 4", more=more))
    assert (found.code, excerpt(found.span)) == ("TG202", "dropuot")
    assert [(via.label, excerpt(via.span)) for via in found.span.via] == [
        ("the block `residual` is used here", "residual")
    ]


def test_a_wrong_parameter_of_a_use_is_shown_where_it_is_given():
    found = problems(spec("  - residual: {units: 0}", more=RESIDUAL))[0]
    assert (found.code, excerpt(found.span)) == ("TG206", "$units")
    assert [excerpt(via.span) for via in found.span.via] == ["0"]


def test_shapes_that_do_not_fit_in_a_block_show_its_use():
    found = problem(spec("  - residual: 5", more=RESIDUAL))
    assert found.code == "TG301"
    assert excerpt(found.span.via[0].span) == "residual"


@pytest.mark.parametrize(
    ("use", "code", "marked"),
    [
        ("residual", "TG204", "residual"),
        ("residual: {unit: 4}", "TG203", "unit"),
        ("residul: 4", "TG202", "residul"),
        ("{residual: 4, act: relu}", "TG207", "act"),
        ("{residual: 4, nmae: a}", "TG207", "nmae"),
        ("{residual: 4, repeat: 0}", "TG206", "0"),
        ("{residual: 4, repeat: two}", "TG205", "two"),
        ("{residual: 4, share: relu_1}", "TG304", "relu_1"),
    ],
)
def test_a_wrong_use_is_reported_where_it_stands(use, code, marked):
    found = problem(spec(f"  - relu\n  - {use}", more=RESIDUAL))
    assert (found.code, excerpt(found.span)) == (code, marked)


def test_a_name_that_a_block_does_not_have_is_reported():
    found = problem(spec("  - residual: 4", more=RESIDUAL.replace("[body, input]", "[bdy, input]")))
    assert (found.code, excerpt(found.span)) == ("TG209", "bdy")
    assert found.help == "did you mean `body`?"


@pytest.mark.parametrize(
    ("block", "marked"),
    [
        ("relu: {layers: [tanh]}", "relu"),
        ("Residual: {layers: [tanh]}", "Residual"),
        ("name: {layers: [tanh]}", "name"),
        ("b: {layers: []}", "[]"),
        ("b: {params: {}}", "b"),
        ("b: [tanh]", "[tanh]"),
        ("b: {layers: [tanh], parms: {}}", "parms"),
        ("b: {layers: [tanh], params: [a]}", "[a]"),
        ("b: {layers: [b]}", "b"),
        ("b: {layers: [c]}\n  c: {layers: [b]}", "b"),
    ],
)
def test_a_wrong_block_is_reported_where_it_stands(block, marked):
    found = problems(spec("  - tanh\n  - b", more=f"blocks:\n  {block}"))
    assert found[0].code == "TG214"
    assert excerpt(found[0].span) == marked


def test_repeats_of_repeats_are_bounded():
    more = "blocks:\n" + "".join(
        f"  b{i}: {{layers: [{{b{i - 1}: , repeat: 1000}}]}}\n" for i in range(1, 5)
    )
    more += "  b0: {layers: [relu]}\n"
    assert problem(spec("  - b4", more=more)).code == "TG102"
    assert problem(spec("  - relu:\n    repeat: 1000000000000")).code == "TG102"


def test_names_of_weights_in_a_built_graph_follow_the_blocks():
    graph = tfgraph.build(tfgraph.loads(spec("  - residual: 4\n    repeat: 2", more=RESIDUAL)))
    assert "residual_2.body/kernel" in graph.weights
    outputs = graph.predict(x=[[1.0, 2.0, 3.0, 4.0]])
    assert outputs["residual_2.add_1"].shape == (1, 4)


def test_the_default_of_a_parameter_may_be_the_variable_of_its_name():
    more = "vars: {units: 3}\nblocks:\n  b: {params: {units: $units}, layers: [{matmul: $units}]}\n"
    plan = tfgraph.loads(spec("  - b\n  - b: 5", more=more))
    assert [layer.layer.units for layer in plan.layers] == [3, 5]
