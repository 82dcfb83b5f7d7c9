"""The MNIST database of handwritten digits as a tfgraph dataset."""

from __future__ import annotations

from tfgraph.api import Dataset, hookimpl
from tfgraph_mnist.mnist import Mnist

__all__ = ["Mnist"]


@hookimpl
def tfgraph_datasets() -> list[type[Dataset]]:
    """The dataset `mnist`."""
    return [Mnist]
