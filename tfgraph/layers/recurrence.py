"""Recurrence: how a cell goes over the time axis, whatever it computes in a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

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
from tfgraph.layers.kernels import Regularised
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
