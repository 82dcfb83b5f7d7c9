"""Inputs that are declared or taken otherwise than meant: what help says to write is valid there."""

import re
from pathlib import Path

import pytest

import tfgraph
from tests.spec.goldens import REGISTRY
from tests.spec.language import problem, problems
from tfgraph.diagnostics import Source
from tfgraph.spec import check

HEAD = "tfgraph: 1\ninputs: {x: [8], y: {shape: [], dtype: int32, classes: 3}, age: [1]}\n"
LAYERS = """\
layers:
  - dense: 16
    name: body
    from: x
  - dense: 1
    name: years
  - dense: 3
    name: kind
    from: body
outputs: [years, kind]
"""
LOSS = """\
loss:
  - {squared_error: , of: years, target: age}
  - {softmax_cross_entropy: , of: kind, target: y}
optimizer: {adam: 0.001}
"""
WHOLE = HEAD + LAYERS + LOSS


def with_input(text, help):
    """A spec with an input declared as a help says."""
    name, declared = re.search(r"write `(\w+): (.*?)` in `inputs`", help).groups()
    assert text.count(f"{name}: ") >= 1
    old = re.search(rf"\b{name}: (\[[^\]]*\]|\{{[^}}]*\}})", text)[0]
    return text.replace(old, f"{name}: {declared}", 1)


def test_the_spec_without_mistakes_is_sound():
    assert tfgraph.loads(WHOLE).outputs == ("years", "kind")


@pytest.mark.parametrize("classes", [", classes: 3", ""])
def test_a_class_that_is_declared_as_a_list_of_one_is_told_as_one_number(classes):
    text = WHOLE.replace(
        "shape: [], dtype: int32, classes: 3", f"shape: [1], dtype: int32{classes}"
    )
    text += "metrics: [{accuracy: , of: kind, target: y}]\n"
    found = problem(text)
    assert found.help.startswith("a class is one number: write `y: {shape: [], dtype: int32")
    assert found.span.text == "softmax_cross_entropy"
    assert tfgraph.loads(with_input(text, found.help))


def test_a_metric_of_the_wrong_target_gets_that_of_the_loss_of_its_output():
    text = WHOLE + "metrics: [{accuracy: , of: kind, target: age}]\n"
    assert problem(text).help == "write `target: y` beside `accuracy`"
    assert tfgraph.loads(text.replace("of: kind, target: age", "of: kind, target: y"))


def test_a_metric_of_the_wrong_output_gets_that_of_the_loss_of_its_target():
    text = WHOLE + "metrics: [{accuracy: , of: body, target: y}]\n"
    text = text.replace("dense: 16", "dense: 2")
    assert problem(text).help == "write `of: kind` beside `accuracy`"
    assert tfgraph.loads(text.replace("of: body", "of: kind"))


def test_a_number_as_the_target_of_a_list_of_one_is_told_with_a_reshape():
    text = WHOLE.replace("age: [1]", "age: []")
    assert problem(text).help.startswith("put `reshape: []` after `years`")
    mended = text.replace("name: years", "name: row\n  - reshape: []\n    name: years")
    assert tfgraph.loads(mended)


def stack(layers, x):
    return f"tfgraph: 1\ninputs: {{x: {x}}}\nlayers:\n" + "".join(f"  - {n}\n" for n in layers)


@pytest.mark.parametrize(
    ("layers", "x"),
    [
        (["embedding: {vocabulary: 100, units: 8}", "lstm: 8"], "[12]"),
        (["embedding: 8", "lstm: 8"], "[12]"),
        (["reshape: [3, 4]", "embedding: {vocabulary: 9, units: 8}"], "[12]"),
        (["lstm: 8"], "{shape: [12, 4], dtype: int32}"),
        (["dense: 8"], "{shape: [12], dtype: int32}"),
        (["flatten", "dense: 8"], "{shape: [3, 4], dtype: uint8}"),
        (["conv2d: 8"], "{shape: [28, 28, 1], dtype: uint8}"),
        (["conv2d: 8"], "[null, 28, 28, 1]"),
        (["conv2d: 8", "flatten"], "[128, 28, 28, 1]"),
        (["flatten", "dense: 8"], "[null, 28, 28]"),
        (["dense: 8", "flatten"], "{shape: [null, 8]}"),
    ],
)
def test_an_input_is_told_as_the_layer_takes_it(layers, x):
    text = stack(layers, x)
    assert tfgraph.loads(with_input(text, problem(text).help))


@pytest.mark.parametrize("classes", [", classes: 50", ""])
def test_tokens_of_a_recurrent_layer_are_told_to_be_embedded(classes):
    text = stack(["lstm: 8"], f"{{shape: [12], dtype: int32{classes}}}")
    help = problem(text).help
    layer = re.match("put `(.*?)` before it", help)[1]
    assert ("vocabulary" in help) == (not classes)
    assert tfgraph.loads(text.replace("  - lstm", f"  - {layer}\n  - lstm"))


def test_an_embedding_of_what_a_layer_computes_is_mended_by_no_dtype():
    assert problem(stack(["dense: 8", "embedding: {vocabulary: 9, units: 2}"], "[4]")).help == ""


@pytest.mark.parametrize("null", ["null", "None"])
def test_a_target_with_its_batch_is_told_without(null):
    text = WHOLE.replace("shape: [], dtype", f"shape: [{null}], dtype")
    help = problem(text).help
    assert "`y: {shape: [], dtype: int32, classes: 3}`" in help or help.endswith("write `[]`")


def test_a_batch_in_the_input_is_told_where_a_loss_shows_it():
    text = WHOLE.replace("x: [8]", "x: [null, 8]")
    help = problems(text)[0].help
    assert help.startswith("if null is the batch, leave it out: write `x: [8]`")
    assert tfgraph.loads(with_input(text, help))


MERGE = """\
tfgraph: 1
inputs: {left: [8], right: [8]}
layers:
  - dense: 8
    name: a
    from: left
"""


@pytest.mark.parametrize(
    ("layers", "given", "mended"),
    [
        ("  - add\n", "  - add\n", "  - add:\n    from: [a, right]\n"),
        ("  - relu\n  - concat\n", "  - concat\n", "  - concat:\n    from: [relu_1, right]\n"),
        ("  - add:\n    from: a\n", "    from: a\n", "    from: [a, right]\n"),
        ("  - add:\n    from: right\n", "    from: right\n", "    from: [right, a]\n"),
    ],
)
def test_a_merge_of_one_is_told_what_else_there_is_to_take(layers, given, mended):
    text = MERGE + layers
    told = re.match(r"write `(from: \[.*?\])`", problem(text).help)[1]
    assert told in mended
    assert tfgraph.loads(MERGE + layers.replace(given, mended))


@pytest.mark.parametrize("right", ["[8], more: [8]", "[9]"])
def test_what_a_merge_lacks_is_not_guessed_among_several_or_unlike_ones(right):
    text = MERGE.replace("right: [8]", f"right: {right}") + "  - add\n"
    assert problem(text).help == "`from: [A, B]` names several"


def warnings(text):
    source = Source("spec.yaml", text)
    return check(source, folder=Path(), default_name="spec", registry=REGISTRY).diagnostics


BRANCHES = MERGE + "  - dense: 8\n    name: b\n  - concat:\n    from: [a, b]\n"


def test_an_input_of_a_branch_that_takes_the_other_is_told_where_it_was_meant():
    (found,) = warnings(BRANCHES)
    assert found.help.startswith("let `b` (line 7) take it with `from: right`")
    assert warnings(BRANCHES.replace("name: b", "name: b\n    from: right")) == ()


@pytest.mark.parametrize(
    ("old", "new", "layer"),
    [
        ("right: [8]", "right: [8, 8]", "a layer"),
        ("[a, b]", "[b, left]", "a layer"),
        (
            "  - dense: 8\n    name: b\n",
            "  - relu:\n    name: c\n  - dense: 8\n    name: b\n",
            "`c` (line 7)",
        ),
    ],
)
def test_where_an_input_was_meant_is_told_only_of_a_layer_that_can_take_it(old, new, layer):
    (help,) = [w.help for w in warnings(BRANCHES.replace(old, new)) if w.code == "TG404"]
    assert help.startswith(f"let {layer} take it")


SHARED = """\
tfgraph: 1
inputs: {x: [8]}
layers:
  - dense: 8
    name: a
  - relu:
    name: r
  - dense: 4
    name: b
  - dense: 8
    name: c
    from: r
    share: NAME
"""


@pytest.mark.parametrize("name", ["b", "r"])
def test_weights_that_do_not_fit_are_told_with_those_that_do(name):
    text = SHARED.replace("NAME", name)
    help = problem(text).help
    assert help == "write `share: a`: its weights fit (line 4)"
    assert tfgraph.loads(text.replace(f"share: {name}", "share: a"))


@pytest.mark.parametrize("name", ["b", "c"])
def test_where_no_weights_fit_a_layer_has_its_own(name):
    text = SHARED.replace("NAME", name).replace("dense: 8\n    name: c", "dense: 5\n    name: c")
    assert problem(text).help.startswith("leave `share` out")
    assert tfgraph.loads(text.replace(f"    share: {name}\n", ""))
