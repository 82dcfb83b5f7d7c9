"""Comparisons: the losses and metrics, each with the output and the field that it compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from tfgraph.errors import ComponentError
from tfgraph.spec.model import LossEntry, MetricEntry
from tfgraph.spec.plan.contract import Caller
from tfgraph.spec.plan.model import PlannedLoss, PlannedMetric
from tfgraph.spec.plan.pairing import Pair, Pairing
from tfgraph.spec.plan.scope import Scope
from tfgraph.spec.plan.weighting import class_weights, sample_weights
from tfgraph.words import listed


def plan_losses(pairing: Pairing) -> tuple[PlannedLoss, ...]:
    """The losses that are sound; what is wrong with the others is reported."""
    scope = pairing.scope
    several = len(scope.spec.losses) > 1
    unique = _unique_names()
    found: list[PlannedLoss] = []
    for entry in scope.spec.losses:
        field = sample_weights(scope, entry)
        pair = _compared(pairing, entry)
        if pair is None:
            continue
        name = f"{pair[0]}.{entry.component.type}" if several else entry.component.type
        name = unique(name)
        factors = class_weights(scope, entry, pair[1])
        found.append(
            PlannedLoss(name, entry.component, *pair, entry.weight, entry.span, factors, field)
        )
    return tuple(found)


def plan_metrics(pairing: Pairing, losses: Sequence[PlannedLoss]) -> tuple[PlannedMetric, ...]:
    """The metrics that are sound, under names that none of the losses is reported by."""
    scope = pairing.scope
    types = Counter(entry.component.type for entry in scope.spec.metrics)
    unique = _unique_names()
    # Evaluation reports the losses beside the metrics.
    for taken in ("loss", *(loss.name for loss in losses if len(losses) > 1)):
        unique(taken)
    found: list[PlannedMetric] = []
    for entry in scope.spec.metrics:
        pair = _compared(pairing, entry)
        if pair is None:
            continue
        name = entry.component.type
        if types[name] > 1 and entry.of:
            name = f"{entry.of}.{name}"
        name = unique(name)
        found.append(PlannedMetric(name, entry.component, *pair, entry.span))
    return tuple(found)


def _compared(pairing: Pairing, entry: LossEntry | MetricEntry) -> Pair | None:
    """The layer and the field that a loss or a metric compares; None where one is not sound."""
    scope = pairing.scope
    target = _target(pairing, entry)
    of = _output(pairing, entry)
    if "" in (of, target):
        _ask(pairing, entry, of, target)
    if not of or not target:
        return None
    if isinstance(entry, LossEntry):
        pairing.named.append((entry, (of, target)))
    output, wanted = scope.spec_of(of), scope.spec_of(target)
    if output is None or wanted is None:
        return None
    check = partial(Caller(entry.component, entry.span).call, "check")
    try:
        check(output, wanted)
    except ComponentError as error:
        from tfgraph.spec.plan.mends import mend_comparison

        help = mend_comparison(scope, entry, of, target, check)
        # What mends one comparison of an output mends the others.
        if not help or help not in {found.help for found in scope.diagnostics}:
            scope.misfit("TG305", entry, error, [of, target], help or error.help)
        return None
    return of, target


def _output(pairing: Pairing, entry: LossEntry | MetricEntry) -> str | None:
    """The layer or input that it is of; empty where nothing says which, None where it is not sound."""
    names = pairing.scope.names
    if entry.of:
        return entry.of.value if pairing.scope.known(entry.of, "layer or input", names) else None
    if len(pairing.outputs) > 1:
        return ""
    return pairing.outputs[0] if pairing.outputs[0] in names else None


def _target(pairing: Pairing, entry: LossEntry | MetricEntry) -> str | None:
    """The field that it compares with; empty where nothing says which, None where it is not sound."""
    scope = pairing.scope
    if entry.target is None:
        data = scope.spec.data
        if scope.spec.doubts.fields:
            return None
        return (data.component.target() if data else None) or ""

    def fitting() -> str:
        found = pairing.meant(entry, entry.of.value if entry.of else "")
        return f"write `target: {found[1]}`, which fits `{found[0]}`" if found else ""

    known = scope.known(entry.target, "field", scope.field_names, fitting)
    return entry.target.value if known else None


def _ask(
    pairing: Pairing, entry: LossEntry | MetricEntry, of: str | None, target: str | None
) -> None:
    """Report that an entry does not say what it compares, with what fits."""
    from tfgraph.spec.plan.mends import beside, best_first

    scope = pairing.scope
    found = pairing.meant(entry, of or "", target or "") if None not in (of, target) else None
    pair = dict(zip(("of", "target"), found)) if found else {}
    if found and isinstance(entry, LossEntry):
        pairing.named.append((entry, found))
    outputs, fields = listed(pairing.outputs), listed(_labels_first(scope))
    needs, help = {
        (True, True): (
            "`of` and `target`: the output and the field to compare",
            f"the outputs are {outputs}, and the fields are {fields}",
        ),
        (True, False): (f"`of`: there are the outputs {outputs}", ""),
        (False, True): ("`target`: the field to compare with", f"the fields are {fields}"),
    }[of == "", target == ""]
    if of == "" and target != "" and not pair:
        check = partial(Caller(entry.component, entry.span).call, "check")
        names = pairing.outputs
        pair = {"of": best_first(scope, check, names, target)[0] if target else names[0]}
    missing = [key for key, name in (("of", of), ("target", target)) if name == ""]
    scope.report(
        "TG209",
        f"{entry.component.kind} `{entry.component.type}` needs {needs}",
        entry.span,
        help=beside(entry, *(f"{key}: {pair[key]}" for key in missing)) if pair else help,
    )


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
