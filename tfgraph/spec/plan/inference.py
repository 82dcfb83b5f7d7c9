"""Inference: the shapes and weights of one layer, from those of what it takes."""

from __future__ import annotations

from collections.abc import Mapping

from tfgraph.api import Layer, LayerReference, WeightSpec
from tfgraph.errors import ComponentError
from tfgraph.spec.model import LayerEntry
from tfgraph.spec.plan import budget, contract
from tfgraph.spec.plan.model import PlannedLayer
from tfgraph.spec.plan.scope import Scope
from tfgraph.spec.plan.sharing import is_frozen, owner_of


def check_number_of_inputs(scope: Scope, entry: LayerEntry, number: int) -> bool:
    """Whether a layer takes so many inputs; reported if not."""
    layer = entry.component
    least, most = layer.arity()
    if least <= number and (most is None or number <= most):
        return True
    wanted = str(least) if least == most else f"at least {least}"
    if most is not None and least != most:
        wanted = f"{least} to {most}"
    wanted += " input" if wanted == "1" else " inputs"
    from tfgraph.spec.plan.mends import one_more

    surplus = entry.inputs[most:] if most is not None else ()
    scope.report(
        "TG302",
        f"`{layer.type}` takes {wanted}, got {number}",
        (surplus or entry.inputs or (entry,))[0].span,
        help=(one_more(scope, entry) or "`from: [A, B]` names several") if least > number else "",
    )
    return False


def plan_layer(
    scope: Scope,
    entry: LayerEntry,
    inputs: tuple[str, ...],
    references: Mapping[str, LayerReference],
) -> PlannedLayer | None:
    """A layer with its shapes and weights; None where something is wrong with it, or above it."""
    named = [reference.name for reference in references.values()]
    specs = [scope.spec_of(name) for name in inputs]
    xs = tuple(spec for spec in specs if spec is not None)
    shared = [entry.share.value] if entry.share else []
    if len(xs) < len(specs) or scope.failed.intersection([*named, *shared]):
        return None
    caller = contract.Caller(entry.component, entry.span, entry.name)
    if references:
        resolved = {key: _resolved(scope, reference) for key, reference in references.items()}
        caller.component = caller.call("replace", **resolved)
    layer = caller.component
    assert isinstance(layer, Layer)
    try:
        output = contract.infer(caller, xs)
        weights = contract.weights(caller, xs)
    except ComponentError as error:
        from tfgraph.spec.plan.mends import mend_layer

        help = mend_layer(scope, entry, layer, inputs, error)
        scope.misfit("TG301", entry, error, [*inputs, *named], help)
        return None
    if not budget.check_layer(scope, entry, output, weights):
        return None
    contract.check_ties(caller, weights, _created(scope, references))
    owner = owner_of(scope, entry, layer, weights, inputs)
    if owner is None:
        return None
    frozen = is_frozen(scope, entry)
    return PlannedLayer(entry.name, layer, inputs, xs, output, weights, owner, entry.span, frozen)


def _resolved(scope: Scope, reference: LayerReference) -> LayerReference:
    target = scope.planned[reference.name]
    named = {f"{target.owner}/{name}": weight for name, weight in target.weights.items()}
    return reference.resolve(target.layer, target.input_specs, target.output, named)


def _created(scope: Scope, references: Mapping[str, LayerReference]) -> dict[str, WeightSpec]:
    """The weights, by full name, that the layers named by a layer use and own."""
    owners = [scope.planned[scope.planned[r.name].owner] for r in references.values()]
    return {name: spec for owner in owners for name, spec in owner.created.items()}
