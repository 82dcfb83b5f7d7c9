"""The denoising autoencoder's decoder goes back through the encoder's kernel and has none itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tfgraph_mnist import Mnist

import tfgraph

SPEC = Path(__file__).parents[2] / "specs" / "tutorial" / "denoising_autoencoder.yaml"


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return Mnist(flatten=True).load("test", seed=0)["image"][:640]


@pytest.fixture(scope="module")
def graphs(images: np.ndarray) -> tuple[tfgraph.Graph, tfgraph.Graph]:
    """The model as it starts, and after five steps, without corruption."""
    text = SPEC.read_text(encoding="utf-8")
    assert "corrupt: 0.3" in text
    plan = tfgraph.loads(text.replace("corrupt: 0.3", "corrupt: 0"))
    started, trained = tfgraph.build(plan), tfgraph.build(plan)
    trained.train(steps=5, image=images)
    return started, trained


def test_decoder_owns_its_bias_only(graphs: tuple[tfgraph.Graph, tfgraph.Graph]) -> None:
    for graph in graphs:
        assert set(graph.weights) == {"encoder/kernel", "encoder/bias", "decoder/bias"}
        shapes = sorted(variable.shape.as_list() for variable in graph.trainable_variables)
        assert shapes == [[500], [784], [784, 500]]
    decoder = graphs[0].plan.layer("decoder")
    assert decoder.weights["kernel"].shape == (500, 784)
    assert decoder.weights["kernel"].size == 0


def test_decoders_kernel_is_the_encoders_transposed_bit_for_bit_before_and_after_training(
    graphs: tuple[tfgraph.Graph, tfgraph.Graph],
) -> None:
    for graph in graphs:
        encoder = graph.weights["encoder/kernel"].numpy()
        decoder = graph.weight("decoder/kernel").numpy()
        assert decoder.shape == (500, 784)
        assert decoder.tobytes() == encoder.T.tobytes()
    started, trained = (graph.weights["encoder/kernel"].numpy() for graph in graphs)
    assert np.abs(started - trained).max() > 0.01


def test_reconstruction_goes_through_one_kernel(
    graphs: tuple[tfgraph.Graph, tfgraph.Graph], images: np.ndarray
) -> None:
    x = images / np.float32(255)
    for graph in graphs:
        kernel = graph.weights["encoder/kernel"].numpy()
        code = sigmoid(x @ kernel + graph.weights["encoder/bias"].numpy())
        expected = sigmoid(code @ kernel.T + graph.weights["decoder/bias"].numpy())
        (restored,) = graph.predict(x.astype(np.float32)).values()
        np.testing.assert_allclose(restored, expected, atol=1e-5)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(x / 2)) / 2
