"""Blocks: the layer types that a spec declares, and what stands for each use of one.

A use of a block, and an entry with `repeat`, are replaced by the layers that they are short for.
A layer of a block is called after the use and its own name in the block: `residual_1.body`;
copies are numbered: `hidden.1`, `hidden.2`. Both names without the rest, `residual_1` and
`hidden`, mean the last layer of all.
"""

from tfgraph.spec.blocks.declared import Block, declared_blocks, names_declared
from tfgraph.spec.blocks.expander import Expander
from tfgraph.spec.blocks.stack import Stacker
from tfgraph.spec.blocks.undeclared import with_undeclared

__all__ = ["Block", "Expander", "Stacker", "declared_blocks", "names_declared", "with_undeclared"]
