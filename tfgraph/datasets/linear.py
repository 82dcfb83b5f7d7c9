"""A line with noise."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Dataset, Field, param, seed_of
from tfgraph.lazy import np


class Linear(Dataset):
    """Points of a line with normal noise: y = slope · x + intercept + noise.

    `x` runs evenly from -1 to 1. Fields: x and y, both scalars; y is the target.
    Splits: train, and test with noise of its own.
    """

    type = "linear"
    example = """
    data: {linear: {points: 200, slope: 3, intercept: -1, noise: 0.1}}
    layers:
      - reshape: [1]
      - dense: 1
      - reshape: []
    """

    points: int = param("The number of points in each split.", default=101, minimum=2)
    slope: float = param("The slope.", default=2.0)
    intercept: float = param("The value at 0.", default=0.0)
    noise: float = param("Standard deviation of the noise.", default=0.33, minimum=0)

    def fields(self) -> dict[str, Field]:
        return {
            "x": Field((), doc="Position, from -1 to 1."),
            "y": Field((), doc="The line's value with noise."),
        }

    def target(self) -> str:
        return "y"

    def splits(self) -> dict[str, int]:
        return {"train": self.points, "test": self.points}

    def load(self, split: str, seed: int) -> dict[str, Any]:
        draws = np.random.default_rng(seed_of(seed, self.type, split))
        x = np.linspace(-1, 1, self.points)
        y = self.slope * x + self.intercept + draws.normal(size=self.points) * self.noise
        return {"x": x.astype(np.float32), "y": y.astype(np.float32)}
