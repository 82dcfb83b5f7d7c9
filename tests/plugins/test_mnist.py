"""tfgraph-mnist: the published data in the tutorial's splits, and no others."""

from __future__ import annotations

import gzip
import re
from importlib.metadata import distribution, entry_points
from pathlib import Path

import numpy as np
import pytest
from tfgraph_mnist import Mnist
from tfgraph_mnist.mnist import CARRIED, TEST_IMAGES, TEST_LABELS

import tfgraph
from tfgraph.errors import DataError

IMAGES = f"{TEST_IMAGES.name}.gz"
LABELS = f"{TEST_LABELS.name}.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with copies of the test split's files, to be damaged."""
    for name in (IMAGES, LABELS):
        (tmp_path / name).write_bytes((CARRIED / name).read_bytes())
    return tmp_path


def problem(folder: Path) -> str:
    """The message of the error that loading the test split from `folder` raises."""
    with pytest.raises(DataError) as caught:
        Mnist(folder=str(folder)).load("test", seed=0)
    assert caught.value.exit_code == 4
    assert "reinstall tfgraph-mnist" in caught.value.help
    return str(caught.value)


def rewrite(path: Path, change: slice, to: bytes) -> None:
    """Change bytes of a compressed file."""
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[change] = to
    path.write_bytes(gzip.compress(bytes(content), 1))


def test_plugin_is_found_by_its_entry_point() -> None:
    (point,) = entry_points(group="tfgraph", name="mnist")
    assert point.dist is not None
    assert point.dist.name == "tfgraph-mnist"
    plan = tfgraph.loads("tfgraph: 1\ndata: mnist\nlayers: [flatten]")
    assert isinstance(plan.spec.data.component, Mnist)


def test_package_carries_the_licence_of_the_data() -> None:
    assert distribution("tfgraph-mnist").metadata["License-Expression"] == (
        "Apache-2.0 AND CC-BY-SA-3.0"
    )
    text = (CARRIED / "LICENSE").read_text(encoding="utf-8")
    assert all(name in text for name in ("LeCun", "Cortes", "Burges", "ShareAlike 3.0"))


@pytest.mark.parametrize(
    ("split", "examples", "first_labels"),
    [
        ("train", 55_000, [7, 3, 4, 6, 1, 8, 1, 0, 9, 8]),
        ("validation", 5_000, [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]),
        ("test", 10_000, [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]),
    ],
)
def test_splits_are_the_tutorials(split: str, examples: int, first_labels: list[int]) -> None:
    dataset = Mnist()
    arrays = dataset.load(split, seed=0)
    assert dataset.splits()[split] == examples
    assert arrays["image"].shape == (examples, 28, 28, 1)
    assert arrays["label"].shape == (examples,)
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.uint8)}
    assert arrays["label"][:10].tolist() == first_labels


def test_train_goes_on_where_validation_ends() -> None:
    images = np.concatenate([Mnist().load(s, seed=0)["image"] for s in ("validation", "train")])
    published = gzip.decompress((CARRIED / "train-images-idx3-ubyte.gz").read_bytes())
    assert images.tobytes() == published[16:]


def test_flattened_images_hold_the_same_pixels_row_by_row() -> None:
    flat = Mnist(flatten=True).load("test", seed=0)["image"]
    assert flat.shape == (10_000, 784)
    assert np.array_equal(flat, Mnist().load("test", seed=0)["image"].reshape(-1, 784))


def test_fields_are_images_of_28_by_28_and_ten_classes() -> None:
    fields = Mnist().fields()
    assert str(fields["image"].spec) == "[batch, 28, 28, 1]"
    assert (fields["label"].dtype, fields["label"].classes) == ("int32", 10)


def test_graph_sees_the_pixels_as_numbers_from_0_to_1() -> None:
    spec = """
        tfgraph: 1
        data: {mnist: {flatten: true}}
        layers:
          - corrupt: 1
        loss: {sum_squared_error: , target: image}
        optimizer: {gradient_descent: 0.1}
        """
    images = Mnist(flatten=True).load("test", seed=0)["image"][:100]
    loss = tfgraph.build(tfgraph.loads(spec)).evaluate(image=images)["loss"]
    np.testing.assert_allclose(loss, np.square(images / 255).sum(), rtol=1e-6)


def test_plain_and_compressed_files_give_the_same(folder: Path) -> None:
    plain = folder / TEST_LABELS.name
    plain.write_bytes(gzip.decompress((folder / LABELS).read_bytes()))
    (folder / LABELS).unlink()
    arrays = Mnist(folder=str(folder)).load("test", seed=0)
    expected = Mnist().load("test", seed=0)
    assert all(np.array_equal(arrays[name], expected[name]) for name in expected)


def test_folder_outside_the_specs_is_refused() -> None:
    with pytest.raises(tfgraph.SpecError, match=r"`\.\./elsewhere` leads out of"):
        tfgraph.loads("tfgraph: 1\ndata: {mnist: {folder: ../elsewhere}}\nlayers: [flatten]")


def test_missing_file_is_named(folder: Path) -> None:
    (folder / LABELS).unlink()
    assert problem(folder) == f"the data file `{folder / LABELS}` does not exist"


def test_truncated_gzip_is_damaged(folder: Path) -> None:
    path = folder / IMAGES
    path.write_bytes(path.read_bytes()[:-1000])
    assert problem(folder).startswith(f"the data file `{path}` is damaged: ")


def test_file_that_is_no_gzip_is_damaged(folder: Path) -> None:
    (folder / LABELS).write_bytes(b"<html>not found</html>")
    assert problem(folder).startswith(f"the data file `{folder / LABELS}` is damaged: ")


def test_bytes_changed_in_the_gzip_are_damage(folder: Path) -> None:
    path = folder / IMAGES
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4] = bytes(255 - byte for byte in content[middle : middle + 4])
    path.write_bytes(bytes(content))
    assert problem(folder).startswith(f"the data file `{path}` is damaged: ")


@pytest.mark.parametrize(
    ("change", "to", "expected"),
    [
        (slice(4), b"\x00\x00\x08\x01", "it starts with the bytes 00 00 08 01, not 00 00 08 03"),
        (slice(7, 8), b"\x11", "its header says 10001 × 28 × 28 values, not 10000 × 28 × 28"),
        (slice(10, None), b"", "its header ends after 10 bytes"),
        (slice(0, None), b"", "it starts with the bytes (none), not 00 00 08 03"),
        (slice(1000, None), b"", "it holds 1,000 bytes, not 7,840,016"),
        (slice(16, 16), b"\x00", "it holds more than 7,840,016 bytes"),
    ],
)
def test_header_and_length_that_do_not_fit_are_damage(
    folder: Path, change: slice, to: bytes, expected: str
) -> None:
    rewrite(folder / IMAGES, change, to)
    assert problem(folder) == f"the data file `{folder / IMAGES}` is damaged: {expected}"


def test_one_changed_label_is_damage(folder: Path) -> None:
    rewrite(folder / LABELS, slice(8, 9), b"\x01")
    assert re.search(
        f"is damaged: its SHA-256 is [0-9a-f]{{64}}, not {TEST_LABELS.sha256}$", problem(folder)
    )
