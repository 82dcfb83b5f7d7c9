"""Models that no memory holds are refused by arithmetic, and those that this one does not warned of."""

import json
from pathlib import Path

import pytest

import tfgraph
from tests.cli.commands import process
from tests.spec.goldens import REGISTRY
from tfgraph.diagnostics import Source, SpecError
from tfgraph.spec import check
from tfgraph.spec.plan.budget import MAX_MEMORY
from tfgraph.spec.plan.memory import machine_memory


def found_in(text):
    source = Source("spec", text)
    checked = check(source, folder=Path(), default_name="spec", registry=REGISTRY)
    return [(x.code, x.severity) for x in checked.diagnostics if x.code in ("TG307", "TG440")]


def matrix(rows, columns):
    return f"tfgraph: 1\ninputs: {{x: [{rows}]}}\nlayers: [matmul: {columns}]\ntrain: {{batch_size: 1}}\n"


def test_the_bound_is_a_bound_of_all_parts_together():
    # A matrix of so many bytes less those of x and of the result fits exactly.
    rows, columns = 1000, MAX_MEMORY // 4 // 1001 - 1
    total = 4 * (rows * columns + rows + columns)
    assert total <= MAX_MEMORY < total + 4 * 3 * (rows + 1)
    assert ("TG307", "error") not in found_in(matrix(rows, columns))
    assert found_in(matrix(rows, columns + 3)) == [("TG307", "error")]


@pytest.mark.parametrize(
    ("inputs", "layer"),
    [
        ("[4]", {"matmul": 2**62}),
        ("[4]", {"matmul": 10**12}),
        ("[9223372036854775807]", "relu"),
        ("[4611686018427387904, 4611686018427387904, 4]", "flatten"),
        ("[4, 3]", {"lstm": 10**15}),
        ("[8, 8, 1]", {"conv2d": {"filters": 2**60}}),
        ("[8, 8, 1]", {"conv2d": {"filters": 2, "kernel_size": 2**31 - 1}}),
        ("{shape: [3], dtype: int64}", {"embedding": {"units": 2**31, "vocabulary": 2**62}}),
    ],
)
def test_sizes_beyond_all_memory_are_one_error(inputs, layer):
    text = f"tfgraph: 1\ninputs: {{x: {inputs}}}\nlayers:\n  - {json.dumps(layer)}\n  - flatten\n"
    assert found_in(text) == [("TG307", "error")]


@pytest.mark.parametrize("option", ["kernel_size", "stride", "dilation"])
@pytest.mark.parametrize("size", [2**31, 2**62, 2**63 - 1])
def test_windows_are_of_32_bits(option, size):
    entry = json.dumps({"conv2d": {"filters": 2, option: size}})
    with pytest.raises(SpecError) as caught:
        tfgraph.loads(f"tfgraph: 1\ninputs: {{x: [8, 8, 1]}}\nlayers:\n  - {entry}\n")
    (problem,) = caught.value.diagnostics
    assert problem.code == "TG301"
    assert f"of {size}: at most 2147483647" in problem.message


def test_a_tensor_has_at_most_254_axes():
    text = "tfgraph: 1\ninputs: {{x: {}}}\nlayers: [relu]\n"
    assert tfgraph.loads(text.format([1] * 253)).output_of("relu_1").rank == 254
    with pytest.raises(SpecError, match="has 255 axes, and a tensor at most 254"):
        tfgraph.loads(text.format([1] * 254))


def test_what_this_machine_does_not_hold_is_warned_of():
    memory = machine_memory()
    rows = 100_000
    assert memory is not None
    assert found_in(matrix(rows, memory // 4 // rows // 2)) == []
    more = 2 * memory // 4 // rows
    expected = ("TG307", "error") if 4 * rows * more > MAX_MEMORY else ("TG440", "warning")
    assert found_in(matrix(rows, more)) == [expected]


def test_this_machine_has_the_memory_that_its_kernel_says():
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("MemTotal"))
    assert 2**26 < machine_memory() <= 1024 * kilobytes


def test_too_large_a_model_is_refused_before_tensorflow_loads(tmp_path):
    (tmp_path / "spec.yaml").write_text(matrix(784, 10**12), encoding="utf-8")
    for command in ("validate", "show"):
        code, out, err = process(command, "spec.yaml", folder=tmp_path, PYTHONPROFILEIMPORTTIME="1")
        assert code == 1
        assert "error[TG307]" in out + err
        assert "jsonschema" in err
        assert "tensorflow" not in err
