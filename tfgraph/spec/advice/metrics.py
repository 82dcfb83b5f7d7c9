"""Metrics that do not suit what they are given."""

from __future__ import annotations

from collections.abc import Iterator

from tfgraph.api.facts import Meaning
from tfgraph.diagnostics import Diagnostic
from tfgraph.spec.advice.losses import FUNCTIONS, probabilities_before
from tfgraph.spec.advice.view import View, line, warning
from tfgraph.spec.model import MetricEntry
from tfgraph.spec.plan import PlannedMetric


def classes_of_numbers(view: View) -> Iterator[Diagnostic]:
    """A metric that counts classes, of a target or an output that the losses take for numbers."""
    for planned, entry in zip(view.plan.metrics, view.spec.metrics, strict=True):
        if view.compared(planned).compares == "classes":
            found = _of_numbers(view, planned, entry) or _of_another_target(view, planned)
            yield from [found] if found else []


def _of_numbers(view: View, planned: PlannedMetric, entry: MetricEntry) -> Diagnostic | None:
    facts = view.compared(planned)
    losses = [loss for loss in view.plan.losses if loss.target == planned.target]
    if not losses or any(view.compared(loss).compares != "numbers" for loss in losses):
        return None
    chosen = any(name in entry.spans for names in facts.settings.values() for name in names)
    field, layer = view.plan.fields[planned.target], view.origin(planned.of)
    probabilities = layer is not None and view.facts(layer).gives == "probabilities"
    # Losses between numbers train classifiers too, with a target of 0 and 1 or a one-hot one:
    # an image is neither, and a threshold that suits one of them is not the default.
    measured = field.scale is not None or planned.target in view.plan.inputs
    thresholded = facts.takes == "logits" and not chosen and not probabilities
    if not field.spec.floating or field.classes is not None or not (measured or thresholded):
        return None
    return warning(
        "TG415",
        f"the metric `{planned.metric.type}` counts classes, and `{planned.target}` is a number",
        planned.span,
        label=f"`{losses[0].loss.type}` ({line(losses[0].span)}) compares numbers",
        note="it would count how often both are on one side of a threshold" if thresholded else "",
        help="use `mean_absolute_error` or `mean_squared_error`",
    )


def _of_another_target(view: View, planned: PlannedMetric) -> Diagnostic | None:
    """Of the classes of one field, where the losses make the output like another one."""
    losses = [loss for loss in view.plan.losses if loss.of == planned.of]
    classes = view.plan.fields[planned.target].classes
    size = view.plan.output_of(planned.of).shape[-1]
    if not losses or any(loss.target == planned.target for loss in losses):
        return None
    if classes is None or size is None or size <= classes:
        return None
    loss = losses[0]
    return warning(
        "TG415",
        f"the metric `{planned.metric.type}` takes the {size} values of `{planned.of}` for the "
        f"{classes} classes of `{planned.target}`",
        planned.span,
        label=f"`{loss.loss.type}` ({line(loss.span)}) compares them with `{loss.target}`",
        help=f"use `mean_squared_error` with `target: {loss.target}`"
        if view.compared(loss).compares == "numbers"
        else f"leave it out: the loss `{loss.loss.type}` is reported as well",
    )


def misread_outputs(view: View) -> Iterator[Diagnostic]:
    """A metric that takes logits for probabilities, or the other way round."""
    for planned in view.plan.metrics:
        facts, gets = view.compared(planned), _meaning(view, planned)
        logits = gets in FUNCTIONS
        if gets == "probabilities" and facts.takes in FUNCTIONS:
            if any(found.of == planned.of for found in probabilities_before(view)):
                continue  # TG408 makes logits of them
            takes = "logits"
        elif logits and facts.takes == "probabilities":
            takes = "probabilities"
        elif logits and facts.compares == "numbers":
            takes = "numbers to compare"
        else:
            continue
        given = "logits" if logits else "probabilities"
        setting = facts.settings.get("logits" if logits else "probabilities", {})
        help = ", ".join(f"`{name}: {value}`" for name, value in setting.items())
        function = FUNCTIONS.get(gets or "", "")
        yield warning(
            "TG416",
            f"the metric `{planned.metric.type}` takes {takes}, and `{planned.of}` gives {given}",
            planned.span,
            label=f"gets {given}",
            help=f"write {help}"
            if help
            else f"take the metric behind a layer `{function}`, with `of`"
            if logits
            else "take the metric of the layer before the probabilities, with `of`",
        )


def _meaning(view: View, planned: PlannedMetric) -> Meaning | None:
    """What an output means: as its layer says, or as the loss of it does."""
    layer = view.origin(planned.of)
    if layer is not None and view.facts(layer).gives is not None:
        return view.facts(layer).gives
    taken = (view.compared(loss).takes for loss in view.plan.losses if loss.of == planned.of)
    return next((meaning for meaning in taken if meaning in FUNCTIONS), None)


RULES = (classes_of_numbers, misread_outputs)
