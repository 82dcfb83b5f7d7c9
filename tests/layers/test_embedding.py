"""embedding against Keras's."""

import keras
import numpy as np
import pytest

import tfgraph
from tests.layers.models import (
    assert_close,
    normal,
    output_of,
    plan_of,
    train_keras,
    trained_weights,
)
from tfgraph import SpecError
from tfgraph.errors import GraphError


@pytest.mark.parametrize("shape", [(4,), (3, 5), (2, 3, 4)])
@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8])
def test_embedding_is_that_of_keras(shape, dtype):
    x = np.random.default_rng(1).integers(0, 9, shape).astype(dtype)
    layer = keras.layers.Embedding(9, 4)
    theirs = layer(x)
    entry = {"embedding": {"units": 4, "vocabulary": 9}}
    assert_close(output_of(entry, x, weights={"embeddings": layer.get_weights()[0]}), theirs)


def test_embedding_learns_as_that_of_keras():
    x = np.random.default_rng(2).integers(0, 9, (6, 3)).astype(np.int32)
    y = normal(3, 6, 3, 4)
    layer = keras.layers.Embedding(9, 4)
    layer(x)
    entry = {"embedding": {"units": 4, "vocabulary": 9}}
    ours = trained_weights(entry, x, y, {"embeddings": layer.get_weights()[0]})
    train_keras(layer, x, y)
    assert_close(ours["embeddings"], layer.get_weights()[0])


def classes(count):
    return {"x0": {"shape": [3], "dtype": "int32", "classes": count}}


TOKENS = np.zeros((2, 3), np.int32)


def test_the_classes_of_the_input_are_the_vocabulary():
    plan = plan_of({"embedding": 4}, TOKENS, inputs=classes(7))
    assert plan.weights["layer/embeddings"].shape == (7, 4)


def test_an_integer_beyond_the_vocabulary_names_the_layer():
    graph = tfgraph.build(plan_of({"embedding": {"units": 4, "vocabulary": 3}}, TOKENS))
    with pytest.raises(GraphError, match=r"layer `layer` .*: indices\[0,0\] = 3 is not in"):
        graph.predict(TOKENS + 3)


@pytest.mark.parametrize(
    ("entry", "sections", "message"),
    [
        (
            {"embedding": 4},
            {},
            "`embedding` needs to know how many integers there are in [batch, 3] of int32",
        ),
        (
            {"embedding": {"units": 4, "vocabulary": 5}},
            {"inputs": classes(7)},
            "`embedding` has 5 vectors for 7 classes",
        ),
        ({"embedding": 4}, {"inputs": {"x0": [3]}}, "`embedding` needs integers, got float32"),
    ],
)
def test_what_does_not_fit_is_refused(entry, sections, message):
    with pytest.raises(SpecError) as caught:
        plan_of(entry, TOKENS, **sections)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("TG301", message)
