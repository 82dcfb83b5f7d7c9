"""What help says to write: written there, it makes the spec valid."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

import tfgraph.builtins
from tests.spec import pictures
from tfgraph.api import Layer, TensorSpec, hookimpl, param
from tfgraph.diagnostics import Source
from tfgraph.registry import Plugin, Registry
from tfgraph.spec import check


class FoldTime(Layer):
    """A plugin's layer that loses an axis unless it is told to keep it."""

    type = "fold_time"
    keep: bool = param("Keep the axis.", default=False)

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect("batch time features")
        return x if self.keep else x.with_shape((None, x.shape[2]))


class Plugged:
    @staticmethod
    @hookimpl
    def tfgraph_layers():
        return [FoldTime]


REGISTRY = Registry(
    {
        Plugin("builtins", "tfgraph"): tfgraph.builtins,
        Plugin("pictures", "tests"): pictures,
        Plugin("plugged", "tests"): Plugged,
    }
)
FLAT, IMAGES = "data: {pictures: {flatten: true}}", "data: pictures"
TRAINED = "optimizer: {gradient_descent: 0.01}\n"
CLASSES = "loss: softmax_cross_entropy\n" + TRAINED
TWO = "inputs: {x: [32], y: {shape: [], dtype: int32, classes: 3}}\n"
HEADS = f"""\
inputs: {{{{x: [32], kind: {{{{shape: [], dtype: int32, classes: 3}}}}, years: [1]}}}}
layers:
  - dense: {{{{units: 16, activation: relu}}}}
    name: body
  - dense: 3
    name: class
  - dense: 1
    from: body
    name: age
outputs: [class, age]
loss:
  - {{loss}}
  - {{{{squared_error: {{{{}}}}, of: age, target: years}}}}
metrics: [{{metric}}]
{TRAINED.replace("{", "{{").replace("}", "}}")}"""
RESIDUAL = """\
inputs: {{image: [32, 32, 8]}}
blocks:
  residual:
    params: {{width: 8, step: 1}}
    layers:
      - conv2d: {body}
        name: body
      - add:
        from: [input, body]
layers: [{uses}]
"""
WIDER = "{residual: 8}, {residual: {width: 16, step: 2}}, {residual: {width: 16}}"
SIZES = (("a", 16), ("b", 8), ("c", 32), ("d", 8))
ENCODER = """\
layers:
  - matmul: {units: 500, bias: true}
    name: encoder
  - sigmoid
  - tied_decoder: encoder
  - sigmoid
"""


@dataclass
class Case:
    """A spec, its help, and ways to follow it: pairs of a text and what it becomes."""

    spec: str
    help: str
    ways: list[list[tuple[str, str]]]


CASES = {
    "an autoencoder compared with the label": Case(
        f"{FLAT}\n{ENCODER}loss: sum_squared_error\n{TRAINED}",
        "write `target: image` beside `sum_squared_error`: "
        "`{sum_squared_error: {}, target: image}`",
        [[("loss: sum_squared_error", "loss: {sum_squared_error: {}, target: image}")]],
    ),
    "an autoencoder compared with the label, in block style": Case(
        f"{FLAT}\n{ENCODER}loss:\n  sum_squared_error:\n{TRAINED}",
        "write `target: image` beside `sum_squared_error`",
        [[("  sum_squared_error:\n", "  sum_squared_error:\n  target: image\n")]],
    ),
    "flat output of an autoencoder against images": Case(
        f"{IMAGES}\nlayers:\n  - flatten\n  - dense: 784\nloss:\n  squared_error:\n"
        f"  target: image\n{TRAINED}",
        "write `pictures: {flatten: true}` in `data` (line 2), or put `reshape: [28, 28, 1]` "
        "after `dense_1` (line 5)",
        [
            [(IMAGES, FLAT)],
            [("  - dense: 784\n", "  - dense: 784\n  - reshape: [28, 28, 1]\n")],
        ],
    ),
    "a convolution of a dataset's flat images": Case(
        f"{FLAT}\nlayers:\n  - conv2d: 8\n  - flatten\n  - matmul: 10\n{CLASSES}",
        "remove `flatten: true` from `data` (line 2), or put `reshape: [28, 28, 1]` before it",
        [[(FLAT, IMAGES)], [("  - conv2d: 8", "  - reshape: [28, 28, 1]\n  - conv2d: 8")]],
    ),
    "a convolution after flatten": Case(
        f"{IMAGES}\nlayers:\n  - flatten\n  - dropout: 0.1\n  - conv2d: 8\n  - global_avg_pool\n"
        f"  - matmul: 10\n{CLASSES}",
        "remove `flatten_1` (line 4), or put `reshape: [28, 28, 1]` before it",
        [
            [("  - flatten\n", "")],
            [("  - conv2d: 8", "  - reshape: [28, 28, 1]\n  - conv2d: 8")],
        ],
    ),
    "a convolution of a row of numbers that may be a square": Case(
        "inputs: {x: [3072]}\nlayers:\n  - conv2d: 8\n",
        "put `reshape: [32, 32, 3]` before it",
        [[("  - conv2d: 8", "  - reshape: [32, 32, 3]\n  - conv2d: 8")]],
    ),
    "a recurrent layer over images": Case(
        f"{IMAGES}\nlayers:\n  - lstm: 28\n  - matmul: 10\n{CLASSES}",
        "put `reshape: [28, 28]` before it",
        [[("  - lstm: 28", "  - reshape: [28, 28]\n  - lstm: 28")]],
    ),
    "a recurrent layer over images in colour": Case(
        "inputs: {x: [32, 32, 3]}\nlayers:\n  - gru: 28\n",
        "put `reshape: [32, 96]` before it",
        [[("  - gru: 28", "  - reshape: [32, 96]\n  - gru: 28")]],
    ),
    "a recurrent layer after the last state of another": Case(
        "inputs: {x: [28, 28]}\nlayers:\n  - lstm: {units: 28, go_backwards: true}\n"
        "  - dropout: 0.1\n  - lstm: 9\n",
        "write `lstm: {units: 28, go_backwards: true, sequence: true}` for `lstm_1` (line 4)",
        [[("go_backwards: true}", "go_backwards: true, sequence: true}")]],
    ),
    "a plugin's layer that would have kept an axis": Case(
        "inputs: {x: [28, 28]}\nlayers:\n  - fold_time\n  - gru: 9\n",
        "write `fold_time: {keep: true}` for `fold_time_1` (line 4)",
        [[("  - fold_time", "  - fold_time: {keep: true}")]],
    ),
    "a shortcut of another width": Case(
        "inputs: {x: [32]}\nlayers:\n  - dense: 16\n    name: stem\n  - dense: 64\n    name: body\n"
        "  - add:\n    from: [body, stem]\n",
        "put `matmul: 64` with `name: shortcut` and `from: stem` before it, and write "
        "`from: [body, shortcut]` here",
        [
            [
                (
                    "  - add:\n    from: [body, stem]",
                    "  - matmul: 64\n    name: shortcut\n    from: stem\n"
                    "  - add:\n    from: [body, shortcut]",
                )
            ]
        ],
    ),
    "a shortcut past a stride, in a block": Case(
        dedent(
            """\
            inputs: {image: [31, 31, 3]}
            blocks:
              residual:
                params: {filters: null}
                layers:
                  - conv2d: {filters: $filters, stride: 2}
                    name: body
                  - add:
                    from: [input, body]
            layers:
              - residual: 16
                name: shortcut
            """
        ),
        "put `conv2d: {filters: $filters, kernel_size: 1, stride: 2}` with `name: shortcut` and "
        "`from: input` before it, and write `from: [shortcut, body]` here",
        [
            [
                (
                    "      - add:\n        from: [input, body]",
                    "      - conv2d: {filters: $filters, kernel_size: 1, stride: 2}\n"
                    "        name: shortcut\n        from: input\n"
                    "      - add:\n        from: [shortcut, body]",
                )
            ]
        ],
    ),
    "a shortcut in a block that is used at two widths and two strides": Case(
        RESIDUAL.format(body="{filters: $width, stride: $step}", uses=WIDER),
        "put `conv2d: {filters: $width, kernel_size: 1, stride: $step}` with `name: shortcut` and "
        "`from: input` before it, and write `from: [shortcut, body]` here",
        [
            [
                (
                    "      - add:\n        from: [input, body]",
                    "      - conv2d: {filters: $width, kernel_size: 1, stride: $step}\n"
                    "        name: shortcut\n        from: input\n"
                    "      - add:\n        from: [shortcut, body]",
                )
            ]
        ],
    ),
    "a sum past a convolution without padding": Case(
        "inputs: {image: [32, 32, 8]}\nlayers:\n  - conv2d: {filters: 8, padding: valid}\n"
        "    name: body\n  - add:\n    from: [image, body]\n",
        "write `conv2d: {filters: 8, padding: same}` for `body` (line 4)",
        [[("padding: valid", "padding: same")]],
    ),
    "a sum of an image and a row": Case(
        "inputs: {image: [8, 8, 1], row: [64]}\nlayers:\n  - add:\n    from: [image, row]\n",
        "put `reshape: [8, 8, 1]` with `name: shortcut` and `from: row` before it, and write "
        "`from: [image, shortcut]` here",
        [
            [
                (
                    "  - add:\n    from: [image, row]",
                    "  - reshape: [8, 8, 1]\n    name: shortcut\n    from: row\n"
                    "  - add:\n    from: [image, shortcut]",
                )
            ]
        ],
    ),
    "a decoder tied to an activation": Case(
        "inputs: {x: [32]}\nlayers:\n  - matmul: 16\n    name: code\n  - sigmoid\n    \n"
        "  - tied_decoder: sigmoid_1\n",
        "write `tied_decoder: code`: that is the `matmul` of line 4",
        [[("tied_decoder: sigmoid_1", "tied_decoder: code")]],
    ),
    "a decoder in a block, tied to an activation": Case(
        dedent(
            """\
            inputs: {x: [32]}
            blocks:
              both:
                layers:
                  - matmul: 16
                  - sigmoid:
                    name: code
                  - tied_decoder: {encoder: code, bias: false}
            layers: [both]
            """
        ),
        "write `tied_decoder: {bias: false, encoder: matmul_1}`: that is the `matmul` of line 6, "
        "for line 10",
        [[("{encoder: code, bias: false}", "{bias: false, encoder: matmul_1}")]],
    ),
    "a loss of another output": Case(
        f"{FLAT}\nlayers:\n  - dense: 64\n    name: code\n  - dense: 784\n    name: back\n"
        "  - dense: 10\n    from: code\nloss:\n  - softmax_cross_entropy\n"
        f"  - squared_error:\n    target: image\n{TRAINED}",
        "write `of: back` beside `squared_error`",
        [[("    target: image\n", "    target: image\n    of: back\n")]],
    ),
    "a loss among several outputs": Case(
        f"{FLAT}\nlayers:\n  - dense: 784\n    name: back\n  - dense: 10\n    name: logits\n"
        f"outputs: [back, logits]\n{CLASSES}",
        "write `of: logits` beside `softmax_cross_entropy`: "
        "`{softmax_cross_entropy: {}, of: logits}`",
        [[("loss: softmax_cross_entropy", "loss: {softmax_cross_entropy: {}, of: logits}")]],
    ),
    "a target that is misspelt beyond knowing": Case(
        f"{TWO}layers:\n  - dense: 3\nloss: {{softmax_cross_entropy: , target: label}}\n{TRAINED}",
        "write `target: y`, which fits `dense_1`",
        [[("target: label", "target: y")]],
    ),
    "a loss without a target": Case(
        f"{TWO}layers:\n  - dense: 3\n{CLASSES}",
        "write `target: y` beside `softmax_cross_entropy`: "
        "`{softmax_cross_entropy: {}, target: y}`",
        [[("softmax_cross_entropy", "{softmax_cross_entropy: {}, target: y}")]],
    ),
    "a loss of one of several outputs, without a target": Case(
        HEADS.format(
            loss="softmax_cross_entropy", metric="{accuracy: {}, of: class, target: kind}"
        ),
        "write `of: class` and `target: kind` beside `softmax_cross_entropy`: "
        "`{softmax_cross_entropy: {}, of: class, target: kind}`",
        [[("- softmax_cross_entropy", "- {softmax_cross_entropy: {}, of: class, target: kind}")]],
    ),
    "a metric of one of several outputs, which a loss names": Case(
        HEADS.format(
            loss="{softmax_cross_entropy: {}, of: class, target: kind}", metric="accuracy"
        ),
        "write `of: class` and `target: kind` beside `accuracy`: "
        "`{accuracy: {}, of: class, target: kind}`",
        [[("[accuracy]", "[{accuracy: {}, of: class, target: kind}]")]],
    ),
    "a loss of numbers for a class": Case(
        f"{FLAT}\nlayers:\n  - dense: 10\nloss: squared_error\n{TRAINED}",
        "the target is one of 10 classes: use `softmax_cross_entropy`, of 10 logits",
        [[("squared_error", "softmax_cross_entropy")]],
    ),
    "a loss of yes and no for one of ten classes": Case(
        f"{FLAT}\nlayers:\n  - dense: 10\nloss: sigmoid_cross_entropy\n{TRAINED}",
        "the target is one of 10 classes: use `softmax_cross_entropy`, of 10 logits",
        [[("sigmoid_cross_entropy", "softmax_cross_entropy")]],
    ),
    "a loss of sides for one of ten classes": Case(
        f"{FLAT}\nlayers:\n  - dense: 10\nloss: hinge\n{TRAINED}",
        "the target is one of 10 classes: use `softmax_cross_entropy`, of 10 logits",
        [[("hinge", "softmax_cross_entropy")]],
    ),
    "a loss of numbers for a yes or no": Case(
        f"{TWO.replace('classes: 3', 'classes: 2')}layers:\n  - dense: 1\n"
        f"loss: {{absolute_error: , target: y}}\n{TRAINED}",
        "the target is one of 2 classes: use `sigmoid_cross_entropy`, of one logit",
        [[("absolute_error", "sigmoid_cross_entropy")]],
    ),
    "fewer logits than classes": Case(
        f"{FLAT}\nlayers:\n  - dense: 7\n  - dropout: 0.1\n{CLASSES}",
        "`units` of `dense_1` (line 4) must be 10: `label` has 10 classes",
        [[("dense: 7", "dense: 10")]],
    ),
    "no layer that gives a number for each class": Case(
        f"{IMAGES}\nlayers:\n  - conv2d: {{filters: 8}}\n  - relu\n  - concat:\n"
        "    from: [relu_1, image]\n"
        f"  - global_avg_pool\n{CLASSES}",
        "put `matmul: 10` after `global_avg_pool_1` (line 8): `label` has 10 classes",
        [[("  - global_avg_pool\n", "  - global_avg_pool\n  - matmul: 10\n")]],
    ),
    "logits at every pixel": Case(
        f"{IMAGES}\nlayers:\n  - dense: 10\n{CLASSES}",
        "put `flatten` or `global_avg_pool` before `dense_1` (line 4): it gives [batch, 10] then",
        [
            [("  - dense: 10", "  - flatten\n  - dense: 10")],
            [("  - dense: 10", "  - global_avg_pool\n  - dense: 10")],
        ],
    ),
    "weights shared with a later layer": Case(
        "inputs: {x: [32]}\nlayers:\n  - matmul: 32\n    name: a\n    share: b\n  - matmul: 32\n"
        "    name: b\n",
        "write `share: a` beside `b` (line 7) instead, which comes later",
        [[("    share: b\n", ""), ("    name: b\n", "    name: b\n    share: a\n")]],
    ),
}


def checked(spec):
    source = Source("spec.yaml", "tfgraph: 1\n" + spec)
    return check(source, folder=Path(), default_name="spec", registry=REGISTRY)


def errors(spec):
    return [found for found in checked(spec).diagnostics if found.severity == "error"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_help_says_what_to_write(case):
    (found,) = errors(case.spec)
    assert found.help == case.help


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_help_says_makes_the_spec_valid(case):
    for way in case.ways:
        mended = case.spec
        for before, after in way:
            assert before in mended
            mended = mended.replace(before, after)
        assert checked(mended).plan is not None, errors(mended)


def test_a_circle_is_shown_at_the_name_that_closes_it():
    (found,) = errors(CASES["weights shared with a later layer"].spec)
    assert found.code == "TG303"
    assert (found.span.line, found.span.column) == (6, 12)


def test_what_an_error_names_is_not_mended_elsewhere():
    (found,) = errors(
        "inputs: {x: [2, 50, 1]}\nlayers:\n  - conv2d: {filters: 1, padding: valid}\n"
    )
    assert found.help == "use a smaller `kernel_size`, or `padding: same`"


def test_a_row_of_dense_units_is_not_taken_for_an_image():
    (found,) = errors("inputs: {x: [9]}\nlayers:\n  - dense: 64\n  - conv2d: 8\n")
    assert found.help == "put a `reshape` to [height, width, channels] before it"


def test_an_output_that_nothing_is_called_is_not_looked_at():
    found = errors(f"{FLAT}\nlayers:\n  - dense: 10\noutputs: [dense_1, nothing]\n{CLASSES}")
    assert [problem.code for problem in found] == ["TG209", "TG209"]
    assert found[1].help.startswith("write `of: dense_1` beside")


def test_of_very_many_inputs_no_mend_is_sought():
    layers = "".join(f"  - dense: {1 + number}\n    from: x\n" for number in range(2, 20))
    names = ", ".join(f"dense_{number}" for number in range(1, 19))
    (found,) = errors(f"inputs: {{x: [3]}}\nlayers:\n{layers}  - add:\n    from: [{names}]\n")
    assert found.help.startswith("make the sizes 3 and 4 and 5")


def test_which_field_is_meant_is_not_guessed_among_several():
    text = "inputs: {x: [3], y: [3], z: [3]}\nlayers:\n  - matmul: 3\n    from: x\n"
    (found,) = errors(f"{text}loss: {{squared_error: , target: label}}\n{TRAINED}")
    assert found.help == "there are `x`, `y`, `z`"


def test_a_field_of_weights_that_nothing_is_called_is_all_that_is_told():
    loss = "loss: {softmax_cross_entropy: , target: y, sample_weights: often}"
    (found,) = errors(f"{TWO}layers:\n  - dense: 3\n{loss}\n{TRAINED}")
    assert found.message == "no field is called `often`"


def test_what_would_break_another_use_of_a_block_is_not_proposed():
    wide = "".join(f"  - dense: {size}\n    name: {name}\n    from: x\n" for name, size in SIZES)
    once = "  - merge:\n    from: [a, c]\n"
    text = "inputs: {x: [3]}\nblocks: {merge: {layers: [{add: , from: [input_1, input_2]}]}}\n"
    (found,) = errors(f"{text}layers:\n{wide}{once}")
    assert found.help.startswith("put `matmul: 16` with")
    (found,) = errors(f"{text}layers:\n{wide}  - merge:\n    from: [b, d]\n{once}")
    assert found.help.startswith("make the sizes 16 and 32 equal")
