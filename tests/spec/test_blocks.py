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
    assert (found.code, excerpt(found.span)) == ("TG206", "0")
    assert [excerpt(via.span) for via in found.span.via] == ["$units"]
    assert found.notes == ("the same at 1 other place",)


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


def test_names_are_those_that_the_table_of_layers_shows():
    layers = "  - matmul: 4\n    repeat: 3\n  - matmul: 5\n  - relu\n  - relu: {maximum: 7}\n    name: relu_1"
    plan = tfgraph.loads(spec(layers), set={"layers.matmul_4.matmul": 9, "layers.relu_2.name": "r"})
    assert plan.layer("matmul_4").layer.units == 9
    assert [p.name for p in plan.layers][-2:] == ["r", "relu_1"]
    for copy in ("matmul_1", "matmul_2", "matmul_3"):
        assert (
            tfgraph.loads(spec(layers), set={f"layers.{copy}.matmul": 6})
            .weights[f"{copy}/kernel"]
            .shape[-1]
            == 6
        )


def test_a_use_of_a_block_takes_a_name_as_a_layer_does():
    more = "blocks: {blk: {layers: [{matmul: 4}]}}"
    layers = "  - blk:\n    name: relu_1\n  - relu\n  - add:\n    from: [relu_1, relu_2]"
    plan = tfgraph.loads(spec(layers, more=more))
    assert plan.layer("add_1").inputs == ("relu_1.matmul_1", "relu_2")


@pytest.mark.parametrize(
    ("layers", "inputs"),
    [
        ("[{matmul: 4, name: h, repeat: 2}, {matmul: 5, name: h}]", "{x: [4]}"),
        ("[{matmul: 4, name: h, repeat: 2}, {matmul: 5, name: h, repeat: 3}]", "{x: [4]}"),
        ("[{blk: , name: h}, {other: , name: h}]", "{x: [4]}"),
        ("[{matmul: 4, name: h, repeat: 2, from: x}]", "{x: [4], h: [4]}"),
    ],
)
def test_a_name_for_several_layers_is_a_name(layers, inputs):
    more = f"blocks: {{blk: {{layers: [relu]}}, other: {{layers: [tanh]}}}}\nlayers: {layers}\n"
    found = problem(f"tfgraph: 1\ninputs: {inputs}\n{more}")
    assert (found.code, excerpt(found.span)) == ("TG208", "h")


def test_sharing_a_repeated_name_is_sharing_the_last():
    more = "blocks: {blk: {layers: [{matmul: 4}]}}"
    layers = "  - blk:\n    name: h\n    repeat: 3\n  - blk:\n    share: h"
    plan = tfgraph.loads(spec(layers, more=more))
    assert plan.layer("blk_1.matmul_1").owner == "h.3.matmul_1"


@pytest.mark.parametrize(
    ("beside", "code"),
    [
        ("from: []", "TG206"),
        ("name: 5", "TG205"),
        ("share: 7", "TG205"),
        ("from: {a: 1}", "TG205"),
        ("repeat: $yy", "TG212"),
    ],
)
def test_what_stands_beside_a_block_is_checked_as_beside_a_layer(beside, code):
    found = problem(spec(f"  - residual: 4\n    {beside}", more=RESIDUAL))
    assert found.code == code


def test_mistakes_of_a_block_that_nothing_uses_are_found():
    found = problems(spec("  - relu", more="blocks: {b: {layers: [rel, {matmul: $nope}]}}"))
    assert [(d.code, excerpt(d.span)) for d in found] == [("TG202", "rel"), ("TG212", "$nope")]


def test_a_block_made_of_itself_hides_no_other_mistake():
    text = spec("  - r\n  - relu: {zz: 3}\n  - nope", more="blocks: {r: {layers: [r]}}")
    assert [d.code for d in problems(text)] == ["TG214", "TG203", "TG202"]


def test_uses_of_a_broken_block_are_not_reported_as_well():
    found = problem(spec("  - b\n  - b: 3", more="blocks: {b: [tanh]}"))
    assert found.code == "TG214"


def test_sharing_a_block_leaves_out_what_has_no_weights():
    more = "blocks: {r: {layers: [{layer_norm: {scale: false, center: false}}, {matmul: 4}]}}\n"
    plan = tfgraph.loads(spec("  - r:\n    name: one\n  - r:\n    share: one", more=more))
    assert set(plan.weights) == {"one.matmul_1/kernel"}


def test_a_mapping_for_the_only_parameter_is_one_mistake_with_its_mending():
    more = "blocks: {b: {params: {init: null}, layers: [{matmul: {units: 3, init: $init}}]}}"
    found = problem(spec("  - b: {normal: 0.1}", more=more))
    assert (found.code, found.help) == (
        "TG203",
        "if it is the value of a parameter: `b: {init: …}`",
    )


def test_a_setting_knows_the_first_parameter_of_a_block():
    more = "blocks: {b: {params: {n: null, k: 2}, layers: [{matmul: $(n * k)}]}}"
    plan = tfgraph.loads(spec("  - b: 3\n    name: q", more=more), set={"layers.q.b.k": 5})
    assert plan.layer("q.matmul_1").layer.units == 15


def test_many_layers_of_many_values_are_bounded_as_the_text_they_come_to():
    layers = "  - matmul: {units: 4, bias: true, init: {normal: 0.1}}\n    repeat: 9000"
    assert problem(spec(layers)).code == "TG102"


def test_a_block_that_nothing_uses_is_named_in_what_is_wrong_with_it():
    more = "blocks: {b: {layers: [relu, {add: , from: [relu_2, input]}]}}"
    found = problem(spec("  - relu", more=more))
    assert found.message == "no layer of the block `b` is called `relu_2`"


def test_the_name_of_a_use_without_one_is_suggested_too():
    found = problem(spec("  - residual: 4\n  - relu:\n    from: resdual_1", more=RESIDUAL))
    assert found.help == "did you mean `residual_1`?"


def test_a_whole_number_of_copies_may_be_written_as_a_fraction():
    layers = "  - matmul: 4\n    repeat: 3.0\n  - matmul: 5"
    plan = tfgraph.loads(spec(layers), set={"layers.matmul_4.matmul": 6})
    assert plan.layer("matmul_4").layer.units == 6


SKIP = """
blocks:
  joined:
    params: {units: null, other: null}
    layers:
      - matmul: $units
        name: body
      - add:
        from: [body, $other]
  twice:
    params: {other: null}
    layers:
      - matmul: 4
        name: body
      - joined: {units: 4, other: $other}
      - joined: {units: 4, other: body}
"""


def test_an_argument_may_name_a_layer_around_the_use():
    text = spec("  - matmul: 4\n    name: body\n  - joined: {units: 4, other: body}", more=SKIP)
    plan = tfgraph.loads(text)
    # Inside the block `body` is its own; the argument means the one outside.
    assert plan.layer("joined_1.add_1").inputs == ("joined_1.body", "body")


def test_an_argument_is_handed_on_through_blocks():
    text = spec("  - matmul: 4\n    name: body\n  - twice: body", more=SKIP)
    plan = tfgraph.loads(text)
    assert plan.layer("twice_1.joined_1.add_1").inputs == ("twice_1.joined_1.body", "body")
    assert plan.layer("twice_1.joined_2.add_1").inputs == ("twice_1.joined_2.body", "twice_1.body")


def test_an_argument_may_be_a_list_of_layers_or_the_input():
    blocks = """
blocks:
  summed:
    params: {parts: null}
    layers:
      - add:
        from: $parts
"""
    text = spec("  - relu\n  - tanh\n  - summed: {parts: [relu_1, x]}", more=blocks)
    assert tfgraph.loads(text).layer("summed_1.add_1").inputs == ("relu_1", "x")


def test_an_argument_that_names_nothing_is_shown_where_it_is_given():
    text = spec("  - matmul: 4\n  - joined: {units: 4, other: nothing}", more=SKIP)
    found = problem(text)
    assert found.code == "TG209"
    assert excerpt(found.span) == "$other"
    assert "nothing" in [excerpt(step.span) for step in found.span.via]


def test_a_layer_around_a_block_can_be_given_to_it():
    blocks = """
blocks:
  joined:
    layers:
      - matmul: 4
        name: body
      - add:
        from: [body, encoder]
"""
    found = problem(spec("  - matmul: 4\n    name: encoder\n  - joined", more=blocks))
    assert found.help == (
        "give it to the block: `params: {other: null}`, `$other` here, and "
        "`joined: {other: encoder}` where it is used"
    )


def test_a_spec_with_such_arguments_is_written_and_read_again():
    text = spec("  - matmul: 4\n    name: body\n  - joined: {units: 4, other: body}", more=SKIP)
    plan = tfgraph.loads(text)
    again = tfgraph.loads(plan.spec.resolved_text())
    assert names(again) == names(plan)


@pytest.mark.parametrize(
    ("block", "help"),
    [
        (
            "{size: 16, layers: [{matmul: $size}]}",
            "a parameter stands in `params`: write `params: {size: 16}`",
        ),
        ("{parameters: {size: 16}, layers: [{matmul: $size}]}", "did you mean `params`?"),
        ("[{matmul: 16}, relu]", "write `wide: {layers: [{matmul: 16}, relu]}`"),
    ],
)
def test_a_block_that_is_written_another_way_is_one_mistake(block, help):
    found = problem(spec("  - wide", more=f"blocks: {{wide: {block}}}"))
    assert (found.code, found.help) == ("TG214", help)


def test_a_list_of_blocks_is_one_mistake_whatever_uses_them():
    found = problem(
        spec("  - wide\n  - deep: 3", more="blocks: [{wide: {layers: [relu]}}, {deep: {}}]")
    )
    assert found.code == "TG205"
    assert found.help == "write `{wide: {layers: [relu]}, deep: {}}`"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("{type: matmul, units: 3}", "`relu_1`, `input`"),
        ("layer: tanh", "`relu_1`, `input`"),
        ("5", "`relu_1`, `input`"),
        ("{name: only}", "`only`, `relu_1`, `input`"),
    ],
)
def test_only_names_that_are_known_are_listed_for_one_that_is_not(wrong, named):
    more = f"blocks: {{b: {{layers: [{wrong}, {{relu: , from: [nowhere]}}]}}}}"
    found = problems(spec("  - b\n  - b", more=more))
    assert [d.code for d in found] == ["TG207", "TG209"]
    assert found[1].help == f"there are {named}"


@pytest.mark.parametrize("name", ["body", "dropout_1"])
def test_a_name_that_may_be_that_of_a_layer_written_wrongly_is_no_mistake_as_well(name):
    layers = f"[{{drouput: 0.5, nmae: body}}, {{add: , from: [{name}, input]}}]"
    found = problems(spec("  - b", more=f"blocks: {{b: {{layers: {layers}}}}}"))
    assert {excerpt(d.span) for d in found} == {"drouput", "nmae"}


@pytest.mark.parametrize(
    ("block", "help"),
    [
        ("conv2d: {layers: [tanh]}", "call it `conv2d_block`, here and where it is used"),
        ("b: {layer: [tanh]}", "did you mean `layers`?"),
        ("b: {layer: tanh}", "did you mean `layers`?"),
        ("b: {layers: tanh}", "write `layers: [tanh]`"),
        ("b: {layers: {matmul: 3, relu: }}", "write `layers: [{matmul: 3}, relu]`"),
        (
            "b: {params: {n: 2}, layers: [{matmul: $n}], size: 3}",
            "a parameter stands in `params`: write `params: {n: 2, size: 3}`",
        ),
    ],
)
def test_a_block_that_is_written_wrongly_is_one_mistake_with_its_mending(block, help):
    name = block.partition(":")[0]
    text = spec(f"  - tanh\n  - {name}\n  - {name}", more=f"blocks:\n  {block}")
    assert problem(text).help == help


@pytest.mark.parametrize(
    "first",
    ["b:\n      layers: [tanh, relu, tanh, relu, tanh, relu, tanh]", "name: b\n    layers: [tanh]"],
)
def test_a_long_list_of_blocks_is_one_mistake(first):
    found = problem(
        spec("  - b\n  - b", more=f"blocks:\n  - {first}\n  - {first.replace('b', 'c', 1)}")
    )
    assert found.help == "a block stands below its name, without a `-`: write `b:`"


@pytest.mark.parametrize(
    ("wrong", "help"),
    [
        ("{type: matmul, units: $n}", "write `- matmul: $n`"),
        ("{matmul: $n, bias: true}", "write `matmul: {units: $n, bias: true}`"),
        ("{matmul: {units: $n, name: a}}", "write\n- matmul: $n\n  name: a"),
    ],
)
def test_what_is_to_be_written_in_a_block_keeps_its_parameters(wrong, help):
    more = f"blocks: {{b: {{params: {{n: null}}, layers: [{wrong}]}}}}"
    assert problem(spec("  - b: 3\n  - b: 4", more=more)).help == help
