"""Values without names: the help gives them the names of the parameters that they are for."""

import re

import pytest

import tfgraph
from tests.spec.language import problem, problems, spec

IMAGES = "{x: [8, 8, 3]}"
FITTED = """\
tfgraph: 1
inputs: {x: [4], y: [3]}
layers:
  - dense: 3
loss: {squared_error: , target: y}
"""


@pytest.mark.parametrize(
    ("layer", "meant"),
    [
        ("dense: 128, relu", "dense: {units: 128, activation: relu}"),
        ("dense: 128 relu", "dense: {units: 128, activation: relu}"),
        ("dense: [128, relu]", "dense: {units: 128, activation: relu}"),
        ("dense: {10, relu}", "dense: {units: 10, activation: relu}"),
        ("dense: {relu, 10}", "dense: {units: 10, activation: relu}"),
        ("dense: {10, activation: relu}", "dense: {units: 10, activation: relu}"),
        ("dense(128, relu)", "dense: {units: 128, activation: relu}"),
        ("dense(128, activation=relu)", "dense: {activation: relu, units: 128}"),
        ("dense 128 relu", "dense: {units: 128, activation: relu}"),
        ("[dense, 128, relu]", "dense: {units: 128, activation: relu}"),
        ("conv2d: [3, 3]", "conv2d: {filters: 3, kernel_size: 3}"),
        ("conv2d: 32, 3", "conv2d: {filters: 32, kernel_size: 3}"),
        ("conv2d: [32, 3, same]", "conv2d: {filters: 32, kernel_size: 3, padding: same}"),
        ("conv2d(32, (3, 3))", "conv2d: {filters: 32, kernel_size: [3, 3]}"),
        ("conv2d(32, kernel_size=(3, 3))", "conv2d: {filters: 32, kernel_size: [3, 3]}"),
        ("dropout: {0.5}", "dropout: 0.5"),
        ("max_pool: {2}", "max_pool: 2"),
    ],
)
def test_values_of_a_layer_are_told_with_their_names(layer, meant):
    found = problem(spec(f"  - {layer}", inputs=IMAGES))
    told = re.fullmatch("write `(.*)`", found.help)[1]
    assert tfgraph.loads(spec(f"  - {told}", inputs=IMAGES)) is not None
    wanted, given = (tfgraph.loads(spec(f"  - {t}", inputs=IMAGES)) for t in (meant, told))
    assert given.layers[0].layer.parameter_values() == wanted.layers[0].layer.parameter_values()


@pytest.mark.parametrize(
    ("optimizer", "meant"),
    [
        ("{gradient_descent: [0.1, 0.9]}", "{learning_rate: 0.1, momentum: 0.9}"),
        ("{gradient_descent: {0.1}}", "0.1"),
    ],
)
def test_values_of_an_optimizer_are_told_with_their_names(optimizer, meant):
    found = problem(f"{FITTED}optimizer: {optimizer}\n")
    assert found.help == f"write `gradient_descent: {meant}`"


@pytest.mark.parametrize(
    "layer",
    [
        "dense: 128, nonsense",
        "dense: 128, 64",
        "conv2d: 1, 2, 3, 4",
        "gaussian_noise: 0.1, 0.2",
        "dense: zeros, relu",
    ],
)
def test_values_that_may_be_anything_get_no_names(layer):
    assert problem(spec(f"  - {layer}", inputs=IMAGES)).help == ""


def test_a_call_with_an_argument_that_is_nothing_here_is_told_nothing_wrong():
    assert "write `dense`" not in problem(spec("  - dense(nonsense, 3)")).help


def test_numbers_alone_in_braces_elsewhere_are_told_what_braces_hold():
    found = problems(spec("  - relu", more="vars: {10, 20}"))
    assert {d.code for d in found} == {"TG106"}
    assert found[0].help == "braces hold `name: value`; values alone stand in `[…]`"


@pytest.mark.parametrize(
    "layer", ["dense(units=)", "dense(=3)", "dense(units=3, units=4)", "[relu, relu]"]
)
def test_what_gives_no_sound_entry_is_not_told_to_be_written(layer):
    found = problem(spec(f"  - {layer}", inputs="{x: [4]}"))
    assert "write" not in found.help


@pytest.mark.parametrize(
    ("inputs", "layer", "meant"),
    [
        ("{x: {28, 28, 1}}", "relu", "write `[28, 28, 1]`"),
        ("{x: {784}}", "relu", "write `[784]`"),
        ("{x: {shape: {28, 28, 1}}}", "relu", "write `[28, 28, 1]`"),
        ("{x: [784]}", "reshape: {28, 28, 1}", "write `[28, 28, 1]`"),
        ("{x: [784]}", "reshape: {shape: {28, 28, 1}}", "write `[28, 28, 1]`"),
        (IMAGES, "conv2d: {3, 3}", "write `conv2d: {filters: 3, kernel_size: 3}`"),
        (IMAGES, "conv2d: {filters: 3, kernel_size: {3, 3}}", "write `[3, 3]`"),
        ("{x: [4]}", "dense: {10, 20, units: 3}", "braces hold `name: value`"),
    ],
)
def test_values_in_braces_are_one_mistake_with_the_list_that_they_make(inputs, layer, meant):
    found = problem(spec(f"  - {layer}", inputs=inputs))
    assert found.code == "TG106"
    assert found.help.startswith(meant)
