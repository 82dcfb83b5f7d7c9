"""tfgraph explain on the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import Caller, process

PLUGIN = '''
"""A plugin with one layer."""

from tfgraph.api import Layer, hookimpl


class Doubled(Layer):
    """Twice its input.

    Shape: any -> the same.
    """

    type = "mine.doubled"
    example = "inputs: {x: [3]}\\nlayers: [mine.doubled]"

    def infer(self, x):
        return x

    def build(self, x, weights, ctx):
        return 2 * x


@hookimpl
def tfgraph_layers():
    return [Doubled]
'''


def test_an_unknown_subject_is_a_usage_error(call: Caller) -> None:
    assert call("explain", "conv2") == (
        2,
        "",
        "error: nothing is called `conv2`\nhelp: did you mean `conv2d`?\n",
    )


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("checkpoint", "train"),
        ("early_stopping", "train"),
        ("monitor", "train.early_stopping"),
        ("patience", "train.early_stopping"),
        ("forget_bias", "lstm"),
    ],
)
def test_a_part_of_one_thing_alone_is_explained_without_its_whole(
    call: Caller, part: str, whole: str
) -> None:
    assert call("explain", part) == call("explain", f"{whole}.{part}")
    assert call("explain", part).code == 0


def test_a_short_name_of_a_parameter_leads_to_it(call: Caller) -> None:
    assert "did you mean `dense.activation`" in call("explain", "act").err


def test_a_components_page_is_there_for_programs(call: Caller) -> None:
    found = json.loads(call("explain", "conv2d", "--format", "json").out)
    assert (found["kind"], found["type"]) == ("layer", "conv2d")
    assert {"name", "takes", "default", "doc"} <= set(found["parameters"][0])
    assert found["example"].startswith("tfgraph: 1\n")


def test_a_codes_page_holds_what_is_printed_now(call: Caller) -> None:
    found = json.loads(call("explain", "TG203", "--format", "json").out)
    Path("model.yaml").write_text(found["fails"])
    printed = call("validate", "model.yaml").out
    assert printed.startswith(found["printed"] + "\n")
    Path("model.yaml").write_text(found["mended"])
    assert call("validate", "model.yaml").code == 0


def test_a_plugins_component_is_explained_like_any_other(call: Caller) -> None:
    Path("mine.py").write_text(PLUGIN)
    for subject in ("mine.doubled", "layer.mine.doubled"):
        shown = call("--plugin", "mine.py", "explain", subject).out
        assert shown.startswith("mine.doubled: layer\n\nTwice its input.\n")
        assert "  layers: [mine.doubled]\n" in shown
        assert shown.endswith("Comes with mine.py.\n")


def test_an_example_that_is_shown_can_be_piped_into_validate(call: Caller, tmp_path: Path) -> None:
    found = json.loads(call("explain", "lstm", "--format", "json").out)
    Path("example.yaml").write_text(found["example"])
    assert call("validate", "example.yaml").out.startswith("example.yaml: ok (takes")


def test_colours_are_asked_for_or_left_out_by_the_environment(tmp_path: Path) -> None:
    coloured = process("explain", "TG203", folder=tmp_path, FORCE_COLOR="1").out
    plain = process("explain", "TG203", folder=tmp_path, NO_COLOR="1", FORCE_COLOR="1").out
    assert "\x1b[1;31merror[TG203]" in coloured
    assert "\x1b" not in plain


def test_a_component_leads_to_the_parameter_of_training_that_has_its_name(call: Caller) -> None:
    outcome = call("explain", "precision")
    assert outcome.code == 0
    other = "Other things of this name\n\n  train.precision  parameter of `train`\n"
    assert outcome.out.endswith(other)
    assert call("explain", "train.precision").code == 0
    assert "Other things" not in call("explain", "relu").out
