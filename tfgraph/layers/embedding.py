"""Embedding: a vector for each token or class."""

from __future__ import annotations

from tfgraph.api import (
    Context,
    Initializer,
    Layer,
    ShapeError,
    Tensor,
    TensorSpec,
    WeightSpec,
    param,
)
from tfgraph.api.tensors import INTEGERS
from tfgraph.lazy import tf


class Embedding(Layer):
    """A trained vector for each integer from 0 to `vocabulary` - 1.

    Shape: [batch, …] of integers -> [batch, …, units].
    Weights: embeddings [vocabulary, units].
    """

    type = "embedding"
    also_known_as = ("Embed", "WordEmbedding")
    example = """
    inputs: {words: {shape: [40], dtype: int32, classes: 5000}}
    layers:
      - embedding: 64
      - lstm: 32
      - dense: 1
    """

    units: int = param(
        "Size of the vectors.",
        minimum=1,
        primary=True,
        also=("output_dim", "embedding_dim", "embed_dim", "embedding_size", "features"),
    )
    vocabulary: int | None = param(
        "The number of different integers; that of the input's classes if not given.",
        default=None,
        minimum=1,
        also=("input_dim", "num_embeddings", "vocab_size", "vocabulary_size"),
    )
    init: Initializer = param(
        "First values of the vectors.",
        default={"uniform": 0.05},
        also=("embeddings_initializer", "initializer"),
    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        if x.dtype not in INTEGERS:
            raise ShapeError(f"needs integers, got {x.dtype}")
        if x.classes is not None and x.classes > self.size(x):
            raise ShapeError(
                f"has {self.size(x)} vectors for {x.classes} classes",
                help=f"give `vocabulary` at least {x.classes}, or leave it out",
                parameter="vocabulary",
            )
        return TensorSpec((*x.shape, self.units))

    def size(self, x: TensorSpec) -> int:
        """The number of vectors; ShapeError where neither parameter nor input says it."""
        size = x.classes if self.vocabulary is None else self.vocabulary
        if size is None:
            raise ShapeError(
                f"needs to know how many integers there are in {x}", help="give `vocabulary`"
            )
        return size

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        return {"embeddings": WeightSpec((self.size(x), self.units), self.init)}

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        return tf.gather(weights["embeddings"], tf.cast(x, tf.int64))
