from __future__ import annotations

import json
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

import tfgraph
from tests.run.scaled import REGISTRY, SCALED
from tfgraph.api import Field
from tfgraph.errors import DataError, TfgraphError, UsageError
from tfgraph.run.arrays import as_text, read_inputs, write_outputs

TWO = {"a": Field(()), "b": Field((2,))}
SCALARS = {"a": Field(()), "b": Field(())}
IMAGE = Field((2, 2), stored="uint8", scale=1 / 255)
TOKEN = {"token": Field((), "int32", classes=9)}


def csv(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "in.csv"
    path.write_text(text)
    return path


def test_csv_columns_fill_the_inputs_in_their_order(tmp_path: Path) -> None:
    found = read_inputs(csv(tmp_path, "1,2,3\n4,5,6\n"), TWO)
    np.testing.assert_array_equal(found["a"], [1, 4])
    np.testing.assert_array_equal(found["b"], [[2, 3], [5, 6]])


def test_csv_columns_named_after_inputs_stand_in_any_order(tmp_path: Path) -> None:
    found = read_inputs(csv(tmp_path, "\ufeffb, note, a\n1,one,2\n\n3,two,4\n"), SCALARS)
    np.testing.assert_array_equal(found["a"], [2, 4])
    np.testing.assert_array_equal(found["b"], [1, 3])


def test_csv_fills_axes_in_rows(tmp_path: Path) -> None:
    found = read_inputs(csv(tmp_path, "p,q,r,s\n1,2,3,4\n"), {"image": IMAGE})
    np.testing.assert_array_equal(found["image"], [[[1, 2], [3, 4]]])


def test_whole_numbers_of_a_csv_are_integers_to_the_graph(tmp_path: Path) -> None:
    found = read_inputs(csv(tmp_path, "3\n4.0\n"), TOKEN)
    assert found["token"].dtype == np.int32


@pytest.mark.parametrize("number", [2**53 + 1, -(2**63), 2**63 - 1])
def test_whole_numbers_of_a_csv_are_exact(tmp_path: Path, number: int) -> None:
    found = read_inputs(csv(tmp_path, f"7\n{number}\n"), {"id": Field((), "int64")})
    assert found["id"].tolist() == [7, number]


def test_numbers_of_a_csv_without_a_fraction_may_be_too_large_for_an_integer(
    tmp_path: Path,
) -> None:
    found = read_inputs(csv(tmp_path, f"1\n{10**30}\n"), {"a": Field(())})
    assert found["a"].tolist() == [1, np.float32(1e30)]


@pytest.mark.parametrize(
    ("text", "fields", "message"),
    [
        ("", TWO, "is empty"),
        ("a,b\n", SCALARS, "has a header and no rows"),
        ("1,2\n", TWO, "has 2 columns, and an example has 3 values"),
        ("1,2,3\n4,5\n", TWO, "line 2: 2 columns, and 3 in the first"),
        ("1,2,3\n4,x,6\n", TWO, "line 2, column 2: `x` is not a finite number"),
        ("1,x,3\n4,5,6\n", TWO, "line 1, column 2: `x` is not a finite number"),
        ("1,2,3\n4,nan,6\n", TWO, "line 2, column 2: `nan` is not a finite number"),
        ("1,2,3\n4,,6\n", TWO, "line 2, column 2: `` is not a finite number"),
        ("a,bb\n1,2\n", SCALARS, "has no column `b`"),
        ("1,2,3\n4,1_000,6\n", TWO, "line 2, column 2: `1_000` is not a finite number"),
        ("1_0,2_0,3_0\n4,5,6\n", TWO, "line 1, column 1: `1_0` is not a finite number"),
        ("1,2,3\n4,\u0664,6\n", TWO, "line 2, column 2: `\u0664` is not a finite number"),
        ("1\n1.5\n", TOKEN, "column 1: the input `token` takes whole numbers (int32), got `1.5`"),
        (
            "1\n\n3000000000\n",
            TOKEN,
            "line 3: the input `token` holds 3000000000, beyond int32 (-2147483648 to 2147483647)",
        ),
        (f"1\n{2**64}\n", TOKEN, f"line 2, column 1: `{2**64}` is beyond uint64"),
        ("1,2,3\n4,1e39,6\n", TWO, "line 2: the input `b` holds 1e+39, beyond float32"),
        ("0,255,256,1\n", {"image": IMAGE}, "holds 256, beyond uint8 (0 to 255)"),
        ('"1\n', TWO, "columns"),
    ],
)
def test_a_wrong_csv_is_refused(
    tmp_path: Path, text: str, fields: dict[str, Field], message: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_inputs(csv(tmp_path, text), fields)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("array", "shape", "help"),
    [
        (np.zeros((5, 4, 4)), (16,), "an example has as many values: `reshape(-1, 16)`"),
        (np.zeros((5, 16)), (4, 4, 1), "an example has as many values: `reshape(-1, 4, 4, 1)`"),
        (
            np.zeros((4, 4)),
            (16,),
            "the first axis is the batch: one example is a batch of one, `reshape(1, 16)`",
        ),
        (np.zeros((5, 15)), (16,), ""),
    ],
)
def test_a_shape_of_as_many_values_is_told_how_to_become_the_right_one(
    tmp_path: Path, array: np.ndarray, shape: tuple[int, ...], help: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_inputs(npy(tmp_path, array), {"b": Field(shape)})
    assert caught.value.help == help


def test_a_csv_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b"\xff\xfe1,2")
    with pytest.raises(DataError, match="is no csv file"):
        read_inputs(path, TWO)


def npy(tmp_path: Path, array: np.ndarray) -> Path:
    np.save(tmp_path / "in.npy", array)
    return tmp_path / "in.npy"


@pytest.mark.parametrize(
    ("array", "fields", "message"),
    [
        (np.zeros(3), TWO, "holds one array, and the model has the inputs `a`, `b`"),
        (np.zeros((2, 3)), {"a": Field(())}, "is [batch], got [2, 3]"),
        (np.zeros((2, 3)), {"b": Field((2,))}, "is [batch, 2], got [2, 3]"),
        (np.zeros(2), {"b": Field((2,))}, "is [batch, 2], got [2]"),
        (np.array(["a"]), {"a": Field(())}, "holds <U1, not numbers"),
        (np.zeros(2), TOKEN, "takes whole numbers (int32), got float64"),
        (
            np.array([1, 2, 2**40, 3]),
            TOKEN,
            "the input `token` holds 1099511627776 in row 2 (counted from 0), beyond int32",
        ),
        (np.array([2**63], np.uint64), TOKEN, "holds 9223372036854775808 in row 0"),
        (np.array([1, 1e300]), {"a": Field(())}, "holds 1e+300 in row 1 (counted from 0)"),
        (np.full((1, 2, 2), 256), {"image": IMAGE}, "holds 256 in row 0"),
        (np.zeros((0, 2)), {"b": Field((2,))}, "the input `b` has no examples"),
    ],
)
def test_a_wrong_npy_is_refused(
    tmp_path: Path, array: np.ndarray, fields: dict[str, Field], message: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_inputs(npy(tmp_path, array), fields)
    assert message in caught.value.message


def test_python_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "in.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="holds Python objects, not numbers"):
        read_inputs(tmp_path / "in.npy", {"a": Field(())})


def test_an_npz_may_hold_more_than_the_inputs(tmp_path: Path) -> None:
    path = tmp_path / "in.npz"
    np.savez(path, b=np.ones((3, 2)), a=np.zeros(3), label=np.zeros(3))
    assert list(read_inputs(path, TWO)) == ["a", "b"]
    np.savez(path, other=np.zeros(3), b=np.ones((3, 2)))
    with pytest.raises(DataError) as caught:
        read_inputs(path, TWO)
    assert (caught.value.message, caught.value.help) == (
        f"`{path}` has no array `a`",
        "it has `other`, `b`",
    )


@pytest.mark.parametrize("name", ["torn.npz", "torn.npy"])
def test_a_torn_file_is_refused(tmp_path: Path, name: str) -> None:
    whole = tmp_path / f"whole.{name[-3:]}"
    save = np.save if name.endswith("npy") else np.savez
    save(whole, np.zeros(1000))
    path = tmp_path / name
    path.write_bytes(whole.read_bytes()[:500])
    with pytest.raises(DataError, match=r"is no np[yz] file, or is damaged"):
        read_inputs(path, {"a": Field(())})


def npz_that_says(tmp_path: Path, header: str, values: bytes = b"") -> Path:
    """An npz file whose array `a` has a header that may not be true."""
    head = header.encode().ljust(117) + b"\n"
    data = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + values
    path = tmp_path / "in.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", data)
    return path


@pytest.mark.parametrize("rows", [10**12, 2**62, 10**40, 3])
def test_a_header_that_claims_more_than_there_is_costs_no_memory(tmp_path: Path, rows: int) -> None:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows},)}}"
    path = npz_that_says(tmp_path, header, bytes(8))
    tracemalloc.start()
    with pytest.raises(DataError) as caught:
        read_inputs(path, {"a": Field(())})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.message == f"`{path}` is no npz file, or is damaged"
    assert peak < 2**22
    npy = tmp_path / "in.npy"
    npy.write_bytes(zipfile.ZipFile(path).read("a.npy"))
    with pytest.raises(DataError) as caught:
        read_inputs(npy, {"a": Field(())})
    assert caught.value.message == f"`{npy}` is no npy file, or is damaged"


@pytest.mark.parametrize("header", ["(" * 9000, "-" * 9000 + "1", "{'descr'", "  x\n y", "\\"])
def test_a_header_that_python_cannot_parse_is_damage(tmp_path: Path, header: str) -> None:
    path = npz_that_says(tmp_path, header)
    with pytest.raises(DataError) as caught:
        read_inputs(path, {"a": Field(())})
    assert caught.value.message == f"`{path}` is no npz file, or is damaged"


def test_an_unknown_suffix_is_a_matter_of_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_inputs(tmp_path / "in.txt", TWO)
    assert caught.value.help == "inputs are read from `.npy`, `.npz`, `.csv`"


def test_outputs_are_written_with_the_digits_that_their_dtype_has() -> None:
    outputs = {
        "p": np.array([[0.1, 1e-9], [np.nan, 3]], np.float32),
        "n": np.array([1, 2], np.int64),
    }
    assert as_text(outputs, "csv") == "p.0,p.1,n\n0.1,1e-09,1\nnan,3.0,2\n"
    assert json.loads(as_text(outputs, "json")) == {"p": [[0.1, 1e-9], [None, 3.0]], "n": [1, 2]}


def test_an_output_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot write"):
        write_outputs(tmp_path / "no" / "out.npy", {"a": np.zeros(2)})
    with pytest.raises(UsageError, match="an npy file holds one array"):
        write_outputs(tmp_path / "out.npy", {"a": np.zeros(2), "b": np.zeros(2)})
    assert list(tmp_path.iterdir()) == []


# ---- predict

MODEL = "tfgraph: 1\ninputs: {a: [], b: [2]}\nlayers:\n  - matmul: 3\n    from: b\n"


def test_prediction_does_not_depend_on_the_batch() -> None:
    plan = tfgraph.loads(MODEL.replace("inputs", "train: {evaluate_batch_size: 7}\ninputs"))
    graph = tfgraph.build(plan)
    b = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    found = tfgraph.predict(graph, {"b": b})["matmul_1"]
    np.testing.assert_allclose(found, b @ graph.weights["matmul_1/kernel"].numpy(), rtol=1e-5)
    assert tfgraph.predict(graph, {"b": b[:0]})["matmul_1"].shape == (0, 3)


DRAWN = """\
tfgraph: 1
inputs: {x: [3], y: [3]}
layers:
  - corrupt: 0.5
    from: x
    name: drawn
  - scale: ones
loss: {squared_error: , target: y}
optimizer: {gradient_descent: 0.1}
outputs: [drawn, scale_1]
train: {evaluate_batch_size: 7}
""".replace("loss: {squared_error: ,", "loss: {squared_error: , of: scale_1,")


def test_what_is_drawn_at_evaluation_does_not_depend_on_the_batch() -> None:
    x = np.ones((50, 3), np.float32)
    found, figures = [], []
    for size in (1, 7, 64):
        graph = tfgraph.build(tfgraph.loads(DRAWN.replace("size: 7", f"size: {size}")))
        found.append(tfgraph.predict(graph, {"x": x})["drawn"])
        figures.append(tfgraph.evaluate(graph, "test", {"test": {"x": x, "y": 0 * x}})["loss"])
    for other in found[1:]:
        np.testing.assert_array_equal(found[0], other)
    # Evaluation draws for a row what prediction draws for it.
    assert figures == [pytest.approx(found[0].mean(), rel=1e-6)] * 3
    assert len(np.unique(found[0], axis=0)) == 8
    np.testing.assert_array_equal(graph.predict(x[:20])["drawn"], found[0][:20])


@pytest.mark.parametrize(
    "inputs", [{}, {"b": [[1, 2], [3]]}, {"c": np.zeros(2)}, {"b": np.float32(1)}]
)
def test_prediction_says_what_does_not_fit(inputs: dict[str, np.ndarray]) -> None:
    with pytest.raises(TfgraphError) as caught:
        tfgraph.predict(tfgraph.build(tfgraph.loads(MODEL)), inputs)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "uint64"])
def test_whole_numbers_are_what_is_stored_and_others_what_the_model_sees(dtype: str) -> None:
    plan = tfgraph.loads(SCALED, registry=REGISTRY)
    graph = tfgraph.build(plan)
    stored = np.arange(8).reshape(4, 2) * 30
    seen = stored.astype(np.float32) * np.float32(1 / 255)
    for predict in (graph.predict, lambda x: tfgraph.predict(graph, {"x": x})):
        for x in (stored.astype(dtype), stored.tolist(), seen, seen.astype(np.float64)):
            np.testing.assert_array_equal(predict(x)["same"], seen)


def test_scaled_numbers_are_no_data_to_train_with() -> None:
    graph = tfgraph.build(tfgraph.loads(SCALED, registry=REGISTRY))
    wanted = "give them as the dataset stores them, uint8 (0 to 255): the graph scales them itself"
    for call in (
        lambda: graph.train(steps=1, x=np.ones((2, 2))),
        lambda: graph.evaluate(x=np.ones((2, 2))),
        lambda: tfgraph.evaluate(graph, "test", {"test": {"x": np.ones((2, 2))}}),
    ):
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.help == wanted


def test_whole_numbers_beyond_what_is_stored_are_refused() -> None:
    graph = tfgraph.build(tfgraph.loads(SCALED, registry=REGISTRY))
    with pytest.raises(UsageError) as caught:
        graph.predict([[0, 255], [0, 256]])
    assert caught.value.message == (
        "the input `x` holds 256 in row 1 (counted from 0), beyond uint8 (0 to 255)"
    )
    assert caught.value.help == "scaled values are floating-point numbers"


def test_the_digits_of_a_csv_are_bytes_where_the_dataset_stores_bytes(tmp_path: Path) -> None:
    whole = read_inputs(csv(tmp_path, "0,1,2,255\n"), {"image": IMAGE})["image"]
    assert (whole.dtype.kind, whole.tolist()) == ("u", [[[0, 1], [2, 255]]])
    seen = read_inputs(csv(tmp_path, "0,1,0.5,1\n"), {"image": IMAGE})["image"]
    assert (seen.dtype.kind, seen.tolist()) == ("f", [[[0, 1], [0.5, 1]]])
