"""Recurrent layers over a sequence: lstm, gru, simple_rnn."""

from __future__ import annotations

import math
from typing import Literal

from tfgraph.api import Context, LayerFacts, Tensor, TensorSpec, WeightSpec, param
from tfgraph.layers.fused import lstm
from tfgraph.layers.recurrence import Recurrent, State
from tfgraph.lazy import tf


class LSTM(Recurrent):
    """Long short-term memory over the time axis.

    i, j, f, o = split(x[t] · kernel + h · recurrent_kernel + bias)
    c = c · sigmoid(f + forget_bias) + sigmoid(i) · tanh(j)
    h = tanh(c) · sigmoid(o)

    Shape: [batch, time, features] -> [batch, units], or [batch, time, units] with `sequence`;
    2 units with `bidirectional`.
    Weights: kernel [features, 4 units], recurrent_kernel [units, 4 units], bias [4 units], the
    gates in the order i, j, f, o; with `bidirectional` each twice, prefixed forward_ and backward_.
    Source: Hochreiter and Schmidhuber, 1997, "Long Short-Term Memory"; the forget gate from Gers
    et al., 2000, "Learning to Forget".
    """

    type = "lstm"
    also_known_as = ("LongShortTermMemory",)
    example = """
    inputs: {rows: [28, 28]}
    layers:
      - lstm: {units: 64, sequence: true}
      - lstm: 64
      - dense: 10
    """
    gates = 4
    states = 2

    forget_bias: float = param("Added to the forget gate.", default=1.0, also=("unit_forget_bias",))

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        build, batch = super().build, x.shape[0]
        if self.bidirectional or x.dtype != tf.float32 or batch is None or batch % 2:
            return build(x, weights, ctx)
        # A step needs the one before it, and is too small for more than one processor: two halves
        # of the batch go side by side, as two directions do.
        return tf.concat([build(half, weights, ctx) for half in tf.split(x, 2)], 0)

    def run(self, by_time: Tensor, weights: dict[str, Tensor], backwards: bool) -> Tensor:
        # The fused op knows no bfloat16, and sums in half precision.
        if by_time.dtype != tf.float32:
            return super().run(by_time, weights, backwards)
        steps = tf.reverse(by_time, [0]) if backwards else by_time
        found = lstm(steps, weights, self.forget_bias, sequence=self.sequence)
        if not self.sequence:
            return tf.ensure_shape(found, [None, self.units])
        outputs = tf.transpose(tf.reverse(found, [0]) if backwards else found, [1, 0, 2])
        return tf.ensure_shape(outputs, [None, by_time.shape[0], self.units])

    def step(self, projected: Tensor, state: State, weights: dict[str, Tensor]) -> State:
        h, c = state
        gates = projected + tf.matmul(h, weights["recurrent_kernel"])
        i, j, f, o = tf.split(gates, 4, axis=1)
        c = c * tf.sigmoid(f + self.forget_bias) + tf.sigmoid(i) * tf.tanh(j)
        return tf.tanh(c) * tf.sigmoid(o), c


class GRU(Recurrent):
    """Gated recurrent unit over the time axis.

    z, r, a = split(x[t] · kernel + bias), z', r', a' = split(h · recurrent_kernel + recurrent_bias)
    z = sigmoid(z + z'), r = sigmoid(r + r')
    h = z · h + (1 - z) · tanh(a + r · a')

    Without `reset_after` there is no recurrent_bias, and a' is the product of r · h with its part
    of the recurrent kernel: h = z · h + (1 - z) · tanh(a + a').

    Shape: [batch, time, features] -> [batch, units], or [batch, time, units] with `sequence`;
    2 units with `bidirectional`.
    Weights: kernel [features, 3 units], recurrent_kernel [units, 3 units], bias [3 units], and
    recurrent_bias [3 units] with `reset_after`, the gates in the order z, r, a; with
    `bidirectional` each twice, prefixed forward_ and backward_.
    Source: Cho et al., 2014, "Learning Phrase Representations using RNN Encoder-Decoder for
    Statistical Machine Translation"; `reset_after` is what cuDNN, Keras and PyTorch compute.
    """

    type = "gru"
    example = """
    inputs: {words: {shape: [40], dtype: int32, classes: 5000}}
    layers:
      - embedding: 64
      - gru: {units: 32, bidirectional: true}
      - dense: 1
    """
    gates = 3

    reset_after: bool = param(
        "Reset the state after its product with the recurrent kernel, which is quicker; before it, "
        "as first published, where false.",
        default=True,
    )

    def cell_weights(self, features: int, dtype: str) -> dict[str, WeightSpec]:
        found = super().cell_weights(features, dtype)
        if self.reset_after:
            found["recurrent_bias"] = found["bias"]
        return found

    def step(self, projected: Tensor, state: State, weights: dict[str, Tensor]) -> State:
        (h,) = state
        kernel = weights["recurrent_kernel"]
        sizes = [2 * self.units, self.units]
        from_input, new_input = tf.split(projected, sizes, axis=1)
        if self.reset_after:
            product = tf.nn.bias_add(tf.matmul(h, kernel), weights["recurrent_bias"])
            from_state, new_state = tf.split(product, sizes, axis=1)
        else:
            gates_kernel, new_kernel = tf.split(kernel, sizes, axis=1)
            from_state = tf.matmul(h, gates_kernel)
        z, r = tf.split(tf.sigmoid(from_input + from_state), 2, axis=1)
        reset = r * new_state if self.reset_after else tf.matmul(r * h, new_kernel)
        return (z * h + (1 - z) * tf.tanh(new_input + reset),)


class SimpleRNN(Recurrent):
    """A fully connected recurrent layer over the time axis.

    h = activation(x[t] · kernel + h · recurrent_kernel + bias)

    Shape: [batch, time, features] -> [batch, units], or [batch, time, units] with `sequence`;
    2 units with `bidirectional`.
    Weights: kernel [features, units], recurrent_kernel [units, units], bias [units]; with
    `bidirectional` each twice, prefixed forward_ and backward_.
    Source: Elman, 1990, "Finding Structure in Time".
    """

    type = "simple_rnn"
    also_known_as = ("RNN", "VanillaRNN", "Elman")
    example = """
    inputs: {series: [null, 3]}
    layers:
      - simple_rnn: {units: 32, activation: tanh}
      - dense: 1
    """
    gates = 1

    activation: Literal["tanh", "relu"] = param(
        "Of the new state.", default="tanh", also=("act", "nonlinearity")
    )

    def step(self, projected: Tensor, state: State, weights: dict[str, Tensor]) -> State:
        function = tf.tanh if self.activation == "tanh" else tf.nn.relu
        return (function(projected + tf.matmul(state[0], weights["recurrent_kernel"])),)

    def facts(self, x: TensorSpec) -> LayerFacts:
        return super().facts(x) if self.activation == "tanh" else LayerFacts((0.0, math.inf))
