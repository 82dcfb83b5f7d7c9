"""Numbers: sizes, ranks and counts that no machine has room for, and figures that are none."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.cases import Case, means, refused, size, spec

IMAGE = "{x: [28, 28, 3]}"
HUGE = 10**18
MOST = 2**63 - 1

#: Layers over an image that are too large for any machine, or too large to count.
TOO_LARGE = {
    "units": (f"[{{matmul: {HUGE}}}]", "{x: [4]}"),
    "units-most": (f"[{{matmul: {MOST}}}]", "{x: [4]}"),
    "units-times-inputs": ("[{matmul: 4000000000}, {matmul: 4000000000}]", "{x: [4]}"),
    "filters": (f"[{{conv2d: {HUGE}}}]", IMAGE),
    "filters-and-kernel": ("[{conv2d: {filters: 1000000, kernel_size: 100000}}]", IMAGE),
    "kernel": ("[{conv2d: {filters: 1, kernel_size: 1000000000}}]", IMAGE),
    "multiplier": (f"[{{depthwise_conv2d: {{multiplier: {HUGE}}}}}]", IMAGE),
    "lstm": (f"[{{lstm: {10**12}}}]", "{x: [5, 3]}"),
    "gru": (f"[{{gru: {10**12}}}]", "{x: [5, 3]}"),
    "embedding": (
        f"[{{embedding: {{units: {10**9}}}}}]",
        "{x: {shape: [3], dtype: int32, classes: 1000000000}}",
    ),
    "vocabulary": (
        f"[{{embedding: {{units: 8, vocabulary: {HUGE}}}}}]",
        "{x: {shape: [3], dtype: int32}}",
    ),
    "input": ("[{matmul: 2}]", f"{{x: [{HUGE}]}}"),
    "input-most": ("[relu]", f"{{x: [{MOST}, {MOST}]}}"),
    "input-times": ("[flatten]", "{x: [4294967296, 4294967296]}"),
}
#: Values that no parameter of the kind takes.
OUT_OF_BOUNDS = {
    "conv2d-stride-zero": "{conv2d: {filters: 2, stride: 0}}",
    "conv2d-stride-negative": "{conv2d: {filters: 2, stride: -1}}",
    "conv2d-dilation-zero": "{conv2d: {filters: 2, dilation: 0}}",
    "conv2d-kernel-zero": "{conv2d: {filters: 2, kernel_size: 0}}",
    "conv2d-groups-zero": "{conv2d: {filters: 2, groups: 0}}",
    "conv2d-filters-negative": "{conv2d: -5}",
    "max-pool-size-zero": "{max_pool: 0}",
    "max-pool-stride-zero": "{max_pool: {size: 2, stride: 0}}",
    "reshape-minus-two": "{reshape: [-2]}",
    "transpose-zero": "{transpose: [0]}",
    "dropout-one": "{dropout: 1}",
    "dropout-infinite": "{dropout: .inf}",
    "dropout-not-a-number": "{dropout: .nan}",
    "noise-negative": "{gaussian_noise: -1}",
    "noise-not-a-number": "{gaussian_noise: .nan}",
    "epsilon-zero": "{batch_norm: {epsilon: 0}}",
    "epsilon-denormal-negative": "{layer_norm: {epsilon: -5e-324}}",
    "regularization-infinite": "{matmul: {units: 2, l2: .inf}}",
    "regularization-negative": "{matmul: {units: 2, l1: -1e-300}}",
    "initializer-infinite": "{matmul: {units: 2, init: {normal: .inf}}}",
    "initializer-negative": "{matmul: {units: 2, init: {normal: -1}}}",
    "initializer-not-a-number": "{matmul: {units: 2, init: {constant: .nan}}}",
    "elu-not-a-number": "{elu: .nan}",
}
#: Shapes and axes that do not fit what they are given.
DOES_NOT_FIT = {
    "kernel-larger-than-the-image": "{conv2d: {filters: 2, kernel_size: 29, padding: valid}}",
    "dilation-huge": f"{{conv2d: {{filters: 2, dilation: {2**62}, padding: valid}}}}",
    "pool-larger-than-the-image": "{max_pool: {size: 1000000, padding: valid}}",
    "reshape-overflow": "{reshape: [4294967296, 4294967296, 4294967296]}",
    "reshape-most": f"{{reshape: [{MOST}]}}",
    "reshape-nothing": "{reshape: [0]}",
    "reshape-two-unknown": "{reshape: [-1, -1]}",
    "reshape-unknown-of-nothing": "{reshape: [-1, 0]}",
    "groups-uneven": "{conv2d: {filters: 4, groups: 3000000000}}",
    "transpose-far": f"{{transpose: [{MOST}, 1, 2]}}",
    "transpose-twice": "{transpose: [1, 1, 2]}",
    "kernel-most": f"{{conv2d: {{filters: 1, kernel_size: [{MOST}, {MOST}]}}}}",
    "softmax-axis": f"{{softmax: {{axis: {MOST}}}}}",
    "softmax-axis-negative": f"{{softmax: {{axis: {-(2**63)}}}}}",
}
TRAIN = {
    "epochs-negative": ("epochs: -1", "TG206"),
    "epochs-2-63": (f"epochs: {2**63}", "TG108"),
    "epochs-fraction": ("epochs: 1.5", "TG205"),
    "epochs-infinite": ("epochs: .inf", "TG205"),
    "epochs-not-a-number": ("epochs: .nan", "TG205"),
    "epochs-word": ("epochs: many", "TG205"),
    "epochs-googol": ("epochs: 1e100", "TG108"),
    "batch-size-zero": ("batch_size: 0", "TG206"),
    "batch-size-negative": ("batch_size: -1", "TG206"),
    "batch-size-2-64": (f"batch_size: {2**64}", "TG108"),
    "batch-size-infinite": ("batch_size: .inf", "TG205"),
    "batch-size-list": ("batch_size: [1]", "TG205"),
    "seed-negative": ("seed: -1", "TG206"),
    "seed-fraction": ("seed: 0.5", "TG205"),
    "seed-2-64": (f"seed: {2**64}", "TG108"),
    "seed-2-63-as-a-float": ("seed: 9223372036854775808.0", "TG108"),
    "seed-word": ("seed: random", "TG205"),
    "evaluate-batch-size-zero": ("evaluate_batch_size: 0", "TG206"),
}
RATES = {
    "zero": ("0", "TG206"),
    "negative": ("-0.1", "TG206"),
    "denormal-negative": ("-5e-324", "TG206"),
    "infinite": (".inf", "TG206"),
    "not-a-number": (".nan", "TG206"),
    "too-large-to-write": ("1e309", "TG108"),
    "word": ("high", "TG202"),
    "true": ("true", "TG205"),
    "list": ("[0.1]", "TG205"),
}


def cases() -> Iterator[Case]:
    for name, (layers, inputs) in TOO_LARGE.items():
        yield refused(f"too-large-{name}", spec(layers=layers, inputs=inputs), "TG307")
    for name, layer in OUT_OF_BOUNDS.items():
        yield refused(f"bounds-{name}", spec(layers=f"[{layer}]", inputs=IMAGE), "TG206")
    for name, layer in DOES_NOT_FIT.items():
        yield refused(f"fit-{name}", spec(layers=f"[{layer}]", inputs=IMAGE), "TG301")
    for rank, codes in ((254, "TG301"), (9000, "TG301"), (10_001, "TG206"), (45_000, "TG206")):
        inputs = "{x: [" + "1, " * rank + "1]}"
        yield refused(f"rank-{rank}", spec(layers="[relu]", inputs=inputs), codes)
    for name, (line, codes) in TRAIN.items():
        yield refused(f"train-{name}", spec(f"train: {{{line}}}"), codes, line.split(": ")[1])
    for name, (rate, codes) in RATES.items():
        text = spec(
            "loss: {squared_error: {}, target: y}",
            f"optimizer: {{adam: {{learning_rate: {rate}}}}}",
            inputs="{x: [4], y: [2]}",
        )
        yield refused(f"learning-rate-{name}", text, codes, rate)
    for shape in (
        "[0]",
        "[-1]",
        "[1.5]",
        "['4']",
        "[4, [4]]",
        "[true]",
        "[.inf]",
        "[.nan]",
        "4.5",
        "{a: 1}",
    ):
        codes = {"[0]": "TG206", "[-1]": "TG206", "{a: 1}": "TG203"}.get(shape, "TG205")
        yield refused(f"shape-{shape}", spec(inputs=f"{{x: {shape}}}"), codes)
    for points in (-5, 0, 1):
        yield refused(
            f"points-{points}",
            f"tfgraph: 1\ndata: {{linear: {{points: {points}}}}}\nlayers: [scale]\n",
            "TG206",
        )
    yield refused(
        "points-10-18",
        f"tfgraph: 1\ndata: {{linear: {{points: {HUGE}}}}}\nlayers: [scale]\n",
        "TG307",
    )
    yield refused(
        "weight-infinite",
        spec(
            "optimizer: {adam: 0.1}",
            "loss: {squared_error: {}, weight: .inf, target: y}",
            inputs="{x: [4], y: [2]}",
        ),
        "TG206",
        ".inf",
    )
    for name, text, value in (
        ("epochs", f"epochs: {MOST}", MOST),
        ("seed", f"seed: {MOST}", MOST),
        ("batch_size", "batch_size: 1e3", 1000),
        ("epochs", "epochs: 0", 0),
    ):
        yield means(
            f"train-{text}", spec(f"train: {{{text}}}"),
            lambda plan, name=name: getattr(plan.spec.training, name), value,
        )  # fmt: skip
    yield means(
        "rank-20", spec(layers="[relu]", inputs="{x: [" + "1, " * 19 + "1]}"), size, [1] * 20
    )
    yield means("null-sizes", spec(layers="[relu]", inputs="{x: [~, null]}"), size, [None, None])
