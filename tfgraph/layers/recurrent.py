"""Recurrent layers over a sequence: lstm, gru, simple_rnn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from tfgraph.api import (
    Context,
    Initializer,
    LayerFacts,
    ParameterError,
    Tensor,
    TensorSpec,
    WeightSpec,
    param,
)
from tfgraph.layers.regularisation import Regularised
from tfgraph.lazy import tf

#: Sequences up to this length are laid out step by step: half the time a step takes in a loop,
#: bought with a tenth of a second a step to build the graph. Longer ones, and those whose length
#: only the data knows, run in a loop (measured on lstm, 32 units, two cores).
UNROLLED_STEPS = 100

State = tuple[Tensor, ...]


class Recurrent(Regularised):
    """Abstract: a cell that goes over the time axis, in one direction or in both.

    The kernel and the bias project the inputs of all steps in one product; what is left to each
    step is the product with the state.
    """

    #: How many units' worth of numbers a cell projects its input to.
    gates: ClassVar[int]
    #: How many tensors [batch, units] the state consists of; the first one is the output.
    states: ClassVar[int] = 1

    units: int = param(
        "Size of the state and of the output.",
        minimum=1,
        primary=True,
        also=("hidden_size", "num_units", "state_size"),
    )
    sequence: bool = param(
        "Give the output of every step, not only the last.",
        default=False,
        also=("return_sequences", "return_sequence"),
    )
    go_backwards: bool = param(
        "Go from the last step to the first; the outputs stay at the place of their inputs.",
        default=False,
        also=("reverse",),
    )
    bidirectional: bool = param(
        "Go both ways, with weights of their own, and put both outputs side by side.",
        default=False,
        also=("bidir",),
    )
    init: Initializer = param(
        "First values of the kernel.",
        default="glorot_uniform",
        also=("kernel_initializer",),
    )
    recurrent_init: Initializer = param(
        "First values of the recurrent kernel.",
        default="orthogonal",
        also=("recurrent_initializer",),
    )
    bias_init: Initializer = param(
        "First values of the bias.", default="zeros", also=("bias_initializer",)
    )

    def check_parameters(self) -> None:
        if self.bidirectional and self.go_backwards:
            raise ParameterError(
                "has no use for `go_backwards` beside `bidirectional`, which goes both ways",
                help="remove one of them",
                parameter="go_backwards",
            )

    def infer(self, x: TensorSpec) -> TensorSpec:
        x.expect("batch time features")
        x.expect_floating()
        x.known(2, "features")
        steps = (x.shape[1],) if self.sequence else ()
        return x.with_shape((None, *steps, self.units * len(self.directions)))

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        cell = self.cell_weights(x.known(2, "features"), x.dtype)
        return {f"{way}{name}": spec for way in self.directions for name, spec in cell.items()}

    def cell_weights(self, features: int, dtype: str) -> dict[str, WeightSpec]:
        """The weights of one direction."""
        width = self.gates * self.units
        return {
            "kernel": self.regularised((features, width), self.init, dtype),
            "recurrent_kernel": WeightSpec((self.units, width), self.recurrent_init, dtype),
            "bias": WeightSpec((width,), self.bias_init, dtype),
        }

    def facts(self, x: TensorSpec) -> LayerFacts:
        return LayerFacts(output_range=(-1.0, 1.0))

    @property
    def directions(self) -> Mapping[str, bool]:
        """The prefix of each direction's weights, and whether it goes backwards."""
        if self.bidirectional:
            return {"forward_": False, "backward_": True}
        return {"": self.go_backwards}

    def build(self, x: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        # Time first, so that a step is one slice.
        by_time = tf.transpose(x, [1, 0, 2])
        outputs = []
        for way, backwards in self.directions.items():
            own = {
                name.removeprefix(way): weights[name] for name in weights if name.startswith(way)
            }
            outputs.append(self.run(by_time, own, backwards))
        return outputs[0] if len(outputs) == 1 else tf.concat(outputs, -1)

    def run(self, by_time: Tensor, weights: dict[str, Tensor], backwards: bool) -> Tensor:
        """One direction over [time, batch, features]: the last output, or all of them."""
        flat = tf.reshape(by_time, [-1, by_time.shape[2]])
        projected = tf.nn.bias_add(tf.matmul(flat, weights["kernel"]), weights["bias"])
        time, batch = tf.shape(by_time)[0], tf.shape(by_time)[1]
        known = by_time.shape[0]
        width = self.gates * self.units
        steps = tf.reshape(projected, [time if known is None else known, batch, width])
        state = (tf.zeros([batch, self.units], by_time.dtype),) * self.states
        if known is None or known > UNROLLED_STEPS:
            return self.loop(steps, state, weights, backwards)
        # `steps[t]` in place of `unstack` makes the gradient three times slower.
        found = []
        for step in reversed(tf.unstack(steps)) if backwards else tf.unstack(steps):
            state = self.step(step, state, weights)
            found.append(state[0])
        if not self.sequence:
            return found[-1]
        return tf.stack(found[::-1] if backwards else found, axis=1)

    def loop(
        self, steps: Tensor, state: State, weights: dict[str, Tensor], backwards: bool
    ) -> Tensor:
        """The rest of `run` as a loop in the graph."""
        count = tf.shape(steps)[0]
        inputs = tf.TensorArray(steps.dtype, count).unstack(steps)
        found = tf.TensorArray(
            steps.dtype, count if self.sequence else 0, element_shape=[None, self.units]
        )

        def body(done: Tensor, found: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
            time = count - 1 - done if backwards else done
            state = self.step(inputs.read(time), state, weights)
            return done + 1, found.write(time, state[0]) if self.sequence else found, state

        _, found, state = tf.while_loop(
            lambda done, *_: done < count, body, (tf.constant(0), found, state)
        )
        if not self.sequence:
            return state[0]
        outputs = tf.transpose(found.stack(), [1, 0, 2])
        return tf.ensure_shape(outputs, [None, steps.shape[0], self.units])

    def step(self, projected: Tensor, state: State, weights: dict[str, Tensor]) -> State:
        """The state after one step, from the projected input [batch, gates · units]."""
        raise NotImplementedError


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

    def run(self, by_time: Tensor, weights: dict[str, Tensor], backwards: bool) -> Tensor:
        if by_time.dtype != tf.float32:
            return super().run(by_time, weights, backwards)
        # One op for all steps: a training step takes two thirds of the time (lstm of the tutorial,
        # two cores). It knows no bfloat16, and sums in half precision.
        batch = tf.shape(by_time)[1]
        nothing = tf.zeros([batch, self.units])
        unused = tf.zeros([self.units])
        found = tf.raw_ops.BlockLSTM(
            seq_len_max=tf.shape(by_time, out_type=tf.int64)[0],
            x=tf.reverse(by_time, [0]) if backwards else by_time,
            cs_prev=nothing,
            h_prev=nothing,
            w=tf.concat([weights["kernel"], weights["recurrent_kernel"]], 0),
            wci=unused,
            wcf=unused,
            wco=unused,
            b=weights["bias"],
            forget_bias=self.forget_bias,
            cell_clip=-1.0,
            use_peephole=False,
        ).h
        if not self.sequence:
            if by_time.shape[0] is None:  # there may be no step at all
                found = tf.concat([nothing[None], found], 0)
            return tf.ensure_shape(found[-1], [None, self.units])
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
