"""Pages of the language: the sections of a file, and what may stand beside the type of an entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tfgraph.api import Component
from tfgraph.reference.components import parameter_table, type_table
from tfgraph.reference.pages import Block, Heading, Page, Prose, Row, Spec, Table
from tfgraph.reference.texts import Text, text_of
from tfgraph.registry import Registry
from tfgraph.spec.language import (
    BLOCK_PARTS,
    LAYER_SIBLINGS,
    LOSS_SIBLINGS,
    METRIC_SIBLINGS,
    REQUIRED_SECTIONS,
    SECTIONS,
    InputField,
    Part,
)
from tfgraph.spec.training import Training

#: The kind of component that a section holds entries of.
KINDS = {
    "data": "dataset",
    "layers": "layer",
    "loss": "loss",
    "optimizer": "optimizer",
    "metrics": "metric",
}
#: Sections whose values have parameters, each declared as a component's are.
PARAMETERS: Mapping[str, type[Component]] = {"inputs": InputField, "train": Training}
#: What may stand beside the type of an entry, by the kinds it stands there of.
SIBLINGS: Mapping[str, Mapping[str, Part]] = {
    "layer": LAYER_SIBLINGS,
    "loss": LOSS_SIBLINGS,
    "metric": METRIC_SIBLINGS,
}


def section_page(registry: Registry, name: str) -> Page:
    """What a section is for, what it takes, an example, and the types that can stand in it."""
    part = SECTIONS[name]
    takes = part.takes + ("; must be given" if name in REQUIRED_SECTIONS else "")
    blocks: list[Block] = [Prose(part.doc), Table((Row("Takes", takes),))]
    data: dict[str, Any] = {"section": name, "takes": part.takes, "doc": part.doc}
    text = text_of(f"section.{name}")
    if text:
        blocks.append(Prose(text.prose))
    if name in PARAMETERS:
        component = PARAMETERS[name]
        blocks += [Heading("Parameters"), parameter_table(component)]
        data["parameters"] = component.metadata()["parameters"]
    if name == "blocks":
        blocks += [Heading("Parts of a block"), part_table(BLOCK_PARTS)]
    if text:
        blocks += example_blocks(text)
        data["example"] = text.samples["Example"].text
    if kind := KINDS.get(name):
        if kind in SIBLINGS:
            blocks += [Heading("Beside the type"), part_table(SIBLINGS[kind])]
        blocks += [Heading("Types"), type_table(registry, kind)]
        data["types"] = list(registry.types(kind))
    return Page(name, "section", tuple(blocks), data)


def sibling_page(name: str) -> Page:
    """What may stand beside the type of an entry: what it does, and an example."""
    kinds = kinds_with(name)
    part = SIBLINGS[kinds[0]][name]
    blocks: list[Block] = [Prose(part.doc), Table((Row("Takes", part.takes),))]
    data: dict[str, Any] = {"sibling": name, "of": kinds, "takes": part.takes, "doc": part.doc}
    text = text_of(f"{kinds[0]}.{name}")
    if text:
        blocks += [Prose(text.prose), *example_blocks(text)]
        data["example"] = text.samples["Example"].text
    return Page(name, f"beside the type of a {' or a '.join(kinds)}", tuple(blocks), data)


def kinds_with(sibling: str) -> list[str]:
    """The kinds that a sibling may stand beside the types of."""
    return [kind for kind, siblings in SIBLINGS.items() if sibling in siblings]


def part_table(parts: Mapping[str, Part]) -> Table:
    """A row for each of some sections or siblings."""
    return Table(tuple(Row(name, part.takes, part.doc) for name, part in parts.items()))


def example_blocks(text: Text) -> Iterator[Block]:
    """The example of a text, and the files that it needs."""
    sample = text.samples["Example"]
    yield Heading("Example")
    yield Spec(sample.text)
    for name, content in sample.files.items():
        yield Prose(f"`{name}`:")
        yield Spec(content)
