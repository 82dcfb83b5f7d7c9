"""A run: training in calls of many steps, checkpoints, the run directory, prediction.

Importing it is cheap; TensorFlow loads when a graph is built.
"""

from tfgraph.run.directory import RunDirectory, next_directory
from tfgraph.run.interrupts import Interrupted
from tfgraph.run.progress import EpochRecord, Progress
from tfgraph.run.training import Run, train

__all__ = [
    "EpochRecord",
    "Interrupted",
    "Progress",
    "Run",
    "RunDirectory",
    "next_directory",
    "train",
]
