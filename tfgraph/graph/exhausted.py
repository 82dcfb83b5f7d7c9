"""Exhausted: what is said where TensorFlow finds no memory for a tensor."""

from __future__ import annotations

import heapq
from typing import Literal

from tfgraph.api import show_shape
from tfgraph.spec.plan import Plan
from tfgraph.spec.plan.cost import Cost, cost_of_evaluation, cost_of_training, show_bytes
from tfgraph.spec.plan.memory import machine_memory

#: Who decides how many examples are computed at a time: a setting by its path, or whoever calls.
BatchBy = Literal["train.batch_size", "train.evaluate_batch_size", "the caller"]

#: So many of the largest tensors are named.
_SHOWN = 3
#: Some of the memory is TensorFlow's own, and the system's.
_SHARE = 0.8


def memory_of(plan: Plan, batch_by: BatchBy, examples: int) -> Cost:
    """The memory that a call takes which is given so many examples."""
    if batch_by == "train.batch_size":
        return cost_of_training(plan)
    if batch_by == "train.evaluate_batch_size":
        examples = min(examples, plan.spec.training.evaluation_size)
    return cost_of_evaluation(plan, examples)


def what_takes_memory(plan: Plan, batch: int) -> str:
    """The largest tensors of a plan, by layer and line, where a batch has so many examples."""
    sizes = [
        (
            batch * plan.built_by(layer).least_bytes,
            f"the output of `{layer.name}` for {batch:,} examples",
            layer,
        )
        for layer in plan.layers
    ]
    sizes += [
        (weight.bytes, f"the weight `{name}` {show_shape(weight.shape)}", layer)
        for layer in plan.layers
        for name, weight in layer.created.items()
    ]
    largest = heapq.nlargest(_SHOWN, sizes, key=lambda found: found[0])
    return "; ".join(
        f"{what} takes {show_bytes(size)} ({layer.span})" for size, what, layer in largest
    )


def what_to_do(found: Cost, batch_by: BatchBy) -> tuple[str, tuple[str, ...]]:
    """A batch that should fit, or what else makes a model smaller; the settings that do so."""
    fits = fitting_batch(found, machine_memory())
    if fits is None:
        return f"make the model smaller: it takes {found}", ()
    if batch_by == "the caller":
        return f"give it {fits:,} examples at a time: {found.batch:,} take {found}", ()
    return f"try `--set {batch_by}={fits}`: {found.batch:,} examples take {found}", (batch_by,)


def fitting_batch(found: Cost, memory: int | None) -> int | None:
    """The largest power of two that is a smaller batch and fits the memory; None if none does."""
    if found.batch <= 1 or not found.activations:
        return None
    most = found.batch // 2
    if memory is not None:
        an_example = found.activations / found.batch
        left = _SHARE * memory - (found.peak - found.activations)
        most = min(most, int(left / an_example))
    return 1 << (most.bit_length() - 1) if most >= 1 else None
