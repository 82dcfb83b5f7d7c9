"""Learning rates that fall by a formula: exponential, polynomial, inverse_sqrt.

They are computed in 64 bits: a float32 no longer tells the steps beyond 2²⁴ apart.
"""

from __future__ import annotations

from typing import Literal

from tfgraph.api import Schedule, ScheduleFacts, Stated, Tensor, param
from tfgraph.lazy import tf


class Exponential(Schedule):
    """Falls by a constant factor in every `decay_steps` steps.

    initial · decay_rate^(step / decay_steps), the exponent rounded down with `staircase`.
    """

    type = "exponential"
    also_known_as = ("ExponentialDecay", "ExponentialLR")
    example = """
    optimizer:
      rmsprop:
        learning_rate:
          exponential: {initial: 0.001, decay_steps: 100, decay_rate: 0.96}
    train: {epochs: 10, batch_size: 1}
    """

    initial: float = param(
        "The learning rate of the first step.",
        above=0,
        also=("initial_learning_rate", "lr", "learning_rate"),
    )
    decay_steps: int = param("The number of steps that one `decay_rate` takes.", minimum=1)
    decay_rate: float = param("The factor.", above=0, also=("gamma",))
    staircase: bool = param("Fall once in `decay_steps` steps, all at once.", default=False)

    def build(self, step: Tensor) -> Tensor:
        exponent = tf.cast(step, tf.float64) / self.decay_steps
        if self.staircase:
            exponent = tf.floor(exponent)
        rate = tf.constant(self.decay_rate, tf.float64)
        return tf.cast(self.initial * tf.pow(rate, exponent), tf.float32)

    def facts(self) -> ScheduleFacts:
        return ScheduleFacts(
            highest=Stated(self.initial, "initial") if self.decay_rate <= 1 else None,
            steady=Stated(self.decay_steps, "decay_steps") if self.staircase else None,
        )


class Polynomial(Schedule):
    """Falls from `initial` to `end` along a power of the steps that are left.

    end + (initial - end) · (1 - step / decay_steps)^power, then `end`. With `cycle` the decay
    goes on instead over the next larger multiple of `decay_steps`: the rate jumps up and falls to
    `end` again, more slowly each time.
    """

    type = "polynomial"
    also_known_as = ("PolynomialDecay", "PolynomialLR", "Poly", "Linear", "LinearDecay", "LinearLR")
    example = """
    optimizer:
      adam:
        learning_rate:
          polynomial: {initial: 0.001, decay_steps: 1010, end: 0.0001}
    train: {epochs: 10, batch_size: 1}
    """

    initial: float = param(
        "The learning rate of the first step.",
        above=0,
        also=("initial_learning_rate", "lr", "learning_rate"),
    )
    decay_steps: int = param("The number of steps from `initial` to `end`.", minimum=1)
    end: float = param(
        "The last learning rate.", default=0.0, minimum=0, also=("end_learning_rate",)
    )
    power: float = param("The exponent; 1 is a straight line.", default=1.0, above=0)
    cycle: bool = param("Start again after every `decay_steps` steps.", default=False)

    def build(self, step: Tensor) -> Tensor:
        passed = tf.cast(step, tf.float64) / self.decay_steps
        if self.cycle:
            passed /= tf.maximum(tf.math.ceil(passed), 1.0)
        else:
            passed = tf.minimum(passed, 1.0)
        left = tf.pow(1.0 - passed, tf.constant(self.power, tf.float64))
        return tf.cast(self.end + (self.initial - self.end) * left, tf.float32)

    def facts(self) -> ScheduleFacts:
        nothing, falls = self.end == 0 and not self.cycle, self.end <= self.initial
        # In this part of its steps it goes 2 % of the way.
        steady = int(self.decay_steps * 0.02 / max(self.power, 1))
        most = "initial" if falls else "end"
        return ScheduleFacts(
            highest=Stated(getattr(self, most), most),
            steady=Stated(steady, "decay_steps") if falls and self.power >= 1 else None,
            ends=Stated(self.decay_steps, "decay_steps") if nothing else None,
        )


class InverseSqrt(Schedule):
    """Rises to `peak` and then falls with the square root of the steps made.

    peak · min(n / warmup_steps, √(warmup_steps / n)) for step number n, counted from 1; with
    `warmup: constant` it is `peak` from the first step on.

    Source: Vaswani et al., 2017, "Attention Is All You Need", where peak is
    1 / √(model size · warmup_steps); constant at first in Raffel et al., 2020, "Exploring the
    Limits of Transfer Learning with a Unified Text-to-Text Transformer".
    """

    type = "inverse_sqrt"
    also_known_as = ("InverseSquareRoot", "RSqrt", "RsqrtDecay", "Noam", "NoamDecay")
    example = """
    optimizer:
      adam:
        learning_rate: {inverse_sqrt: {peak: 0.001, warmup_steps: 200}}
    train: {epochs: 10, batch_size: 1}
    """

    peak: float = param(
        "The largest learning rate, that of step `warmup_steps`.",
        above=0,
        also=("learning_rate", "lr"),
    )
    warmup_steps: int = param("The number of steps before it falls.", minimum=1)
    warmup: Literal["linear", "constant"] = param(
        "Whether the first steps rise to the peak or stay there.", default="linear"
    )

    def build(self, step: Tensor) -> Tensor:
        passed = tf.cast(step + 1, tf.float64) / self.warmup_steps
        start = passed if self.warmup == "linear" else tf.constant(1.0, tf.float64)
        return tf.cast(self.peak * tf.minimum(start, tf.math.rsqrt(passed)), tf.float32)

    def facts(self) -> ScheduleFacts:
        first = Stated(self.warmup_steps, "warmup_steps")
        highest = Stated(self.peak, "peak")
        if self.warmup == "linear":
            return ScheduleFacts(highest=highest, rises=first)
        return ScheduleFacts(highest=highest, steady=first)
