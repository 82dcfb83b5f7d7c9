"""Layer: from input specs to an output spec, declared weights, and the ops."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, ClassVar, Literal

from tfgraph.api.component import Component
from tfgraph.api.facts import LayerFacts
from tfgraph.api.tensors import TensorSpec, WeightSpec
from tfgraph.lazy import tf

Tensor = Any  # a tf.Tensor; TensorFlow ships no types
_Kind = Literal["uniform", "normal", "words"]


def seed_of(*parts: object) -> int:
    """A stable 63-bit number from the parts: the key that stateless random ops are given."""
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _shape(x: Tensor) -> Any:
    """The shape of a tensor, in numbers where they are known."""
    return x.shape if x.shape.is_fully_defined() else tf.shape(x)


#: TensorFlow's numbers of the algorithms that draw.
_PHILOX, _THREEFRY = 1, 2


def _draw(kind: _Kind, shape: Any, key: Tensor, counter: Tensor, algorithm: int) -> Tensor:
    """Float32 numbers, or words of 32 bits, as a function of the key and where the counter starts."""
    ops = tf.raw_ops
    draw, dtype = {
        "uniform": (ops.StatelessRandomUniformV2, tf.float32),
        "normal": (ops.StatelessRandomNormalV2, tf.float32),
        "words": (ops.StatelessRandomUniformFullIntV2, tf.uint32),
    }[kind]
    key, counter = tf.reshape(key, [1]), tf.reshape(counter, [-1])
    return draw(shape=shape, key=key, counter=counter, alg=tf.constant(algorithm), dtype=dtype)


def _drawn_by_xla(kind: _Kind, shape: Any, key: Tensor, number: Tensor) -> Tensor:
    """Random numbers that are all in memory before anything is computed from them.

    XLA would else make a number where it is used, and one after the other: five times as slow. It
    does not know that the loop here, which needs them before it, makes no step.
    """

    def drawn() -> Tensor:
        # Its counter has 64 bits, where that of Philox has 128: half of a large number is in the key.
        half = tf.constant(32, tf.uint64)
        own = key + tf.bitwise.right_shift(number, half)
        numbers = _draw(kind, shape, own, tf.bitwise.left_shift(number, half), _THREEFRY)
        steps = tf.cast(tf.equal(number, tf.uint64.max), tf.int32)
        made = tf.while_loop(
            lambda i, _: i < steps,
            lambda i, changed: (i + 1, changed + tf.cast(i, changed.dtype)),
            (tf.constant(0), numbers),
        )
        return made[1]

    return tf.function(drawn, autograph=False, jit_compile=True)()


@dataclass
class Context:
    """What `build` may know beside its arguments.

    Args:
        name: the layer's name.
        training: whether the ops are those of a training step.
        step: an int64 scalar, the training step; at evaluation the position of the batch's first
            row in the data.
        spec_seed: the seed of the spec.
        draw: an int64 scalar that training's random numbers are keyed by in place of the step,
            where a step draws several times.
        compiled: whether the training step is compiled with XLA. Its random numbers come from
            Threefry, and else from Philox: each is several times as fast there as the other.
    """

    name: str
    training: bool
    step: Tensor
    spec_seed: int = 0
    updates: dict[str, Tensor] = field(default_factory=dict)
    draw: Tensor | None = None
    compiled: bool = False

    def seed(self, purpose: str = "") -> Tensor:
        """A pair of int64 for stateless random ops, keyed by spec seed, layer name and step.

        A layer that draws more than once a step gives each draw a `purpose` of its own. At
        evaluation what is drawn with it depends on how a split is cut into batches: `uniform`
        does not.
        """
        return tf.stack([tf.constant(self._key(purpose), tf.int64), self._number()])

    def _key(self, purpose: str) -> int:
        mode = "train" if self.training else "evaluate"
        return seed_of(self.spec_seed, self.name, purpose, mode)

    def _number(self) -> Tensor:
        number = self.draw if self.training and self.draw is not None else self.step
        return tf.cast(number, tf.int64)

    def uniform(self, x: Tensor, purpose: str = "") -> Tensor:
        """Uniform numbers from 0 to 1, float32, one for each value of `x` ([batch, …]).

        In training they are keyed as `seed` is. At evaluation those of a row depend on its
        position in the data, and not on the batch that it stands in.
        """
        if self.training:
            return self._drawn("uniform", _shape(x), purpose)
        return self._by_row("uniform", x, tf.float32, purpose)

    def normal(self, x: Tensor, purpose: str = "") -> Tensor:
        """Standard normal numbers, keyed and shaped as those of `uniform` are."""
        if self.training:
            return self._drawn("normal", _shape(x), purpose)
        return self._by_row("normal", x, tf.float32, purpose)

    def bernoulli(self, x: Tensor, probability: float, purpose: str = "") -> Tensor:
        """Ones with `probability` and else zeros, one for each value of `x` and of its type.

        They are keyed as the numbers of `uniform` are, and cost less: a draw takes 8 bits where
        they give the probability exactly, else 16, which round it to a multiple of 1/65536, and
        32 where it is nearer to 0 or to 1 than 1/256.
        """
        if min(probability, 1 - probability) < 1 / 256:
            return tf.cast(self.uniform(x, purpose) < probability, x.dtype)
        dtype = tf.uint8 if (probability * 256).is_integer() else tf.uint16
        values = dtype.max + 1
        drawn = tf.cast(self._bits(x, dtype, purpose), tf.float32)
        # Both terms are multiples of 1/65536 at the finest, so that the sum is exact. TensorFlow
        # vectorises it, and no comparison of small integers.
        return tf.cast(tf.floor(drawn / values + round(probability * values) / values), x.dtype)

    def _bits(self, x: Tensor, dtype: Any, purpose: str) -> Tensor:
        """Random numbers of an unsigned type, several out of one that is drawn."""
        if not self.training:
            return self._by_row("words", x, dtype, purpose)
        known = x.shape.num_elements()
        count = tf.size(x) if known is None else known
        drawn = self._drawn("words", [(count * dtype.size + 3) // 4], purpose)
        return tf.reshape(tf.reshape(tf.bitcast(drawn, dtype), [-1])[:count], _shape(x))

    def _drawn(self, kind: _Kind, shape: Any, purpose: str) -> Tensor:
        """Random numbers of a training step, fewer than 2^32."""
        number = tf.cast(self._number(), tf.uint64)
        key = tf.constant(self._key(purpose), tf.uint64)
        if self.compiled:
            return _drawn_by_xla(kind, shape, key, number)
        return _draw(kind, shape, key, tf.stack([tf.zeros_like(number), number]), _PHILOX)

    def _by_row(self, kind: _Kind, x: Tensor, dtype: Any, purpose: str) -> Tensor:
        """Random numbers that depend on the positions of rows: float32, or all bits of a type."""
        # A block of the counter gives 16 bytes: the rows start at blocks of their own.
        shape = tf.shape(x, out_type=tf.int64)
        values = tf.reduce_prod(shape[1:])
        blocks = (values * dtype.size + 15) // 16
        first = tf.cast(self.step, tf.int64) * blocks
        counter = tf.cast(tf.stack([first, tf.zeros_like(first)]), tf.uint64)
        whole = tf.stack([shape[0], 4 * blocks])
        key = tf.constant(self._key(purpose), tf.uint64)
        drawn = _draw(kind, whole, key, counter, _PHILOX)
        if not dtype.is_floating:
            drawn = tf.reshape(tf.bitcast(drawn, dtype), tf.stack([shape[0], -1]))
        return tf.reshape(drawn[:, :values], shape)

    def update(self, weight: str, value: Tensor) -> None:
        """Give a non-trainable weight of the layer a new value at the end of the step."""
        self.updates[weight] = value


class Layer(Component):
    """A function of tensors, with weights it declares and does not own.

    `infer` and `weights` use no TensorFlow; `build` is pure in its arguments, so that one layer
    can be built into many graphs. How many inputs a layer takes is read from the signature of
    `infer`: a parameter each, `*xs` for any number. (The signatures here take anything, so that a
    type checker accepts each subclass's own.)
    """

    kind: ClassVar[str] = "layer"
    #: Whether it computes in float32 where `train.precision` asks for half precision of the others:
    #: a layer that sums many values, or divides by what may be small, as normalisation does. Its
    #: `build` is then given inputs and weights of float32, and any other layer's of the half one.
    needs_float32: ClassVar[bool] = False

    def infer(self, *xs: Any, **_: Any) -> TensorSpec:
        """The output's spec; raises ShapeError where the inputs do not fit."""
        raise NotImplementedError

    def weights(self, *xs: Any, **_: Any) -> dict[str, WeightSpec]:
        """The weights by their name within the layer; called after `infer` has accepted."""
        return {}

    def build(self, *args: Any, **_: Any) -> Tensor:
        """Emit the ops: `build(x, …, weights, ctx)` with one tensor for each input."""
        raise NotImplementedError

    def facts(self, *xs: Any, **_: Any) -> LayerFacts:
        """What warnings may rely on, for inputs that `infer` has accepted; by default nothing."""
        return LayerFacts()

    @classmethod
    def arity(cls) -> tuple[int, int | None]:
        """The least and the greatest number of inputs, None for no limit."""
        key: Any = cls  # mypy takes no class for hashable
        return _arity(key)


@cache
def _arity(cls: type[Layer]) -> tuple[int, int | None]:
    least, most = 0, 0
    for parameter in list(inspect.signature(cls.infer).parameters.values())[1:]:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            return max(least, 1), None
        most += 1
        least += parameter.default is inspect.Parameter.empty
    return least, most


class Transposable(Layer):
    """A layer whose kernel also maps back, from its output to its input: `tied_decoder` uses it.

    Its weight is called `kernel`.
    """

    def infer_transposed(self, y: TensorSpec, x: TensorSpec) -> TensorSpec:
        """The spec of the way back, for `y` like the layer's output; `x` was the layer's input."""
        raise NotImplementedError

    def build_transposed(self, y: Tensor, kernel: Tensor, x: TensorSpec) -> Tensor:
        """The ops of the way back, `kernel` as the layer itself has it."""
        raise NotImplementedError


@dataclass(frozen=True)
class LayerReference:
    """A parameter that names another layer; the plan fills in what is known of that layer."""

    name: str
    layer: Layer | None = None
    inputs: tuple[TensorSpec, ...] = ()
    output: TensorSpec | None = None
    weights: Mapping[str, WeightSpec] = field(default_factory=dict)

    def resolve(
        self,
        layer: Layer,
        inputs: tuple[TensorSpec, ...],
        output: TensorSpec,
        weights: Mapping[str, WeightSpec],
    ) -> LayerReference:
        """The same reference with the layer it names."""
        return replace(self, layer=layer, inputs=inputs, output=output, weights=weights)
