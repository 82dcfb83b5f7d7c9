"""Mermaid's text: each box once, each arrow once, nothing that ends a label early."""

import re
from pathlib import Path

import pytest

import tfgraph
from tfgraph.drawing import mermaid
from tfgraph.drawing.model import picture

SPECS = sorted((Path(__file__).parents[2] / "specs").rglob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_boxes_and_arrows_are_those_of_the_plan(path):
    plan = tfgraph.load(path)
    header, *lines = mermaid(plan).splitlines()
    assert header == "flowchart TD"
    shown = picture(plan)
    labels = [line for line in lines if re.fullmatch(r'  n\d+\["[^"]*"\]', line)]
    arrows = [line for line in lines if re.fullmatch(r"  n\d+ --> n\d+", line)]
    ties = [line for line in lines if re.fullmatch(r"  n\d+ -\. (tied|shared) \.- n\d+", line)]
    assert len(labels) == len(shown.boxes)
    assert len(arrows) == sum(map(len, shown.inputs.values()))
    assert len(ties) == len(shown.ties)
    assert len(lines) == len(labels) + len(arrows) + len(ties)
