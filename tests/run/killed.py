"""A plugin file for the runs that are killed: small images by class, and a layer with state."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Dataset, Field, Layer, TensorSpec, WeightSpec, hookimpl, param
from tfgraph.lazy import np, tf

CLASSES, SIDE = 4, 8
SIZES = {"train": 200, "validation": 40}


class Blots(Dataset):
    """Noise around a bright quarter of an image, which is its class."""

    type = "blots"
    flatten: bool = param("Images as vectors.", default=False)

    def fields(self) -> dict[str, Field]:
        shape = (SIDE * SIDE,) if self.flatten else (SIDE, SIDE, 1)
        return {
            "image": Field(shape, stored="uint8", scale=1 / 255),
            "label": Field((), "int32", classes=CLASSES),
        }

    def target(self) -> str:
        return "label"

    def splits(self) -> dict[str, int]:
        return SIZES

    def load(self, split: str, seed: int) -> dict[str, Any]:
        draws = np.random.default_rng(list(split.encode()))
        labels = draws.integers(CLASSES, size=SIZES[split])
        images = draws.integers(120, size=(len(labels), SIDE, SIDE, 1))
        half = SIDE // 2
        for image, label in zip(images, labels):
            top, left = label // 2 * half, label % 2 * half
            image[top : top + half, left : left + half] += 100
        shape = self.fields()["image"].shape
        return {
            "image": images.reshape(-1, *shape).astype(np.uint8),
            "label": labels.astype(np.int32),
        }


class Drifting(Layer):
    """Noise of the step, and a slow mean that training moves without a gradient."""

    type = "drifting"

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        return {
            "scale": WeightSpec(x.shape[1:], 1.0),
            "mean": WeightSpec(x.shape[1:], 0.0, trainable=False),
        }

    def build(self, x: Any, weights: Any, ctx: Any) -> Any:
        if ctx.training:
            ctx.update("mean", 0.9 * weights["mean"] + 0.1 * tf.reduce_mean(x, 0))
            x += 0.1 * tf.random.stateless_normal(tf.shape(x), ctx.seed())
        return (x - weights["mean"]) * weights["scale"]


@hookimpl
def tfgraph_datasets() -> list[type[Dataset]]:
    """The dataset `blots`."""
    return [Blots]


@hookimpl
def tfgraph_layers() -> list[type[Layer]]:
    """The layer `drifting`."""
    return [Drifting]
