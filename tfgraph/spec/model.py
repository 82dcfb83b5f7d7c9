"""Spec: a validated model, every part with its place in the text."""

from __future__ import annotations

import re
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
    TensorSpec,
)
from tfgraph.diagnostics import Source, Span
from tfgraph.spec import nodes
from tfgraph.spec.nodes import Node
from tfgraph.spec.training import Training
from tfgraph.spec.writing import written

#: The name of a layer that has none of its own.
NUMBERED = re.compile(r".+_\d+")
C_co = TypeVar("C_co", bound=Component, covariant=True)


@dataclass(frozen=True)
class Name:
    """A name that a spec mentions, and where."""

    value: str
    span: Span

    def __str__(self) -> str:
        return self.value


def name_at(node: Node | None) -> Name | None:
    """The name that a node is; None where there is none."""
    return Name(nodes.plain(node), node.span) if node else None


def names_at(node: Node | None) -> tuple[Name, ...]:
    """The names that a node is, or lists."""
    if node is None:
        return ()
    items = node.items if isinstance(node, nodes.Sequence) else (node,)
    return tuple(Name(nodes.plain(item), item.span) for item in items)


@dataclass(frozen=True)
class Entry(Generic[C_co]):
    """A component and where its type stands; `spans` leads to its parameters' values.

    Those of an entry within it are behind a dot: `learning_rate.decay_steps`.
    """

    component: C_co
    span: Span
    spans: Mapping[str, Span] = field(default_factory=dict)


class _Unsound(Layer):
    """No type of a spec, and never planned."""

    type = ""

    def infer(self, *xs: TensorSpec) -> TensorSpec:
        """Not known."""
        raise AssertionError("an unsound layer is never planned")


#: In place of a layer that something is wrong with.
UNSOUND = _Unsound()


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

    @property
    def is_sound(self) -> bool:
        """Whether its type and parameters are known."""
        return self.component is not UNSOUND


@dataclass(frozen=True)
class Doubts:
    """What is not known of a spec that has mistakes, so that none is told again for what follows.

    `inputs` are those that are unsound, `words` what stands in unsound layers: names, perhaps.
    `numbered` is for a layer that may have a name by its type and a number, `layers` for one that
    may have any; `fields`, `targets` and `training` for what is not known for certain as a whole.
    """

    inputs: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    numbered: bool = False
    layers: bool = False
    fields: bool = False
    targets: bool = False
    training: bool = False

    def may_be_layer(self, name: str) -> bool:
        """Whether a name that nothing sound has may be that of an unsound layer."""
        parts = name.split(".")
        numbered = self.numbered and NUMBERED.fullmatch(parts[0]) is not None
        return self.layers or numbered or not self.words.isdisjoint([name, *parts])

    def may_be_field(self, name: str) -> bool:
        """The same of an input, or a field of the dataset."""
        return self.fields or name in self.inputs


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
    training: Training = field(default_factory=Training)
    doubts: Doubts = Doubts()
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
