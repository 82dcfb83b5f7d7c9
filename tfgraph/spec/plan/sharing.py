"""Sharing: whether a layer can use another's weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tfgraph.api import Layer, WeightSpec
from tfgraph.spec.model import LayerEntry
from tfgraph.spec.plan.model import PlannedLayer
from tfgraph.spec.plan.notes import Chains, place
from tfgraph.spec.plan.scope import Scope


def is_frozen(scope: Scope, entry: LayerEntry) -> bool:
    """Whether the weights of a layer stay as they are; those that are shared, where their owner's do."""
    return scope.planned[entry.share.value].frozen if entry.share else entry.freeze is not None


def owner_of(
    scope: Scope,
    entry: LayerEntry,
    layer: Layer,
    weights: Mapping[str, WeightSpec],
    inputs: Sequence[str],
) -> str | None:
    """The layer whose weights a layer with these inputs uses; None where it cannot share them."""
    if entry.share is None:
        return entry.name
    other = scope.planned[entry.share.value]
    problem = _problem(layer, weights, other)
    if problem:
        chains, reader = Chains(scope), entry.share.span
        by_shape = other.layer.type == layer.type and weights
        taken = dict.fromkeys([*inputs, *other.inputs]) if by_shape else ()
        scope.report(
            "TG304",
            f"cannot share the weights of `{other.name}`: {problem}",
            reader,
            notes=tuple(chains.of(name, reader) for name in taken),
            help=_instead(scope, entry, layer, weights),
        )
        return None
    owner = scope.planned[other.owner]
    if entry.freeze and not owner.frozen and weights:
        scope.report(
            "TG304",
            f"`{entry.name}` is frozen, and `{owner.name}`, whose weights it uses, is not",
            entry.freeze,
            help=f"put `freeze: true` beside `{owner.name}` ({place(owner.span, entry.freeze)}): "
            "then both are",
        )
        return None
    if not _same_penalty(scope, entry, weights, owner):
        return None
    return owner.name


def _problem(layer: Layer, weights: Mapping[str, WeightSpec], other: PlannedLayer) -> str:
    """Why the weights of a layer cannot be those of another; empty where they can."""
    if other.layer.type != layer.type:
        return f"`{other.name}` is a `{other.layer.type}`, this is a `{layer.type}`"
    if not weights and not other.weights and type(layer).weights is not Layer.weights:
        return ""  # its parameters leave it none to share
    if not weights:
        return f"a `{layer.type}` has no weights"
    mine, theirs = _kinds(weights), _kinds(other.weights)
    if mine != theirs:
        return f"they need {_listed(mine)} here, and are {_listed(theirs)} there"
    for name, spec in weights.items():
        if spec.tied != other.weights[name].tied:
            return f"`{name}` is tied to another weight there"
    return ""


def _instead(
    scope: Scope, entry: LayerEntry, layer: Layer, weights: Mapping[str, WeightSpec]
) -> str:
    """The nearest layer whose weights a layer can share, by its name where that is named."""
    room = entry.name.rpartition(".")[0]
    for other in reversed(scope.planned.values()):
        beside = other.name.rpartition(".")[0] == room and other.owner == other.name
        if beside and weights and not _problem(layer, weights, other):
            where = place(other.span, entry.span)
            return (
                f"write `share: {other.name.removeprefix(f'{room}.')}`: its weights fit ({where})"
            )
    return (
        "leave `share` out: the layer has weights of its own then"
        if weights
        else ("leave `share` out")
    )


def _same_penalty(
    scope: Scope, entry: LayerEntry, weights: Mapping[str, WeightSpec], owner: PlannedLayer
) -> bool:
    """Whether a layer asks for no other regularisation of its weights than their owner does.

    One that asks for none takes its owner's.
    """
    for name, spec in weights.items():
        for parameter in ("l1", "l2"):
            mine, its = getattr(spec, parameter), getattr(owner.weights[name], parameter)
            if mine not in (0, its):
                span = entry.spans.get(parameter, entry.span)
                scope.report(
                    "TG304",
                    f"`{name}` is shared, and its {parameter} is {mine:g} here and {its:g} in "
                    f"`{owner.name}`",
                    span,
                    help=f"give `{parameter}` to `{owner.name}` ({place(owner.span, span)}) alone: "
                    "shared weights count in the loss once",
                )
                return False
    return True


def _kinds(weights: Mapping[str, WeightSpec]) -> dict[str, tuple[tuple[int, ...], str, bool]]:
    return {name: (spec.shape, spec.dtype, spec.trainable) for name, spec in weights.items()}


def _listed(kinds: Mapping[str, tuple[tuple[int, ...], str, bool]]) -> str:
    shown = []
    for name, (shape, dtype, trainable) in kinds.items():
        of = "" if dtype == "float32" else f" of {dtype}"
        shown.append(f"{name} {list(shape)}{of}" + ("" if trainable else " (not trained)"))
    return ", ".join(shown)
