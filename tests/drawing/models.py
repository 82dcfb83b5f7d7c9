"""Models to draw, as specs, and figures."""

import math

from tfgraph.drawing.chart import Series

TWINS = """\
tfgraph: 1
name: twins
description: Two towers of one kernel, a late input, and a decoder tied to the code.
inputs: {left: [6], right: [6], noise: [4]}
layers:
  - matmul: {units: 5, bias: true}
    name: tower
    from: left
  - matmul: {units: 5, bias: true}
    name: other_tower
    from: right
    share: tower
  - subtract:
    from: [tower, other_tower]
    name: difference
  - dropout: 0.25
  - concat:
    from: [dropout_1, noise]
  - matmul: 3
    name: code
  - tied_decoder: code
    name: back
  - softmax:
    from: code
outputs: [back, softmax_1]
"""

SIAMESE = """\
tfgraph: 1
name: siamese
description: Two towers of blocks in blocks, a repeated layer, and a decoder.
inputs: {a: [28, 28, 1], b: [28, 28, 1]}
blocks:
  unit:
    params: {filters: 8}
    layers:
      - conv2d: $filters
      - batch_norm
      - relu
  tower:
    layers:
      - unit
      - unit: 16
        name: more
        repeat: 2
      - global_avg_pool
      - dense: {units: 32, activation: relu}
layers:
  - tower:
    name: left
    from: a
  - tower:
    name: right
    from: b
  - subtract:
    from: [left, right]
  - dense: 12
    name: head
    repeat: 3
  - dense: 32
  - tied_decoder: dense_1
"""

SKIPPING = """\
tfgraph: 1
name: skipping
description: Blocks in a block, with shortcuts that pass beside their layers.
inputs: {image: [32, 32, 3]}
blocks:
  unit:
    params: {filters: null}
    layers:
      - conv2d: $filters
      - batch_norm
      - relu
      - conv2d: $filters
        name: body
      - add:
        from: [body, input]
      - relu
  stage:
    params: {filters: null}
    layers:
      - conv2d: {filters: $filters, stride: 2}
      - unit: $filters
        repeat: 3
layers:
  - conv2d: 16
  - stage: 16
  - stage: 64
  - global_avg_pool
  - matmul: 10
"""

REPEATED = """\
tfgraph: 1
name: repeated
description: Equal blocks in equal blocks, and a loss.
inputs: {x: [8], y: {shape: [], dtype: int32, classes: 3}}
blocks:
  unit:
    layers:
      - dense: 8
      - relu
  stage:
    layers:
      - unit:
        repeat: 4
        name: unit
layers:
  - stage:
    name: stage
    from: x
    repeat: 3
  - dense: 3
loss: {softmax_cross_entropy: , target: y}
optimizer: adam
"""

TRAINED = """\
tfgraph: 1
name: trained
data: {linear: {points: 64}}
layers:
  - scale: {init: {constant: 0.5}}
loss: squared_error
optimizer: {rmsprop: {learning_rate: {constant: 0.1}}}
metrics: [mean_absolute_error]
train: {epochs: 3, batch_size: 16}
"""


def residual(blocks: int, *, projections: bool = False) -> str:
    """A residual net of three layers a block; every other shortcut a projection if so asked."""
    lines = [
        "tfgraph: 1",
        "inputs: {image: [8, 8, 4]}",
        "layers:",
        "  - conv2d: 4",
        "    name: sum_0",
    ]
    for block in range(1, blocks + 1):
        shortcut = before = f"sum_{block - 1}"
        lines += [
            *("  - batch_norm:", f"    name: norm_{block}", f"    from: {before}"),
            *("  - relu:", f"    name: relu_{block}"),
            *("  - conv2d: 4", f"    name: conv_{block}"),
        ]
        if projections and block % 2:
            shortcut = f"shortcut_{block}"
            lines += ["  - conv2d: {filters: 4, kernel_size: 1}"]
            lines += [f"    name: {shortcut}", f"    from: {before}"]
        lines += ["  - add:", f"    name: sum_{block}", f"    from: [conv_{block}, {shortcut}]"]
    return "\n".join([*lines, ""])


def inception(modules: int) -> str:
    """Modules of four branches, one shorter than the others, joined by `concat`."""
    lines = ["tfgraph: 1", "inputs: {image: [8, 8, 4]}", "layers:", "  - relu:", "    name: join_0"]
    for module in range(1, modules + 1):
        before, branches = f"join_{module - 1}", []
        for branch, depth in enumerate((1, 2, 2, 2)):
            for step in range(depth):
                name = f"branch_{module}_{branch}_{step}"
                lines += ["  - conv2d: 2", f"    name: {name}"]
                lines += [f"    from: {before}"] if step == 0 else []
            branches.append(name)
        lines += ["  - concat:", f"    name: join_{module}", f"    from: [{', '.join(branches)}]"]
    return "\n".join([*lines, ""])


def bottlenecks(blocks: int) -> str:
    """A residual net of blocks in which blocks stand, with shortcuts past each."""
    return f"""\
tfgraph: 1
name: bottlenecks
inputs: {{image: [8, 8, 16]}}
blocks:
  convolution:
    params: {{filters: null, kernel_size: 3}}
    layers:
      - conv2d: {{filters: $filters, kernel_size: $kernel_size}}
      - batch_norm
  bottleneck:
    layers:
      - convolution: {{filters: 4, kernel_size: 1}}
        name: reduce
      - relu
      - convolution: {{filters: 16}}
        name: body
      - convolution: {{filters: 16, kernel_size: 1}}
        name: shortcut
        from: input
      - add:
        from: [body, shortcut]
      - relu
layers:
  - bottleneck:
    repeat: {blocks}
"""


#: A loss that falls over decades, with a gap, and its best value before the end.
CURVES = (
    Series("train", [(step, 40 * 0.9**step) for step in range(0, 60, 2)], ink=0),
    Series(
        "validation",
        [(step, 50 * 0.9**step + 0.002 * step) for step in range(0, 60, 10)] + [(60, math.nan)],
        best=(50, 50 * 0.9**50 + 0.1),
    ),
)
COUNTS = [[900, 0, 12], [3, 10_400, 0], [45, 20, 0]]
