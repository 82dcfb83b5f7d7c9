"""Initializers without randomness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfgraph.api import Initializer, InitializerFacts, ShapeError, Tensor, param
from tfgraph.lazy import tf


class Zeros(Initializer):
    """All values 0."""

    type = "zeros"
    also_known_as = ("Zero",)
    example = """
    inputs: {x: [20]}
    layers:
      - matmul: {units: 1, init: zeros, bias: true, bias_init: zeros}
    """

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        return tf.zeros(shape, dtype)

    def facts(self) -> InitializerFacts:
        return InitializerFacts(0.0)


class Ones(Initializer):
    """All values 1."""

    type = "ones"
    also_known_as = ("One",)
    example = """
    inputs: {image: [32, 32, 3]}
    layers:
      - conv2d: 16
      - batch_norm: {scale_init: ones}
    """

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        return tf.ones(shape, dtype)

    def facts(self) -> InitializerFacts:
        return InitializerFacts(1.0)


class Constant(Initializer):
    """All values one number; a bare number in a spec is short for it."""

    type = "constant"
    also_known_as = ("Const",)
    example = """
    inputs: {x: [20]}
    layers:
      - dense: {units: 64, activation: relu, bias_init: 0.1}
    """

    value: float = param("The number.", primary=True, also=("val", "constant"))

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        return tf.fill(shape, tf.constant(self.value, dtype))

    def facts(self) -> InitializerFacts:
        return InitializerFacts(self.value)


class Identity(Initializer):
    """A matrix with `gain` on its diagonal and 0 elsewhere."""

    type = "identity"
    also_known_as = ("Eye", "IdentityInitializer")
    example = """
    inputs: {series: [100, 3]}
    layers:
      - simple_rnn: {units: 32, activation: relu, recurrent_init: identity}
    """

    gain: float = param("The value on the diagonal.", default=1.0, primary=True, also=("scale",))

    def check(self, shape: Sequence[int]) -> None:
        if len(shape) != 2:
            raise ShapeError(f"cannot fill a weight {list(shape)} with `identity`: not a matrix")

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        return self.gain * tf.eye(shape[0], shape[1], dtype=dtype)
