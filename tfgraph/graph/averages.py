"""Averages: the moving averages of the weights that `ema` keeps.

Source: Polyak and Juditsky, 1992, "Acceleration of Stochastic Approximation by Averaging".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tfgraph.api import Tensor
from tfgraph.graph.variables import Variables, variable
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan
from tfgraph.spec.plan.contract import WIDE


def averages_of(plan: Plan) -> dict[str, Any]:
    """The variables of the averages, by the full names of their weights; none without `ema`."""
    return {name: variable(f"averages/{name}", spec) for name, spec in plan.averages.items()}


def update_averages(decay: float, variables: Variables, first: Tensor) -> list[Any]:
    """Emit decay · average + (1 - decay) · weight for all averages; the weight, where `first` is true.

    Of a weight in half precision it is the average of its copy in float32.
    """
    done = []
    for name, average in variables.averages.items():
        weight = variables.slots[name].get(WIDE, variables.weights[name])
        old = tf.where(first, tf.zeros([], average.dtype), tf.constant(decay, average.dtype))
        value = old * average.read_value() + (1 - old) * weight.read_value()
        done.append(average.assign(value).op)
    return done


def read_averaged(
    weights: Mapping[str, Any], averages: Mapping[str, Any], made: Callable[[], Tensor]
) -> dict[str, Tensor]:
    """The values of the weights: their averages where there are such, from the first update on.

    `made` gives the number of updates.
    """
    values = {name: weight.read_value() for name, weight in weights.items()}
    if averages:
        begun = made() > 0
        for name, average in averages.items():
            dtype = weights[name].dtype
            values[name] = tf.where(begun, tf.cast(average.read_value(), dtype), values[name])
    return values
