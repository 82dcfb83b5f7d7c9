"""Equal blocks one after the other: drawn once, with how many there are."""

import re
from xml.etree import ElementTree

import pytest

import tfgraph
from tests.drawing.models import REPEATED, SKIPPING, bottlenecks, residual
from tfgraph.drawing import mermaid, svg
from tfgraph.drawing.folding import fold
from tfgraph.drawing.model import picture


def folded(text):
    return fold(picture(tfgraph.loads(text)))


def counted(shown):
    """The parameters of all that a picture stands for."""
    total = 0
    for name, box in shown.boxes.items():
        times = box.times
        for path in shown.frames_around(shown.frame_of(name, shown.frames)):
            times *= shown.frames[path].times
        total += times * box.parameters
    return total


def titles(shown):
    return [frame.title for frame in shown.frames.values() if frame.times > 1]


def spec(layers, *, unit="      - dense: 8\n      - relu\n", more=""):
    return f"""\
tfgraph: 1
inputs: {{x: [8]}}
blocks:
  unit:
    layers:
{unit}layers:
{layers}{more}"""


@pytest.mark.parametrize("blocks", [2, 3, 50])
def test_a_residual_net_is_drawn_as_one_of_its_blocks(blocks):
    shown = folded(bottlenecks(blocks))
    assert len(shown.boxes) == len(folded(bottlenecks(1)).boxes)
    assert titles(shown) == [f"×{blocks} bottleneck_1 to {blocks}"]
    assert counted(shown) == shown.parameters


@pytest.mark.parametrize("text", [REPEATED, SKIPPING, bottlenecks(4), residual(4)])
def test_what_is_folded_has_the_parameters_of_the_model_and_takes_what_is_drawn(text):
    shown = folded(text)
    assert counted(shown) == shown.parameters
    assert {source for sources in shown.inputs.values() for source in sources} <= set(shown.boxes)
    assert {name for frame in shown.frames.values() for name in frame.members} <= set(shown.boxes)


def test_what_follows_a_repeat_takes_the_block_that_is_drawn():
    shown = folded(spec("  - unit:\n    name: part\n    repeat: 4\n  - tanh\n"))
    assert list(shown.boxes) == ["x", "part.1.dense_1", "part.1.relu_1", "tanh_1"]
    assert shown.inputs["tanh_1"] == ("part.1.relu_1",)
    assert titles(shown) == ["×4 part"]


def test_a_repeat_whose_first_block_is_another_is_folded_from_the_second_on():
    shown = folded(
        spec("  - unit:\n    name: part\n    repeat: 5\n", unit="      - dense: 6\n      - relu\n")
    )
    assert titles(shown) == ["×4 part.2 to 5"]
    assert [frame.path for frame in shown.frames.values()] == ["part", "part.1", "part.2"]
    assert shown.boxes["part.2.relu_1"].output


@pytest.mark.parametrize(
    ("layers", "title"),
    [
        ("  - dense: 8\n    name: deep\n    repeat: 3\n", "×3 deep: dense"),
        ("  - dense: 8\n    repeat: 3\n", "×3 dense_1 to 3"),
        ("  - dense: 6\n    name: deep\n    repeat: 4\n", "×3 deep.2 to 4: dense"),
    ],
)
def test_a_repeated_layer_is_one_box(layers, title):
    shown = folded(spec(layers + "  - tanh\n"))
    drawn = [box.title_in(shown.frame_of(name, shown.frames)) for name, box in shown.boxes.items()]
    assert title in drawn
    assert counted(shown) == shown.parameters


def test_blocks_in_blocks_are_folded_in_both():
    shown = folded(REPEATED)
    assert titles(shown) == ["×3 stage", "×4 unit"]
    assert [box.title for box in shown.boxes.values()] == [
        *("x", "y", "dense_1", "relu_1", "dense_1", "softmax_cross_entropy")
    ]
    assert counted(shown) == shown.parameters


TIED = """\
tfgraph: 1
inputs: {x: [8]}
layers:
  - dense: 8
    name: deep
    repeat: 4
  - tied_decoder: deep.2
"""


@pytest.mark.parametrize(
    "text",
    [
        spec("  - dense: 8\n  - dense: 8\n"),
        spec("  - unit\n  - tanh\n  - unit\n"),
        spec("  - unit:\n    name: a\n  - unit:\n    name: b\n  - add:\n    from: [a, b]\n"),
        spec("  - unit:\n    name: a\n  - unit:\n    name: b\noutputs: [a, b]\n"),
        spec("  - unit:\n    name: a\n  - unit:\n    name: b\n    freeze: true\n"),
    ],
)
def test_what_is_not_equal_or_has_its_own_reader_is_drawn_by_itself(text):
    whole = picture(tfgraph.loads(text))
    assert fold(whole) == whole


def test_a_layer_whose_weights_others_use_is_drawn_by_itself():
    shown = folded(TIED)
    assert "deep.2" in shown.boxes
    assert shown.ties == (("tied_decoder_1", "deep.2", "tied"),)


def test_the_picture_and_the_chart_tell_how_many_there_are():
    plan = tfgraph.loads(bottlenecks(50))
    root = ElementTree.fromstring(svg(plan))
    block = [text for text in root.itertext() if "×50" in text]
    assert block == ["×50 bottleneck_1 to 50"]
    one = tfgraph.loads(bottlenecks(1)).parameters
    assert f"50 × {one:,}" in set(root.itertext())
    assert float(root.get("height")) < 1200
    assert re.search(r'subgraph f\d+\["×50 bottleneck_1 to 50"\]', mermaid(plan))
