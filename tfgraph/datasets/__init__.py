"""Datasets that come with tfgraph."""

from tfgraph.api import Dataset
from tfgraph.datasets.linear import Linear

DATASETS: list[type[Dataset]] = [Linear]
