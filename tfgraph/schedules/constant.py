"""Learning rates that stay, for good or for a while: constant, piecewise."""

from __future__ import annotations

from tfgraph.api import ParameterError, Schedule, ScheduleFacts, Stated, Tensor, param
from tfgraph.lazy import tf


class Constant(Schedule):
    """One learning rate for every step; a bare number in a spec is short for it."""

    type = "constant"
    example = "optimizer: {gradient_descent: {learning_rate: {constant: 0.01}}}"

    value: float = param("The learning rate.", above=0, primary=True)

    def build(self, step: Tensor) -> Tensor:
        return tf.constant(self.value, tf.float32)

    def facts(self) -> ScheduleFacts:
        return ScheduleFacts(highest=Stated(self.value, "value"))


class Piecewise(Schedule):
    """One learning rate up to each boundary, and one beyond the last.

    values[0] while step <= boundaries[0], then values[1] while step <= boundaries[1], and so on;
    steps count from 0.
    """

    type = "piecewise"
    also_known_as = ("PiecewiseConstant", "PiecewiseConstantDecay", "MultiStep", "MultiStepLR")
    example = """
    optimizer:
      gradient_descent:
        learning_rate:
          piecewise: {boundaries: [1000, 2000], values: [0.1, 0.01, 0.001]}
        momentum: 0.9
    train: {epochs: 30, batch_size: 1}
    """

    boundaries: list[int] = param(
        "The last step of each piece, in rising order.", minimum=0, also=("milestones",)
    )
    values: list[float] = param("The learning rates, one more than boundaries.", minimum=0)

    def check_parameters(self) -> None:
        if len(self.values) != len(self.boundaries) + 1:
            raise ParameterError(
                f"needs one value more than boundaries, got {len(self.values)} values and "
                f"{len(self.boundaries)} boundaries",
                help="the last value is that of the steps beyond the last boundary",
                parameter="values",
            )
        for earlier, later in zip(self.boundaries, self.boundaries[1:]):
            if earlier >= later:
                raise ParameterError(
                    f"needs boundaries in rising order, got {later} after {earlier}",
                    parameter="boundaries",
                )

    def build(self, step: Tensor) -> Tensor:
        boundaries = tf.constant(self.boundaries, tf.int64)
        passed = tf.reduce_sum(tf.cast(step > boundaries, tf.int32))
        return tf.gather(tf.constant(self.values, tf.float32), passed)

    def facts(self) -> ScheduleFacts:
        moves = bool(self.boundaries)
        nothing = moves and self.values[-1] == 0
        return ScheduleFacts(
            highest=Stated(max(self.values), "values"),
            steady=Stated(self.boundaries[0] + 1, "boundaries") if moves else None,
            ends=Stated(self.boundaries[-1] + 1, "boundaries") if nothing else None,
        )
