"""What authors write by habit from elsewhere: the help mends it, as it stands where it can."""

import re

import pytest

import tfgraph
from tests.spec.goldens import REGISTRY
from tests.spec.language import problem, problems, spec

TRAINED = """\
tfgraph: 1
data: {pictures: {flatten: true}}
layers:
  - dense: 10
loss: softmax_cross_entropy
optimizer: {adam: 0.001}
"""


def told(help):
    """What a help says to write."""
    return re.fullmatch("write `(.*)`", help)[1]


@pytest.mark.parametrize(
    ("layer", "mended"),
    [
        ("Dense(3, activation=relu)", "dense: {units: 3, activation: relu}"),
        ("nn.Dropout(0.5)", "dropout: 0.5"),
        ("nn.Dropout(p=0.5)", "dropout: {rate: 0.5}"),
        ("tf.keras.layers.Dense(units=3, use_bias=False)", "dense: {units: 3, bias: false}"),
    ],
)
def test_a_call_of_another_library_is_written_as_an_entry(layer, mended):
    assert told(problem(spec(f"  - {layer}")).help) == mended
    assert tfgraph.loads(spec(f"  - {mended}"))


@pytest.mark.parametrize("word", ["nn.Linear", "tf.keras.layers.Dense", "torch.nn.Linear(4, 3)"])
def test_a_type_with_its_module_is_known_by_its_last_name(word):
    assert problem(spec(f"  - {word}")).help == "did you mean `dense`?"


@pytest.mark.parametrize(
    ("inputs", "mended"),
    [
        ("784", "{x: [784]}"),
        ("[28, 28]", "{x: [28, 28]}"),
        ("[{name: image, shape: [4]}]", "{image: [4]}"),
        (
            "[{name: a, shape: [4]}, {name: b, shape: [], dtype: int32}]",
            "{a: [4], b: {shape: [], dtype: int32}}",
        ),
        ("[{a: [4]}, {b: [4]}]", "{a: [4], b: [4]}"),
    ],
)
def test_inputs_are_told_as_a_mapping(inputs, mended):
    layers = "  - relu:\n    from: {}"
    for found in problems(spec(layers.format("x"), inputs=inputs)):
        assert told(found.help) == mended
    name = re.match(r"\{(\w+)", mended)[1]
    assert tfgraph.loads(spec(layers.format(name), inputs=mended))


@pytest.mark.parametrize("inputs", ["[{a: [4]}, {a: [4]}]", "[{name: a}]", "[0]", "true"])
def test_inputs_that_may_be_anything_are_told_as_nothing(inputs):
    assert all("write" not in d.help for d in problems(spec("  - relu", inputs=inputs)))


@pytest.mark.parametrize(
    ("layer", "help"),
    [
        (
            "dense: [64, 32, 10]",
            "write\n- dense: 64\n- dense: 32\n- dense: 10",
        ),
        (
            "concat: [a, b]",
            "the layers that it takes stand below `concat:`, as `from: [a, b]`",
        ),
        (
            "dropout: {keep_prob: 0.8}",
            "`rate` is the share that is dropped, not the one that is kept",
        ),
        ("None", "leave it out: a layer that changes nothing is not needed"),
        ("relu:\n    id: first", "did you mean `name`?"),
    ],
)
def test_a_layer_of_another_habit_is_told_what_it_is_here(layer, help):
    assert problem(spec(f"  - {layer}")).help == help


@pytest.mark.parametrize(
    ("layers", "mended"),
    [
        ("  - dense: [64, 32, 10]", "- dense: 64\n- dense: 32\n- dense: 10"),
        (
            "  - dense: {units: [64, 10], activation: relu}",
            "- dense: {units: 64, activation: relu}\n- dense: {units: 10, activation: relu}",
        ),
        ("  - dense: [64, 64]", "- dense: 64\n- dense: 64"),
        ("  first: {dense: 3}", "- dense: 3\n  name: first"),
        (
            "  first: {dense: 3}\n  second: relu",
            "- dense: 3\n  name: first\n- relu:\n  name: second",
        ),
        ("  - 3x dense: 10", "- dense: 10\n  repeat: 3"),
        ("  - dense x 3: {units: 10}", "- dense: {units: 10}\n  repeat: 3"),
        ("  - 3x dense", "- dense: 128\n  repeat: 3"),
        ("  - 2x relu:\n    name: twice", "- relu:\n  name: twice\n  repeat: 2"),
    ],
)
def test_layers_of_another_habit_are_told_as_the_lines_to_write(layers, mended):
    assert problem(spec(layers)).help == f"write\n{mended}"
    assert tfgraph.loads(spec("\n".join(f"  {line}" for line in mended.split("\n"))))


@pytest.mark.parametrize("value", ["[]", "3", "{}", "null", "[dense]", "{nothing: 3}"])
def test_what_is_no_entry_below_a_name_is_not_told_as_one(value):
    assert problem(spec(f"  first: {value}")).help.startswith("an item of a list starts")


@pytest.mark.parametrize(
    ("value", "help"),
    [
        ("on", "write `relu` alone; its parameters are `maximum`"),
        ("off", "remove it, or write `relu` alone"),
        ("first", "the layers that it takes stand below `relu:`, as `from: first`"),
    ],
)
def test_a_layer_switched_on_or_off_is_told_to_stand_alone_or_not_at_all(value, help):
    assert problem(spec(f"  - relu: {value}")).help == help


def test_a_number_in_letters_is_told_in_digits():
    assert problem(spec("  - relu", more="train: {epochs: ten}")).help == "write `10`"


@pytest.mark.parametrize(
    ("layer", "mended"),
    [
        ("dense: {units: 3; activation: relu}", "- dense: {units: 3, activation: relu}"),
        ("dense: {units: 5; bias: false}", "- dense: {units: 5, bias: false}"),
        ("dense: 3; relu", "dense: {units: 3, activation: relu}"),
    ],
)
def test_a_semicolon_between_values_is_told_as_a_comma(layer, mended):
    assert told(problem(spec(f"  - {layer}")).help) == mended


def test_a_list_below_another_name_of_a_layer_may_be_in_another_order():
    assert problem(spec("  - linear: [4, 3]")).help == "did you mean `dense`?"


@pytest.mark.parametrize("version", ["v1", "1.0.0", "2", "'1'"])
def test_the_version_is_told(version):
    text = spec("  - relu").replace("tfgraph: 1", f"tfgraph: {version}")
    assert problem(text).help == "write `1`" + " without quotes" * (version == "'1'")


def test_sections_inside_of_another_are_told_to_stand_at_the_top():
    text = "tfgraph: 1\ninputs: {x: [4]}\nmodel:\n  layers:\n    - relu\n"
    assert problem(text).help == "write `layers` at the top, without `model`"


@pytest.mark.parametrize(
    ("old", "new", "help"),
    [
        (
            "flatten: true",
            "flatten: true, batch_size: 32",
            "it is of the training: `train: {batch_size: 32}`",
        ),
        (
            "flatten: true",
            "flatten: true, split: train",
            "leave it out: training takes the split `train`, and evaluation the others",
        ),
        (
            "0.001",
            "{learning_rate: {cosine: 0.1}}",
            "like `cosine: {initial: 0.001, decay_steps: 900}`",
        ),
        ("{adam: 0.001}", "Adam(lr=0.01)", "write `{adam: {learning_rate: 0.01}}`"),
    ],
)
def test_a_section_of_another_habit_is_told_what_it_is_here(old, new, help):
    found = problem(TRAINED.replace(old, new, 1), registry=REGISTRY)
    assert found.help == help


@pytest.mark.parametrize(
    ("train", "help"),
    [
        ("{device: gpu}", "leave it out: TensorFlow takes the devices that it finds"),
        ("{num_workers: 4}", "leave it out: what is loaded stays in memory"),
        (
            "{log_dir: runs}",
            "leave it out: the command names the directory, `tfgraph train --run DIR`",
        ),
        ("{early_stopping: {metric: loss}}", "did you mean `monitor`?"),
    ],
)
def test_a_parameter_of_training_elsewhere_is_told_what_is_done_here(train, help):
    assert problem(f"{TRAINED}train: {train}\n", registry=REGISTRY).help == help


CLASSES = """\
tfgraph: 1
inputs: {x: [8], y: {shape: [], dtype: int32, classes: 3}}
layers:
  - dense: 3
loss: {softmax_cross_entropy: , target: y}
optimizer: {adam: 0.001}
metrics: [{accuracy: , target: y}]
train: {epochs: 1}
"""


@pytest.mark.parametrize(
    ("optimizer", "mended"),
    [
        ("{learning_rate: 0.1}", "{adam: 0.1}"),
        ("{lr: 0.1, momentum: 0.9}", "{gradient_descent: {learning_rate: 0.1, momentum: 0.9}}"),
        (
            "{learning_rate: {cosine: {initial: 0.1, decay_steps: 9}}}",
            "{adam: {learning_rate: {cosine: {initial: 0.1, decay_steps: 9}}}}",
        ),
        ("[adam, 0.001]", "{adam: 0.001}"),
        ("[SGD, 0.1]", "{gradient_descent: 0.1}"),
        ("[SGD, 0.1, 0.9]", "{gradient_descent: {learning_rate: 0.1, momentum: 0.9}}"),
        ("[adam]", "adam"),
        ("0.001", "{adam: 0.001}"),
        ("{type: SGD, lr: 0.1}", "{gradient_descent: 0.1}"),
        ("[{adam: 0.1}]", "{adam: 0.1}"),
    ],
)
def test_an_optimizer_of_another_habit_is_told_with_its_type_before_its_parameters(
    optimizer, mended
):
    assert told(problem(CLASSES.replace("{adam: 0.001}", optimizer)).help) == mended
    assert tfgraph.loads(CLASSES.replace("{adam: 0.001}", mended))


@pytest.mark.parametrize(
    "optimizer",
    [
        "{speed: 0.1}",
        "{learning_rate: 0.1, speed: 2}",
        "[]",
        "[{adam: 0.1}, {gradient_descent: 0.1}]",
    ],
)
def test_an_optimizer_that_may_be_any_is_told_as_none(optimizer):
    found = problems(CLASSES.replace("{adam: 0.001}", optimizer))[0]
    assert "write" not in found.help


@pytest.mark.parametrize(
    ("optimizer", "rate", "help"),
    [
        ("{adam: 0.01}", "clip_norm: 1", "optimizer: {adam: {learning_rate: 0.01, clip_norm: 1}}"),
        ("{adam: {beta1: 0.8}}", "lr: 0.1", "optimizer: {adam: {beta1: 0.8, learning_rate: 0.1}}"),
        ("adam", "lr: 0.1", "optimizer: {adam: {learning_rate: 0.1}}"),
    ],
)
@pytest.mark.parametrize("place", ["train: {{epochs: 1, {}}}", "train: {{epochs: 1}}\n{}"])
def test_a_parameter_of_the_optimizer_is_told_beside_those_that_it_has(
    optimizer, rate, help, place
):
    text = CLASSES.replace("{adam: 0.001}", optimizer)
    found = problem(text.replace("train: {epochs: 1}", place.format(rate)))
    assert found.help == f"write it inside the optimizer: `{help}`"
    assert tfgraph.loads(text.replace(f"optimizer: {optimizer}", help))


def test_a_rate_in_the_training_takes_no_schedule_away():
    schedule = "{adam: {learning_rate: {cosine: {initial: 0.1, decay_steps: 9}}}}"
    text = CLASSES.replace("{adam: 0.001}", schedule)
    found = problem(text.replace("epochs: 1", "epochs: 1, learning_rate: 0.1"))
    assert found.help == "leave it out: the optimizer has a schedule as its `learning_rate`"


@pytest.mark.parametrize(
    ("inputs", "mended"),
    [
        ("[{name: x, type: float32, shape: [4]}]", "{x: [4]}"),
        ("[{name: x, type: image, shape: [4]}]", "{x: [4]}"),
        ("[{name: x, type: int, shape: [4]}]", "{x: {shape: [4], dtype: int32}}"),
        ("[{name: x, shape: [None, 28, 28, 1]}]", "{x: [28, 28, 1]}"),
    ],
)
def test_a_list_of_inputs_is_told_in_the_words_of_an_input(inputs, mended):
    assert told(problem(spec("  - flatten", inputs=inputs)).help) == mended
    assert tfgraph.loads(spec("  - flatten", inputs=mended))


def test_a_list_of_inputs_without_shapes_is_told_as_nothing():
    assert problem(spec("  - relu", inputs="[{name: x, type: number}]")).help == ""


@pytest.mark.parametrize("name", ["acc", "val_acc", "sparse_categorical_accuracy", "val_accuracy"])
def test_a_figure_is_told_by_the_name_that_its_metric_has_here(name):
    text = CLASSES.replace("epochs: 1", f"early_stopping: {{monitor: {name}}}")
    assert problem(text).help == "did you mean `accuracy`?"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("target: y}\noptim", "target: y, class_weights: balanced}\noptim"),
        ("epochs: 1", "epochs: 1, class_weight: balanced"),
    ],
)
def test_factors_of_classes_are_told_as_those_that_are_not_1(old, new):
    found = problem(CLASSES.replace(old, new))
    told = re.search("`(?:class_weights: )?({.*})`", found.help)[1]
    assert told == '{"0": 2}'
    assert tfgraph.loads(CLASSES.replace("y}\noptim", f"y, class_weights: {told}}}\noptim"))


@pytest.mark.parametrize("url", ["https://example.com/a//b", "s3://bucket/a", "file:///a"])
def test_a_url_is_told_to_be_downloaded_as_it_stands(url):
    text = TRAINED.replace("flatten: true", f"folder: '{url}'")
    found = problem(text, registry=REGISTRY)
    assert found.message == f"`{url}` is a URL, and data is read from files"
    assert found.help == "download what it leads to, and write where that is"


def test_a_url_as_the_dataset_is_told_to_be_downloaded():
    found = problem(TRAINED.replace("{pictures: {flatten: true}}", "https://example.com/a.npz"))
    assert found.help.startswith("download it")


def test_an_optimizer_that_is_empty_is_told_one_with_what_it_needs():
    help = problem(CLASSES.replace("{adam: 0.001}", "{}")).help
    assert tfgraph.loads(CLASSES.replace("{adam: 0.001}", re.match("like `(.*)`", help)[1]))


def test_a_loss_with_its_type_as_a_value_is_told_in_its_line():
    found = problem(CLASSES.replace("softmax_cross_entropy: ,", "type: cross_entropy,"))
    assert told(found.help) == "{softmax_cross_entropy: {}, target: y}"
    assert tfgraph.loads(CLASSES.replace("{softmax_cross_entropy: , target: y}", told(found.help)))


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("loss_weights: {age: 2}\n", "write `weight` beside the type of a loss"),
        (
            "train: {checkpoint: {mode: min}}\n",
            "leave it out: each metric knows whether more of it is better",
        ),
    ],
)
def test_what_another_library_has_beside_its_losses_and_figures_is_told(text, help):
    assert problem(CLASSES.replace("train: {epochs: 1}\n", text)).help == help
