from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import tfgraph
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
        ("1.5\n", TOKEN, "the input `token` takes whole numbers (int32)"),
        ('"1\n', TWO, "columns"),
    ],
)
def test_a_wrong_csv_is_refused(
    tmp_path: Path, text: str, fields: dict[str, Field], message: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_inputs(csv(tmp_path, text), fields)
    assert message in caught.value.message


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


@pytest.mark.parametrize("inputs", [{}, {"c": np.zeros(2)}, {"b": np.float32(1)}])
def test_prediction_says_what_does_not_fit(inputs: dict[str, np.ndarray]) -> None:
    with pytest.raises(TfgraphError) as caught:
        tfgraph.predict(tfgraph.build(tfgraph.loads(MODEL)), inputs)
    assert caught.value.exit_code == 2


def test_bytes_are_scaled_as_in_training() -> None:
    from tfgraph.run.prediction import prepared

    stored = np.arange(8, dtype=np.uint8).reshape(2, 2, 2) * 30
    scaled = prepared(IMAGE, stored)
    assert scaled.dtype == np.float32
    np.testing.assert_array_equal(scaled, stored.astype(np.float32) * np.float32(1 / 255))
    np.testing.assert_array_equal(prepared(IMAGE, scaled), scaled)
