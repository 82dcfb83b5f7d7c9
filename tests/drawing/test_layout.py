"""Where the boxes stand: without overlap, the main line straight, the whole no wider than it must."""

from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tfgraph
from tests.drawing.models import TWINS, inception, residual
from tfgraph.drawing.layout import lay_out
from tfgraph.drawing.model import picture

WIDTH, LANE = 100.0, 10.0


def laid_out(inputs):
    return lay_out(list(inputs), inputs, width=WIDTH, lane=LANE)


def layout_of(text):
    shown = picture(tfgraph.loads(text))
    return laid_out(dict(shown.inputs))


def extent(layout):
    places = [*layout.x.values(), *(x for bends in layout.bends.values() for x, _ in bends)]
    return max(places) - min(places)


@st.composite
def wirings(draw):
    """Any acyclic graph: each node takes some of those before it, at times one of them twice."""
    inputs = {}
    for number in range(draw(st.integers(1, 14))):
        sources = draw(st.lists(st.sampled_from(sorted(inputs)), max_size=3)) if inputs else []
        inputs[f"n{number}"] = tuple(sources)
    return inputs


@given(wirings())
def test_what_stands_in_one_row_keeps_its_room(inputs):
    layout = laid_out(inputs)
    rows = defaultdict(list)
    for node, x in layout.x.items():
        rows[layout.rank[node]].append((x, WIDTH))
    for bends in layout.bends.values():
        for x, row in bends:
            rows[row].append((x, LANE))
    for row in rows.values():
        for (left, left_room), (right, right_room) in pairwise(sorted(row)):
            assert right - left >= (left_room + right_room) / 2 - 1e-6


@given(wirings())
def test_arrows_point_downwards_and_pass_every_row_between(inputs):
    layout = laid_out(inputs)
    assert set(layout.bends) == {(s, node) for node, sources in inputs.items() for s in sources}
    for (source, target), bends in layout.bends.items():
        passed = [row for _, row in bends]
        assert passed == list(range(layout.rank[source] + 1, layout.rank[target]))
        assert layout.rank[source] < layout.rank[target]


def test_a_stack_is_one_column():
    layout = laid_out({"a": (), "b": ("a",), "c": ("b",)})
    assert set(layout.x.values()) == {0.0}
    assert layout.rank == {"a": 0, "b": 1, "c": 2}


def test_an_input_stands_just_above_what_takes_it():
    layout = laid_out({"x": (), "late": (), "a": ("x",), "b": ("a",), "c": ("b", "late")})
    assert layout.rank["late"] == layout.rank["c"] - 1


def test_the_main_line_passes_a_late_input():
    layout = laid_out({"x": (), "late": (), "a": ("x",), "b": ("a",), "c": ("b", "late")})
    assert [layout.x[name] for name in "xabc"] == pytest.approx([layout.x["x"]] * 4, abs=1e-3)


def test_towers_stand_around_what_joins_them():
    layout = laid_out({"l": (), "r": (), "a": ("l",), "b": ("r",), "join": ("a", "b")})
    assert layout.x["a"] - layout.x["join"] == layout.x["join"] - layout.x["b"] != 0


@pytest.mark.parametrize("projections", [False, True])
def test_a_deep_residual_net_is_one_straight_line(projections):
    layout = layout_of(residual(50, projections=projections))
    main = {x for name, x in layout.x.items() if not name.startswith("shortcut")}
    assert max(main) - min(main) < 1e-3


def test_a_deep_residual_net_is_as_narrow_as_one_block():
    assert extent(layout_of(residual(50))) == pytest.approx(
        extent(layout_of(residual(1))), abs=1e-3
    )
    deep, one = (extent(layout_of(residual(n, projections=True))) for n in (50, 1))
    assert deep <= one + 2 * LANE


def test_modules_of_branches_stand_under_one_another():
    layout = layout_of(inception(9))
    joins = [x for name, x in layout.x.items() if name.startswith("join")]
    assert max(joins) - min(joins) < 1e-3
    assert extent(layout) <= 4 * WIDTH


def test_a_layout_is_the_same_each_time():
    assert layout_of(TWINS) == layout_of(TWINS)
