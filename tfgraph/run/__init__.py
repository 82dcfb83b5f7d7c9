"""A run: training in calls of many steps, the directory it leaves, and working with it afterwards."""

from tfgraph.run.directory import RunDirectory, next_directory
from tfgraph.run.interrupts import Interrupted
from tfgraph.run.opening import open_run
from tfgraph.run.prediction import predict
from tfgraph.run.progress import EpochRecord, Progress
from tfgraph.run.training import Run, evaluate, train

__all__ = [
    "EpochRecord",
    "Interrupted",
    "Progress",
    "Run",
    "RunDirectory",
    "evaluate",
    "next_directory",
    "open_run",
    "predict",
    "train",
]
