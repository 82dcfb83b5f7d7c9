"""Recurrent layers over a sequence: lstm."""

from __future__ import annotations

from tfgraph.api import Context, Initializer, Layer, Tensor, TensorSpec, WeightSpec, param
from tfgraph.lazy import tf


class LSTM(Layer):
    """Long short-term memory over the time axis.

    i, j, f, o = split(x[t] · kernel + h · recurrent_kernel + bias)
    c = c · sigmoid(f + forget_bias) + sigmoid(i) · tanh(j)
    h = tanh(c) · sigmoid(o)

    Shape: [batch, time, features] -> [batch, units], or [batch, time, units] with `sequence`.
    Weights: kernel [features, 4 units], recurrent_kernel [units, 4 units], bias [4 units], the
    gates in the order i, j, f, o.
    Source: Hochreiter and Schmidhuber, 1997, "Long Short-Term Memory"; the forget gate from Gers
    et al., 2000, "Learning to Forget".
    """

    type = "lstm"

    units: int = param("Size of the state and of the output.", minimum=1, primary=True)
    sequence: bool = param("Give the output of every step, not only the last.", default=False)
    forget_bias: float = param("Added to the forget gate.", default=1.0)
    init: Initializer = param("First values of the kernel.", default="glorot_uniform")
    recurrent_init: Initializer = param(
        "First values of the recurrent kernel.", default="glorot_uniform"
    )
    bias_init: Initializer = param("First values of the bias.", default="zeros")

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect("batch time features")
        x.expect_floating()
        x.known(2, "features")
        x.known(1, "time")
        steps = (x.shape[1],) if self.sequence else ()
        return x.with_shape((None, *steps, self.units))

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        gates = 4 * self.units
        return {
            "kernel": WeightSpec((x.known(2, "features"), gates), self.init, x.dtype),
            "recurrent_kernel": WeightSpec((self.units, gates), self.recurrent_init, x.dtype),
            "bias": WeightSpec((gates,), self.bias_init, x.dtype),
        }

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        # One product projects the inputs of all steps; time first, so that a step is one slice.
        by_time = tf.transpose(x, [1, 0, 2])
        flat = tf.reshape(by_time, [-1, x.shape[2]])
        projected = tf.nn.bias_add(tf.matmul(flat, weights["kernel"]), weights["bias"])
        steps = tf.reshape(projected, [x.shape[1], -1, 4 * self.units])
        batch = tf.shape(x)[0]
        h = c = tf.zeros([batch, self.units], x.dtype)
        outputs = []
        for step in tf.unstack(steps):
            gates = step + tf.matmul(h, weights["recurrent_kernel"])
            i, j, f, o = tf.split(gates, 4, axis=1)
            c = c * tf.sigmoid(f + self.forget_bias) + tf.sigmoid(i) * tf.tanh(j)
            h = tf.tanh(c) * tf.sigmoid(o)
            outputs.append(h)
        return tf.stack(outputs, axis=1) if self.sequence else h
