"""What losses and metrics promise: a number for each example; one figure however cut."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Loss, Metric, Tensor, TensorSpec
from tfgraph.lazy import np, tf
from tfgraph.registry import Registry
from tfgraph.testing.case import Case, require
from tfgraph.testing.checks.facts import check_loss_facts

_BATCH = 7


def check_loss(case: Case, registry: Registry, random: Any) -> None:
    """One finite number for each example, whatever stands beside it, with a finite gradient."""
    loss = case.component(registry, "loss")
    assert isinstance(loss, Loss)
    specs = case.input_specs()
    loss.check(*specs)

    def build(output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        losses = loss.build(output, target)
        require(
            losses.shape.as_list() == [None] and losses.dtype.is_floating,
            f"gives {losses.shape} of {losses.dtype.name}, not a number for each example",
        )
        (gradient,) = tf.gradients(losses, [output])
        require(gradient is not None, "has no gradient")
        return losses, gradient

    function = _traced(build, specs)
    output, target = (tf.constant(x) for x in case.arrays(specs, _BATCH, random))
    losses, gradient = function(output, target)
    require(losses.shape == [_BATCH], f"gives {losses.shape} for a batch of {_BATCH}")
    require(np.all(np.isfinite(losses)), "gives numbers that are not finite")
    require(np.all(np.isfinite(gradient)), "has a gradient that is not finite")
    single = [function(output[i : i + 1], target[i : i + 1])[0] for i in range(_BATCH)]
    require(
        np.allclose(np.concatenate(single), losses, rtol=1e-4, atol=1e-6),
        "gives an example another loss in another batch",
    )
    others, _ = function(output + tf.cast(1, output.dtype), target)
    check_loss_facts(loss.facts(*specs), losses, others)


def check_metric(case: Case, registry: Registry, random: Any) -> None:
    """State as declared, and the same figure however the examples are cut into batches."""
    metric = case.component(registry, "metric")
    assert isinstance(metric, Metric)
    specs = case.input_specs()
    metric.check(*specs)
    declared = metric.state(*specs)

    def update(output: Tensor, target: Tensor, **state: Tensor) -> dict[str, Tensor]:
        new = metric.update(dict(state), output, target)
        for name, spec in declared.items():
            fits = name in new and tuple(new[name].shape) == spec.shape
            require(
                fits and new[name].dtype.name == spec.dtype,
                f"declares its state `{name}` as {list(spec.shape)} of {spec.dtype} and makes "
                f"{new.get(name)}",
            )
        require(set(new) == set(declared), f"declares the state {set(declared)}, makes {set(new)}")
        return new

    states = {name: tf.TensorSpec(spec.shape, spec.dtype) for name, spec in declared.items()}
    function = _traced(update, specs, states)
    output, target = case.arrays(specs, _BATCH, random)

    def figure(cuts: list[int]) -> Any:
        state = {name: tf.zeros(spec.shape, spec.dtype) for name, spec in declared.items()}
        for start, stop in zip([0, *cuts], [*cuts, _BATCH]):
            batch = (tf.constant(output[start:stop]), tf.constant(target[start:stop]))
            state = function(*batch, **state)
        result = metric.result(state)
        require(
            result.shape.rank == 0 and result.dtype.is_floating,
            f"gives {result.shape} of {result.dtype.name}, not a floating-point scalar",
        )
        return result.numpy()

    whole = figure([])
    require(np.isfinite(whole), f"gives {whole}")
    for cuts in ([1], [3, 4], list(range(1, _BATCH))):
        cut = figure(cuts)
        require(
            np.isclose(cut, whole, rtol=1e-5), f"is {whole} over a whole split, {cut} in batches"
        )


def _traced(function: Any, specs: list[TensorSpec], named: Any = None) -> Any:
    signature = [tf.TensorSpec(spec.shape, spec.dtype) for spec in specs]
    return tf.function(function, autograph=False).get_concrete_function(*signature, **(named or {}))
