"""Which frames there are, and which of them can be drawn."""

from tfgraph.drawing.frames import Frame, Place, apart, frames_of


def test_each_block_of_several_boxes_has_a_frame():
    rooms = {"x": [], "a.1.p": ["a", "1"], "a.1.q": ["a", "1"], "a.2.p": ["a", "2"]}
    assert frames_of(rooms) == {
        "a": Frame("a", ("a.1.p", "a.1.q", "a.2.p")),
        "a.1": Frame("a.1", ("a.1.p", "a.1.q"), "a"),
    }


def test_a_block_of_the_very_boxes_of_another_has_no_frame_of_its_own():
    rooms = {name: ["outer", "inner"] for name in ("outer.inner.p", "outer.inner.q")}
    assert list(frames_of(rooms)) == ["outer"]


def drawn(places, boxes, rows):
    frames = {
        path: Frame(path, tuple(name for name in boxes if name.startswith(path))) for path in places
    }
    rank = {name: row for row, names in enumerate(rows) for name in names}
    return set(apart(frames, places, boxes, rows, rank))


def test_a_frame_around_a_strange_box_is_not_drawn():
    boxes = {"a1": Place(0, 0, 10, 10), "x": Place(20, 0, 30, 10), "a2": Place(40, 0, 50, 10)}
    assert drawn({"a": Place(-5, -5, 55, 15)}, boxes, [["a1", "x", "a2"]]) == set()
    assert drawn({"a": Place(-5, -5, 55, 15)}, boxes, [["a1", "a2"], ["x"]]) == {"a"}


def test_of_two_frames_across_each_other_the_first_is_drawn():
    boxes = {"a1": Place(0, 0, 10, 10), "b1": Place(30, 0, 40, 10)}
    places = {"a": Place(-5, -5, 20, 15), "b": Place(15, -5, 45, 15)}
    assert drawn(places, boxes, [["a1", "b1"]]) == {"a"}
