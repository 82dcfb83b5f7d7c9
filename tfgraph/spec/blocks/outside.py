"""Outside: names that a block is given as arguments, which mean layers around its use."""

from __future__ import annotations

from dataclasses import replace

from tfgraph.spec.nodes import Node, Scalar, Sequence


class Outside(str):
    """A string from an argument of a block; where it names a layer, it is one outside of it.

    `levels` is how many uses of blocks it has come through.
    """

    levels: int

    def __new__(cls, text: str, levels: int) -> Outside:
        made = super().__new__(cls, text)
        made.levels = levels
        return made


def from_outside(node: Node) -> Node:
    """An argument, its strings marked as those of outside; others are as they were."""
    if isinstance(node, Sequence):
        return replace(node, items=tuple(map(from_outside, node.items)))
    if isinstance(node, Scalar) and isinstance(node.value, str):
        levels = node.value.levels if isinstance(node.value, Outside) else 0
        return replace(node, value=Outside(node.value, levels + 1))
    return node
