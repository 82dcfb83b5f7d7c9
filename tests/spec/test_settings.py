"""`--set PATH=VALUE` and `load(set=…)`."""

import json
import re

import pytest

import tfgraph
from tests.spec.language import excerpt, problem

TEXT = """
tfgraph: 1
inputs: {x: [4], y: [3]}
layers:
  - matmul: 8
    name: hidden
  - relu
  - dropout: 0.5
  - matmul: {units: 3, bias: true}
  - relu
loss: {squared_error: , target: y}
optimizer: adam
train: {epochs: 3}
"""


@pytest.mark.parametrize(
    ("train", "settings", "length"),
    [
        ("epochs: 3", {"train.steps": 40}, 40),
        ("epochs: 3", {"train.steps": 40, "train.epochs": None}, 40),
        ("epochs: null, steps: 40", {}, 40),
        ("steps: 40", {"train.steps": None, "train.epochs": 8}, 80),
    ],
)
def test_of_two_lengths_of_training_null_is_none(train, settings, length):
    plan = tfgraph.loads(TEXT.replace("epochs: 3", train), set=settings)
    assert plan.spec.training.total_steps(10) == length


def test_a_section_is_set_whether_it_is_given_or_not():
    plan = tfgraph.loads(TEXT, set={"train.epochs": 5, "train.seed": 2, "name": "other"})
    assert (plan.spec.training.epochs, plan.spec.training.seed) == (5, 2)
    assert plan.spec.name == "other"


@pytest.mark.parametrize(
    "path",
    [
        "layers.0.matmul",
        "layers.0.matmul.units",
        "layers.hidden.matmul.units",
        "layers.hidden.matmul",
    ],
)
def test_a_layer_is_reached_by_position_and_by_name(path):
    assert tfgraph.loads(TEXT, set={path: 16}).layer("hidden").layer.units == 16


def test_a_layer_without_a_name_is_reached_by_the_one_it_gets():
    plan = tfgraph.loads(TEXT, set={"layers.matmul_1.matmul.bias": False})
    assert not plan.layer("matmul_1").layer.bias
    plan = tfgraph.loads(TEXT, set={"layers.relu_2.name": "last"})
    assert plan.outputs == ("last",)


def test_a_type_alone_takes_parameters():
    plan = tfgraph.loads(TEXT, set={"optimizer.adam.learning_rate": 0.5})
    assert plan.spec.optimizer.component.learning_rate.value == 0.5


def test_an_entry_is_replaced_as_a_whole():
    plan = tfgraph.loads(TEXT, set={"optimizer": {"adagrad": {"learning_rate": 0.1}}})
    assert plan.spec.optimizer.component.type == "adagrad"


def test_the_value_is_yaml_and_its_mistakes_stand_in_the_setting():
    found = problem(TEXT, set={"train.epochs": "many"})
    assert found.code == "TG205"
    assert str(found.span) == "--set:1:14"
    assert excerpt(found.span) == '"many"'


@pytest.mark.parametrize(
    ("path", "code", "marked"),
    [
        ("layers.9.matmul", "TG213", "9"),
        ("layers.hiden.matmul", "TG213", "hiden"),
        ("layers.hidden.units", "TG213", "units"),
        ("layers.hidden.matmul.unts", "TG203", "unts"),
        ("trian.epochs", "TG201", "trian"),
        ("train.epochs.more", "TG213", "more"),
        ("train..epochs", "TG213", "train..epochs"),
        ("optimizer.rmsprop.decay", "TG213", "rmsprop"),
    ],
)
def test_a_path_that_leads_nowhere_is_reported_where_it_goes_wrong(path, code, marked):
    found = problem(TEXT, set={path: 1})
    assert (found.code, excerpt(found.span)) == (code, marked)


BLOCK = """\
tfgraph: 1
inputs: {x: [4]}
blocks: {wide: {params: {size: 3}, layers: [{matmul: $size}, relu]}}
layers:
  - wide: 3
  - matmul: {units: 4}
loss: {squared_error: {}, target: x}
optimizer: {adam: {learning_rate: 0.1}}
"""


@pytest.mark.parametrize(
    ("path", "help"),
    [
        ("layers.matmul_1.bias", "did you mean `layers.matmul_1.matmul.bias`?"),
        ("layers.1.bais", "did you mean `layers.1.matmul.bias`?"),
        ("layers.wide_1.size", "did you mean `layers.wide_1.wide.size`?"),
        ("optimizer.learning_rate", "did you mean `optimizer.adam.learning_rate`?"),
        ("optimizer.rmsprop", "`adam` stands there: set `optimizer` as a whole to change the type"),
        (
            "layers.wide_1.matmul_1.matmul.bias",
            "the layers of a block are set where it is declared: "
            "`blocks.wide.layers.matmul_1.matmul.bias`",
        ),
    ],
)
def test_a_path_that_leaves_out_a_part_is_told_whole(path, help):
    found = problem(BLOCK, set={path: 0.5})
    assert (found.code, found.help) == ("TG213", help)


def test_the_whole_paths_lead_somewhere():
    more = {"layers.matmul_1.matmul.bias": True, "layers.wide_1.wide.size": 5}
    plan = tfgraph.loads(
        BLOCK,
        set={**more, "blocks.wide.layers.matmul_1.matmul": "$size"},
    )
    assert plan.layer("wide_1.matmul_1").layer.units == 5
    assert plan.layer("matmul_1").layer.bias is True


def test_a_note_about_a_setting_names_it():
    text = BLOCK.replace("  - wide: 3\n", "  - relu:\n    name: a\n  - tanh:\n    name: b\n")
    found = problem(text, set={"layers.a.name": "b"})
    assert found.code == "TG208"
    assert found.notes == ('the first one is in `--set layers.a.name="b"`',)


def test_a_setting_that_is_not_plain_data_is_refused():
    with pytest.raises(tfgraph.TfgraphError, match="plain data"):
        tfgraph.loads(TEXT, set={"train.epochs": object()})


def applied(help):
    """The setting that a help says to write."""
    path, value = re.search(r"`--set (.*?)=(.*?)`", help).groups()
    return {path: json.loads(value)}


@pytest.mark.parametrize(
    ("path", "value", "meant"),
    [
        ("epochs", 3, "train.epochs"),
        ("patience", 3, "train.early_stopping.patience"),
        ("learning_rate", 0.1, "optimizer.adam.learning_rate"),
        ("lr", 0.1, "optimizer.adam.learning_rate"),
        ("layers[0].matmul.units", 3, "layers.0.matmul.units"),
        ("layers.dropout_1", 0.25, "layers.dropout_1.dropout"),
        ("optimizer", 0.25, "optimizer.adam"),
    ],
)
def test_a_path_of_another_habit_is_told_as_a_setting_that_works(path, value, meant):
    found = problem(TEXT, set={path: value})
    assert found.code == "TG213"
    assert applied(found.help) == {meant: value}
    assert tfgraph.loads(TEXT, set=applied(found.help))


def test_a_parameter_of_the_optimizer_is_looked_for_in_the_one_of_the_spec():
    text = TEXT.replace("adam", "{rmsprop: 0.1}")
    found = problem(text, set={"learning_rate": 0.2})
    assert found.help == "write `--set optimizer.rmsprop.learning_rate=0.2`"


def test_spaces_around_a_path_do_not_matter():
    plan = tfgraph.loads(TEXT, set={" train.epochs ": 7})
    assert plan.spec.training.epochs == 7
    found = problem(TEXT, set={" train.epohs ": 7})
    assert excerpt(found.span) == "epohs"


@pytest.mark.parametrize("value", ["base.yaml", "", None])
def test_what_a_file_extends_is_not_set_without_a_word(value):
    found = problem(TEXT, set={"extends": value})
    assert found.code == "TG213"
    assert excerpt(found.span) == "extends"
