"""The published results of the tutorial's models, and what ours must reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """One model's result as published, after the tutorial's number of epochs.

    Args:
        model: the name of the spec in specs/tutorial/.
        epochs: how long it was trained.
        measure: what is measured, ours on the full test set.
        value: the published figure after the last epoch.
        note: how the published figure was taken, where it was otherwise.
        least, most: the bounds that ours must keep.
    """

    model: str
    epochs: int
    measure: str
    value: float
    note: str = ""
    least: float = float("-inf")
    most: float = float("inf")

    def reached_by(self, value: float) -> bool:
        """Whether a figure of ours keeps the bounds."""
        return self.least <= value <= self.most

    @property
    def bound(self) -> str:
        """The bounds in words."""
        if self.least == float("-inf"):
            return f"≤ {shown(self.most)}"
        if self.most == float("inf"):
            return f"≥ {shown(self.least)}"
        return f"{shown(self.least)} to {shown(self.most)}"


def shown(value: float) -> str:
    """A figure as the table has it."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4f}".rstrip("0").rstrip(".")


ON_256 = "on 256 random test images"

PUBLISHED = [
    Published("linear_regression", 100, "weight; the data's slope is 2", 2.0185, "", 1.9, 2.1),
    Published("logistic_regression", 100, "test accuracy", 0.9236, "", 0.921),
    Published("mlp", 100, "test accuracy", 0.9548, "", 0.950),
    Published("deep_mlp", 100, "test accuracy", 0.9846, "", 0.981),
    Published("cnn", 10, "test accuracy", 0.9961, ON_256, 0.990),
    Published("denoising_autoencoder", 100, "sum of squared errors", 56243.789, "", most=58_000),
    Published("lstm", 100, "test accuracy", 0.9766, ON_256, 0.972),
]
