"""Specs of a given number of lines, sound and with one mistake."""

from __future__ import annotations

HEAD = """tfgraph: 1
name: residual_net
inputs: {image: [32, 32, 16]}
layers:
"""
UNIT = """  # Unit {0}.
  - conv2d: {{filters: 16, kernel_size: 3, init: he_normal}}
  - batch_norm
  - relu:
    name: body_{0}
  - add:
    from: [body_{0}, {1}]
    name: sum_{0}
"""


def sound(lines: int) -> str:
    """A residual network, unit by unit, in a file of so many lines."""
    units = (lines - HEAD.count("\n")) // UNIT.count("\n")
    text = HEAD + "".join(
        UNIT.format(number, f"sum_{number - 1}" if number else "image") for number in range(units)
    )
    return text + "  # The end.\n" * (lines - text.count("\n"))


def misspelt(lines: int) -> str:
    """The same with a parameter misspelt in the middle."""
    return _changed(lines, "kernel_size", "kernel_sise", lines // 16)


def misfit(lines: int) -> str:
    """The same with a shape that does not fit in the last unit."""
    return _changed(lines, "filters: 16", "filters: 8", -1)


def _changed(lines: int, old: str, new: str, unit: int) -> str:
    """The text with something replaced in one unit."""
    parts = sound(lines).split("  # Unit")
    assert old in parts[unit]
    parts[unit] = parts[unit].replace(old, new)
    return "  # Unit".join(parts)
