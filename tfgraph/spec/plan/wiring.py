"""Wiring: what each layer takes, and an order in which every layer comes after that."""

from __future__ import annotations

from tfgraph.api import Layer, LayerReference
from tfgraph.spec.language import INPUT
from tfgraph.spec.model import LayerEntry, Name
from tfgraph.spec.plan.inference import check_number_of_inputs, plan_layer
from tfgraph.spec.plan.scope import Scope
from tfgraph.words import listed


def plan_layers(scope: Scope) -> None:
    """Plan every layer of a scope, each after all that it depends on."""
    wiring = _Wiring(scope)
    for name, entry in scope.entries.items():
        if entry.is_sound:
            wiring.visit(name)
        else:
            wiring.names_of(entry)


class _Wiring:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        names = list(scope.entries)
        #: The layer that stands before each one.
        self.before = dict(zip(names[1:], names))
        #: The layers that wait for what they depend on, each needed by the one before it.
        self.open: dict[str, None] = {}
        self.inputs: dict[str, tuple[str, ...]] = {}

    def visit(self, name: str) -> None:
        """Plan a layer after all it depends on; no recursion, a stack may be as long as it likes."""
        waiting = [name]
        while waiting:
            current = waiting[-1]
            if current in self.open:
                del self.open[current]
                self.finish(self.scope.entries[current])
            elif current not in self.scope.planned and current not in self.scope.failed:
                self.open[current] = None
                waiting += reversed(self.dependencies(self.scope.entries[current]))
                continue
            waiting.pop()

    def names_of(self, entry: LayerEntry) -> None:
        """Look for what a layer names that is not planned."""
        scope = self.scope
        for given in entry.inputs:
            for name in self.meant(given):
                scope.known(name, "layer or input", scope.names)
        if entry.share:
            scope.known(entry.share, "layer", scope.entries)

    def dependencies(self, entry: LayerEntry) -> list[str]:
        """The layers to plan before this one; it has failed where a name leads nowhere."""
        scope = self.scope
        inputs = self.inputs_of(entry)
        named = [
            Name(reference.name, entry.spans.get(key, entry.span))
            for key, reference in references(entry.component).items()
        ]

        def others() -> list[str]:
            return [name for name in scope.entries if name != entry.name]

        found = [scope.known(name, "layer", scope.entries, suited=others) for name in named]
        if entry.share:
            named.append(entry.share)
            found.append(self.shares(entry, entry.share))
        if inputs is None or not all(found):
            scope.failed.add(entry.name)
            return []
        self.inputs[entry.name] = inputs
        needed = [*(name.value for name in named), *(n for n in inputs if n in scope.entries)]
        for name in needed:
            if name in self.open:
                self.circle(name)
                return []
        return needed

    def shares(self, entry: LayerEntry, name: Name) -> bool:
        """Whether there is a layer to share the weights of; its like are suggested if not."""

        def alike() -> list[str]:
            layers = (other for other in self.scope.spec.layers if other is not entry)
            return [x.name for x in layers if x.component.type == entry.component.type]

        return self.scope.known(name, "layer", self.scope.entries, suited=alike)

    def circle(self, name: str) -> None:
        """Report that the open layers from `name` on need each other."""
        from tfgraph.spec.plan.mends import culprit

        path = list(self.open)
        around = [*path[path.index(name) :], name]
        message = "layers depend on each other in a circle: " + " → ".join(around)
        span, help = culprit(self.scope, around)
        self.scope.report("TG303", message, span, help=help)
        self.scope.failed.update(around)

    def finish(self, entry: LayerEntry) -> None:
        """Plan a layer whose dependencies have been visited."""
        if entry.name in self.scope.failed:
            return
        inputs = self.inputs[entry.name]
        made = None
        if check_number_of_inputs(self.scope, entry, len(inputs)):
            made = plan_layer(self.scope, entry, inputs, references(entry.component))
        if made is None:
            self.scope.failed.add(entry.name)
        else:
            self.scope.planned[entry.name] = made

    def inputs_of(self, entry: LayerEntry) -> tuple[str, ...] | None:
        """The names that a layer takes: those of `from`, or what stands before it."""
        scope = self.scope
        if entry.inputs:
            named = [name for given in entry.inputs for name in self.meant(given)]
            found = [scope.known(name, "layer or input", scope.names) for name in named]
            return tuple(name.value for name in named) if all(found) else None
        if entry.name in self.before:
            return (self.before[entry.name],)
        candidates = self.candidates()
        if scope.spec.doubts.fields:
            return None
        if len(candidates) == 1:
            return (candidates[0],)
        if len(candidates) > 1 and not self.targets_known():
            return None
        least, most = entry.component.arity()
        if least <= len(candidates) and (most is None or len(candidates) <= most):
            return tuple(candidates)
        if scope.failed.intersection(candidates):
            return None
        scope.report(
            "TG302",
            f"the first layer needs `from`: there are the inputs {listed(candidates)}",
            entry.span,
            help=f"like `from: {candidates[0]}`" if candidates else "",
        )
        return None

    def meant(self, name: Name) -> list[Name]:
        """The name, or the model's inputs for `input` where nothing has that name."""
        if name.value != INPUT or INPUT in self.scope.names:
            return [name]
        return [Name(candidate, name.span) for candidate in self.candidates()] or [name]

    def candidates(self) -> list[str]:
        """The inputs that layers may take."""
        return [name for name in self.scope.model_inputs if name not in self.only_targets()]

    def targets_known(self) -> bool:
        """Whether all fields that losses and metrics read are known; what is not is reported."""
        scope = self.scope
        # An unsound layer may take what seems to be a target.
        certain = not scope.spec.doubts.targets and all(e.is_sound for e in scope.spec.layers)
        if scope.spec.data is not None or not certain:
            return certain
        weighing = [entry.sample_weights for entry in scope.spec.losses if entry.sample_weights]
        named = [*(entry.target for entry in scope.comparisons), *weighing]
        return all(name and name.value in scope.field_names for name in named)

    def only_targets(self) -> set[str]:
        """Inputs that the losses and metrics read and that no layer takes."""
        scope = self.scope
        if scope.spec.data is not None:
            return set()
        compared = {entry.target.value for entry in scope.comparisons if entry.target}
        weighing = (entry.sample_weights for entry in scope.spec.losses)
        compared |= {name.value for name in weighing if name}
        taken = {name.value for entry in scope.spec.layers for name in entry.inputs}
        return compared - taken if len(scope.model_inputs) > 1 else set()


def references(layer: Layer) -> dict[str, LayerReference]:
    """The parameters of a layer that name others."""
    values = layer.parameter_values().items()
    return {key: value for key, value in values if isinstance(value, LayerReference)}
