"""The dataset `mnist`, and what its files are known to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfgraph.api import DataPath, Dataset, Field, param
from tfgraph_mnist.idx import IdxFile, read_idx

#: The files that come with the package.
CARRIED = Path(__file__).parent / "data"

TRAIN_IMAGES = IdxFile(
    "train-images-idx3-ubyte",
    (60_000, 28, 28),
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
)
TRAIN_LABELS = IdxFile(
    "train-labels-idx1-ubyte",
    (60_000,),
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
)
TEST_IMAGES = IdxFile(
    "t10k-images-idx3-ubyte",
    (10_000, 28, 28),
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
)
TEST_LABELS = IdxFile(
    "t10k-labels-idx1-ubyte",
    (10_000,),
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
)

#: The images and labels of a split, and its rows among them.
SPLITS = {
    "train": (TRAIN_IMAGES, TRAIN_LABELS, range(5_000, 60_000)),
    "validation": (TRAIN_IMAGES, TRAIN_LABELS, range(5_000)),
    "test": (TEST_IMAGES, TEST_LABELS, range(10_000)),
}


class Mnist(Dataset):
    """The MNIST database of handwritten digits: 28 × 28 grey pixels, ten classes.

    Fields: image, float32 in [0, 1], [28, 28, 1] or [784]; label, the digit, which is the target.
    Splits: validation, the first 5,000 of the 60,000 training images; train, the other 55,000;
    test, 10,000.
    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits"; CC BY-SA 3.0.
    """

    type = "mnist"
    example = """
    data: {mnist: {flatten: true}}
    layers:
      - dense: {units: 128, activation: relu}
      - dense: 10
    loss: softmax_cross_entropy
    optimizer: {adam: 0.001}
    metrics: [accuracy]
    """

    flatten: bool = param("Images as vectors of 784 numbers.", default=False)
    folder: DataPath | None = param(
        "A folder with the four IDX files, plain or with .gz; null: those in the package.",
        default=None,
        also=("path", "root", "directory", "data_dir"),
    )

    def fields(self) -> dict[str, Field]:
        shape = (784,) if self.flatten else (28, 28, 1)
        return {
            "image": Field(shape, stored="uint8", scale=1 / 255, doc="Pixels from 0 to 1."),
            "label": Field((), "int32", classes=10, stored="uint8", doc="The digit."),
        }

    def target(self) -> str:
        return "label"

    def splits(self) -> dict[str, int]:
        return {split: len(rows) for split, (_, _, rows) in SPLITS.items()}

    def load(self, split: str, seed: int) -> dict[str, Any]:
        images, labels, rows = SPLITS[split]
        folder = CARRIED if self.folder is None else Path(self.folder)
        cut = slice(rows.start, rows.stop)
        shape = (len(rows), *self.fields()["image"].shape)
        return {
            "image": read_idx(folder, images)[cut].reshape(shape),
            "label": read_idx(folder, labels)[cut],
        }
