"""What a help says to write is valid as it stands, and no help is given that would be a guess."""

import re

import pytest

import tfgraph
from tests.spec.language import problem, spec

TRAINED = """\
tfgraph: 1
inputs: {x: [4, 4, 1], y: [3]}
vars: {width: 8}
layers:
  - conv2d: {filters: 8, kernel_size: 3}
    name: first
  - flatten
  - dense: 3
loss: {squared_error: , target: y}
optimizer: {adam: 0.001}
train: {epochs: 3}
"""


def told(help):
    """What a help says to write."""
    return re.match("write `(.*?)`", help)[1]


@pytest.mark.parametrize(
    "optimizer",
    ["adam 0.001", "adam, lr 0.001", "Adam(lr=0.1)", "momentum", "amsgrad"],
)
def test_an_optimizer_is_told_so_that_it_may_stand_in_its_line(optimizer):
    found = problem(TRAINED.replace("{adam: 0.001}", optimizer))
    assert tfgraph.loads(TRAINED.replace("{adam: 0.001}", told(found.help)))


@pytest.mark.parametrize("written", ["filters 8", "filters = 8", "filters:8"])
def test_a_value_behind_its_name_without_a_colon_is_kept(written):
    found = problem(TRAINED.replace("filters: 8", written))
    assert found.help == "write `filters: 8`"


@pytest.mark.parametrize("rate", ["1.9", "9", "12.5", "100", "120"])
def test_a_share_that_may_be_anything_is_not_told_as_percent(rate):
    assert problem(spec(f"  - dropout: {rate}")).help == ""


def test_one_metric_is_the_section_of_metrics_and_no_figure_to_stop_by():
    text = TRAINED.replace("epochs: 3", "early_stopping: {patience: 2}")
    found = problem(text + "metric: [{mean_absolute_error: , target: y}]\n")
    assert found.help == "did you mean `metrics`?"


def test_factors_of_classes_are_numbers_whatever_word_stands_there():
    text = TRAINED.replace("target: y}", "target: y, class_weights: balanced}")
    help = problem(text).help
    assert help.startswith('write `{"0": 2}`, with each class whose factor is not 1')


def test_an_expression_in_brackets_gets_no_second_pair():
    found = problem(spec("  - dense: (width * 2)", more="vars: {width: 8}"))
    assert tfgraph.loads(spec(f"  - dense: {told(found.help)}", more="vars: {width: 8}"))
    assert told(found.help) == "$(width * 2)"


@pytest.mark.parametrize(("written", "meant"), [("$widht", "$width"), ("$(widht * 2)", "width")])
def test_a_variable_is_told_with_its_sign_where_it_has_one(written, meant):
    found = problem(spec(f"  - dense: {written}", more="vars: {width: 8}"))
    assert found.help == f"did you mean `{meant}`?"


def test_a_loss_in_a_list_is_told_as_an_item_of_it():
    text = TRAINED.replace(" {squared_error: , target: y}", "\n  - squared_error: {target: y}")
    help = problem(text).help
    assert help == "write\n- squared_error:\n  target: y"
    lines = "".join(f"\n  {line}" for line in help.split("\n")[1:])
    assert tfgraph.loads(TRAINED.replace(" {squared_error: , target: y}", lines))


@pytest.mark.parametrize(
    ("path", "value", "meant"),
    [
        ("first.conv2d.filters", 16, "layers.first.conv2d.filters"),
        ("width", 16, "vars.width"),
        ("train/epochs", 5, "train.epochs"),
    ],
)
def test_a_setting_from_its_layer_or_variable_on_is_told_whole(path, value, meant):
    found = problem(TRAINED.replace("filters: 8", "filters: $width"), set={path: value})
    assert found.help == f"write `--set {meant}={value}`"
    assert tfgraph.loads(TRAINED.replace("filters: 8", "filters: $width"), set={meant: value})


def test_a_setting_by_the_other_name_of_a_parameter_is_told_by_its_own():
    found = problem(TRAINED, set={"optimizer.lr": 0.1})
    assert found.help == "did you mean `optimizer.adam.learning_rate`?"


def test_a_setting_by_the_type_of_a_layer_is_told_the_names_of_those_layers():
    found = problem(TRAINED, set={"layers.conv2d.filters": 16})
    assert found.help == "name the layer: did you mean `first`?"


def test_the_layer_of_a_block_is_told_by_its_name():
    text = spec("  - wide", more="blocks: {wide: {layers: [{dense: 8}]}}")
    found = problem(text, set={"layers.wide_1.dense.units": 4})
    meant = "blocks.wide.layers.dense_1.dense.units"
    assert f"`{meant}`" in found.help
    assert tfgraph.loads(text, set={meant: 4})


def test_a_list_in_a_setting_is_told_as_a_setting():
    text = "tfgraph: 1\ndata: linear\nlayers:\n  - scale\nloss: squared_error\noptimizer: adam\n"
    found = problem(text, set={"metrics": "mean_absolute_error"})
    assert found.help == "write `--set metrics=[mean_absolute_error]`"
    assert tfgraph.loads(text, set={"metrics": ["mean_absolute_error"]})


@pytest.mark.parametrize("figure", ["val_loss", "test_loss"])
def test_a_figure_named_after_its_split_is_told_without_it(figure):
    text = TRAINED.replace("epochs: 3", f"early_stopping: {{monitor: {figure}}}")
    assert problem(text).help == "did you mean `loss`?"


@pytest.mark.parametrize("suffix", [".yaml", ".yml"])
def test_a_file_to_extend_is_told_with_the_suffix_that_it_has(tmp_path, suffix):
    (tmp_path / f"base{suffix}").write_text(TRAINED)
    child = tmp_path / "child.yaml"
    child.write_text("tfgraph: 1\nextends: base\n")
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.load(child)
    assert [found.help for found in caught.value.diagnostics] == [f"did you mean `base{suffix}`?"]
