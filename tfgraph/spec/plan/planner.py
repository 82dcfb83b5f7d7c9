"""plan: from a spec to its plan, and everything that keeps it from having one."""

from __future__ import annotations

from tfgraph.diagnostics import Diagnostic, TooManyProblems
from tfgraph.spec.model import Doubts, Spec
from tfgraph.spec.plan import budget
from tfgraph.spec.plan.comparisons import plan_losses, plan_metrics
from tfgraph.spec.plan.fields import find_fields
from tfgraph.spec.plan.freezing import check_trained
from tfgraph.spec.plan.model import Plan, PlannedLoss, PlannedMetric, above
from tfgraph.spec.plan.monitoring import check_monitored
from tfgraph.spec.plan.pairing import Pairing
from tfgraph.spec.plan.precision import check_precision
from tfgraph.spec.plan.scope import Scope
from tfgraph.spec.plan.wiring import plan_layers


def plan(spec: Spec) -> tuple[Plan | None, list[Diagnostic]]:
    """The plan of a spec, None where it has errors, and all that there is to say of it.

    Raises PluginError where a component does not do what its kind promises.
    """
    scope = Scope(spec)
    try:
        made = _plan(scope)
    except TooManyProblems:
        made = None
    return made, scope.diagnostics


def _plan(scope: Scope) -> Plan | None:
    find_fields(scope)
    plan_layers(scope)
    for name in scope.spec.outputs:
        scope.known(name, "layer or input", scope.names)
    scope.check_twice(scope.spec.outputs, "output")
    outputs = tuple(name.value for name in scope.spec.outputs) or (scope.spec.layers[-1].name,)
    pairing = Pairing(scope, outputs)
    losses = plan_losses(pairing)
    metrics = plan_metrics(pairing, losses)
    doubts = scope.spec.doubts
    if not doubts.training:
        check_monitored(scope, losses, metrics)
    if scope.diagnostics or scope.failed or doubts != Doubts():
        return None
    needed = above(scope.planned, outputs)
    comparisons: list[PlannedLoss | PlannedMetric] = [*losses, *metrics]
    compared = above(
        scope.planned, [name for planned in comparisons for name in (planned.of, *planned.fields)]
    )
    made = Plan(
        spec=scope.spec,
        fields=scope.fields,
        inputs=tuple(name for name in scope.fields if name in needed),
        targets=tuple(n for n in scope.fields if n in compared and n not in needed),
        layers=tuple(scope.planned.values()),
        outputs=outputs,
        losses=losses,
        metrics=metrics,
        weights={
            name: weight
            for layer in scope.planned.values()
            for name, weight in layer.created.items()
        },
    )
    check_trained(scope, made)
    check_precision(scope, made)
    budget.check_total(scope, made)
    errors = any(found.severity == "error" for found in scope.diagnostics)
    return None if errors else made
