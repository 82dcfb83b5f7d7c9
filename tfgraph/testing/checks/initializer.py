"""What an initializer promises: shape, dtype, and values that the seed alone decides."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Initializer
from tfgraph.lazy import np, tf
from tfgraph.registry import Registry
from tfgraph.testing.case import Case, require
from tfgraph.testing.checks.facts import check_initializer_facts


def check_initializer(case: Case, registry: Registry, random: Any) -> None:
    """Build each shape in two dtypes with equal and different seeds."""
    initializer = case.component(registry, "initializer")
    assert isinstance(initializer, Initializer)
    for shape in case.inputs:
        initializer.check(shape)
        for dtype in ("float32", "float64"):
            key = int(random.integers(1 << 62))
            first, again = (_values(initializer, shape, dtype, key) for _ in range(2))
            other = _values(initializer, shape, dtype, key + 1)
            found = (list(first.shape), str(first.dtype))
            require(found == (list(shape), dtype), f"makes {found} for {shape} of {dtype}")
            require(np.all(np.isfinite(first)), "makes values that are not finite")
            require(np.array_equal(first, again), "makes different values of one seed")
            differs = not np.array_equal(first, other)
            expected = "different" if case.draws else "the same"
            require(differs == case.draws, f"does not make {expected} values of another seed")
            check_initializer_facts(initializer.facts(), first)


def _values(initializer: Initializer, shape: Any, dtype: str, key: int) -> Any:
    seed = tf.constant([key, 0], tf.int64)
    return initializer.build(tuple(shape), dtype, seed).numpy()
