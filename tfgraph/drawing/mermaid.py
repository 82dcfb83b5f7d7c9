"""Mermaid: a plan as a flow chart in the text form that many pages render."""

from __future__ import annotations

from tfgraph.drawing.model import Box, picture
from tfgraph.spec.plan import Plan


def mermaid(plan: Plan) -> str:
    """The plan as a Mermaid flow chart."""
    shown = picture(plan)
    number = {name: f"n{index}" for index, name in enumerate(shown.boxes)}
    lines = ["flowchart TD"]
    lines += [f'  {number[box.name]}["{_label(box)}"]' for box in shown.boxes.values()]
    for target, sources in shown.inputs.items():
        lines += [f"  {number[source]} --> {number[target]}" for source in sources]
    for source, target, label in shown.ties:
        lines.append(f"  {number[source]} -. {label} .- {number[target]}")
    return "\n".join([*lines, ""])


def _label(box: Box) -> str:
    parts = [f"<b>{_quoted(box.title)}</b>", _quoted(box.details), _quoted(box.shape)]
    if box.parameters:
        parts.append(f"{box.parameters:,} parameters")
    return "<br>".join(part for part in parts if part)


def _quoted(text: str) -> str:
    for character, name in (("&", "amp"), ('"', "quot"), ("<", "lt"), (">", "gt")):
        text = text.replace(character, f"&{name};")
    return text
