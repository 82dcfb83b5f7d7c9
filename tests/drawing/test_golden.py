"""Drawings as they were looked at and found good, character for character."""

import pytest

from tests.drawing.goldens import GOLDEN, REFRESH, drawn


@pytest.mark.parametrize("name", sorted(drawn()))
def test_drawings_are_as_recorded(name):
    recorded = (GOLDEN / name).read_text(encoding="utf-8")
    assert drawn()[name] == recorded, f"if that is meant: {REFRESH}"


def test_every_record_is_of_a_drawing():
    assert {path.name for path in GOLDEN.glob("[!.]*")} == set(drawn())
