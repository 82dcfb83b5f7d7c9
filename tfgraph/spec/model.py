"""Spec: a validated model, every part with its place in the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from tfgraph.api import (
    Component,
    Dataset,
    Field,
    Layer,
    Loss,
    Metric,
    Optimizer,
)
from tfgraph.diagnostics import Source, Span
from tfgraph.spec import nodes
from tfgraph.spec.nodes import Node
from tfgraph.spec.training import Training
from tfgraph.spec.writing import written

C_co = TypeVar("C_co", bound=Component, covariant=True)


@dataclass(frozen=True)
class Name:
    """A name that a spec mentions, and where."""

    value: str
    span: Span

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Entry(Generic[C_co]):
    """A component and where its type stands; `spans` leads to its parameters' values.

    Those of an entry within it are behind a dot: `learning_rate.decay_steps`.
    """

    component: C_co
    span: Span
    spans: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True)
class LayerEntry(Entry[Layer]):
    """A layer of the stack: `inputs` is empty where it takes the one before it.

    `freeze` is the place of its `freeze: true`, or of that beside a block it stands in.
    """

    name: str = ""
    name_span: Span | None = None
    inputs: tuple[Name, ...] = ()
    share: Name | None = None
    freeze: Span | None = None


@dataclass(frozen=True)
class ClassWeights:
    """Factors by class: those of a list by their position, and where each stands."""

    factors: Mapping[str, float]
    listed: bool
    span: Span
    spans: Mapping[str, Span]

    @classmethod
    def of(cls, node: Node | None) -> ClassWeights | None:
        """Those of a list or a mapping; None where there is none."""
        if isinstance(node, nodes.Mapping):
            pairs = [(key.value, key.span, value) for key, value in node]
        elif isinstance(node, nodes.Sequence):
            pairs = [(str(number), item.span, item) for number, item in enumerate(node.items)]
        else:
            return None
        factors = {name: float(nodes.plain(value)) for name, _, value in pairs}
        spans = {name: span for name, span, _ in pairs}
        return cls(factors, isinstance(node, nodes.Sequence), node.span, spans)


@dataclass(frozen=True)
class LossEntry(Entry[Loss]):
    """A loss, the output it is of, the field it compares with, and its weight in the sum.

    `class_weights` and `sample_weights` are what the loss of an example is multiplied by.
    """

    of: Name | None = None
    target: Name | None = None
    weight: float = 1.0
    weight_span: Span | None = None
    class_weights: ClassWeights | None = None
    sample_weights: Name | None = None


@dataclass(frozen=True)
class MetricEntry(Entry[Metric]):
    """A metric, the output it is of, and the field it compares with."""

    of: Name | None = None
    target: Name | None = None


@dataclass(frozen=True)
class Spec:
    """A validated spec. `inputs` are the fields declared in it, or chosen among the dataset's."""

    name: str
    source: Source
    layers: tuple[LayerEntry, ...]
    description: str = ""
    data: Entry[Dataset] | None = None
    inputs: Mapping[str, tuple[Field, Span]] = field(default_factory=dict)
    chosen: tuple[Name, ...] = ()
    outputs: tuple[Name, ...] = ()
    losses: tuple[LossEntry, ...] = ()
    optimizer: Entry[Optimizer] | None = None
    metrics: tuple[MetricEntry, ...] = ()
    #: Whether all losses and metrics are sound: which inputs are targets is not known else.
    targets_known: bool = True
    training: Training = field(default_factory=Training)
    #: Whether it is the one that the spec asks for: where that is not sound, it is the default.
    training_known: bool = True
    spans: Mapping[str, Span] = field(default_factory=dict)
    #: Where relative data paths start.
    folder: Path = Path()
    #: Names that mean the last of several layers, and where they are given.
    aliases: Mapping[str, Span] = field(default_factory=dict)
    #: The nodes that it was made of: without variables, blocks and repeats.
    resolved: Node | None = None

    def resolved_text(self) -> str:
        """The spec without variables, blocks and repeats, as YAML that means the same."""
        return written(self.resolved) if self.resolved else self.source.text

    def place(self, section: str) -> Span:
        """Where a section stands; the start of the file for one that is not given.

        Parameters of `train` are found as `train.epochs`, or where what they are part of stands.
        """
        while section not in self.spans and "." in section:
            section = section.rpartition(".")[0]
        return self.spans.get(section, Span(self.source, 1, 1, 1, 1))
