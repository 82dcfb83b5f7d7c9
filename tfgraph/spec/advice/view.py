"""View: a plan as the rules look at it, each question answered once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from tfgraph.api import (
    ComparisonFacts,
    Component,
    Initializer,
    Layer,
    LayerFacts,
    LayerReference,
    WeightSpec,
)
from tfgraph.diagnostics import Diagnostic, Span
from tfgraph.errors import DataError
from tfgraph.spec.model import Entry, LayerEntry
from tfgraph.spec.plan import Plan, PlannedLayer, PlannedLoss, PlannedMetric


class View:
    """A plan, and what follows from it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.spec = plan.spec
        self.layers: Mapping[str, PlannedLayer] = {layer.name: layer for layer in plan.layers}
        self.entries: Mapping[str, LayerEntry] = {entry.name: entry for entry in plan.spec.layers}
        self._facts: dict[str, LayerFacts] = {}

    # ---- wiring

    @cached_property
    def takers(self) -> Mapping[str, list[PlannedLayer]]:
        """The layers that take a layer's output or an input, by its name."""
        found: dict[str, list[PlannedLayer]] = defaultdict(list)
        for layer in self.plan.layers:
            for name in layer.inputs:
                found[name].append(layer)
        return found

    @cached_property
    def asked(self) -> frozenset[str]:
        """The layers and inputs that are outputs, or that losses and metrics compare."""
        comparisons: list[PlannedLoss | PlannedMetric] = [*self.plan.losses, *self.plan.metrics]
        compared = (name for planned in comparisons for name in (planned.of, *planned.fields))
        return frozenset([*self.plan.outputs, *compared])

    @cached_property
    def lent(self) -> frozenset[str]:
        """The layers whose weights others use."""
        return frozenset(name for layer in self.plan.layers for name in weights_of(layer))

    def alone(self, layer: PlannedLayer) -> bool:
        """Whether a layer's weights are its own, and nobody else's."""
        return layer.name not in self.lent and not weights_of(layer)

    def above(self, names: Iterable[str]) -> set[str]:
        """The layers and inputs that some depend on: for values or weights; themselves included."""
        seen: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in self.layers:
                waiting += [*self.layers[name].inputs, *weights_of(self.layers[name])]
        return seen

    def only_taker(self, name: str) -> PlannedLayer | None:
        """The layer that alone uses another's output."""
        takers = self.takers.get(name, ())
        return takers[0] if len(takers) == 1 and name not in self.asked else None

    def back(self, name: str) -> Iterator[PlannedLayer]:
        """The layers that values pass through unchanged to come out of `name`, and their origin.

        From the last to the first; ends where the values are an input's.
        """
        while name in self.layers:
            layer = self.layers[name]
            yield layer
            if not self.facts(layer).passes or len(layer.inputs) != 1:
                return
            name = layer.inputs[0]

    def origin(self, name: str) -> PlannedLayer | None:
        """The layer that values come from, those left out that only pass them on."""
        last = None
        for layer in self.back(name):
            last = layer
        return last if last and not self.facts(last).passes else None

    # ---- facts and places

    def facts(self, layer: PlannedLayer) -> LayerFacts:
        """The facts of a layer."""
        if layer.name not in self._facts:
            self._facts[layer.name] = layer.layer.facts(*layer.input_specs)
        return self._facts[layer.name]

    def normalizes_batch(self, layer: PlannedLayer) -> bool:
        """Whether a layer normalises over the batch in training: a frozen one takes its averages."""
        return self.facts(layer).normalizes_batch and not layer.frozen

    def compared(self, planned: PlannedLoss | PlannedMetric) -> ComparisonFacts:
        """The facts of a loss or a metric."""
        component = planned.loss if isinstance(planned, PlannedLoss) else planned.metric
        output, target = self.plan.output_of(planned.of), self.plan.fields[planned.target].spec
        return component.facts(output, target)

    def place(self, layer: PlannedLayer, parameter: str = "") -> Span:
        """Where a layer's parameter stands; its type where it is not given."""
        return self.entries[layer.name].spans.get(parameter, layer.span)

    def given(self, layer: PlannedLayer, parameter: str) -> bool:
        """Whether the spec gives a layer's parameter."""
        return parameter in self.entries[layer.name].spans

    def source(self, layer: PlannedLayer) -> tuple[Component, Span]:
        """The component that a layer's facts are those of, itself or a part of it, and its place."""
        parameter = self.facts(layer).parameter
        part = getattr(layer.layer, parameter, None) if parameter else None
        inner = part if isinstance(part, Layer) else layer.layer
        return inner, self.place(layer, parameter)

    # ---- training

    @cached_property
    def examples(self) -> int | None:
        """The number of examples in the training split; None where only the data knows."""
        if self.spec.data is None or not self.plan.losses:
            return None
        try:
            return self.spec.data.component.splits().get("train")
        except DataError:
            return None

    @cached_property
    def steps(self) -> int | None:
        """The number of training steps; None where it is not known."""
        if self.examples is None:
            return None
        training = self.spec.training
        whole, rest = divmod(self.examples, training.batch_size)
        return training.total_steps(whole + (rest > 0 and not training.drop_remainder))


def weights_of(layer: PlannedLayer) -> list[str]:
    """The other layers whose weights a layer uses: shared with it, or tied."""
    values = layer.layer.parameter_values().values()
    named = [value.name for value in values if isinstance(value, LayerReference)]
    return named if layer.owner == layer.name else [layer.owner, *named]


def first_value(weight: WeightSpec) -> float | None:
    """The number that all values of a weight are at first, if there is one."""
    start = weight.initializer
    return start.facts().value if isinstance(start, Initializer) else float(start)


def entry_place(entry: Entry[Any], parameter: str) -> Span:
    """Where a parameter of an entry stands; the nearest that holds it, where it is not given."""
    while parameter:
        if parameter in entry.spans:
            return entry.spans[parameter]
        parameter = parameter.rpartition(".")[0]
    return entry.span


def warning(
    code: str, message: str, span: Span, *, label: str, note: str = "", help: str
) -> Diagnostic:
    """A warning; `note` says why it matters, `help` how to mend it."""
    return Diagnostic(code, message, span, label, (note,) if note else (), help, "warning")


def shown(number: float) -> str:
    """A number as people write it: 0.5, 10, 1e-05."""
    return f"{number:g}"


def line(span: Span) -> str:
    """The line of a place, in words."""
    return f"line {span.line}"
