"""Mermaid's text: each box once, each arrow once, nothing that ends a label early."""

import re
from pathlib import Path

import pytest

import tfgraph
from tests.drawing.models import SIAMESE, bottlenecks
from tfgraph.drawing import mermaid
from tfgraph.drawing.folding import fold
from tfgraph.drawing.model import picture

SPECS = sorted((Path(__file__).parents[2] / "specs").rglob("*.yaml"))


@pytest.mark.parametrize("text", [*(path.read_text() for path in SPECS), SIAMESE, bottlenecks(2)])
def test_boxes_arrows_and_frames_are_those_of_the_plan(text):
    plan = tfgraph.loads(text)
    header, *lines = mermaid(plan).splitlines()
    assert header == "flowchart TD"
    shown = fold(picture(plan))
    labels = [line for line in lines if re.fullmatch(r' +n\d+\["[^"]*"\]', line)]
    frames = [line for line in lines if re.fullmatch(r' +subgraph f\d+\["[^"]*"\]', line)]
    ends = [line for line in lines if line.strip() == "end"]
    arrows = [line for line in lines if re.fullmatch(r"  n\d+ --> n\d+", line)]
    ties = [line for line in lines if re.fullmatch(r"  n\d+ -\. (tied|shared) \.- n\d+", line)]
    assert len(labels) == len(shown.boxes)
    assert len(arrows) == sum(map(len, shown.inputs.values()))
    assert len(ties) == len(shown.ties)
    assert len(frames) == len(ends) == len(shown.frames)
    assert len(lines) == sum(map(len, (labels, arrows, ties, frames, ends)))
