"""Learning rates, schedules and batches that hardly are what was meant."""

from __future__ import annotations

from collections.abc import Iterator

from tfgraph.api import Optimizer, Stated
from tfgraph.diagnostics import Diagnostic, Span
from tfgraph.spec.advice.view import View, entry_place, shown, warning
from tfgraph.spec.model import Entry

#: A schedule may end a little early: steps are not always counted to the last one.
NEARLY_ALL = 0.9


def high_learning_rate(view: View) -> Iterator[Diagnostic]:
    """A learning rate with which the optimizer is all but sure to fail."""
    optimizer = view.spec.optimizer
    if optimizer is None:
        return
    facts, highest = optimizer.component.facts(), optimizer.component.learning_rate.facts().highest
    if facts.too_high is None or highest is None:
        return
    limit = facts.too_high * (_leeway(view, optimizer) if facts.follows_gradient else _spread(view))
    if highest.value < limit:
        return
    rate = shown(highest.value)
    yield warning(
        "TG424",
        f"a learning rate of {rate} is too high for `{optimizer.component.type}`",
        _rate_place(optimizer, highest),
        label="training will hardly come to rest",
        note=f"a step goes {rate} times the gradient"
        if facts.follows_gradient
        else f"a step changes each weight by about {rate}, whatever its gradient; most start "
        "far below 1",
        help=f"start below {shown(limit / 100)}",
    )


def _leeway(view: View, optimizer: Entry[Optimizer]) -> float:
    """How much higher a rate may be because gradients are small: means, low weights, clipping."""
    component = optimizer.component
    if component.clip_value or component.clip_norm or component.clip_global_norm:
        return float("inf")
    factors = []
    for planned in view.plan.losses:
        values = view.plan.fields[planned.target].spec.size
        if values is None or not planned.weight:
            return float("inf")
        averaged = values if planned.loss.reduction == "mean" else 1
        factors.append(max(averaged, 1) / abs(planned.weight))
    return max(1.0, *factors) if factors else float("inf")


def _spread(view: View) -> float:
    """The same for steps of fixed size: numbers to fit may be large, and weights with them."""
    of_numbers = all(view.compared(loss).compares != "classes" for loss in view.plan.losses)
    return 10.0 if of_numbers else 1.0


def long_warmup(view: View) -> Iterator[Diagnostic]:
    """A warm-up that takes as long as training, or longer."""
    found = _schedule(view)
    if found is None:
        return
    optimizer, steps = found
    schedule = optimizer.component.learning_rate
    rises = schedule.facts().rises
    if rises and rises.value > steps:
        yield warning(
            "TG425",
            f"the warm-up of `{schedule.type}` is longer than training",
            _rate_place(optimizer, rises),
            label=f"{int(rises.value):,} steps of warm-up",
            note=f"training makes {_steps_of(view)}, so the learning rate never reaches its peak",
            help="shorten the warm-up, or train for longer",
        )


def early_end(view: View) -> Iterator[Diagnostic]:
    """A learning rate that is 0 long before training ends."""
    found = _schedule(view)
    if found is None:
        return
    optimizer, steps = found
    schedule = optimizer.component.learning_rate
    ends = schedule.facts().ends
    if ends and ends.value < NEARLY_ALL * steps:
        yield warning(
            "TG426",
            f"the learning rate is 0 from step {int(ends.value):,} on",
            _rate_place(optimizer, ends),
            label=f"`{schedule.type}` ends here",
            note=f"training makes {_steps_of(view)}: the last {steps - int(ends.value):,} of them "
            "change nothing",
            help=f"let it end after {steps:,} steps, or train for less",
        )


def idle_schedule(view: View) -> Iterator[Diagnostic]:
    """A schedule that hardly changes the learning rate while training lasts."""
    found = _schedule(view)
    if found is None:
        return
    optimizer, steps = found
    schedule = optimizer.component.learning_rate
    steady = schedule.facts().steady
    if steady and steady.value >= steps:
        yield warning(
            "TG427",
            f"the schedule `{schedule.type}` hardly changes the learning rate",
            _rate_place(optimizer, steady),
            label="counted in steps, not in epochs",
            note=f"training makes {_steps_of(view)}, and the rate stays as it is for "
            f"{int(steady.value):,}",
            help=f"let `{steady.parameter}` fit the {steps:,} steps, or give one learning rate",
        )


def large_batch(view: View) -> Iterator[Diagnostic]:
    """A batch larger than the training split, where the spec says so or no step is left."""
    examples, training = view.examples, view.spec.training
    if not examples or training.batch_size <= examples:
        return
    if "train.batch_size" in view.spec.spans or training.drop_remainder:
        yield warning(
            "TG428",
            f"a batch of {training.batch_size:,} is larger than the training split",
            view.spec.spans.get("train.batch_size", view.spec.place("train")),
            label=f"there are {examples:,} examples",
            note="`drop_remainder` leaves them out, so training makes no step"
            if training.drop_remainder
            else "an epoch is a single step",
            help=f"for a single step write {examples:,}".replace(",", "")
            + ", or take a smaller batch",
        )


def batches_of_one(view: View) -> Iterator[Diagnostic]:
    """Batch normalisation of one example: what is left of it is 0."""
    if view.spec.training.batch_size != 1 or not view.plan.losses:
        return
    trained = view.above(planned.of for planned in view.plan.losses)
    for layer in view.plan.layers:
        if not view.normalizes_batch(layer) or layer.name not in trained:
            continue
        if layer.input_specs[0].rank == 2:
            yield warning(
                "TG429",
                f"`{layer.name}` normalises over a batch of one example",
                layer.span,
                label="gives the same for every example in training",
                note="the mean of one number is the number itself: their difference is 0",
                help="raise `batch_size`, or use `layer_norm`",
            )


def idle_options(view: View) -> Iterator[Diagnostic]:
    """Options of training where no loss is there to train for."""
    if view.spec.losses:
        return
    given = [name for name in view.spec.spans if name.startswith("train.")]
    idle = [name for name in given if name.split(".")[1] not in _ELSEWHERE]
    if idle:
        yield warning(
            "TG430",
            f"`{idle[0]}` has no effect: there is no loss to train for",
            view.spec.spans[idle[0]],
            label="for training",
            help="add `loss` and `optimizer`, or remove it",
        )


#: Initial weights, evaluation and prediction depend on them, too.
_ELSEWHERE = ("seed", "precision", "evaluate_batch_size", "batch_size")


def _schedule(view: View) -> tuple[Entry[Optimizer], int] | None:
    """The optimizer and the number of training steps, where both are known."""
    if view.spec.optimizer is None or not view.steps:
        return None
    return view.spec.optimizer, view.steps


def _rate_place(optimizer: Entry[Optimizer], stated: Stated) -> Span:
    return entry_place(optimizer, f"learning_rate.{stated.parameter}")


def _steps_of(view: View) -> str:
    epochs = view.spec.training.epochs
    if view.spec.training.steps is not None:
        return f"{view.steps:,} steps"
    return f"{view.steps:,} steps in {epochs:,} epoch{'s' * (epochs != 1)}"


RULES = (
    high_learning_rate,
    long_warmup,
    early_end,
    idle_schedule,
    large_batch,
    batches_of_one,
    idle_options,
)
