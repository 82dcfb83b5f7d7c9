"""Values and parameters of another habit: the help says what to write, and that is sound."""

import re

import pytest

import tfgraph
from tests.spec.goldens import REGISTRY
from tests.spec.language import problem, problems

BASE = """\
tfgraph: 1
inputs: {{x: {x}, y: {y}}}
layers:
  - dense: 3
loss: {{softmax_cross_entropy: , target: y}}
optimizer: {{rmsprop: 0.1}}
metrics: [{{accuracy: , target: y}}]
train: {train}
"""


def base(*, x="[4]", y="{shape: [], dtype: int32, classes: 3}", train="{epochs: 1}"):
    return BASE.format(x=x, y=y, train=train)


def written(help):
    """What a help says to write."""
    return re.search("write `(.*?)`", help)[1]


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("early_stopping", "true", "{}"),
        ("early_stopping", "false", "null"),
        ("early_stopping", "5", "{patience: 5}"),
        ("early_stopping", "0.5", "{min_delta: 0.5}"),
        ("early_stopping", "[{monitor: loss}, {patience: 3}]", "{monitor: loss, patience: 3}"),
        ("checkpoint", "best", "{best: accuracy}"),
        ("checkpoint", "2 epochs", "{every: 2 epochs}"),
        ("checkpoint", "10 min", "{every: 10 minutes}"),
        ("checkpoint", "true", "{}"),
        ("evaluate_every", "5", "5 epochs"),
        ("evaluate_every", "1", "1 epoch"),
        ("evaluate_every", "epoch", "1 epoch"),
        ("evaluate_every", "every 100 steps", "100 steps"),
        ("time_limit", "1h", "1 hour"),
        ("time_limit", "90 mins", "90 minutes"),
        ("time_limit", "1.5hrs", "1.5 hours"),
        ("precision", "fp16", "float16"),
        ("precision", "mixed_bfloat16", "bfloat16"),
    ],
)
def test_a_value_of_the_training_is_told_as_it_is_written_here(name, value, meant):
    found = problem(base(train=f"{{{name}: {value}}}"))
    assert written(found.help) == meant
    assert tfgraph.loads(base(train=f"{{{name}: {meant}}}"))


@pytest.mark.parametrize(
    ("name", "value", "help"),
    [
        ("checkpoint", "{every: 0s}", "it must be above 0: write `1 step` or `1 second`"),
        ("checkpoint", "{every: 0 seconds}", "it must be above 0: write `1 second`"),
        ("checkpoint", "{every: 5s}", "write `5 steps` or `5 seconds`"),
        ("evaluate_every", "0 steps", "it must be above 0: write `1 step`"),
        ("evaluate_every", "0", "it must be above 0: write `1 epoch`"),
        ("time_limit", "0.0 hours", "it must be above 0: write `1 hour`"),
        ("time_limit", "0 parsecs", ""),
    ],
)
def test_nothing_is_no_time_and_no_interval(name, value, help):
    assert problem(base(train=f"{{{name}: {value}}}")).help == help
    for meant in re.findall(r"`(.*?)`", help):
        sound = f"{{every: {meant}}}" if name == "checkpoint" else meant
        assert tfgraph.loads(base(train=f"{{{name}: {sound}}}"))


@pytest.mark.parametrize("value", ["1 month", "fast", "[1, 2]", "-3", "1h30m"])
def test_a_time_that_may_be_anything_is_told_as_nothing(value):
    assert problem(base(train=f"{{time_limit: {value}}}")).help == ""


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("10", "{epochs: 10}"),
        ("10 epochs", "{epochs: 10}"),
        ("[{epochs: 3}, {batch_size: 8}]", "{epochs: 3, batch_size: 8}"),
        ("true", "{}"),
    ],
)
def test_the_section_of_the_training_is_told_as_a_mapping(value, meant):
    assert written(problem(base(train=value)).help) == meant
    assert tfgraph.loads(base(train=meant))


def test_what_keeps_the_best_is_told_with_a_figure():
    found = problem(base(train="{checkpoint: {best: true}}"))
    assert found.help == "like `best: accuracy`"
    assert tfgraph.loads(base(train="{checkpoint: {best: accuracy}}"))


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("x", "[None, 28, 28, 1]", "[28, 28, 1]"),
        ("x", "[batch, time, 8]", "[null, 8]"),
        ("x", "[-1, 4]", "[4]"),
        ("y", "{shape: [batch], dtype: int32, classes: 3}", "[]"),
        ("y", "{shape: 1, dtype: int32, classes: 3}", "[]"),
        ("y", "{shape: [], dtype: int, classes: 3}", "int32"),
        ("y", "int", "{shape: [], dtype: int32}"),
        ("x", "{shape: [4], dtype: double}", "float64"),
    ],
)
def test_an_input_is_told_as_it_is_written_here(name, value, meant):
    found = problems(base(**{name: value}))[0]
    assert written(found.help) == meant


@pytest.mark.parametrize("value", ["{shape: [4], dtype: string}", "text"])
def test_an_input_of_text_is_told_to_be_numbers(value):
    help = problem(base(x=value)).help
    assert help == "a model takes numbers: give each word a number, and write `int32`"


@pytest.mark.parametrize(
    ("train", "help"),
    [
        (
            "{lr: 0.2}",
            "write it inside the optimizer: `optimizer: {rmsprop: {learning_rate: 0.2}}`",
        ),
        ("{patience: 3}", "write it inside `early_stopping`: `early_stopping: {patience: 3}`"),
        ("{checkpoint: {monitor: loss}}", "did you mean `best`?"),
        ("{checkpoint: {save_best_only: true}}", "did you mean `best`?"),
    ],
)
def test_a_parameter_of_another_place_is_told_where_it_stands(train, help):
    assert problem(base(train=train)).help == help


@pytest.mark.parametrize(
    ("sections", "message", "help"),
    [
        (
            "epochs: 10\nbatch_size: 32\n",
            "unknown sections `epochs` and `batch_size`",
            "write `train: {epochs: 10, batch_size: 32}`",
        ),
        (
            "train: {epochs: 3}\npatience: 2\n",
            "unknown section `patience`",
            "write `train: {epochs: 3, early_stopping: {patience: 2}}`",
        ),
        (
            "learning_rate: 0.2\n",
            "unknown section `learning_rate`",
            "write it inside the optimizer: `optimizer: {rmsprop: {learning_rate: 0.2}}`",
        ),
        (
            "model: Sequential\n",
            "unknown section `model`",
            "leave it out: `layers` is the list of its layers",
        ),
        (
            "losses: squared_error\n",
            "unknown section `losses`",
            "`loss` is there already: leave one of the two out",
        ),
        (
            "callbacks: [early_stopping]\n",
            "unknown section `callbacks`",
            "write `early_stopping` and `checkpoint` inside `train`",
        ),
        (
            "input_features: []\n",
            "unknown section `input_features`",
            "write `data` for a dataset, or `inputs` for names and shapes",
        ),
    ],
)
def test_a_section_of_another_habit_is_told_where_it_stands(sections, message, help):
    found = problem(base().replace("train: {epochs: 1}\n", sections))
    assert (found.message, found.help) == (message, help)


def test_a_section_under_another_name_alone_is_told_its_name():
    found = problem(base().replace("layers:", "model:"))
    assert found.help == "did you mean `layers`?"


def test_what_training_takes_may_be_written_as_it_is_told():
    for train in (
        "{epochs: 10, batch_size: 32}",
        "{epochs: 3, early_stopping: {patience: 2}}",
    ):
        assert tfgraph.loads(base(train=train))


def layers(text, blocks=""):
    return f"tfgraph: 1\ninputs: {{x: [8, 8, 1]}}\n{blocks}layers:\n{text}"


@pytest.mark.parametrize(
    ("text", "help"),
    [
        (
            "  - {type: conv2d, filters: 32, kernel_size: 3, activation: ReLU}\n",
            "write `- conv2d: {filters: 32, kernel_size: 3}` and `- relu` after it",
        ),
        (
            "  - {type: conv2d, filters: 2, input_shape: [8, 8, 1]}\n",
            "write `- conv2d: 2`; `input_shape`: leave it out: the size of the input "
            "follows from the layer before it",
        ),
        (
            "  - {type: conv2d, filters: 2, colour: red}\n",
            "write `- conv2d: 2`; `conv2d` has no `colour`",
        ),
        ("  - {type: wide, size: 8}\n", "write `- wide: {size: 8}`"),
        ("  - {block: wide, name: a}\n", "write\n- wide:\n  name: a"),
        ("  - dense: {units: 3, activation: leaky_relu(0.2)}\n", "write `{leaky_relu: 0.2}`"),
        ("  - dense: {units: 3, kernel_regularizer: {l2: 0.01}}\n", "write `l2: 0.01`"),
        ("  - conv2d: {filters: 2, padding: 1}\n", "write `same`: the kernel says how much"),
        ("  - conv2d: {filters: 2, padding: 0}\n", "write `valid`: the kernel says how much"),
        (
            "  - batch_norm: 16\n",
            "write `batch_norm` alone; its parameters are `momentum`, `epsilon`, `center`, "
            "`scale`, `offset_init`, `scale_init`",
        ),
    ],
)
def test_a_layer_of_another_habit_is_told_whole(text, help):
    blocks = "blocks: {wide: {params: {size: 3}, layers: [{dense: $size}]}}\n"
    assert problem(layers(text, blocks), registry=REGISTRY).help == help


def test_what_a_layer_is_told_as_is_sound():
    blocks = "blocks: {wide: {params: {size: 3}, layers: [{dense: $size}]}}\n"
    text = """\
  - conv2d: {filters: 32, kernel_size: 3}
  - relu
  - conv2d: {filters: 2, padding: same}
  - batch_norm
  - wide: {size: 8}
  - wide:
    name: a
  - dense: {units: 3, activation: {leaky_relu: 0.2}, l2: 0.01}
"""
    assert len(tfgraph.loads(layers(text, blocks)).layers) == 7


TWO = """\
tfgraph: 1
inputs: {x: [4], c: {shape: [], dtype: int32, classes: 3}, v: [3]}
layers:
  - dense: 3
optimizer: adam
loss:
"""


def test_losses_in_one_mapping_are_told_as_a_list_that_is_sound():
    loss = "  {softmax_cross_entropy: {target: c}, squared_error: {target: v}}\n"
    found = problem(TWO + loss)
    start, lines = found.help.split("\n", 1)
    assert start == "write"
    plan = tfgraph.loads(TWO + "".join(f"  {line}\n" for line in lines.split("\n")))
    assert [loss.target.value for loss in plan.spec.losses] == ["c", "v"]


def test_the_target_of_a_loss_is_told_where_it_stands():
    found = problem(TWO + "  - softmax_cross_entropy: c\n")
    assert found.help.endswith("stands below `softmax_cross_entropy:`, as `target: c`")
    text = TWO.replace(", v: [3]", "")
    assert tfgraph.loads(text + "  - softmax_cross_entropy:\n    target: c\n")


@pytest.mark.parametrize("train", ["[a]", "[{epochs: 1}, {epochs: 2}]"])
def test_a_list_that_is_no_mapping_is_not_told_to_be_an_empty_one(train):
    assert problem(base(train=train)).help == ""
