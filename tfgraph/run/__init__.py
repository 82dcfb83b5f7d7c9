"""A run: training in calls of many steps, the directory it leaves, and working with it afterwards."""

from tfgraph.errors import Interrupted
from tfgraph.run.course import Run
from tfgraph.run.directory import RunDirectory
from tfgraph.run.evaluation import evaluate
from tfgraph.run.events import Outcome, Record, RunInfo
from tfgraph.run.making import next_directory
from tfgraph.run.opening import open_run
from tfgraph.run.prediction import predict
from tfgraph.run.training import resume, train

__all__ = [
    "Interrupted",
    "Outcome",
    "Record",
    "Run",
    "RunDirectory",
    "RunInfo",
    "evaluate",
    "next_directory",
    "open_run",
    "predict",
    "resume",
    "train",
]
