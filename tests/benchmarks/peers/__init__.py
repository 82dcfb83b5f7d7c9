"""Peers: what trains the tutorial's models beside tfgraph, each in a module and a process of its own.

All get the same task: initial weights by their names in the specs, rows in their order, and the
batch size. They differ in how the step is written and run, and in nothing that it computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

#: The trained models of the tutorial, and how many steps one turn takes: whole epochs, or a share
#: of one without a remainder, so that no turn runs over the end of an epoch.
TURNS = {
    "linear_regression": 505,
    "logistic_regression": 429,
    "mlp": 429,
    "deep_mlp": 429,
    "denoising_autoencoder": 429,
    "lstm": 143,
    "cnn": 39,
}
#: The models whose steps draw masks.
MASKED = ("deep_mlp", "denoising_autoencoder", "cnn")
#: Kernels that start larger than the tutorial's, from which hundreds of steps hardly move the loss:
#: whoever trained less would not be seen.
LARGER = {"cnn": 5.0}
#: The peers by name: their module, the package they need, and what the tables call them.
MODULES = {
    "tfgraph": "graph",
    "session": "session",
    "keras": "keras_fit",
    "torch": "pytorch",
    "jax": "jax_scan",
}
TITLES = {
    "tfgraph": "tfgraph",
    "session": "session loop",
    "keras": "Keras fit",
    "torch": "PyTorch eager",
    "jax": "JAX scan",
}
PACKAGES = {
    "tfgraph": "tensorflow",
    "session": "tensorflow",
    "keras": "keras",
    "torch": "torch",
    "jax": "jax",
}
#: Slots of RMSProp start at 1, and its epsilon stands under the root, as in TensorFlow's first.
RMSPROP = {"learning_rate": 0.001, "decay": 0.9, "epsilon": 1e-10}

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Task:
    """A model to train: the rows as they are stored, and the weights to start from."""

    model: str
    batch: int
    masks: bool
    arrays: Arrays
    initial: Arrays

    @property
    def epoch(self) -> int:
        """The steps that pass over all rows once, without what remains at the end."""
        return len(next(iter(self.arrays.values()))) // self.batch

    def at(self, step: int) -> int:
        """The row that a step's batch begins with; the batches of an epoch follow one another."""
        return step % self.epoch * self.batch

    def rate(self, rate: float) -> float:
        """A share of values to drop, 0 where the comparison is to be exact."""
        return rate if self.masks else 0.0

    def images(self) -> np.ndarray:
        """The images as float32 from 0 to 1."""
        return self.arrays["image"].astype(np.float32) * np.float32(1 / 255)

    def save(self, path: Path) -> None:
        """Write the task to a file, for the processes of the other peers."""
        facts = {"model": self.model, "batch": self.batch, "masks": self.masks}
        arrays = {f"array {name}": value for name, value in self.arrays.items()}
        initial = {f"initial {name}": value for name, value in self.initial.items()}
        np.savez(path, **facts, **arrays, **initial)

    @classmethod
    def load(cls, path: Path) -> Task:
        """Read a task from a file."""
        with np.load(path) as file:
            held = {name: file[name] for name in file.files}
        kinds: dict[str, dict[str, np.ndarray]] = {"array": {}, "initial": {}}
        for name, value in held.items():
            kind, _, rest = name.partition(" ")
            if kind in kinds:
                kinds[kind][rest] = value
        return cls(
            str(held["model"]),
            int(held["batch"]),
            bool(held["masks"]),
            kinds["array"],
            kinds["initial"],
        )


class Peer(Protocol):
    """A task made ready. Each call of `run` goes on from the step that the last one ended with."""

    def run(self, steps: int) -> None:
        """Make so many steps; it returns when the last weight is written."""

    def weights(self) -> Arrays:
        """The weights by their names in the specs, in the shapes that they have there."""
