"""What a dataset gives is checked against what it declares, value by value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tfgraph
from tests.run.scaled import LOADED, REGISTRY, SCALED
from tfgraph.errors import DataError, TfgraphError

LABELS = """\
tfgraph: 1
inputs: {x: [2], y: {shape: [], dtype: %s, classes: 3}}
layers:
  - matmul: 3
    from: x
loss: {softmax_cross_entropy: , target: y}
optimizer: {gradient_descent: 0.1}
"""


@pytest.mark.parametrize(
    ("dtype", "labels", "held"),
    [
        ("int32", np.array([0, 1, 2**32 + 1, 2]), "4294967297 in row 2"),
        ("int32", np.array([0, 1, 2, 2**63], np.uint64), "9223372036854775808 in row 3"),
        ("uint8", np.array([0, -1, 1, 2], np.int8), "-1 in row 1"),
        ("uint8", np.array([0, 256, 1, 2], np.int16), "256 in row 1"),
        ("int64", np.array([0, 1, 2, 2**64 - 1], np.uint64), "18446744073709551615 in row 3"),
    ],
)
def test_integers_that_would_wrap_around_are_refused(
    dtype: str, labels: np.ndarray, held: str
) -> None:
    data = {"train": {"x": np.zeros((4, 2)), "y": labels}}
    with pytest.raises(DataError) as caught:
        tfgraph.train(tfgraph.loads(LABELS % dtype), data=data)
    assert caught.value.message.startswith(
        f"the field `y` in the split `train` of the data given holds {held} (counted from 0), "
        f"beyond {dtype} ("
    )


def test_floats_beyond_float32_are_refused() -> None:
    x = np.zeros((4, 2))
    x[3, 1] = -1e39
    data = {"train": {"x": x, "y": np.zeros(4, int)}}
    with pytest.raises(DataError, match=r"holds -1e\+39 in row 3"):
        tfgraph.train(tfgraph.loads(LABELS % "int32"), data=data)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "uint64"])
def test_integers_that_fit_are_taken_from_any_dtype(dtype: str) -> None:
    data = {"train": {"x": np.zeros((4, 2)), "y": np.array([0, 1, 1, 0]).astype(dtype)}}
    assert tfgraph.train(tfgraph.loads(LABELS % "int32"), data=data).step == 1


def failure(monkeypatch: pytest.MonkeyPatch, x: Any) -> TfgraphError:
    monkeypatch.setitem(LOADED, "x", x)
    with pytest.raises(TfgraphError) as caught:
        tfgraph.train(tfgraph.loads(SCALED, registry=REGISTRY))
    return caught.value


def test_a_dataset_gives_as_many_examples_as_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    error = failure(monkeypatch, np.zeros((3, 2), np.uint8))
    assert (error.message, error.exit_code) == (
        "the dataset `bytes` gives 3 examples in its split `train`, and declares 4",
        3,
    )


def test_a_dataset_that_gives_scaled_numbers_is_told_to_store_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = failure(monkeypatch, np.zeros((4, 2), np.float32))
    assert "gives [4, 2] of float32 for `x` in its split `train`" in error.message
    assert error.help.startswith("give them as the dataset stores them, uint8 (0 to 255)")


def test_the_field_of_a_dataset_is_named_with_the_value_that_wraps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = failure(monkeypatch, np.array([[0, 0], [0, 300], [0, 0], [0, 0]]))
    assert (error.message, error.exit_code) == (
        "the field `x` in the split `train` of the dataset `bytes` holds 300 in row 1 "
        "(counted from 0), beyond uint8 (0 to 255)",
        4,
    )


WEIGHTED = """\
tfgraph: 1
inputs: {x: [2], y: [1], w: []}
layers:
  - matmul: 1
    from: x
loss: {squared_error: , target: y, sample_weights: w}
optimizer: {gradient_descent: 0.1}
train: {epochs: 1, batch_size: 4}
"""


def test_examples_that_count_less_than_nothing_or_all_nothing_are_refused(tmp_path: Path) -> None:
    plan = tfgraph.loads(WEIGHTED)
    data = {"x": np.ones((8, 2)), "y": np.ones((8, 1)), "w": np.ones(8)}
    data["w"][:3] = 0
    tfgraph.train(plan, data={"train": data})
    data["w"][5] = -0.5
    with pytest.raises(DataError) as caught:
        tfgraph.train(plan, tmp_path / "r", {"train": data})
    assert caught.value.message == (
        "the `sample_weights` `w` in the split `train` of the data given are negative, first in "
        "example 6: -0.5"
    )
    with pytest.raises(DataError, match="are all 0: no example counts"):
        tfgraph.train(plan, tmp_path / "r", {"train": {**data, "w": np.zeros(8)}})
    assert not (tmp_path / "r").exists()
