"""Plan: names wired up, shapes and weights inferred, everything known without TensorFlow."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tfgraph.api import Field, Layer, LayerReference, Loss, Metric, TensorSpec, WeightSpec
from tfgraph.api.tensors import show_shape
from tfgraph.diagnostics import (
    Diagnostic,
    Span,
    TooManyProblems,
    collect,
    did_you_mean,
    listed,
)
from tfgraph.errors import ShapeError
from tfgraph.spec.model import Entry, LayerEntry, LossEntry, MetricEntry, Name, Spec

#: TensorFlow counts the values of a tensor in a signed integer of 64 bits.
MAX_SIZE = 2**63


@dataclass(frozen=True)
class PlannedLayer:
    """A layer with its wiring, its shapes and its weights.

    `weights` are by their name within the layer; `owner` is the layer whose weights they are:
    the layer itself, or the one that it shares with.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    input_specs: tuple[TensorSpec, ...]
    output: TensorSpec
    weights: Mapping[str, WeightSpec]
    owner: str
    span: Span

    def weight_name(self, weight: str) -> str:
        """The full name of one of its weights."""
        return f"{self.owner}/{weight}"


@dataclass(frozen=True)
class PlannedLoss:
    """A loss, the layer or input it is of, the field it compares with, its factor."""

    name: str
    loss: Loss
    of: str
    target: str
    weight: float
    span: Span


@dataclass(frozen=True)
class PlannedMetric:
    """A metric under the name it is reported by."""

    name: str
    metric: Metric
    of: str
    target: str
    span: Span


@dataclass(frozen=True)
class Plan:
    """A spec with every shape, name and weight known.

    `layers` stand in an order in which each comes after what it takes. `inputs` are the fields
    that the outputs need, `targets` those that only losses and metrics need. `weights`
    are the ones to create, by full name: neither tied ones nor those of a layer that shares.
    """

    spec: Spec
    fields: Mapping[str, Field]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    layers: tuple[PlannedLayer, ...]
    outputs: tuple[str, ...]
    losses: tuple[PlannedLoss, ...] = ()
    metrics: tuple[PlannedMetric, ...] = ()
    weights: Mapping[str, WeightSpec] = field(default_factory=dict)

    def layer(self, name: str) -> PlannedLayer:
        """The layer of that name; KeyError if there is none."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def output_of(self, name: str) -> TensorSpec:
        """The spec of a layer's output or of an input."""
        if name in self.fields:
            return self.fields[name].spec
        return self.layer(name).output

    @property
    def parameters(self) -> int:
        """The number of values in all weights; tied and shared ones are counted once."""
        return sum(weight.size for weight in self.weights.values())

    @property
    def trainable_parameters(self) -> int:
        """The number of values that training changes by gradient."""
        return sum(weight.size for weight in self.weights.values() if weight.trainable)


def plan(spec: Spec) -> tuple[Plan | None, list[Diagnostic]]:
    """The plan of a spec, or what keeps it from having one."""
    planner = _Planner(spec)
    try:
        made = planner.plan()
    except TooManyProblems:
        made = None
    return (None if planner.diagnostics else made), planner.diagnostics


class _Planner:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.diagnostics: list[Diagnostic] = []
        self.entries = {entry.name: entry for entry in spec.layers}
        self.before: dict[str, str | None] = {}
        previous = None
        for entry in spec.layers:
            self.before[entry.name] = previous
            previous = entry.name
        self.fields: dict[str, Field] = {}
        self.field_spans: dict[str, Span] = {}
        self.model_inputs: tuple[str, ...] = ()
        self.planned: dict[str, PlannedLayer] = {}
        #: Layers that could not be planned: what depends on them is not reported again.
        self.failed: set[str] = set()
        #: The layers that wait for what they depend on, each needed by the one before it.
        self.open: dict[str, None] = {}
        self.inputs: dict[str, tuple[str, ...]] = {}

    def report(self, code: str, message: str, span: Span, **more: Any) -> None:
        collect(self.diagnostics, Diagnostic(code, message, span, **more))

    def plan(self) -> Plan | None:
        self.find_fields()
        if self.diagnostics:
            return None
        for name in self.entries:
            self.visit(name)
        self.check_names()
        if self.diagnostics:
            return None
        spec = self.spec
        outputs = tuple(name.value for name in spec.outputs) or (spec.layers[-1].name,)
        losses = self.losses(outputs)
        metrics = self.metrics(outputs)
        if self.diagnostics:
            return None
        weights = {
            f"{layer.name}/{name}": weight
            for layer in self.planned.values()
            if layer.owner == layer.name
            for name, weight in layer.weights.items()
            if weight.tied is None
        }
        comparisons: list[PlannedLoss | PlannedMetric] = [*losses, *metrics]
        needed = self.needed(outputs)
        compared = self.needed(
            [name for planned in comparisons for name in (planned.of, planned.target)]
        )
        return Plan(
            spec=spec,
            fields=self.fields,
            inputs=tuple(name for name in self.fields if name in needed),
            targets=tuple(n for n in self.fields if n in compared and n not in needed),
            layers=tuple(self.planned.values()),
            outputs=outputs,
            losses=losses,
            metrics=metrics,
            weights=weights,
        )

    # ---- fields

    def find_fields(self) -> None:
        """The dataset's fields, or the inputs that the spec declares."""
        spec = self.spec
        if spec.data is None:
            self.fields = {name: f for name, (f, _) in spec.inputs.items()}
            self.field_spans = {name: span for name, (_, span) in spec.inputs.items()}
            self.model_inputs = tuple(self.fields)
            for name in spec.chosen:
                self.report(
                    "TG306",
                    f"the input `{name}` has no shape, and there is no dataset to give it one",
                    name.span,
                    help=f"write `inputs: {{{name}: [...]}}` with the shape of one example",
                )
        else:
            dataset = spec.data.component
            self.fields = dict(dataset.fields())
            self.field_spans = dict.fromkeys(self.fields, spec.data.span)
            self.model_inputs = dataset.inputs()
            self.choose(spec.data.component.type)
        self.check_twice(spec.chosen, "input")
        for layer_name, entry in self.entries.items():
            if layer_name in self.fields:
                note = f"the input stands in line {self.field_spans[layer_name].line}"
                span = entry.name_span or entry.span
                message = f"an input and a layer are called `{layer_name}`"
                self.report("TG208", message, span, notes=(note,))

    def choose(self, dataset: str) -> None:
        """Narrow the model's inputs to those the spec names among the dataset's fields."""
        names = [*self.spec.chosen, *(Name(n, s) for n, (_, s) in self.spec.inputs.items())]
        for name in names:
            if name.value not in self.fields:
                help = did_you_mean(name.value, self.fields)
                self.report(
                    "TG306",
                    f"the dataset `{dataset}` has no field `{name}`",
                    name.span,
                    help=help or f"its fields are {listed(self.fields)}",
                )
            elif name.value in self.spec.inputs:
                given = self.spec.inputs[name.value][0]
                actual = self.fields[name.value]
                if given.shape != actual.shape:
                    self.report(
                        "TG306",
                        f"the input `{name}` is {show_shape((None, *given.shape))} here and "
                        f"{actual.spec} in the dataset `{dataset}`",
                        name.span,
                        help=f"write `inputs: [{name}]`: the dataset gives the shape",
                    )
        if names:
            self.model_inputs = tuple(name.value for name in names)

    def check_names(self) -> None:
        """The names in the later sections."""
        values = [*self.entries, *self.fields]
        for name in self.spec.outputs:
            self.known(name, "layer or input", values)
        self.check_twice(self.spec.outputs, "output")
        comparisons: list[LossEntry | MetricEntry] = [*self.spec.losses, *self.spec.metrics]
        for entry in comparisons:
            if entry.of:
                self.known(entry.of, "layer or input", values)
            if entry.target:
                self.known(entry.target, "field", list(self.fields))

    def check_twice(self, names: Sequence[Name], what: str) -> None:
        seen: set[str] = set()
        for name in names:
            if name.value in seen:
                self.report("TG208", f"the {what} `{name}` is named twice", name.span)
            seen.add(name.value)

    def known(self, name: Name, what: str, have: Collection[str]) -> bool:
        """Whether a name is among those there are; reported if not."""
        if name.value in have:
            return True
        help = did_you_mean(name.value, have) or f"there are {listed(have)}"
        self.report("TG209", f"no {what} is called `{name}`", name.span, help=help)
        return False

    @cached_property
    def names(self) -> Collection[str]:
        """All layers and fields, once the fields are found."""
        return {**self.entries, **self.fields}

    # ---- layers

    def visit(self, name: str) -> None:
        """Plan a layer after all it depends on; no recursion, a stack may be as long as it likes."""
        waiting = [name]
        while waiting:
            current = waiting[-1]
            if current in self.open:
                del self.open[current]
                self.finish(self.entries[current])
            elif current not in self.planned and current not in self.failed:
                self.open[current] = None
                waiting += reversed(self.dependencies(self.entries[current]))
                continue
            waiting.pop()

    def dependencies(self, entry: LayerEntry) -> list[str]:
        """The layers to plan before this one; it has failed where a name leads nowhere."""
        inputs = self.inputs_of(entry)
        named = [
            Name(reference.name, entry.spans.get(key, entry.span))
            for key, reference in _references(entry.component).items()
        ]
        named += [entry.share] if entry.share else []
        found = [self.known(name, "layer", self.entries) for name in named]
        if inputs is None or not all(found):
            self.failed.add(entry.name)
            return []
        self.inputs[entry.name] = inputs
        needed = [*(name.value for name in named), *(n for n in inputs if n in self.entries)]
        for name in needed:
            if name in self.open:
                self.circle(name)
                return []
        return needed

    def circle(self, name: str) -> None:
        """Report that the open layers from `name` on need each other."""
        path = list(self.open)
        around = [*path[path.index(name) :], name]
        message = "layers depend on each other in a circle: " + " → ".join(around)
        self.report("TG303", message, self.entries[name].span)
        self.failed.update(around)

    def finish(self, entry: LayerEntry) -> None:
        """Plan a layer whose dependencies have been visited."""
        if entry.name in self.failed:
            return
        inputs = self.inputs[entry.name]
        references = _references(entry.component)
        needed = [*inputs, *(reference.name for reference in references.values())]
        needed += [entry.share.value] if entry.share else []
        made = None
        if not self.failed.intersection(needed):
            layer = entry.component
            if references:
                layer = layer.replace(**{k: self.resolved(r) for k, r in references.items()})
            made = self.infer(entry, layer, inputs, tuple(map(self.spec_of, inputs)))
        if made is None:
            self.failed.add(entry.name)
        else:
            self.planned[entry.name] = made

    def inputs_of(self, entry: LayerEntry) -> tuple[str, ...] | None:
        """The names that a layer takes: those of `from`, or what stands before it."""
        if entry.inputs:
            found = [self.known(name, "layer or input", self.names) for name in entry.inputs]
            return tuple(n.value for n in entry.inputs) if all(found) else None
        previous = self.before[entry.name]
        if previous is not None:
            return (previous,)
        candidates = [n for n in self.model_inputs if n not in self.only_targets()]
        if len(candidates) == 1:
            return (candidates[0],)
        least, most = entry.component.arity()
        if least <= len(candidates) and (most is None or len(candidates) <= most):
            return tuple(candidates)
        self.report(
            "TG302",
            f"the first layer needs `from`: there are the inputs {listed(candidates)}",
            entry.span,
            help=f"like `from: {candidates[0]}`" if candidates else "",
        )
        return None

    def only_targets(self) -> set[str]:
        """Inputs that the losses and metrics compare with and that no layer takes."""
        if self.spec.data is not None:
            return set()
        comparisons: list[LossEntry | MetricEntry] = [*self.spec.losses, *self.spec.metrics]
        compared = {entry.target.value for entry in comparisons if entry.target}
        taken = {name.value for entry in self.spec.layers for name in entry.inputs}
        return compared - taken if len(self.model_inputs) > 1 else set()

    def spec_of(self, name: str) -> TensorSpec:
        return self.fields[name].spec if name in self.fields else self.planned[name].output

    def resolved(self, reference: LayerReference) -> LayerReference:
        target = self.planned[reference.name]
        named = {f"{target.owner}/{name}": weight for name, weight in target.weights.items()}
        return reference.resolve(target.layer, target.input_specs, target.output, named)

    def infer(
        self,
        entry: LayerEntry,
        layer: Layer,
        inputs: tuple[str, ...],
        specs: tuple[TensorSpec, ...],
    ) -> PlannedLayer | None:
        least, most = layer.arity()
        if len(specs) < least or (most is not None and len(specs) > most):
            wanted = str(least) if least == most else f"at least {least}"
            if most is not None and least != most:
                wanted = f"{least} to {most}"
            wanted += " input" if wanted == "1" else " inputs"
            surplus = entry.inputs[most:] if most is not None else ()
            span = (surplus or entry.inputs or (entry,))[0].span
            self.report(
                "TG302",
                f"`{layer.type}` takes {wanted}, got {len(specs)}",
                span,
                help="`from: [A, B]` names several" if least > len(specs) else "",
            )
            return None
        try:
            output = layer.infer(*specs)
            weights = layer.weights(*specs)
            for weight in weights.values():
                if not isinstance(weight.initializer, (int, float)):
                    weight.initializer.check(weight.shape)
        except ShapeError as error:
            self.shape_error("TG301", entry, error, inputs)
            return None
        if not self.addressable(entry, output, weights):
            return None
        owner = entry.name
        if entry.share:
            if not self.may_share(entry, layer, weights):
                return None
            owner = self.planned[entry.share.value].owner
        return PlannedLayer(entry.name, layer, inputs, specs, output, weights, owner, entry.span)

    def addressable(
        self, entry: LayerEntry, output: TensorSpec, weights: Mapping[str, WeightSpec]
    ) -> bool:
        """Whether the number of values of one example, and of each weight, can be counted."""
        sizes = {"output": output.shape, **{f"weight `{n}`": w.shape for n, w in weights.items()}}
        for what, shape in sizes.items():
            if math.prod(size for size in shape if size is not None) >= MAX_SIZE:
                message = f"the {what} of `{entry.name}` has too many values: {show_shape(shape)}"
                self.report("TG301", message, entry.span, help="at most 2^63 can be counted")
                return False
        return True

    def may_share(self, entry: LayerEntry, layer: Layer, weights: Mapping[str, WeightSpec]) -> bool:
        assert entry.share is not None
        other = self.planned[entry.share.value]
        if other.layer.type != layer.type:
            problem = f"`{other.name}` is a `{other.layer.type}`, this is a `{layer.type}`"
        elif not weights:
            problem = f"a `{layer.type}` has no weights"
        else:
            mine = {name: weight.shape for name, weight in weights.items()}
            theirs = {name: weight.shape for name, weight in other.weights.items()}
            if mine == theirs:
                return True
            problem = f"they need {_shapes(mine)} here, and are {_shapes(theirs)} there"
        self.report(
            "TG304", f"cannot share the weights of `{other.name}`: {problem}", entry.share.span
        )
        return False

    def shape_error(
        self, code: str, entry: Entry[Any], error: ShapeError, names: Sequence[str]
    ) -> None:
        span = entry.spans.get(error.parameter, entry.span)
        message = f"`{entry.component.type}` {error.message}"
        notes = tuple(self.chain(name) for name in names)
        self.report(code, message, span, notes=notes, help=error.help)

    def chain(self, name: str) -> str:
        """How the shape of a layer's output came about, from the inputs on."""
        steps: list[str] = []
        while name in self.planned and len(steps) < 4:
            planned = self.planned[name]
            steps.append(f"`{name}` (line {planned.span.line}) gives {planned.output}")
            if len(planned.inputs) != 1:
                break
            name = planned.inputs[0]
        if name in self.fields:
            line = self.field_spans[name].line
            steps.append(f"input `{name}` (line {line}) is {self.fields[name].spec}")
        return ", ".join(reversed(steps))

    # ---- losses and metrics

    def losses(self, outputs: tuple[str, ...]) -> tuple[PlannedLoss, ...]:
        several = len(self.spec.losses) > 1
        unique = _unique_names()
        found: list[PlannedLoss] = []
        for entry in self.spec.losses:
            pair = self.compared(entry, outputs)
            if pair is None:
                continue
            name = f"{pair[0]}.{entry.component.type}" if several else entry.component.type
            name = unique(name)
            found.append(PlannedLoss(name, entry.component, *pair, entry.weight, entry.span))
        return tuple(found)

    def metrics(self, outputs: tuple[str, ...]) -> tuple[PlannedMetric, ...]:
        types = Counter(entry.component.type for entry in self.spec.metrics)
        unique = _unique_names()
        found: list[PlannedMetric] = []
        for entry in self.spec.metrics:
            pair = self.compared(entry, outputs)
            if pair is None:
                continue
            name = entry.component.type
            if types[name] > 1 and entry.of:
                name = f"{entry.of}.{name}"
            name = unique(name)
            found.append(PlannedMetric(name, entry.component, *pair, entry.span))
        return tuple(found)

    def compared(
        self, entry: LossEntry | MetricEntry, outputs: tuple[str, ...]
    ) -> tuple[str, str] | None:
        """The layer and the field that a loss or a metric compares."""
        kind, type_name = entry.component.kind, entry.component.type
        if entry.of:
            of = entry.of.value
        elif len(outputs) == 1:
            of = outputs[0]
        else:
            self.report(
                "TG209",
                f"{kind} `{type_name}` needs `of`: there are the outputs {listed(outputs)}",
                entry.span,
                help=f"like `of: {outputs[0]}`",
            )
            return None
        target = self.target(entry)
        if target is None:
            return None
        try:
            entry.component.check(self.spec_of(of), self.fields[target].spec)
        except ShapeError as error:
            self.shape_error("TG305", entry, error, [of, target])
            return None
        return of, target

    def target(self, entry: LossEntry | MetricEntry) -> str | None:
        data = self.spec.data
        if entry.target:
            return entry.target.value
        default = data.component.target() if data else None
        if default is None:
            self.report(
                "TG209",
                f"{entry.component.kind} `{entry.component.type}` needs `target`: "
                "the field to compare with",
                entry.span,
                help=f"the fields are {listed(self.fields)}",
            )
        return default

    def needed(self, names: Sequence[str]) -> set[str]:
        """The inputs and layers that some layers depend on, themselves included."""
        seen: set[str] = set()
        open_names = list(names)
        while open_names:
            name = open_names.pop()
            if name not in seen:
                seen.add(name)
                if name in self.planned:
                    open_names += self.planned[name].inputs
        return seen


def _references(layer: Layer) -> dict[str, LayerReference]:
    values = layer.parameter_values().items()
    return {key: value for key, value in values if isinstance(value, LayerReference)}


def _shapes(shapes: Mapping[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {list(shape)}" for name, shape in shapes.items())


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
