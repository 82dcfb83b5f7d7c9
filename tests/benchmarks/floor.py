"""The arithmetic floor of a training step: work that no way of running it can leave out.

Products of matrices, convolutions among them, at the rate of the machine's best matrix product, and
after them all that must pass through memory at the rate of its best copy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tfgraph.spec import Plan
from tfgraph.spec.plan import PlannedLayer
from tfgraph.spec.plan.cost import cost


def step_flops(plan: Plan) -> int:
    """Floating-point operations of the products of a step, two for a multiplication and addition.

    Each kernel is multiplied with once forward and once for its own gradient, and once more for
    that of the layer's input where a weight lies below it, or where it is the layer's own state.
    """
    batch = plan.spec.training.batch_size
    return sum(
        2 * batch * math.prod(spec.shape) * places(layer) * (3 if goes_below(plan, layer, n) else 2)
        for layer in plan.layers
        for n, spec in layer.weights.items()
        if n.endswith("kernel")
    )


def places(layer: PlannedLayer) -> int:
    """How many times one example passes through a kernel: pixels, or steps in time."""
    recurrent = "recurrent_kernel" in layer.weights
    shape = layer.input_specs[0].shape if recurrent else layer.output.shape
    return math.prod(size or 1 for size in shape[1:-1])


def goes_below(plan: Plan, layer: PlannedLayer, weight: str) -> bool:
    """Whether a gradient is taken with respect to what a kernel is multiplied with."""
    if weight.endswith("recurrent_kernel"):
        return True
    below = plan.above(layer.inputs)
    return any(other.weights for other in plan.layers if other.name in below)


def step_bytes(plan: Plan) -> int:
    """Bytes that a step reads or writes: each thing once for every use that must be.

    Weights and slots are read and written by the update, and weights read forward and back;
    gradients and what the layers give are written and read.
    """
    found = cost(plan)
    return 4 * found.weights + 2 * found.slots + 2 * found.gradients + 2 * found.activations


def microseconds(plan: Plan, rates: Mapping[str, Any]) -> dict[str, float]:
    """The two parts of the floor in microseconds, from the best rates that were measured."""
    return {
        "products": 1e6 * step_flops(plan) / max(rates["flops"].values()),
        "memory": 1e6 * step_bytes(plan) / max(rates["bytes"].values()),
    }
