"""Mends of comparisons: what would make an output fit its target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from tfgraph.api import ComparisonFacts, TensorSpec, show_shape
from tfgraph.errors import ComponentError, PluginError
from tfgraph.spec.model import LossEntry, MetricEntry
from tfgraph.spec.plan import contract
from tfgraph.spec.plan.mends import changes, inputs, wording
from tfgraph.spec.plan.mends.trial import MAX_STEPS, specs_with, up, works
from tfgraph.spec.plan.mends.wording import beside
from tfgraph.spec.plan.model import PlannedLayer
from tfgraph.spec.plan.notes import place

if TYPE_CHECKING:
    from tfgraph.spec.plan.scope import Scope

#: Raises ComponentError where an output does not fit a target.
Check = Callable[[TensorSpec, TensorSpec], object]


def mend_comparison(
    scope: Scope, entry: LossEntry | MetricEntry, of: str, target: str, check: Check
) -> str:
    """Help that names one thing to change; empty if nothing that was tried helps.

    In this order: an input that was declared otherwise than meant, the pair of a loss, another output or target that fits as it is, the size of the last axis, axes to
    be flattened away, the shape of the output or of the target.
    """
    output, wanted = scope.spec_of(of), scope.spec_of(target)
    if output is None or wanted is None:
        return ""
    mends = _ComparisonMends(scope, entry, check)
    return (
        mends.other_input(of, target, output, wanted)
        or mends.as_loss(of, target)
        or mends.other_output(of, target)
        or mends.size(of, target, output, wanted)
        or mends.other_target(of, target, output)
        or mends.flat(of, output, wanted)
        or mends.shape_of_one(of, target, wanted)
    )


def best_first(scope: Scope, check: Check, names: Sequence[str], target: str) -> list[str]:
    """The names of outputs, those first that a comparison with the target takes."""
    return sorted(names, key=lambda name: -suits(scope, check, name, target))


def suits(scope: Scope, check: Check, of: str, target: str) -> int:
    """0 for an output that does not fit, 1 for one that does, 2 for one of the target's size."""
    output, wanted = scope.spec_of(of), scope.spec_of(target)
    if output is None or wanted is None or not works(partial(check, output, wanted)):
        return 0
    return 2 if output.shape == wanted.shape or output.shape[-1:] == (wanted.classes,) else 1


class _ComparisonMends:
    def __init__(self, scope: Scope, entry: LossEntry | MetricEntry, check: Check) -> None:
        self.scope = scope
        self.entry = entry
        self.reader = entry.span
        self.check = check

    def fit(self, output: TensorSpec, wanted: TensorSpec) -> bool:
        """Whether both can be compared, and not with the same result whatever they are."""
        fits = works(partial(self.check, output, wanted))
        return fits and not _facts(self.entry, output, wanted).constant

    def as_loss(self, of: str, target: str) -> str:
        """For a metric, what the one loss of its output or its target compares, if that fits."""
        found = set()
        for loss in self.scope.spec.losses if isinstance(self.entry, MetricEntry) else ():
            pair = (loss.of.value if loss.of else of, loss.target.value if loss.target else target)
            output, wanted = map(self.scope.spec_of, pair)
            if (of in pair or target in pair) and output and wanted and self.fit(output, wanted):
                kinds = {_facts(entry, output, wanted).compares for entry in (self.entry, loss)}
                found |= {pair} if len(kinds - {None}) < 2 else set()
        if len(found) != 1:
            return ""
        ((other, field),) = found
        return beside(self.entry, f"of: {other}" if other != of else f"target: {field}")

    def other_input(self, of: str, target: str, output: TensorSpec, wanted: TensorSpec) -> str:
        """The target or what the output is made of, as it was meant to be declared."""
        return inputs.other_shape(
            self.scope, target, lambda found: self.fit(output, found), self.reader
        ) or inputs.without_batch(
            self.scope, of, lambda found: self.fit(found, wanted), self.reader
        )

    def size(self, of: str, target: str, output: TensorSpec, wanted: TensorSpec) -> str:
        """Another size of the last axis: where it is set, or a layer more that sets it."""
        sizes = {wanted.classes: f"has {wanted.classes} classes", wanted.shape[-1]: f"is {wanted}"}
        for size, why in sizes.items():
            if size is None or output.shape[-1] == size or output.rank < 2:
                continue
            if not self.fit(replace(output, shape=(*output.shape[:-1], size)), wanted):
                continue
            found = _sized(list(up(self.scope, of)), output.shape[-1])
            if found is None:
                return f"put `matmul: {size}` after {self.named(of)}: `{target}` {why}"
            layer, parameter = found
            return (
                f"`{parameter}` of `{layer.name}` ({place(layer.span, self.reader)}) must be "
                f"{size}: `{target}` {why}"
            )
        return ""

    def other_target(self, of: str, target: str, output: TensorSpec) -> str:
        """Another field that the output fits as it is, and is not itself."""
        for name, field in self.scope.fields.items():
            if name not in (of, target) and self.fit(output, field.spec):
                return beside(self.entry, f"target: {name}")
        return ""

    def other_output(self, of: str, target: str) -> str:
        """Another output, of the very size of the target."""
        others = [name for name in self.ends() if name != of]
        for name in best_first(self.scope, self.check, others, target)[:1]:
            output, wanted = self.scope.spec_of(name), self.scope.spec_of(target)
            best = suits(self.scope, self.check, name, target) == 2
            if best and output and wanted and self.fit(output, wanted):
                return beside(self.entry, f"of: {name}")
        return ""

    def shape_of_one(self, of: str, target: str, wanted: TensorSpec) -> str:
        """The shape of this output, or else of another one."""
        for name in dict.fromkeys([of, *self.ends()]):
            found = self.shape(name, target, wanted)
            if found:
                also = "" if name == of else f"{beside(self.entry, f'of: {name}')}; then "
                return also + found
        return ""

    def ends(self) -> list[str]:
        """The outputs, and the layers that nothing takes; of many the first ones."""
        taken = {name for layer in self.scope.planned.values() for name in layer.inputs}
        outputs = (name.value for name in self.scope.spec.outputs)
        free = (name for name in self.scope.planned if name not in taken)
        return list(islice(dict.fromkeys(chain(outputs, free)), MAX_STEPS))

    def shape(self, of: str, target: str, wanted: TensorSpec) -> str:
        """The values of the output, or of the target, in the shape of the other."""
        found = []
        for change, fields in changes.other_data(self.scope):
            specs = specs_with(self.scope, [of], fields=fields)
            if specs and target in fields and self.fit(specs[0], fields[target]):
                found.append(change)
                break
        output = self.scope.spec_of(of)
        if output and output.size == wanted.size is not None:
            moved = replace(output, shape=wanted.shape)
            if moved != output and self.fit(moved, wanted):
                found.append(f"put {wording.sizes(wanted.shape)} after {self.named(of)}")
        return ", or ".join(found)

    def flat(self, of: str, output: TensorSpec, wanted: TensorSpec) -> str:
        """One row of numbers for an example, in place of axes between the batch and the last."""
        flat = replace(output, shape=(None, output.shape[-1]))
        weighted = [layer for layer in up(self.scope, of) if layer.weights]
        if not weighted or not weighted[0].input_specs[0].rank == output.rank > 2:
            return ""
        if not self.fit(flat, wanted):
            return ""
        layer = weighted[0]
        pooled = " or `global_avg_pool`" if output.rank == 4 else ""
        return (
            f"put `flatten`{pooled} before {self.named(layer.name)}: it gives "
            f"{show_shape(flat.shape)} then"
        )

    def named(self, name: str) -> str:
        if name not in self.scope.entries:
            return f"`{name}`"
        return f"`{name}` ({place(self.scope.entries[name].span, self.reader)})"


def _facts(
    entry: LossEntry | MetricEntry, output: TensorSpec, wanted: TensorSpec
) -> ComparisonFacts:
    try:
        found = contract.Caller(entry.component, entry.span).call("facts", output, wanted)
    except (ComponentError, PluginError):
        return ComparisonFacts()
    return found if isinstance(found, ComparisonFacts) else ComparisonFacts()


def _sized(layers: list[PlannedLayer], size: int | None) -> tuple[PlannedLayer, str] | None:
    """The layer whose primary parameter gives the last axis its size, and that parameter."""
    for layer in layers:
        primary = layer.layer.primary()
        if primary and getattr(layer.layer, primary.name) == size:
            return layer, primary.name
        if layer.input_specs[0].shape[-1] != size:
            return None
    return None
