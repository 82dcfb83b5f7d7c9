"""Comparisons: the losses and metrics, each with the output and the field that it compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from tfgraph.errors import ComponentError
from tfgraph.spec.model import LossEntry, MetricEntry
from tfgraph.spec.plan.contract import Caller
from tfgraph.spec.plan.mends import beside, best_first, mend_comparison
from tfgraph.spec.plan.model import PlannedLoss, PlannedMetric
from tfgraph.spec.plan.scope import Scope
from tfgraph.spec.plan.weighting import class_weights, sample_weights
from tfgraph.words import listed


def plan_losses(scope: Scope, outputs: tuple[str, ...]) -> tuple[PlannedLoss, ...]:
    """The losses that are sound; what is wrong with the others is reported."""
    several = len(scope.spec.losses) > 1
    unique = _unique_names()
    found: list[PlannedLoss] = []
    for entry in scope.spec.losses:
        pair = _compared(scope, entry, outputs)
        if pair is None:
            continue
        name = f"{pair[0]}.{entry.component.type}" if several else entry.component.type
        name = unique(name)
        factors = class_weights(scope, entry, pair[1])
        field = sample_weights(scope, entry)
        found.append(
            PlannedLoss(name, entry.component, *pair, entry.weight, entry.span, factors, field)
        )
    return tuple(found)


def plan_metrics(
    scope: Scope, outputs: tuple[str, ...], losses: Sequence[PlannedLoss]
) -> tuple[PlannedMetric, ...]:
    """The metrics that are sound, under names that none of the losses is reported by."""
    types = Counter(entry.component.type for entry in scope.spec.metrics)
    unique = _unique_names()
    # Evaluation reports the losses beside the metrics.
    for taken in ("loss", *(loss.name for loss in losses if len(losses) > 1)):
        unique(taken)
    found: list[PlannedMetric] = []
    for entry in scope.spec.metrics:
        pair = _compared(scope, entry, outputs)
        if pair is None:
            continue
        name = entry.component.type
        if types[name] > 1 and entry.of:
            name = f"{entry.of}.{name}"
        name = unique(name)
        found.append(PlannedMetric(name, entry.component, *pair, entry.span))
    return tuple(found)


def _compared(
    scope: Scope, entry: LossEntry | MetricEntry, outputs: tuple[str, ...]
) -> tuple[str, str] | None:
    """The layer and the field that a loss or a metric compares; None where one is not sound."""
    target = _target(scope, entry)
    of = _output(scope, entry, outputs, target)
    if of is None or target is None:
        return None
    output, wanted = scope.spec_of(of), scope.spec_of(target)
    if output is None or wanted is None:
        return None
    check = partial(Caller(entry.component, entry.span).call, "check")
    try:
        check(output, wanted)
    except ComponentError as error:
        help = mend_comparison(scope, entry, of, target, check)
        # What mends one comparison of an output mends the others.
        if not help or help not in {found.help for found in scope.diagnostics}:
            scope.misfit("TG305", entry, error, [of, target], help or error.help)
        return None
    return of, target


def _output(
    scope: Scope, entry: LossEntry | MetricEntry, outputs: tuple[str, ...], target: str | None
) -> str | None:
    """The layer or input that it is of; reported where nothing says which."""
    if entry.of:
        return entry.of.value if scope.known(entry.of, "layer or input", scope.names) else None
    if len(outputs) > 1:
        check = partial(Caller(entry.component, entry.span).call, "check")
        likely = best_first(scope, check, outputs, target)[0] if target else outputs[0]
        scope.report(
            "TG209",
            f"{entry.component.kind} `{entry.component.type}` needs `of`: "
            f"there are the outputs {listed(outputs)}",
            entry.span,
            help=beside(entry, f"of: {likely}"),
        )
        return None
    return outputs[0] if outputs[0] in scope.names else None


def _target(scope: Scope, entry: LossEntry | MetricEntry) -> str | None:
    """The field that it compares with; reported where nothing says which."""
    if entry.target:
        fields = [name for name in scope.names if name not in scope.entries]
        return entry.target.value if scope.known(entry.target, "field", fields) else None
    data = scope.spec.data
    default = data.component.target() if data else None
    if default is None:
        scope.report(
            "TG209",
            f"{entry.component.kind} `{entry.component.type}` needs `target`: "
            "the field to compare with",
            entry.span,
            help=f"the fields are {listed(_labels_first(scope))}",
        )
    return default


def _labels_first(scope: Scope) -> list[str]:
    """The fields, those before the others that no layer takes."""
    taken = {name for planned in scope.planned.values() for name in planned.inputs}
    return sorted(scope.fields, key=lambda name: name in taken)


def _unique_names() -> Callable[[str], str]:
    """A function that gives each name once, a number behind it from the second time on."""
    times: Counter[str] = Counter()

    def unique(name: str) -> str:
        candidate = name
        while times[candidate]:
            times[name] += 1
            candidate = f"{name}_{times[name]}"
        times[candidate] += 1
        return candidate

    return unique
