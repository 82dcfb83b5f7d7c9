"""Mermaid: a plan as a flow chart in the text form that many pages render."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tfgraph.drawing.folding import fold
from tfgraph.drawing.frames import number
from tfgraph.drawing.model import Box, Picture, picture
from tfgraph.spec.plan import Plan


def mermaid(plan: Plan) -> str:
    """The plan as a Mermaid flow chart."""
    shown = fold(picture(plan))
    number = {name: f"n{index}" for index, name in enumerate(shown.boxes)}
    lines = ["flowchart TD"]
    inner: dict[str, list[str]] = {}
    for path, frame in shown.frames.items():
        number[path] = f"f{len(number)}"
        inner.setdefault(frame.parent, []).append(path)
    lines += _boxes(shown, number, inner, "")
    for target, sources in shown.inputs.items():
        lines += [f"  {number[source]} --> {number[target]}" for source in sources]
    for source, target, label in shown.ties:
        lines.append(f"  {number[source]} -. {label} .- {number[target]}")
    return "\n".join([*lines, ""])


def _boxes(
    shown: Picture, number: Mapping[str, str], inner: Mapping[str, Sequence[str]], frame: str
) -> Iterator[str]:
    """The boxes that stand in a frame, and the frames in it with theirs."""
    indent = "  " * (1 + len(shown.frames_around(frame)))
    starts = {shown.frames[path].members[0]: path for path in inner.get(frame, [])}
    inside = {name for path in starts.values() for name in shown.frames[path].members}
    for name in shown.frames[frame].members if frame else shown.boxes:
        if name in starts:
            path = starts[name]
            yield f'{indent}subgraph {number[path]}["{_quoted(shown.frames[path].title)}"]'
            yield from _boxes(shown, number, inner, path)
            yield f"{indent}end"
        elif name not in inside:
            yield f'{indent}{number[name]}["{_label(shown.boxes[name], frame)}"]'


def _label(box: Box, frame: str) -> str:
    parts = [f"<b>{_quoted(box.title_in(frame))}</b>", _quoted(box.details), _quoted(box.shape)]
    if box.parameters:
        parts.append(f"{number(box.parameters, box.times)} parameters")
    return "<br>".join(part for part in parts if part)


def _quoted(text: str) -> str:
    for character, name in (("&", "amp"), ('"', "quot"), ("<", "lt"), (">", "gt")):
        text = text.replace(character, f"&{name};")
    return text
