"""Losses that do not suit what they are given."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tfgraph.api import ComparisonFacts, LayerFacts
from tfgraph.diagnostics import Diagnostic
from tfgraph.spec.advice.view import View, line, shown, warning
from tfgraph.spec.plan import PlannedLayer, PlannedLoss

#: What a loss of logits makes of them first.
FUNCTIONS = {"class_logits": "softmax", "logits": "sigmoid"}

#: So many classes may be filled up to a multiple of 8.
MANY_CLASSES = 100


def probabilities_as_logits(view: View) -> Iterator[Diagnostic]:
    """A softmax or a sigmoid before a loss that has its own."""
    for planned in probabilities_before(view):
        takes, layer = view.compared(planned).takes, view.origin(planned.of)
        assert layer is not None
        assert takes is not None
        component, place = view.source(layer)
        yield warning(
            "TG408",
            f"`{component.type}` before the loss `{planned.loss.type}`, which takes logits",
            place,
            label="gives probabilities",
            note=f"`{planned.loss.type}` ({line(planned.span)}) applies {FUNCTIONS[takes]} itself: "
            "done twice, the gradients are small and the loss stays far from 0",
            help=_without(view, layer),
        )


def probabilities_before(view: View) -> Iterator[PlannedLoss]:
    """The losses that make probabilities of what are some already."""
    for planned in view.plan.losses:
        layer = view.origin(planned.of)
        gives = view.facts(layer).gives if layer else None
        if gives == "probabilities" and view.compared(planned).takes in FUNCTIONS:
            yield planned


def confined_logits(view: View) -> Iterator[Diagnostic]:
    """An activation that keeps logits in a range where the loss cannot become small."""
    for planned in view.plan.losses:
        facts, layer = view.compared(planned), view.origin(planned.of)
        if layer is None:
            continue
        if view.facts(layer).gives == "probabilities" and facts.takes in FUNCTIONS:
            continue  # TG408 says it
        classes = view.plan.output_of(planned.of).shape[-1]
        reason = _confinement(facts, view.facts(layer), classes)
        if reason:
            component, place = view.source(layer)
            low, high = view.facts(layer).output_range
            yield warning(
                "TG409",
                f"`{component.type}` before the loss `{planned.loss.type}` confines what it takes",
                place,
                label=f"gives {_range(low, high)}",
                note=reason,
                help=_without(view, layer),
            )


def _confinement(loss: ComparisonFacts, layer: LayerFacts, classes: int | None) -> str:
    """Why a loss cannot become small; nothing where it can."""
    low, high = layer.output_range
    if loss.takes == "class_logits":
        if layer.flat_at_zero:
            return "a logit that it makes 0 gets no gradient: there the class learns nothing"
        if classes is None or classes < 2 or math.isinf(high - low):
            return ""
        best = 1 / (1 + (classes - 1) * math.exp(low - high))
        text = f"no probability of {classes} classes can rise above {best:.2g}"
        return text if best < 0.99 else ""
    if loss.takes == "logits":
        least, most = _sigmoid(low), _sigmoid(high)
        if least > 0.01:
            return f"no probability can fall below {least:.2g}"
        return f"no probability can rise above {most:.2g}" if most < 0.99 else ""
    if loss.takes == "scores" and (low >= 0 or high <= 0):
        return "the sign of a score is the side, and there are no scores of one sign"
    return ""


def no_probabilities(view: View) -> Iterator[Diagnostic]:
    """A loss of probabilities, of a layer that gives other numbers."""
    for planned in view.plan.losses:
        layer = view.origin(planned.of)
        if layer is None or view.compared(planned).takes != "probabilities":
            continue
        facts = view.facts(layer)
        if facts.linear or -math.inf < facts.output_range[0] < 0 or facts.output_range[1] <= 0:
            component, _ = view.source(layer)
            yield warning(
                "TG410",
                f"the loss `{planned.loss.type}` takes probabilities, `{layer.name}` gives others",
                planned.span,
                label=f"`{component.type}` ({line(layer.span)}) can give numbers below 0",
                note="probabilities are at least 0 and sum to 1",
                help="put `softmax` last",
            )


def constant_results(view: View) -> Iterator[Diagnostic]:
    """A layer or a loss that is the same whatever it is given."""
    for layer in view.plan.layers:
        if view.facts(layer).constant:
            component, place = view.source(layer)
            yield warning(
                "TG411",
                f"`{component.type}` gives the same whatever its input is",
                place,
                label=f"does not depend on its input {layer.input_specs[0]}",
                help="check its parameters, and the shape of what it takes",
            )
    for planned in view.plan.losses:
        if view.compared(planned).constant:
            output = view.plan.output_of(planned.of)
            yield warning(
                "TG411",
                f"the loss `{planned.loss.type}` is the same whatever the output is",
                planned.span,
                label=f"for an output {output}",
                note="among one class there is nothing to decide",
                help="give the last layer a unit for each class, or use `sigmoid_cross_entropy` "
                "for a yes or no",
            )


def more_outputs_than_classes(view: View) -> Iterator[Diagnostic]:
    """More logits than the target has classes: a wrong count, or some last layer is missing."""
    for planned in view.plan.losses:
        target = view.plan.fields[planned.target].spec
        logits = view.plan.output_of(planned.of).shape[-1]
        if view.compared(planned).takes != "class_logits" or target.floating:
            continue
        classes = target.classes
        if classes and logits and 1 < classes < logits and not _padded(classes, logits):
            surplus = logits - classes
            yield warning(
                "TG412",
                f"{logits} logits for the {classes} classes of `{planned.target}`",
                planned.span,
                label=f"`{planned.of}` gives {view.plan.output_of(planned.of)}",
                note=f"the classes are 0 to {classes - 1}: the other "
                f"{f'{surplus} logits' if surplus > 1 else 'one'} can only learn to be never right",
                help=f"end with a layer of {classes} units, like `matmul: {classes}`",
            )


def _padded(classes: int, logits: int) -> bool:
    """Whether many classes are filled up to a round number, which makes products faster."""
    return classes >= MANY_CLASSES and logits % 8 == 0 and logits - classes < 128


def no_positive_weight(view: View) -> Iterator[Diagnostic]:
    """Losses none of which counts: training makes nothing smaller."""
    entries = view.spec.losses
    if not entries or any(entry.weight > 0 for entry in entries):
        return
    first = entries[0]
    negative = any(entry.weight < 0 for entry in entries)
    yield warning(
        "TG413",
        "no loss has a weight above 0",
        first.weight_span or first.span,
        label="training makes it larger" if negative else "it does not count",
        help="training makes the weighted sum of the losses small: give one a weight above 0",
    )


def dropout_on_outputs(view: View) -> Iterator[Diagnostic]:
    """Dropout right before a loss: part of what it compares is 0 at random."""
    for planned in view.plan.losses:
        for layer in view.back(planned.of):
            facts = view.facts(layer)
            if facts.passes and facts.drop_rate > 0:
                yield warning(
                    "TG414",
                    f"`{layer.layer.type}` right before the loss `{planned.loss.type}`",
                    layer.span,
                    label=f"sets {shown(facts.drop_rate * 100)} % of the outputs to 0",
                    note="no later layer can make up for what is dropped, so the loss is of noise",
                    help="put it before the last layer that has weights",
                )


def _without(view: View, layer: PlannedLayer) -> str:
    """How to give a loss what comes before an activation."""
    parameter = view.facts(layer).parameter
    if parameter:
        return f"leave out `{parameter}`"
    if layer.weights:
        return "end with a layer that can give any number, such as `matmul`"
    before = layer.inputs[0]
    return f"remove `{layer.layer.type}`, or take the loss of what comes before it: `of: {before}`"


def _range(low: float, high: float) -> str:
    """What lies between two bounds, in words."""
    if math.isinf(high):
        return f"numbers of at least {shown(low)}"
    if math.isinf(low):
        return f"numbers of at most {shown(high)}"
    return f"numbers from {shown(low)} to {shown(high)}"


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -50 else 0.0


RULES = (
    probabilities_as_logits,
    confined_logits,
    no_probabilities,
    constant_results,
    more_outputs_than_classes,
    no_positive_weight,
    dropout_on_outputs,
)
