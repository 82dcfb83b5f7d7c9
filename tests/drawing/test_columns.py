"""Tall pictures stand in columns, parted where one box leads on."""

import re
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tfgraph
from tests.drawing.models import TWINS, residual
from tfgraph.drawing import svg
from tfgraph.drawing.columns import TALL, parting_rows, parts
from tfgraph.drawing.folding import fold
from tfgraph.drawing.model import picture
from tfgraph.drawing.sheet import Sheet

STAGES = """\
tfgraph: 1
inputs: {image: [64, 64, 3], label: {shape: [], dtype: int32, classes: 10}}
blocks:
  unit:
    params: {filters: null}
    layers:
      - conv2d: {filters: $filters, stride: 2}
        name: first
      - batch_norm
      - relu
      - conv2d: $filters
        name: body
      - conv2d: {filters: $filters, kernel_size: 1, stride: 2}
        name: shortcut
        from: input
      - add:
        from: [body, shortcut]
      - relu
layers:
  - conv2d: 8
    from: image
  - unit: 8
  - unit: 16
  - unit: 32
  - unit: 64
  - unit: 96
  - global_avg_pool
  - dense: 10
loss: {softmax_cross_entropy: , target: label}
optimizer: adam
"""


def sheet_of(text):
    return Sheet(fold(picture(tfgraph.loads(text))))


def columns_of(sheet):
    """The rows of each column."""
    begins = [0, *sheet.gutters, len(sheet.tops)]
    return [range(begin, stop) for begin, stop in pairwise(begins)]


@pytest.mark.parametrize("text", [STAGES, residual(40), residual(30, projections=True)])
def test_a_tall_picture_stands_in_columns_about_as_high_as_each_other(text):
    sheet = sheet_of(text)
    columns = columns_of(sheet)
    heights = [sheet.ends[rows[-1]] - sheet.starts[rows[0]] for rows in columns]
    assert len(columns) > 1
    assert max(heights) < sum(heights) / len(heights) * 1.5
    assert len({sheet.starts[rows[0]] for rows in columns}) == 1
    assert 0.4 < (sheet.right - sheet.left) / sheet.end < 4


@pytest.mark.parametrize("text", [STAGES, residual(40), residual(30, projections=True)])
def test_nothing_in_columns_overlaps(text):
    sheet = sheet_of(text)
    places = {name: sheet.box_place(name) for name in sheet.shown.boxes}
    for one, other in combinations(places, 2):
        assert not places[one].meets(places[other]), (one, other)
    for path, frame in sheet.shown.frames.items():
        assert path in sheet.frames
        inside = {name for name, place in places.items() if place.meets(sheet.places[path])}
        assert inside == set(frame.members)
    for x in sheet.gutters.values():
        assert not any(place.left <= x <= place.right for place in places.values())


@pytest.mark.parametrize("text", [STAGES, residual(40), residual(30, projections=True)])
def test_each_arrow_leads_from_its_box_to_the_other_wherever_they_stand(text):
    plan = tfgraph.loads(text)
    sheet = sheet_of(text)
    root = ElementTree.fromstring(svg(plan))
    paths = [path.get("d") for path in root.iter() if path.get("class") == "edge"]
    assert len(paths) == len(sheet.layout.bends)
    for (source, target), path in zip(sheet.layout.bends, paths, strict=True):
        points = [tuple(map(float, p.split(","))) for p in re.findall(r"-?[\d.]+,-?[\d.]+", path)]
        start, end = sheet.box_place(source), sheet.box_place(target)
        assert start.left < points[0][0] < start.right
        assert points[0][1] == pytest.approx(start.bottom, abs=0.1)
        assert end.left < points[-1][0] < end.right
        assert end.top - 8 < points[-1][1] < end.top


def test_a_picture_that_is_not_tall_stands_in_one_column():
    assert not sheet_of(TWINS).gutters
    assert not sheet_of(residual(3)).gutters


def test_what_a_long_shortcut_or_a_tie_passes_is_not_parted():
    layers = "".join("  - dense: 8\n  - relu\n" for _ in range(40))
    long = f"tfgraph: 1\ninputs: {{x: [8]}}\nlayers:\n{layers}  - add:\n    from: [relu_40, x]\n"
    assert not sheet_of(long).gutters
    tied = long.replace("  - add:\n    from: [relu_40, x]\n", "  - tied_decoder: dense_1\n")
    assert not sheet_of(tied).gutters
    assert sheet_of(long.replace("  - add:\n    from: [relu_40, x]\n", "")).gutters


def test_only_arrows_of_one_box_lead_to_the_next_column():
    rank = {"x": 0, "a": 1, "b": 1, "c": 2, "d": 3, "e": 4}
    edges = [("x", "a"), ("x", "b"), ("a", "c"), ("b", "c"), ("c", "d"), ("c", "e"), ("d", "e")]
    assert parting_rows(rank, edges, []) == [1, 3]
    assert parting_rows(rank, edges, [(2, 4)]) == [1]


@given(
    st.lists(st.floats(20, 200), min_size=1, max_size=60),
    st.sets(st.integers(1, 59)),
    st.floats(100, 900),
)
def test_columns_begin_where_a_picture_may_be_parted(heights, places, width):
    tops = [sum(heights[:row]) for row in range(len(heights) + 1)]
    allowed = sorted(place for place in places if place < len(heights))
    found = parts(tops, allowed, lambda begin, stop: width)
    assert found[0] == 0
    assert found[-1] == len(heights)
    assert set(found[1:-1]) <= set(allowed)
    assert found == sorted(set(found))
    assert len(found) == 2 or tops[-1] > TALL
