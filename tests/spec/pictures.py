"""A dataset for the specs of these tests: no test of theirs loads it."""

from tfgraph.api import DataPath, Dataset, Field, hookimpl, param


class Pictures(Dataset):
    """Pictures of 28 × 28 in ten classes."""

    type = "pictures"

    folder: DataPath | None = param("Where the pictures are.", default=None)
    flatten: bool = param("Each picture as one row of numbers.", default=False)

    def fields(self):
        shape = (784,) if self.flatten else (28, 28, 1)
        return {
            "image": Field(shape, stored="uint8", scale=1 / 255),
            "label": Field((), "int32", classes=10),
        }

    def target(self):
        return "label"

    def splits(self):
        return {"train": 100}


@hookimpl
def tfgraph_datasets():
    return [Pictures]
