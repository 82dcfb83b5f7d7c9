"""A value that does not fit is told as what it was meant to be, by what its parameter takes."""

import pytest

from tests.spec.language import excerpt, problem, problems, spec

IMAGES = "{x: [8, 8, 3]}"


@pytest.mark.parametrize(
    ("layer", "help"),
    [
        ('matmul: "64"', "write `64` without quotes"),
        ("matmul: 1_000", "write `1000`"),
        ("matmul: 1,000", "write `1000`"),
        ("matmul: 64,", "write `64`"),
        ("matmul: [64]", "write `64`"),
        ("matmul: {units: 3, bias: yes}", "write `true`"),
        ("matmul: {units: 3, bias: Off}", "write `false`"),
        ('matmul: {units: 3, bias: "true"}', "write `true` without quotes"),
        ("matmul: {units: 3, bias: 1}", "write `true`"),
        ("matmul: {units: 3, init: [0.1]}", "write `0.1`"),
        ("dropout: 20", "write `0.2`"),
        ("dropout: 50%", "write `0.5`"),
        ("dropout: 0,5", "write `0.5`"),
        ("dropout: '1e-1'", "write `0.1`"),
        ("reshape: 192", "write `[192]`"),
        ("reshape: (64, 3)", "write `[64, 3]`"),
        ("reshape: '[64, 3]'", "write `[64, 3]` without quotes"),
        ("reshape: 64x3", "write `[64, 3]`"),
        ("reshape: ['64', '3']", "write `[64, 3]`"),
        ("conv2d: {filters: 3, padding: SAME}", "write `same`"),
        ("conv2d: {filters: 3, kernel_size: [3, 3, 3]}", "write `3`"),
        ("relu:\n    name: my layer", "write `my_layer`"),
        ("relu:\n    repeat: '3'", "write `3` without quotes"),
        ("relu:\n    name: [first]", "write `first`"),
    ],
)
def test_help_says_what_to_write(layer, help):
    assert problem(spec(f"  - {layer}", inputs=IMAGES)).help == help


@pytest.mark.parametrize(
    "layer",
    [
        "matmul: -3",
        "matmul: 0",
        "matmul: '-3'",
        "matmul: many",
        "matmul: 64.5",
        "matmul: {units: {a: 1}}",
        "matmul: {units: 3, bias: perhaps}",
        "matmul: {units: 3, bias: 2}",
        "matmul: [3, 4]",
        "dropout: 120",
        "dropout: 1",
        "dropout: true",
        "dropout: .nan%",
        "reshape: []",
        "reshape: [a, b]",
        "conv2d: {filters: 3, padding: full}",
        "matmul: '" + "9" * 5000 + "'",
    ],
)
def test_what_may_mean_anything_gets_no_such_help(layer):
    assert "write `" not in problem(spec(f"  - {layer}", inputs=IMAGES)).help


@pytest.mark.parametrize(
    ("shape", "help"),
    [
        ("64", "write `[64]`"),
        ("28x28", "write `[28, 28]`"),
        ("28 28", "write `[28, 28]`"),
        ("[None, 64]", "leave the batch out: write `[64]`"),
        ("[64, None]", "write `[64, null]`: Shape of one example, without the batch; null for"),
    ],
)
def test_a_shape_is_told_as_a_list(shape, help):
    assert problem(spec("  - relu", inputs=f"{{x: {shape}}}")).help.startswith(help)


def test_the_version_is_told_as_a_number():
    text = spec("  - relu").replace("tfgraph: 1", "tfgraph: '1'")
    assert problem(text).help == "write `1` without quotes"


@pytest.mark.parametrize(
    ("train", "help"),
    [
        ("{epochs: null}", "write `1`, the default"),
        ("{shuffle: null}", "write `true`, the default"),
        ("{precision: null}", "write `float32`, the default"),
        ("{checkpoint: null}", "write `{}`, the default"),
        ("{checkpoint: {every: null}}", "write `30 seconds`, the default"),
    ],
)
def test_null_where_none_may_stand_is_told_the_default(train, help):
    assert problem(spec("  - relu", more=f"train: {train}")).help == help


def test_null_over_what_an_extended_file_gives_is_told_the_default(tmp_path):
    (tmp_path / "base.yaml").write_text(spec("  - relu", more="train: {epochs: 7}"))
    found = problem("extends: base.yaml\ntrain: {epochs: null}\n", folder=tmp_path)
    assert (excerpt(found.span), found.help) == ("null", "write `1`, the default")


def test_a_required_value_that_is_null_is_shown_as_in_the_example():
    assert problem(spec("  - dense: {units: null}")).help == "like `units: 128`"


@pytest.mark.parametrize("word", ["float64", "double", "fp64", "int8"])
def test_a_dtype_that_is_not_offered_is_told_to_be_left_out(word):
    found = problem(spec("  - relu", more=f"train: {{precision: {word}}}"))
    assert found.help == "leave it out for `float32`: a layer computes in the dtype of its inputs"


@pytest.mark.parametrize(
    ("weights", "marked"),
    [
        ("[1, .nan, 1]", [".nan"]),
        ("[.inf, 1, .nan]", [".inf", ".nan"]),
        ('{"1": .nan}', [".nan"]),
    ],
)
def test_a_number_that_is_none_is_marked_itself(weights, marked):
    text = (
        "tfgraph: 1\ninputs: {x: [4], y: {shape: [], dtype: int32, classes: 3}}\n"
        "layers:\n  - dense: 3\noptimizer: adam\n"
        f"loss: {{softmax_cross_entropy: , target: y, class_weights: {weights}}}\n"
    )
    found = problems(text)
    assert [excerpt(d.span) for d in found] == marked
    assert found[0].message == "an item of `class_weights` must be a finite number"


def test_a_key_that_is_a_number_is_one_mistake_and_its_value_is_read():
    text = (
        "tfgraph: 1\ninputs: {x: [4], y: {shape: [], dtype: int32, classes: 3}}\n"
        "layers:\n  - dense: 3\noptimizer: adam\n"
        "loss: {softmax_cross_entropy: , target: y, class_weights: {0: 2}}\n"
    )
    assert problem(text).help == 'put it in quotes: `"0"`'
    assert [d.code for d in problems(text.replace("2}", "-2}"))] == ["TG106", "TG206"]


def test_class_weights_of_the_training_are_told_to_stand_beside_the_loss():
    found = problem(spec("  - relu", more='train: {class_weight: {"0": 2}}'))
    help = 'it stands beside the type of the loss: `class_weights: {"0": 2}`'
    assert found.help == help


@pytest.mark.parametrize("word", ["train", "path", "csv", "x_train", "ImageFolder"])
def test_files_for_a_dataset_are_one_mistake_with_what_to_do(word):
    text = f"tfgraph: 1\ndata: {{{word}: a.csv, test: b.csv}}\nlayers:\n  - relu\n"
    assert problem(text).help.startswith("`data` takes a dataset by its type; a plugin reads files")


BLOCKS = """\
tfgraph: 1
inputs: {x: [4]}
vars: {width: 3}
blocks:
  wide:
    params: {units: 3, rate: 0.5}
    layers:
      - dense: LAYER
layers:
  - wide: 5
  - dense: $width
"""


@pytest.mark.parametrize(
    ("word", "help"),
    [
        ("units", "write `$units` for the value of the variable"),
        ("width", "write `$width` for the value of the variable"),
        ("units * 2", "write `$(units * 2)` for what it comes to"),
    ],
)
def test_a_parameter_of_the_block_is_told_with_its_sign(word, help):
    assert problem(BLOCKS.replace("LAYER", word)).help == help


def test_a_parameter_of_a_block_is_none_outside_of_it():
    text = BLOCKS.replace("LAYER", "$units").replace("$width", "units")
    assert problem(text).help == ""


@pytest.mark.parametrize(
    ("written", "help"), [("text, side", "text, side"), ("next box", "next, box")]
)
def test_names_with_an_x_are_not_taken_apart(written, help):
    inputs = "{text: [4], side: [4], next: [4], box: [4]}"
    text = f"tfgraph: 1\ninputs: {inputs}\nlayers:\n  - concat:\n    from: {written}\n"
    assert problem(text).help == f"write `[{help}]`"
