"""The table of `show`: within the width there is, and every number whole."""

import re

import pytest

import tfgraph
from tests.drawing.models import SIAMESE, TRAINED, TWINS, bottlenecks, residual
from tfgraph.cli.show import table

SHAPE = re.compile(r"\[[^\]\n]*\]")


@pytest.mark.parametrize("width", [72, 80, 100, 140])
@pytest.mark.parametrize("text", [SIAMESE, TWINS, bottlenecks(12), residual(12)])
def test_a_table_has_the_width_it_is_given(text, width):
    assert max(map(len, table(tfgraph.loads(text), width).splitlines())) <= width


@pytest.mark.parametrize("width", [40, 72, 80, 140])
@pytest.mark.parametrize("text", [SIAMESE, TWINS, bottlenecks(2)])
def test_no_shape_and_no_number_is_broken(text, width):
    plan = tfgraph.loads(text)
    shown = table(plan, width)
    shapes, numbers = SHAPE.findall(shown), shown.split()
    for layer in plan.layers:
        assert str(layer.output) in shapes
        for weight in layer.weights.values():
            assert str(list(weight.shape)) in shapes
    for weight in plan.weights.values():
        assert f"{weight.size:,}" in numbers


@pytest.mark.parametrize("width", range(40, 100))
def test_no_figure_is_parted_from_its_unit(width):
    lines = table(tfgraph.loads(TRAINED), width).splitlines()
    assert any("kB" in line or " B" in line for line in lines)
    assert not [line for line in lines if re.match(r" *[kMGT]?B\b", line)]


def test_the_layers_of_a_block_stand_below_its_name():
    lines = table(tfgraph.loads(SIAMESE), 140).splitlines()
    names = [line.split("  ")[0] or line.strip().split("  ")[0] for line in lines]
    at = names.index("left")
    outline = [re.match(r" *\S+", line)[0] for line in lines[at:] if line[:8].strip()]
    assert outline[:8] == [
        *("left", "  unit_1", "    conv2d_1", "    batch_norm_1", "    relu_1"),
        *("  more", "    more.1", "      conv2d_1"),
    ]


def test_what_a_layer_takes_stands_under_it_where_there_is_no_room_beside():
    plan = tfgraph.loads(TWINS)
    assert re.search(
        r"^difference \(subtract\)  tower, other_tower", table(plan, 140), re.MULTILINE
    )
    narrow = table(plan, 60)
    assert re.search(r"^difference.*\n(.*\n)?  from tower,", narrow, re.MULTILINE)
    assert "takes" not in narrow


def test_a_wide_table_is_not_folded():
    plan = tfgraph.loads(residual(2))
    assert table(plan, 200) == table(plan, 300)
