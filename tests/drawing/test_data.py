"""The plan as data: JSON and nothing else, and the same figures as the plan's."""

import json
from pathlib import Path

import pytest

import tfgraph
from tests.drawing.models import TRAINED, TWINS
from tfgraph.drawing import data

SPECS = sorted((Path(__file__).parents[2] / "specs").rglob("*.yaml"))


def of(text):
    return data(tfgraph.loads(text))


def layer(found, name):
    return next(layer for layer in found["layers"] if layer["name"] == name)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_it_is_plain_json_with_the_totals_of_its_layers(path):
    plan = tfgraph.load(path)
    found = data(plan)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert [layer["name"] for layer in found["layers"]] == [layer.name for layer in plan.layers]
    assert sum(layer["parameters"] for layer in found["layers"]) == plan.parameters
    assert found["parameters"] == plan.parameters


def test_it_tells_the_version_of_its_form():
    assert of(TWINS)["version"] == 1


def test_a_weight_names_the_one_that_holds_its_values():
    found = of(TWINS)
    shared = {w["name"]: w["shared"] for w in layer(found, "other_tower")["weights"]}
    assert shared == {"kernel": "tower/kernel", "bias": "tower/bias"}
    tied = {w["name"]: w["tied"] for w in layer(found, "back")["weights"]}
    assert tied == {"kernel": "code/kernel", "bias": None}
    assert layer(found, "other_tower")["parameters"] == 0
    assert layer(found, "back")["parameters"] == 9


def test_moving_averages_are_not_trainable():
    found = of("tfgraph: 1\ninputs: {x: [3]}\nlayers: [batch_norm]\n")
    trainable = {w["name"]: w["trainable"] for w in found["layers"][0]["weights"]}
    assert trainable == {
        "scale": True,
        "offset": True,
        "moving_mean": False,
        "moving_variance": False,
    }
    assert (found["parameters"], found["trainable_parameters"]) == (12, 6)


def test_what_trains_a_model_is_told():
    found = of(TRAINED)
    assert found["data"]["type"] == "linear"
    assert found["optimizer"]["type"] == "rmsprop"
    assert found["losses"][0]["of"] == "scale_1"
    assert found["train"]["epochs"] == 3
    initializer = found["layers"][0]["values"]["init"]
    assert initializer == {"type": "constant", "values": {"value": 0.5}}


def test_sizes_that_only_the_data_says_are_null():
    found = of("tfgraph: 1\ninputs: {x: [null, 3]}\nlayers: [relu]\n")
    assert found["inputs"]["x"]["shape"] == [None, None, 3]
