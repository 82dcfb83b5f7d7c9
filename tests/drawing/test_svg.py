"""The picture: well-formed, and with everything in it that a reader looks for."""

import re
from itertools import pairwise
from operator import mul
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import pytest

import tfgraph
import tfgraph.layers
from tests.drawing.models import SIAMESE, SKIPPING, TWINS, bottlenecks, inception, residual
from tfgraph.api import Layer, TensorSpec, hookimpl, param
from tfgraph.drawing import mermaid, svg
from tfgraph.drawing.model import picture
from tfgraph.drawing.sheet import Sheet, text_width
from tfgraph.drawing.svg import COLOURS
from tfgraph.registry import Plugin, Registry, load_registry

SVG = "{http://www.w3.org/2000/svg}"
SPECS = sorted((Path(__file__).parents[2] / "specs").rglob("*.yaml"))


def drawn(text, **more):
    return ElementTree.fromstring(svg(tfgraph.loads(text, **more)))


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def of_class(root, name):
    return [element for element in root.iter() if element.get("class") == name]


def boxes(root):
    found = root.iter(f"{SVG}rect")
    return [rect for rect in found if (rect.get("class") or "").split(" ")[0] == "box"]


class Hostile(Layer):
    """A plugin's layer with a text for a parameter."""

    type = "hostile"
    text: str = param("Any text.", primary=True)
    mode: Literal["<a>", "b"] = param("Either of two.", default="b")

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x


class Plug:
    """A plugin that adds the layer."""

    @hookimpl
    def tfgraph_layers(self):
        return [Hostile]


@pytest.fixture
def hostile():
    builtins = __import__("tfgraph.builtins").builtins
    plugins = {Plugin("builtins", "tfgraph"): builtins, Plugin("plug", "test"): Plug()}
    return {"registry": Registry(plugins)}


HOSTILE = "tfgraph: 1\ninputs: {x: [3]}\nlayers:\n  - hostile: {text: TEXT, mode: <a>}\n"


@pytest.mark.parametrize(
    "text", ['"</text><script>alert(1)</script>&\\"\'"', '"a\\x01\\x1b[31m\\u202eb"', '"]]>"']
)
def test_no_text_breaks_out_of_the_picture(hostile, text):
    root = drawn(HOSTILE.replace("TEXT", text), **hostile)
    assert not list(root.iter(f"{SVG}script"))
    assert len(boxes(root)) == 2
    assert all(character.isprintable() for shown in texts(root) for character in shown)


def test_a_text_is_shown_as_it_is(hostile):
    plan = tfgraph.loads(HOSTILE.replace("TEXT", "'a<b>&c'"), **hostile)
    assert "text a<b>&c, mode <a>" in texts(ElementTree.fromstring(svg(plan)))
    assert "text a&lt;b&gt;&amp;c, mode &lt;a&gt;" in mermaid(plan)


def test_a_plugins_layer_is_of_the_family_of_plugins(hostile):
    root = drawn(HOSTILE.replace("TEXT", "t"), **hostile)
    assert {"input", "plugin"} <= set(texts(root))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_layer_is_there_with_its_shape_and_its_parameters(path):
    plan = tfgraph.load(path)
    root = ElementTree.fromstring(svg(plan))
    shown = texts(root)
    for layer in plan.layers:
        assert any(text.startswith(layer.name) for text in shown)
        assert str(layer.output) in shown
        own = sum(w.size for name, w in plan.weights.items() if name.startswith(f"{layer.name}/"))
        assert not own or f"{own:,}" in shown
    assert len(boxes(root)) == len(picture(plan).boxes)


def test_a_title_tells_the_type_where_the_name_does_not():
    root = drawn(
        "tfgraph: 1\ninputs: {x: [3]}\nlayers:\n  - relu\n"
        "  - relu:\n    name: relu\n  - relu:\n    name: gate\n"
    )
    titles = [element.text for element in of_class(root, "title")]
    assert titles == ["x", "relu_1", "relu", "gate: relu"]


def test_details_are_the_parameters_that_are_not_the_defaults():
    root = drawn(
        "tfgraph: 1\ninputs: {x: [8, 8, 1]}\nlayers:\n"
        "  - conv2d: {filters: 4, kernel_size: 3, padding: same, stride: [1, 2], bias: true}\n"
    )
    (details, count) = (element.text for element in of_class(root, "small")[-4:-2])
    assert (details, count) == ("filters 4, stride 1×2, bias", "40")


def test_the_tooltip_tells_the_line_the_shape_and_each_weight():
    root = drawn(TWINS)
    tooltips = [group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g")]
    assert (
        "other_tower: matmul (line 9)\ngives [batch, 5]\n"
        "kernel [6, 5], shared with tower\nbias [5], shared with tower"
    ) in tooltips
    assert (
        "back: tied_decoder (line 21)\ngives [batch, 9]\n"
        "kernel [3, 9], tied to code/kernel\nbias [9]"
    ) in tooltips


def test_shared_and_tied_weights_are_drawn():
    root = drawn(TWINS)
    assert len(of_class(root, "tie")) == 2
    assert [element.text for element in of_class(root, "tied")] == ["shared", "tied"]


def test_nothing_is_tied_where_nothing_is_shared():
    assert not of_class(drawn(residual(1)), "tie")


def test_an_arrow_is_drawn_for_each_input_of_a_layer():
    plan = tfgraph.loads(TWINS)
    root = ElementTree.fromstring(svg(plan))
    assert len(of_class(root, "edge")) == sum(len(layer.inputs) for layer in plan.layers)
    assert len(of_class(root, "tip")) == len(of_class(root, "edge"))


def test_outputs_are_outlined():
    assert len(of_class(drawn(TWINS), "box out")) == 2


LOSSES = """\
tfgraph: 1
inputs: {x: [4], y: {shape: [], dtype: int32, classes: 3}, spare: [2]}
layers:
  - dense: 3
    name: kind
    from: x
  - tied_decoder: kind
    name: back
outputs: [kind, back]
loss:
  - {softmax_cross_entropy: , of: kind, target: y, weight: 0.5}
  - {huber: 2.5, of: back, target: x}
optimizer: adam
"""


def test_losses_are_drawn_with_the_outputs_and_the_targets_that_they_compare():
    plan = tfgraph.loads(LOSSES)
    root = ElementTree.fromstring(svg(plan))
    titles = [element.text for element in of_class(root, "title")]
    assert titles == [
        "x",
        "y",
        "kind: dense",
        "back: tied_decoder",
        "softmax_cross_entropy",
        "huber",
    ]
    assert {"weight 0.5", "delta 2.5", "target", "loss"} <= set(texts(root))
    arrows = sum(len(layer.inputs) for layer in plan.layers) + 4
    assert len(of_class(root, "edge")) == arrows
    assert picture(plan).inputs["loss back.huber"] == ("back", "x")


def test_an_input_that_is_an_output_is_drawn():
    root = drawn(
        "tfgraph: 1\ninputs: {x: [3], y: [3]}\noutputs: [y, relu_1]\nlayers:\n  - relu:\n    from: x\n"
    )
    assert len(of_class(root, "box out")) == 2


@pytest.mark.parametrize(
    "text",
    [TWINS, SIAMESE, residual(3), residual(3, projections=True), inception(2), bottlenecks(2)],
)
def test_boxes_do_not_overlap_and_stand_inside_the_picture(text):
    root = drawn(text)
    left, top, width, height = map(float, root.get("viewBox").split())
    places = sorted(
        tuple(float(box.get(key)) for key in ("y", "x", "width", "height")) for box in boxes(root)
    )
    for (y0, x0, w0, h0), (y1, x1, _, _) in pairwise(places):
        assert y1 >= y0 + h0 or (y1 == y0 and x1 >= x0 + w0)
    for y, x, w, h in places:
        assert left <= x <= x + w <= left + width
        assert top <= y <= y + h <= top + height


@pytest.mark.parametrize("text", [SIAMESE, bottlenecks(3)])
def test_a_frame_stands_around_its_layers_and_no_others(text):
    plan = tfgraph.loads(text)
    shown, sheet = picture(plan), Sheet(picture(plan))
    assert set(sheet.frames) == set(shown.frames) != set()
    for path, frame in shown.frames.items():
        place = sheet.places[path]
        for name in shown.boxes:
            box = sheet.box_place(name)
            inside = place.left < box.left < box.right < place.right
            inside &= place.top < box.top < box.bottom < place.bottom
            assert inside == (name in frame.members)
            assert inside or not place.meets(box)
        for other in shown.frames:
            nested = path in shown.frames_around(other) or other in shown.frames_around(path)
            assert nested or not place.meets(sheet.places[other])


def test_inside_a_frame_names_are_short():
    root = drawn(SIAMESE)
    frames = [element.text for element in of_class(root, "block")]
    assert frames == [
        *("left", "right", "head"),
        *("unit_1", "more", "unit_1", "more"),
        *("more.1", "more.2", "more.1", "more.2"),
    ]
    titles = [element.text for element in of_class(root, "title")]
    assert titles[2:6] == ["conv2d_1", "batch_norm_1", "relu_1", "conv2d_1"]
    assert "head.1: dense" in titles
    tooltips = [group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g")]
    assert "left.more: 6 layers" in tooltips
    assert "left.more.1.conv2d_1 (line 9)" in {tip.split("\n")[0] for tip in tooltips}


def test_a_frame_tells_the_parameters_of_its_layers():
    root = drawn(SIAMESE)
    (head,) = [
        group for group in root.iter(f"{SVG}g") if group.findtext(f"{SVG}title") == "head: 3 layers"
    ]
    assert texts(head) == ["head", f"{32 * 12 + 12 + 2 * (12 * 12 + 12):,}"]


def test_one_layer_needs_no_frame():
    root = drawn(
        "tfgraph: 1\ninputs: {x: [3]}\nblocks: {one: {layers: [relu]}}\nlayers: [one, one]\n"
    )
    assert not of_class(root, "frame")
    titles = [element.text for element in of_class(root, "title")]
    assert titles == ["x", "one_1.relu_1", "one_2.relu_1"]


@pytest.mark.parametrize("text", [SIAMESE, bottlenecks(2), TWINS, residual(2)])
def test_no_text_of_a_box_overprints_another(text):
    for group in drawn(text).iter(f"{SVG}g"):
        by_line = {}
        for shown in group.findall(f"{SVG}text"):
            size, bold = {"title": (13, True), "block": (11, True)}.get(
                shown.get("class"), (11, False)
            )
            x, width = float(shown.get("x")), text_width(shown.text, size, bold)
            start = x - width if shown.get("text-anchor") else x
            by_line.setdefault(shown.get("y"), []).append((start, start + width))
        for parts in by_line.values():
            for (_, end), (start, _) in pairwise(sorted(parts)):
                assert end <= start


def test_every_family_of_layers_has_a_colour_of_its_own():
    builtins = load_registry(()).types("layer").values()
    modules = {layer.__module__ for layer in builtins}
    families = {m.rpartition(".")[2] for m in modules if m.startswith("tfgraph.layers.")}
    assert set(COLOURS) == families | {"input", "target", "loss", "plugin"}
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_a_thousand_layers_are_drawn():
    assert len(boxes(drawn(residual(250)))) == 1002


def along(path):
    """Points of a line of `M`, `L` and `C`, close to each other."""
    start, found = None, []
    for command, given in re.findall(r"([MLC])([^MLC]*)", path):
        points = [tuple(map(float, pair.split(","))) for pair in given.split()]
        if command != "M":
            first, second = points[:2] if command == "C" else (start, points[-1])
            for part in (number / 200 for number in range(201)):
                shares = [(1 - part) ** 3, 3 * part * (1 - part) ** 2]
                shares += [3 * part**2 * (1 - part), part**3]
                ends = zip(*(start, first, second, points[-1]), strict=True)
                found.append(tuple(sum(map(mul, shares, values)) for values in ends))
        start = points[-1]
    return found


@pytest.mark.parametrize("text", [SIAMESE, SKIPPING, bottlenecks(3)])
def test_no_arrow_runs_through_what_is_said_of_a_block(text):
    root = drawn(text)
    points = [point for edge in of_class(root, "edge") for point in along(edge.get("d"))]
    frames = [g for g in root.iter(f"{SVG}g") if of_class(g, "frame")]
    assert frames
    for said in (text for frame in frames for text in frame.iter(f"{SVG}text")):
        x, y = float(said.get("x")), float(said.get("y"))
        # The fonts of most readers are narrower than the widest there may be.
        width = 0.9 * text_width(said.text, 11) * (-1 if said.get("text-anchor") else 1)
        left, right = sorted((x, x + width))
        assert not [p for p in points if left <= p[0] <= right and y - 9 <= p[1] <= y + 2]


@pytest.mark.parametrize("text", [TWINS, SIAMESE])
def test_what_a_tie_is_called_stands_on_paper_of_its_own(text):
    found = list(drawn(text))
    labels = [number for number, part in enumerate(found) if part.get("class") == "tied"]
    assert labels
    for number in labels:
        paper, label = found[number - 1], found[number]
        assert paper.get("class") == "paper"
        room = float(paper.get("width"))
        assert float(paper.get("x")) + room / 2 == pytest.approx(float(label.get("x")), abs=0.1)
        assert room >= text_width(label.text, 11)
