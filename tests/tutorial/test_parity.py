"""tfgraph's training step is the tutorial's, number for number.

With equal initial weights, equal batches in equal order and no dropout, every weight after 20 steps
on real MNIST images is that of an independent implementation: max |ours - theirs| is at most 1e-5
of max |theirs|, weight by weight. Both run in one process, and so with the same kernels.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from tfgraph_mnist import Mnist

import tfgraph
from tests.tutorial import sessions

TUTORIAL = Path(__file__).parents[2] / "specs" / "tutorial"
STEPS = 20
BATCH = 128
TOLERANCE = 1e-5

Arrays = dict[str, np.ndarray]


def spec_without_masks(name: str, stddev: float) -> str:
    """The spec as shipped but for this: nothing is dropped or corrupted, and its stddev of 0.01."""
    text = (TUTORIAL / f"{name}.yaml").read_text(encoding="utf-8")
    spec = yaml.safe_load(text.replace("normal: 0.01", f"normal: {stddev}"))
    for entry in spec["layers"]:
        for masking in {"dropout", "corrupt"} & set(entry):
            entry[masking] = 0
    return yaml.safe_dump(spec, sort_keys=False)


@pytest.fixture(scope="module")
def rows() -> Arrays:
    arrays = Mnist().load("train", seed=0)
    return {name: array[: STEPS * BATCH] for name, array in arrays.items()}


def weights_of_both(name: str, rows: Arrays, stddev: float) -> tuple[Arrays, Arrays, Arrays]:
    """The initial weights, and those after 20 steps: tfgraph's, and the session's."""
    plan = tfgraph.loads(spec_without_masks(name, stddev))
    graph = tfgraph.build(plan)
    initial = {weight: variable.numpy() for weight, variable in graph.weights.items()}
    images = rows["image"].reshape(-1, *plan.fields["image"].shape)
    stored = {"image": images, "label": rows["label"]}
    graph.train(steps=STEPS, **{field: stored[field] for field in graph.stored})
    ours = {weight: variable.numpy() for weight, variable in graph.weights.items()}

    scaled = images.astype(np.float32) * np.float32(1 / 255)
    one_hot = np.eye(10, dtype=np.float32)[rows["label"]]
    starts = range(0, STEPS * BATCH, BATCH)
    batches = [{"image": scaled[s : s + BATCH], "label": one_hot[s : s + BATCH]} for s in starts]
    theirs = sessions.trained(sessions.MODELS[name], initial, batches)
    assert set(theirs) == set(ours)
    return initial, ours, theirs


@pytest.mark.parametrize("name", sessions.MODELS)
def test_weights_after_20_steps_are_those_of_a_session(name: str, rows: Arrays) -> None:
    _, ours, theirs = weights_of_both(name, rows, stddev=0.01)
    for weight, expected in theirs.items():
        error = np.abs(ours[weight] - expected).max()
        assert error <= TOLERANCE * np.abs(expected).max(), weight


@pytest.mark.parametrize("name", sorted(set(sessions.MODELS) - {"denoising_autoencoder"}))
def test_so_are_weights_that_start_large_enough_to_move_far(name: str, rows: Arrays) -> None:
    # From weights as small as the tutorial's, 20 steps of RMSProp move some by less than the
    # tolerance. (The autoencoder's start larger, and all of them move.)
    initial, ours, theirs = weights_of_both(name, rows, stddev=0.1)
    for weight, expected in theirs.items():
        size = np.abs(expected).max()
        assert np.abs(expected - initial[weight]).max() > 50 * TOLERANCE * size, weight
        assert np.abs(ours[weight] - expected).max() <= TOLERANCE * size, weight
