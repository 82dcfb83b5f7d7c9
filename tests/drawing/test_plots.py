"""Charts, matrices and galleries: what stands where, read out of the SVG."""

from __future__ import annotations

import base64
import math
import re
import struct
import zlib
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.drawing.models import COUNTS, CURVES
from tfgraph.drawing.axes import count_axis, value_axis
from tfgraph.drawing.chart import Series, chart
from tfgraph.drawing.images import Image, gallery, png
from tfgraph.drawing.matrix import confusion_matrix

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)


def lines(document: str) -> list[list[tuple[float, float]]]:
    return [
        [tuple(map(float, point.split(","))) for point in points.split()]
        for points in re.findall(r'points="([^"]+)"', document)
    ]


def texts(document: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", document)


def test_a_point_of_a_lower_value_stands_lower() -> None:
    (line,) = lines(chart("a", "", [Series("train", [(0, 3.0), (10, 1.0), (20, 2.0)])]))
    heights = [y for _, y in line]
    assert heights[0] < heights[2] < heights[1]
    (first, second, third) = (x for x, _ in line)
    assert second - first == pytest.approx(third - second)


def test_a_fall_by_a_constant_factor_is_a_straight_line_over_decades() -> None:
    (line,) = lines(chart("a", "", [Series("train", [(n, 100 * 0.5**n) for n in range(12)])]))
    falls = [after[1] - before[1] for before, after in pairwise(line)]
    assert max(falls) - min(falls) < 0.3
    assert "steps; the values on a logarithmic scale" in texts(
        chart("a", "", [Series("train", [(0, 1.0), (1, 100.0)])])
    )
    assert "steps" in texts(chart("a", "", [Series("train", [(0, 1.0), (1, 99.0)])]))


def test_a_value_that_is_not_finite_is_a_gap() -> None:
    document = chart(
        "a", "", [Series("v", [(0, 1.0), (1, 2.0), (2, math.nan), (3, 1.0), (4, 2.0)])]
    )
    assert [len(line) for line in lines(document)] == [2, 2]
    for nothing in (math.nan, math.inf):
        assert not lines(chart("a", "", [Series("v", [(1, nothing)])]))


def test_of_many_points_the_peaks_are_kept() -> None:
    points = [(step, 1.0 + (step == 54_321)) for step in range(100_000)]
    (line,) = lines(chart("a", "", [Series("train", points)]))
    assert len(line) <= 1000
    lowest_place, highest_place = max(y for _, y in line), min(y for _, y in line)
    assert lowest_place - highest_place > 200


def test_the_best_is_marked_and_said() -> None:
    document = chart("a", "", CURVES)
    assert "best 0.3577 at step 50" in texts(document)
    assert document.count('class="best"') == 2  # on the line, and beside what it means


@given(st.lists(NUMBERS, min_size=1, max_size=5))
def test_every_value_stands_between_the_ends_of_its_axis(values: list[float]) -> None:
    axis = value_axis(values, 100.0, 0.0)
    assert all(-1e-6 <= axis.place(value) <= 100 + 1e-6 for value in values)
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)
    assert len(axis.ticks) <= 16


@given(st.integers(0, 2**62))
def test_whole_numbers_have_round_ticks(most: int) -> None:
    ticks = count_axis(most, 0.0, 100.0).ticks
    assert ticks[0] == 0
    assert 2 <= len(ticks) <= 13


def test_a_matrix_tells_counts_shares_recall_and_precision() -> None:
    document = confusion_matrix("a", "", COUNTS)
    ElementTree.fromstring(document)
    assert "0 taken for 2: 12 of 912 (1.3 %)" in document
    shown = texts(document)
    assert {"900", "99 %", "10k", "20"} <= set(shown)
    assert shown.count("0 %") == 2  # recall and precision of the class that is never right
    assert "95 %" in shown  # precision of class 0: 900 of 948
    assert len(re.findall('class="(?:cell|wrong)"', document)) == 6  # zeros are left empty


def test_twenty_classes_have_a_cell_each() -> None:
    document = confusion_matrix("a", "", [[5] * 20 for _ in range(20)])
    assert document.count('class="empty"') == 400


def test_a_class_without_examples_has_no_share() -> None:
    assert "–" in texts(confusion_matrix("a", "", [[0, 0], [1, 2]]))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_png_holds_the_pixels(channels: int) -> None:
    pixels = bytes(range(4 * 3 * channels))
    data = png(Image(4, 3, channels, pixels))
    at, chunks = 8, {}
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (check,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert check == zlib.crc32(name + body)
        chunks[name] = body
        at += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", chunks[b"IHDR"])[:2] == (4, 3)
    rows = zlib.decompress(chunks[b"IDAT"])
    size = 4 * channels
    assert b"".join(rows[n * (size + 1) + 1 : (n + 1) * (size + 1)] for n in range(3)) == pixels


def test_a_png_is_one_to_tensorflow_too() -> None:
    import tensorflow as tf

    data = png(Image(2, 2, 3, bytes(range(12))))
    assert tf.io.decode_png(data).numpy().tobytes() == bytes(range(12))


def test_a_gallery_holds_each_image() -> None:
    image = Image(2, 2, 1, b"\0\x7f\xff\0")
    document = gallery("a & b", "<c>", [("given", [image] * 3), ("gives", [image] * 3)])
    root = ElementTree.fromstring(document)
    found = [element for element in root.iter() if element.tag.endswith("image")]
    assert len(found) == 6
    assert found[0].get("href") == f"data:image/png;base64,{base64.b64encode(png(image)).decode()}"
    assert texts(document)[:2] == ["a &amp; b", "&lt;c&gt;"]
