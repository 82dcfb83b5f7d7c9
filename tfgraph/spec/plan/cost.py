"""Cost: the memory that a model will take, by arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tfgraph.errors import DataError
from tfgraph.spec.plan.contract import HALVES, Caller, slots, splits
from tfgraph.spec.plan.model import Plan
from tfgraph.spec.plan.monitoring import WATCHED


@dataclass(frozen=True)
class Cost:
    """Bytes that a model takes at its peak, beside those of TensorFlow itself.

    Args:
        weights: the weights, those that are not trained among them, and their copies in half
            precision where layers compute in it.
        slots: the optimizer's state.
        averages: the moving averages of the weights, with `ema`.
        gradients: the gradients of the trained weights; with `gradient_accumulation` their sums
            beside those of a part.
        activations: what the layers give for one batch. In training all of it is kept for the way
            back, and the gradients of one layer's inputs and output stand beside it.
        batch: the number of examples that `activations` is for.
        data: the fields of all splits, as they are kept in memory.
        evaluates: whether `activations` are those of an evaluation, in which a run takes more.

    What a layer computes in between (the gates of an LSTM) is not known here and not counted.
    Axes of unknown size count as 1.
    """

    weights: int
    slots: int
    averages: int
    gradients: int
    activations: int
    batch: int
    data: int
    evaluates: bool = False

    @property
    def peak(self) -> int:
        """The sum of all parts."""
        state = self.weights + self.slots + self.averages
        return state + self.gradients + self.activations + self.data

    @property
    def parts(self) -> Mapping[str, int]:
        """The parts by their name in a message; those that a model has."""
        during = " of evaluation" if self.evaluates else ""
        named = {
            "weights": self.weights,
            "optimizer slots": self.slots,
            "averages": self.averages,
            "gradients": self.gradients,
            f"activations{during} (batch {self.batch:,})": self.activations,
            "data": self.data,
        }
        return {name: size for name, size in named.items() if size}

    def __str__(self) -> str:
        return ", ".join(f"{name} {show_bytes(size)}" for name, size in self.parts.items())


def cost(plan: Plan) -> Cost:
    """The memory that a plan takes: that of a step, or of an evaluation where that is more."""
    found = cost_of_training(plan)
    examples = _evaluated_at_a_time(plan)
    if examples is None:
        return found
    return max(found, cost_of_evaluation(plan, examples), key=lambda cost: cost.peak)


def cost_of_training(plan: Plan) -> Cost:
    """The memory that training a plan takes; that of predicting a batch where nothing trains it."""
    trained = {name: spec for name, spec in plan.weights.items() if spec.trainable}
    optimizer = plan.spec.optimizer if plan.losses else None
    state = 0
    if optimizer:
        caller = Caller(optimizer.component, optimizer.span)
        state = sum(s.bytes for w in trained.values() for s in slots(caller, w).values())
    sizes = _splits(plan)
    training = plan.spec.training
    batch = training.part_size if optimizer else training.batch_size
    if sizes:
        batch = min(batch, max(sizes.values()))
    an_example = _kept_in_training(plan) if optimizer else _kept_in_prediction(plan)
    gradients = sum(spec.bytes for spec in trained.values()) if optimizer else 0
    return Cost(
        weights=sum(spec.bytes for spec in plan.weights.values()) + _rounded(plan),
        slots=state,
        averages=sum(spec.bytes for spec in plan.averages.values()),
        gradients=gradients * (1 if training.gradient_accumulation == 1 else 2),
        activations=batch * an_example,
        batch=batch,
        data=sum(sizes.values()) * _stored(plan),
    )


def cost_of_evaluation(plan: Plan, batch: int) -> Cost:
    """The memory of evaluating or predicting so many examples at a time, where it is trained."""
    activations = batch * _kept_in_prediction(plan)
    return replace(
        cost_of_training(plan), gradients=0, activations=activations, batch=batch, evaluates=True
    )


def _evaluated_at_a_time(plan: Plan) -> int | None:
    """The examples that a run computes at a time in its evaluations; None where it has none."""
    if not (plan.losses and plan.spec.optimizer):
        return None
    training = plan.spec.training
    if plan.spec.data is None:  # the arrays will be given, and what they have is not known
        return training.evaluate_batch_size
    sizes = _splits(plan)
    examples = max((sizes[split] for split in WATCHED if split in sizes), default=0)
    return min(training.evaluation_size, examples) or None


def show_bytes(size: int) -> str:
    """A number of bytes as one says it: 512 B, 2.6 MB."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB", "TB", "PB"):
        if amount < 1000:
            return f"{amount:.1f}".removesuffix(".0") + f" {unit}"
        amount /= 1000
    return f"{amount:,.1f}".removesuffix(".0") + " EB" if amount < 1e6 else "over a million EB"


def _rounded(plan: Plan) -> int:
    """The bytes of the copies of weights that layers compute with in half precision."""
    half = [layer for layer in plan.layers if plan.precision_of(layer) in HALVES]
    weights = (spec for layer in half for spec in layer.created.values())
    return sum(spec.bytes // 2 for spec in weights if spec.dtype == "float32")


def _splits(plan: Plan) -> Mapping[str, int]:
    """The examples in each split, as far as they are known before the data is read."""
    if plan.spec.data is None:
        return {}
    try:
        return splits(Caller(plan.spec.data.component, plan.spec.data.span))
    except DataError:
        return {}


def _stored(plan: Plan) -> int:
    """The bytes of one example in memory."""
    return sum(plan.fields[name].stored_spec.least_bytes for name in (*plan.inputs, *plan.targets))


def _kept_in_training(plan: Plan) -> int:
    """The bytes of one example at the fullest moment of a step.

    On the way back from a layer, all that was computed before it is still kept, and the gradients
    of its output and its inputs have been added.
    """
    needed = plan.above(loss.of for loss in plan.losses)
    layers = [layer for layer in plan.layers if layer.name in needed]
    kept = sum(plan.fields[name].spec.least_bytes for name in (*plan.inputs, *plan.targets))
    peak = kept
    for layer in layers:
        output = plan.built_by(layer).least_bytes
        kept += output
        peak = max(peak, kept + output + sum(s.least_bytes for s in plan.taken_by(layer)))
    return peak


def _kept_in_prediction(plan: Plan) -> int:
    """The bytes of one example at the fullest moment where each value goes with its last use."""
    last_use = {name: layer.name for layer in plan.layers for name in layer.inputs}
    held = {name: plan.fields[name].spec.least_bytes for name in plan.inputs}
    peak = sum(held.values())
    for layer in plan.layers:
        held[layer.name] = plan.built_by(layer).least_bytes
        peak = max(peak, sum(held.values()))
        for name in layer.inputs:
            if last_use[name] == layer.name and name not in plan.outputs:
                held.pop(name, None)
    return peak
