"""A component that breaks its promise is named, with its distribution and its place in the spec."""

import pytest

import tfgraph
from tests.cli.commands import process
from tests.spec.plan.faulty import kernel, registry
from tfgraph.api import Field, ShapeError, TensorSpec, Tied, WeightSpec
from tfgraph.diagnostics import SpecError
from tfgraph.errors import PluginError

SPEC = """\
tfgraph: 1
data: faulty
layers:
  - faulty:
    name: hidden
  - dense: {units: 4, init: faulty}
loss: faulty
optimizer: {faulty: 0.1}
"""
LAYER = "the layer `faulty` of tfgraph-faulty 1.0 failed for `hidden` at <spec>:4:5: "
DATASET = "the dataset `faulty` of tfgraph-faulty 1.0 failed for <spec>:2:7: "
OPTIMIZER = "the optimizer `faulty` of tfgraph-faulty 1.0 failed for <spec>:8:13: "


class Unprintable:
    def __repr__(self):
        raise KeyError("no")


FAULTS = [
    (LAYER, "infer", ZeroDivisionError("division by zero"), "raised ZeroDivisionError: division"),
    (LAYER, "infer", SystemExit(), "raised SystemExit"),
    (LAYER, "infer", RecursionError("too deep"), "raised RecursionError: too deep"),
    (LAYER, "infer", None, "returned None, not a TensorSpec"),
    (LAYER, "infer", (None, 4), "returned (None, 4), not a TensorSpec"),
    (LAYER, "infer", Unprintable(), "returned a Unprintable whose repr raises KeyError, not"),
    (LAYER, "infer", "x" * 5000, f"returned '{'x' * 99}…, not a TensorSpec"),
    (LAYER, "infer", TensorSpec([None, 4]), "returned the shape [None, 4], not a tuple that"),
    (LAYER, "infer", TensorSpec((4, 4)), "returned the shape (4, 4), not a tuple that starts with"),
    (LAYER, "infer", TensorSpec(()), "returned the shape (), not a tuple that starts with None"),
    (LAYER, "infer", TensorSpec((None, -1)), "returned the shape (None, -1), whose sizes must"),
    (LAYER, "infer", TensorSpec((None, 4.0)), "returned the shape (None, 4.0), whose sizes must"),
    (LAYER, "infer", TensorSpec((None, True)), "returned the shape (None, True), whose sizes must"),
    (LAYER, "infer", TensorSpec((None,), "float"), "returned an output of dtype 'float': it is"),
    (LAYER, "infer", TensorSpec((None,), classes="9"), "returned an output of '9' classes"),
    (LAYER, "weights", ValueError("no"), "raised ValueError: no"),
    (LAYER, "weights", [WeightSpec((4,))], "returned [WeightSpec("),
    (LAYER, "weights", {"kernel": (4, 4)}, "returned (4, 4) for `kernel`, not a WeightSpec"),
    (LAYER, "weights", {"a/b": WeightSpec((4,))}, "returned a weight called 'a/b': letters"),
    (LAYER, "weights", {"": WeightSpec((4,))}, "returned a weight called '': letters"),
    (LAYER, "weights", {3: WeightSpec((4,))}, "returned a weight called 3: letters"),
    (LAYER, "weights", kernel(shape=(None, 4)), "returned the shape (None, 4) for `kernel`, not"),
    (LAYER, "weights", kernel(shape=[4]), "returned the shape [4] for `kernel`, not a tuple"),
    (LAYER, "weights", kernel(dtype="f4"), "returned `kernel` of dtype 'f4': it is one of"),
    (LAYER, "weights", kernel(dtype="int32"), "returned a trainable weight `kernel` of int32"),
    (LAYER, "weights", kernel(initializer="zeros"), "returned the initializer 'zeros' for"),
    (LAYER, "weights", kernel(initializer=float("nan")), "returned the initializer nan for"),
    (LAYER, "weights", kernel(l2=-1.0), "returned the regularisation -1.0 for `kernel`"),
    (LAYER, "weights", kernel(l1="0"), "returned the regularisation '0' for `kernel`"),
    (LAYER, "weights", kernel(tied="dense_1/kernel"), "returned `kernel` tied to 'dense_1/kernel'"),
    (
        LAYER,
        "weights",
        kernel(tied=Tied("dense_1/kernel", (1, 0))),
        "returned `kernel` tied to `dense_1/kernel`, no weight of a layer that it names",
    ),
    (OPTIMIZER, "slots", TypeError("no"), "raised TypeError: no"),
    (OPTIMIZER, "slots", None, "returned None, not a dict of WeightSpecs"),
    (OPTIMIZER, "slots", {"m": 0.0}, "returned 0.0 for `m`, not a WeightSpec"),
    (DATASET, "fields", KeyError("x"), "raised KeyError: 'x'"),
    (DATASET, "fields", {}, "returned {}, not a dict of Fields"),
    (DATASET, "fields", {"x": (4,)}, "returned (4,) for 'x', not a Field"),
    (DATASET, "fields", {"x": Field([4])}, "returned the shape [4] for `x`"),
    (DATASET, "fields", {"x": Field((4,), "bytes")}, "returned `x` of dtype 'bytes': it is one of"),
    (DATASET, "fields", {"x": Field((4,), stored="u1")}, "returned `x` in memory of dtype 'u1'"),
    (DATASET, "inputs", ("z",), "returned 'z', which is none of its fields `x`, `y`"),
    (DATASET, "inputs", 3, "returned 3, not names of fields"),
    (DATASET, "inputs", ([],), "returned [], which is none of its fields `x`, `y`"),
    (DATASET, "target", "z", "returned 'z', which is none of its fields `x`, `y`"),
    (DATASET, "splits", {"train": -1}, "returned {'train': -1}, not a dict of numbers of examples"),
    (DATASET, "splits", OverflowError("no"), "raised OverflowError: no"),
    (
        "the loss `faulty` of tfgraph-faulty 1.0 failed for <spec>:7:7: ",
        "check",
        AttributeError("no"),
        "raised AttributeError: no",
    ),
    (
        "the initializer `faulty` of tfgraph-faulty 1.0 failed for `dense_1` at <spec>:6:5: ",
        "check_shape",
        IndexError("no"),
        "raised IndexError: no",
    ),
]


def test_a_plugin_without_faults_has_a_plan():
    plan = tfgraph.loads(SPEC, registry=registry(weights=kernel(trainable=False, dtype="int64")))
    assert list(plan.weights) == ["hidden/kernel", "dense_1/kernel", "dense_1/bias"]


@pytest.mark.parametrize(
    ("what", "method", "returned", "problem"), FAULTS, ids=[f"{f[1]}-{f[3]}" for f in FAULTS]
)
def test_a_broken_promise_names_the_component_its_distribution_and_its_place(
    what, method, returned, problem
):
    with pytest.raises(PluginError) as caught:
        tfgraph.loads(SPEC, registry=registry(**{method: returned}))
    shown = "check" if method == "check_shape" else method
    assert caught.value.message.startswith(f"{what}`{shown}` {problem}")
    assert caught.value.exit_code == 3
    assert "fault of the plugin" in caught.value.help
    if isinstance(returned, BaseException):
        assert caught.value.__cause__ is returned


def test_what_a_component_refuses_is_a_mistake_in_the_spec():
    refused = registry(infer=ShapeError("is never content", help="give up"))
    with pytest.raises(SpecError) as caught:
        tfgraph.loads(SPEC, registry=refused)
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("TG301", "`faulty` is never content")


def test_the_command_line_says_so_in_two_lines_and_exits_with_3(tmp_path):
    plugin = """\
from tfgraph.api import Layer, hookimpl

class Broken(Layer):
    type = "broken"

    def infer(self, x):
        return x.shape[1] // 0

@hookimpl
def tfgraph_layers():
    return [Broken]
"""
    (tmp_path / "broken.py").write_text(plugin, encoding="utf-8")
    spec = "tfgraph: 1\ninputs: {x: [4]}\nlayers: [relu, broken]\n"
    (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
    code, out, err = process("--plugin", "broken.py", "validate", "spec.yaml", folder=tmp_path)
    assert (code, out) == (3, "")
    assert err == (
        "error: the layer `broken` of broken.py failed for `broken_1` at spec.yaml:3:16: `infer` "
        "raised ZeroDivisionError: integer division or modulo by zero\n"
        "help: this is a fault of the plugin, not of the spec; `tfgraph --debug …` shows where\n"
    )
