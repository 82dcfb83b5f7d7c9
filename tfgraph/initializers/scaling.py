"""Initializers whose variance follows from the number of inputs and outputs of a weight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from tfgraph.api import Initializer, Tensor, fans, param
from tfgraph.lazy import tf

# The standard deviation of a standard normal that is truncated at two standard deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


class VarianceScaling(Initializer):
    """Abstract: values of variance `scale / n`, times `gain` squared."""

    scale: ClassVar[float]
    fan: ClassVar[Literal["in", "average"]]
    distribution: ClassVar[Literal["normal", "uniform"]]

    gain: float = param(
        "A factor on every value.", default=1.0, above=0, primary=True, also=("scale",)
    )

    def build(self, shape: Sequence[int], dtype: str, seed: Any) -> Tensor:
        fan_in, fan_out = fans(shape)
        count = fan_in if self.fan == "in" else (fan_in + fan_out) / 2
        variance = self.scale / max(count, 1)
        if self.distribution == "uniform":
            limit = self.gain * math.sqrt(3 * variance)
            return tf.random.stateless_uniform(shape, seed, -limit, limit, dtype)
        stddev = self.gain * math.sqrt(variance) / _TRUNCATED_STDDEV
        return tf.random.stateless_truncated_normal(shape, seed, 0.0, stddev, dtype)


class GlorotUniform(VarianceScaling):
    """Uniform in ±gain·√(6 / (inputs + outputs)).

    Source: Glorot and Bengio, 2010, "Understanding the difficulty of training deep feedforward
    neural networks". For sigmoids they advise a gain of 4.
    """

    type = "glorot_uniform"
    also_known_as = ("Glorot", "Xavier", "XavierUniform")
    example = """
    inputs: {image: [784]}
    layers:
      - matmul: {units: 500, bias: true, init: {glorot_uniform: 4}}
      - sigmoid
    """
    scale, fan, distribution = 1.0, "average", "uniform"


class GlorotNormal(VarianceScaling):
    """Truncated normal of variance gain²·2 / (inputs + outputs).

    Source: Glorot and Bengio, 2010.
    """

    type = "glorot_normal"
    also_known_as = ("Glorot", "Xavier", "XavierNormal")
    example = """
    inputs: {image: [784]}
    layers:
      - dense: {units: 128, activation: tanh, init: glorot_normal}
    """
    scale, fan, distribution = 1.0, "average", "normal"


class HeUniform(VarianceScaling):
    """Uniform in ±gain·√(6 / inputs), for layers before a relu.

    Source: He et al., 2015, "Delving Deep into Rectifiers".
    """

    type = "he_uniform"
    also_known_as = ("He", "Kaiming", "KaimingUniform", "MSRA")
    example = """
    inputs: {image: [784]}
    layers:
      - dense: {units: 128, activation: relu, init: he_uniform}
      - dense: 10
    """
    scale, fan, distribution = 2.0, "in", "uniform"


class HeNormal(VarianceScaling):
    """Truncated normal of variance gain²·2 / inputs, for layers before a relu.

    Source: He et al., 2015, "Delving Deep into Rectifiers".
    """

    type = "he_normal"
    also_known_as = ("He", "Kaiming", "KaimingNormal", "MSRA")
    example = """
    inputs: {image: [32, 32, 3]}
    layers:
      - conv2d: {filters: 32, init: he_normal}
      - batch_norm
      - relu
    """
    scale, fan, distribution = 2.0, "in", "normal"


class LecunUniform(VarianceScaling):
    """Uniform in ±gain·√(3 / inputs).

    Source: LeCun et al., 1998, "Efficient BackProp".
    """

    type = "lecun_uniform"
    also_known_as = ("Lecun",)
    example = """
    inputs: {x: [30]}
    layers:
      - dense: {units: 64, activation: tanh, init: lecun_uniform}
    """
    scale, fan, distribution = 1.0, "in", "uniform"


class LecunNormal(VarianceScaling):
    """Truncated normal of variance gain² / inputs, for layers before a selu.

    Source: LeCun et al., 1998, "Efficient BackProp".
    """

    type = "lecun_normal"
    also_known_as = ("Lecun",)
    example = """
    inputs: {x: [30]}
    layers:
      - dense: {units: 64, activation: selu, init: lecun_normal}
    """
    scale, fan, distribution = 1.0, "in", "normal"
