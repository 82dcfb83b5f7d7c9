"""Learning rates along a cosine: cosine."""

from __future__ import annotations

import math

from tfgraph.api import ParameterError, Schedule, ScheduleFacts, Stated, Tensor, param
from tfgraph.lazy import tf


class Cosine(Schedule):
    """Falls from `initial` to `end` along half a cosine, after a warm-up and again if asked for.

    end + (initial - end) · (1 + cos(π · p)) / 2, where p goes from 0 to 1 in `decay_steps` steps
    and then stays. With `warmup_steps` the rate first rises in a straight line from
    `warmup_start` to `initial`; the decay begins after that. With `restarts` p goes back to 0
    whenever it reaches 1; each decay takes `t_mul` times the steps of the one before it, from a
    height `m_mul` times as far above `end`.

    Source: Loshchilov and Hutter, 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts";
    the linear warm-up from Goyal et al., 2017, "Accurate, Large Minibatch SGD".
    """

    type = "cosine"
    also_known_as = ("CosineDecay", "CosineAnnealing", "CosineAnnealingLR", "CosineLR")
    example = """
    optimizer:
      adamw:
        learning_rate:
          cosine: {initial: 0.001, decay_steps: 900, warmup_steps: 100}
    train: {epochs: 10, batch_size: 1}
    """

    initial: float = param(
        "The learning rate where the decay begins.",
        above=0,
        also=("initial_learning_rate", "lr", "learning_rate"),
    )
    decay_steps: int = param(
        "The number of steps of the decay, or of the first one.",
        minimum=1,
        also=("first_decay_steps", "T_max"),
    )
    end: float = param(
        "The learning rate where the decay ends.", default=0.0, minimum=0, also=("eta_min",)
    )
    warmup_steps: int = param("The number of steps before the decay.", default=0, minimum=0)
    warmup_start: float = param("The learning rate of step 0 of a warm-up.", default=0.0, minimum=0)
    restarts: bool = param("Decay again and again.", default=False)
    t_mul: float = param("Steps of a decay over those of the one before.", default=1.0, minimum=1)
    m_mul: float = param("Height of a decay over that of the one before.", default=1.0, above=0)

    def check_parameters(self) -> None:
        for name in ("t_mul", "m_mul"):
            if getattr(self, name) != 1 and not self.restarts:
                raise ParameterError(
                    f"has no use for `{name}` without `restarts`",
                    help="add `restarts: true`",
                    parameter=name,
                )
        if self.warmup_start and not self.warmup_steps:
            raise ParameterError(
                "has no use for `warmup_start` without `warmup_steps`",
                help="add `warmup_steps`",
                parameter="warmup_start",
            )

    def build(self, step: Tensor) -> Tensor:
        # In 64 bits: a float32 no longer tells the steps beyond 2²⁴ apart.
        passed = tf.cast(step - self.warmup_steps, tf.float64) / self.decay_steps
        height = tf.constant(self.initial - self.end, tf.float64)
        if self.restarts:
            cycle, passed = self._cycle(tf.maximum(passed, 0.0))
            height *= tf.pow(tf.constant(self.m_mul, tf.float64), cycle)
        else:
            passed = tf.minimum(passed, 1.0)
        rate = self.end + height * (1.0 + tf.cos(math.pi * passed)) / 2.0
        if self.warmup_steps:
            risen = tf.cast(step, tf.float64) / self.warmup_steps
            rising = self.warmup_start + (self.initial - self.warmup_start) * risen
            rate = tf.where(step < self.warmup_steps, rising, rate)
        return tf.cast(rate, tf.float32)

    def facts(self) -> ScheduleFacts:
        warmup, falls = self.warmup_steps, self.end <= self.initial
        rates = {"initial": self.initial, "end": self.end, "warmup_start": self.warmup_start}
        most = max(rates, key=lambda name: rates[name])
        rises = warmup > 0 and self.warmup_start < self.initial
        nothing = self.end == 0 and not self.restarts
        return ScheduleFacts(
            highest=Stated(rates[most], most) if self.m_mul <= 1 else None,
            rises=Stated(warmup, "warmup_steps") if rises else None,
            # In a tenth of its steps half a cosine falls by 2 %.
            steady=Stated(self.decay_steps // 10, "decay_steps") if falls and not warmup else None,
            ends=Stated(warmup + self.decay_steps, "decay_steps") if nothing else None,
        )

    def _cycle(self, passed: Tensor) -> tuple[Tensor, Tensor]:
        """Which decay it is, counted from 0, and how much of it is over."""
        if self.t_mul == 1:
            cycle = tf.floor(passed)
            return cycle, passed - cycle
        growth = tf.constant(self.t_mul, tf.float64)
        # Decay n begins at (growth^n - 1) / (growth - 1). The logarithm may come out a rounding
        # error below a whole number: the first step of a decay must not be the last of another.
        cycle = tf.floor(tf.math.log(1.0 + passed * (growth - 1.0)) / tf.math.log(growth) + 1e-9)
        length = tf.pow(growth, cycle)
        over = (passed - (length - 1.0) / (growth - 1.0)) / length
        return cycle, tf.maximum(over, 0.0)
