"""Validate: from the nodes of a file to a Spec."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TypeVar

from jsonschema import Draft202012Validator

from tfgraph.api import Component, Dataset, Field, Layer, Loss, Metric, Optimizer
from tfgraph.diagnostics import SET, Diagnostic, Source, Span, TooManyProblems
from tfgraph.registry import Registry
from tfgraph.spec import language
from tfgraph.spec.belonging import optimizer_of
from tfgraph.spec.entries import EntryReader
from tfgraph.spec.language import INPUT_RULE, InputField, Part
from tfgraph.spec.layers import LayerReader
from tfgraph.spec.model import (
    ClassWeights,
    Doubts,
    LossEntry,
    MetricEntry,
    Name,
    Spec,
    name_at,
    names_at,
)
from tfgraph.spec.nodes import Mapping, Node, Scalar, Sequence, is_null, kind_of, plain
from tfgraph.spec.parts import meant
from tfgraph.spec.resolve import Resolved
from tfgraph.spec.training import Training

C = TypeVar("C", bound=Component)


def validate(
    resolved: Resolved, source: Source, registry: Registry, folder: Path, default_name: str
) -> tuple[Spec | None, list[Diagnostic]]:
    """The Spec that the resolved nodes describe; None where a part is missing that it cannot do without.

    `folder` is where relative data paths start.
    """
    entries = EntryReader(source, registry, folder, resolved.blocks, resolved.variables)
    entries.incomplete = resolved.notes.incomplete
    entries.optimizer = optimizer_of(resolved.node, registry)
    validator = _Validator(entries, resolved)
    try:
        spec = validator.file(resolved.node, default_name) if resolved.node else None
    except TooManyProblems:
        spec = None
    return spec, validator.entries.findings.diagnostics


@cache
def _file_schema(required: tuple[str, ...]) -> Draft202012Validator:
    return Draft202012Validator(language.file_schema(required))


class _Validator:
    def __init__(self, entries: EntryReader, resolved: Resolved) -> None:
        self.entries = entries
        self.resolved = resolved

    def file(self, node: Node, default_name: str) -> Spec | None:
        if not isinstance(node, Mapping):
            self.entries.findings.report(
                "TG205",
                f"a spec is a mapping of sections, got {kind_of(node)}",
                node.span,
                help="start with `tfgraph: 1` and `layers:`",
            )
            return None
        node = self.with_one_length(node)
        incomplete = self.resolved.notes.incomplete
        # What could not be read may be a section that is missing.
        lost = frozenset().union(*self.resolved.notes.words.values())
        required = (name for name in language.REQUIRED_SECTIONS if name not in lost)
        schema = _file_schema(() if incomplete else tuple(required))
        bad = self.entries.parts(self.resolved.as_written(node), schema, language.SECTIONS)
        sections = {k.value: v for k, v in node if k.value in language.SECTIONS}
        sound = {name: value for name, value in sections.items() if name not in bad}
        spans = {k.value: k.span for k, _ in node}
        if not incomplete:
            inside = (key.value for value in sections.values() for key in _keys(value))
            self.needs(sections, {*meant(node, language.SECTIONS), *lost, *inside}, spans)
        name = sound.get("name")
        description = sound.get("description")
        inputs, chosen, unsound_inputs = self.inputs(sound.get("inputs"))
        layers = LayerReader(self.entries, self.resolved.notes).read(sound.get("layers"))
        self.unused()
        data = self.entries.typed(sound.get("data"), Dataset)
        optimizer = self.entries.typed(sound.get("optimizer"), Optimizer)
        before = self.entries.findings.problems
        losses = self.losses(sound.get("loss"))
        metrics = self.metrics(sound.get("metrics"))
        compared = {"loss", "metrics"} & {*bad, *meant(node, language.SECTIONS)}
        targets = self.entries.findings.problems > before or bool(compared)
        training, train_spans = self.training(sound.get("train"))
        if not layers.entries or incomplete:
            return None
        fieldless = not {"inputs", "data"} & set(sections) or ("data" in sections and data is None)
        doubts = Doubts(
            inputs=unsound_inputs,
            words=frozenset(layers.words),
            numbered=layers.numbered,
            layers=layers.unknown,
            fields=bool(bad & {"inputs", "data"}) or fieldless,
            targets=targets,
            training=training is None or "train" in bad,
        )
        return Spec(
            name=plain(name) if name else default_name,
            source=self.entries.source,
            layers=layers.entries,
            description=plain(description) if description else "",
            data=data,
            inputs=inputs,
            chosen=chosen,
            outputs=names_at(sound.get("outputs")),
            losses=losses,
            optimizer=optimizer,
            metrics=metrics,
            training=training or Training(),
            doubts=doubts,
            spans={**spans, **{f"train.{name}": span for name, span in train_spans.items()}},
            folder=self.entries.data_folder,
            aliases=self.resolved.aliases,
            resolved=node,
        )

    def needs(
        self,
        sections: AbstractMapping[str, Node],
        likely: Collection[str],
        spans: AbstractMapping[str, Span],
    ) -> None:
        """Report sections that others need; `likely` ones may be there, misspelt or misplaced."""
        given = {*sections, *likely}
        if not {"data", "inputs"} & given and "layers" in spans:
            self.entries.findings.report(
                "TG204",
                "a spec needs `inputs` or `data`",
                spans["layers"],
                help="`data:` names a dataset, and `inputs: {x: [784]}` declares one input of 784 "
                "numbers an example",
            )
        for section, needed in (("optimizer", "loss"), ("loss", "optimizer")):
            if section in sections and needed not in given:
                self.entries.findings.report(
                    "TG210",
                    f"`{section}` makes no sense without `{needed}`",
                    spans[section],
                    help=f"add `{needed}`, or remove `{section}`",
                )

    # ---- sections

    def inputs(
        self, node: Node | None
    ) -> tuple[dict[str, tuple[Field, Span]], tuple[Name, ...], tuple[str, ...]]:
        """The inputs with their fields, those that are chosen by name, and those that are unsound."""
        if not isinstance(node, Mapping):
            return {}, names_at(node), ()
        fields, unsound = {}, []
        for key, value in node:
            named = language.is_input_name(key.value)
            if not named:
                message = f"`{key.value}` is no name for an input"
                self.entries.findings.report(
                    "TG206", message, key.span, help=f"a name is {INPUT_RULE}"
                )
            made = self.entries.parameters(InputField, Scalar("input", key.span), value)
            if named and made and isinstance(made[0], InputField):
                fields[key.value] = (made[0].field(), key.span)
            else:
                unsound.append(key.value)
        return fields, (), tuple(unsound)

    def unused(self) -> None:
        """What is wrong in blocks that nothing uses is told, and keeps nothing else from being so."""
        for item in self.resolved.unused:
            split = self.entries.split(item, Layer, language.LAYER_SIBLINGS)
            if split is not None:
                self.entries.component(Layer, *split[:2], language.LAYER_SIBLINGS)

    def losses(self, node: Node | None) -> tuple[LossEntry, ...]:
        entries = []
        for type_node, (loss, spans), siblings in self.compared(node, Loss, language.LOSS_SIBLINGS):
            weight = siblings.get("weight")
            entries.append(
                LossEntry(
                    loss,
                    type_node.span,
                    spans,
                    of=name_at(siblings.get("of")),
                    target=name_at(siblings.get("target")),
                    weight=float(plain(weight)) if weight else 1.0,
                    weight_span=weight.span if weight else None,
                    class_weights=ClassWeights.of(siblings.get("class_weights")),
                    sample_weights=name_at(siblings.get("sample_weights")),
                )
            )
        return tuple(entries)

    def metrics(self, node: Node | None) -> tuple[MetricEntry, ...]:
        return tuple(
            MetricEntry(
                metric,
                type_node.span,
                spans,
                of=name_at(siblings.get("of")),
                target=name_at(siblings.get("target")),
            )
            for type_node, (metric, spans), siblings in self.compared(
                node, Metric, language.METRIC_SIBLINGS
            )
        )

    def compared(
        self, node: Node | None, base: type[C], siblings: AbstractMapping[str, Part]
    ) -> Iterator[tuple[Scalar, tuple[C, dict[str, Span]], dict[str, Node]]]:
        if node is None:
            return
        for item in node.items if isinstance(node, Sequence) else (node,):
            before = self.entries.findings.problems
            split = self.entries.split(item, base, siblings)
            if split is None:
                continue
            type_node, value, beside = split
            sound = self.entries.siblings(beside, siblings, type_node.span)
            made = self.entries.component(base, type_node, value, siblings)
            # What is wrong beside the type may be what the entry is to be compared with.
            if made and self.entries.findings.problems == before:
                yield type_node, made, sound

    def with_one_length(self, node: Mapping) -> Mapping:
        """The file without `train.epochs` or `.steps`, where both are given: the last one holds.

        A setting is said after the file, and a file after the one that it extends.
        """
        train = node.get("train")
        if not isinstance(train, Mapping):
            return node
        epochs, steps = train.get("epochs"), train.get("steps")
        if epochs is None or steps is None or is_null(steps):
            return node
        rank = {SET: 2, self.entries.source.name: 1}
        one, other = (rank.get(found.span.source.name, 0) for found in (epochs, steps))
        if one == other and not is_null(epochs):
            message = "`train` gives its length twice: in `epochs` and in `steps`"
            self.entries.findings.report("TG206", message, steps.span, help="remove one of them")
        spent = "epochs" if one < other or is_null(epochs) else "steps"
        kept = replace(train, entries=tuple((k, v) for k, v in train if k.value != spent))
        return replace(node, entries=tuple((k, kept if v is train else v) for k, v in node))

    def training(self, node: Node | None) -> tuple[Training | None, dict[str, Span]]:
        if not isinstance(node, Mapping):
            return Training(), {}
        made = self.entries.parameters(Training, Scalar("train", node.span), node)
        return made if made and isinstance(made[0], Training) else (None, {})  # type: ignore[return-value]


def _keys(node: Node) -> Iterator[Scalar]:
    """The keys of a mapping; none of what is no mapping."""
    yield from (key for key, _ in node) if isinstance(node, Mapping) else ()
