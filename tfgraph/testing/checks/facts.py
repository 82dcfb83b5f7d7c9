"""What components say of themselves for warnings, against what they compute."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from tfgraph.api import (
    ComparisonFacts,
    Context,
    InitializerFacts,
    LayerFacts,
    ScheduleFacts,
    Tensor,
)
from tfgraph.lazy import np, tf
from tfgraph.spec.plan import PlannedLayer
from tfgraph.testing.case import LAYER, require

_RANGES = {"probabilities": (0.0, 1.0), "log_probabilities": (-math.inf, 0.0)}
_DRAWS = 40

Function = Callable[..., Any]


def check_layer_facts(planned: PlannedLayer, xs: list[Any], weights: Mapping[str, Tensor]) -> None:
    """The facts of a layer hold for some inputs; what only concerns a spec is not computed."""
    facts = planned.layer.facts(*planned.input_specs)
    if facts == LayerFacts():
        return

    def layer(*inputs: Any, training: bool = False, step: int = 0) -> Any:
        context = Context(LAYER, training, tf.constant(step, tf.int64))
        tensors = [tf.constant(x) for x in inputs]
        return planned.layer.build(*tensors, dict(weights), context).numpy()

    random = np.random.default_rng(0)
    y = layer(*xs)
    _check_range(facts, y)
    if facts.mixes:
        require("kernel" in planned.weights, "says that it mixes, and has no weight `kernel`")
    if facts.passes:
        rows = (np.sort(value.reshape(len(value), -1), axis=1) for value in (xs[0], y))
        require(_close(*rows), "says that it passes its input on, and gives other values")
    if planned.input_specs[0].floating:
        others = [random.standard_normal(x.shape).astype(x.dtype) for x in xs]
        _check_function(facts, layer, xs, others)
    if len(xs) == 1 and planned.input_specs[0].floating:
        _check_values(facts, layer, xs[0], random)


def _check_range(facts: LayerFacts, y: Any) -> None:
    low, high = facts.output_range
    found = f"from {y.min():g} to {y.max():g}"
    require(
        low - 1e-5 <= y.min() and y.max() <= high + 1e-5,
        f"says that it gives values from {low:g} to {high:g}, and gives values {found}",
    )
    least, most = _RANGES.get(facts.gives or "", (-math.inf, math.inf))
    require(least <= low and high <= most, f"says that it gives {facts.gives}, of another range")


def _check_function(facts: LayerFacts, layer: Function, xs: list[Any], others: list[Any]) -> None:
    """What is said of the output as a function of the inputs."""
    if facts.constant:
        require(_close(layer(*xs), layer(*others)), "says that it is constant, and is not")
    if facts.linear:
        halfway = layer(*((x + other) / 2 for x, other in zip(xs, others)))
        mean = (layer(*xs) + layer(*others)) / 2
        require(_close(halfway, mean), "says that it is linear, and is not")
    if facts.normalizes_batch:
        moved = [x + x.dtype.type(1) for x in xs]
        same = _close(layer(*xs, training=True), layer(*moved, training=True), 1e-2)
        require(same, "says that it normalises over the batch, and leaves a bias as it is")


def _check_values(facts: LayerFacts, layer: Function, x: Any, random: Any) -> None:
    """What is said of each value of the only input."""
    if facts.elementwise:
        kept = random.random(x.shape) < 0.5
        y, other = layer(x), layer(np.where(kept, x, x + x.dtype.type(1)))
        apart = y.shape == x.shape and _close(y[kept], other[kept])
        require(apart, "says that it goes value by value, and does not")
    if facts.unchanged is not None:
        inside = np.clip(x, *facts.unchanged).astype(x.dtype)
        same = _close(layer(inside), inside)
        require(same, f"says that it leaves values in {facts.unchanged} as they are, and does not")
    if facts.flat_at_zero and facts.elementwise:
        nothing = np.zeros_like(x)
        flat = not layer(nothing).any() and not layer(nothing - x.dtype.type(1e-3)).any()
        require(flat, "says that it is flat at 0, and is not")
    if facts.passes and facts.elementwise:
        ones = np.ones_like(x)
        drawn = [layer(ones, training=True, step=step) == 0 for step in range(_DRAWS)]
        off = abs(np.mean(drawn) - facts.drop_rate)
        bound = 5 * np.sqrt(0.25 / np.size(drawn))
        require(off <= bound, f"says that it drops a share of {facts.drop_rate}, and does not")


def check_loss_facts(facts: ComparisonFacts, losses: Any, others: Any) -> None:
    """A loss that says it is constant is the same for two outputs."""
    require(not facts.constant or _close(losses, others), "says that it is constant, and is not")


def check_schedule_facts(facts: ScheduleFacts, rate: Callable[[int], float]) -> None:
    """The figures of a schedule are those of its rates."""
    stated = [facts.rises, facts.steady, facts.ends]
    numbers = {int(s.value) for s in stated if s}
    steps = sorted({0, 1, 10, 1000, *numbers, *(n + 1 for n in numbers)})
    rates = {step: rate(step) for step in steps}
    if facts.highest:
        most, said = max(rates.values()), facts.highest.value
        require(most <= said * (1 + 1e-5), f"says that it gives at most {said:g}, and gives {most}")
    if facts.rises:
        start, top = rates[0], rates[int(facts.rises.value)]
        require(start < top, f"says that it rises, and gives {start} first and {top} then")
    if facts.steady and facts.steady.value > 1:
        first, last = rates[0], rate(int(facts.steady.value) - 1)
        require(
            abs(first - last) <= 0.05 * first, f"says that it is steady, and gives {first}, {last}"
        )
    if facts.ends:
        over = [rates[step] for step in steps if step >= facts.ends.value]
        require(max(over) == 0, f"says that it ends, and gives {max(over)} then")


def check_initializer_facts(facts: InitializerFacts, values: Any) -> None:
    """A single number that all values are said to be is the number they are."""
    if facts.value is not None:
        same = np.all(values == np.asarray(facts.value, values.dtype))
        require(same, f"says that all values are {facts.value:g}, and makes others")


def _close(a: Any, b: Any, tolerance: float = 1e-4) -> bool:
    return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance))
