"""Addresses: the parts of a setting's path, where they stand, and the words that they may be."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from tfgraph.api import Component
from tfgraph.diagnostics import Source, Span
from tfgraph.registry import Registry
from tfgraph.spec.anatomy import told_apart
from tfgraph.spec.belonging import parameter_path
from tfgraph.spec.language import LAYER_SIBLINGS, SECTIONS
from tfgraph.spec.meaning import called, part_names
from tfgraph.spec.naming import MAX_LAYERS, count_of, layer_names, name_of
from tfgraph.spec.nodes import Mapping, Node, Sequence, at

_BRACKETS = re.compile(r"\[(\d+)\]")


class Words:
    """The names that the path of a setting may use: those of types, blocks and parameters."""

    def __init__(self, registry: Registry, file: Node) -> None:
        kinds = registry.kinds()
        self.types = {name: made for kind in kinds for name, made in registry.types(kind).items()}
        self.file = file

    @property
    def blocks(self) -> tuple[str, ...]:
        """The blocks that the file declares."""
        section = self.file.get("blocks") if isinstance(self.file, Mapping) else None
        return tuple(k.value for k, _ in section) if isinstance(section, Mapping) else ()

    @property
    def known(self) -> set[str]:
        """All that may be the type of an entry."""
        return {*self.types, *self.blocks}

    def parameters(self, name: str) -> list[str]:
        """The parameters of a type or block."""
        if name in self.blocks:
            params = at(self.file, ["blocks", name, "params"])
            return [k.value for k, _ in params] if isinstance(params, Mapping) else []
        return [*self.types[name].parameters()] if name in self.types else []

    def primary(self, name: str) -> str | None:
        """The parameter that a value alone sets; None where there is none."""
        if name in self.blocks:
            return next(iter(self.parameters(name)), None)
        primary = self.types[name].primary() if name in self.types else None
        return primary.name if primary else None


@dataclass(frozen=True)
class Step:
    """One part of a path and where it stands."""

    text: str
    span: Span


class BadPath(Exception):
    """A path that leads nowhere, the part of it that does not, and help."""

    def __init__(self, message: str, span: Span, help: str = "") -> None:
        super().__init__(message)
        self.message, self.span, self.help = message, span, help


def steps_of(path: str, source: Source, column: int) -> list[Step]:
    """The parts of a path that starts in a column."""
    steps = []
    for part in path.split("."):
        steps.append(Step(part, Span(source, 1, column, 1, column + len(part))))
        column += len(part) + 1
    return steps


def check_path(path: str, text: str, steps: list[Step], optimizer: type[Component] | None) -> None:
    """BadPath for a position in square brackets, and for a parameter without its section."""
    dotted = _BRACKETS.sub(r".\1", path)
    if dotted != path:
        step = next(step for step in steps if "[" in step.text)
        message = f"`{step.text}` is no part of a path"
        raise BadPath(message, step.span, f"write `--set {dotted}={text}`")
    first = steps[0]
    if first.text in SECTIONS or called(first.text, part_names(SECTIONS)):
        return
    if longer := parameter_path(first.text, optimizer):
        whole = ".".join([*longer, *path.split(".")[1:]])
        help = f"write `--set {whole}={text}`"
        raise BadPath(f"there is no section `{first.text}`", first.span, help)


def check_start(node: Node, path: str, text: str, first: Step, words: Words) -> None:
    """BadPath for a path that starts at a variable or a layer, or has slashes for dots."""
    if first.text in SECTIONS:
        return
    whole = ""
    layers = at(node, ["layers"]) if isinstance(node, Mapping) and node.get("layers") else None
    described = [described_as(item, words.known) for item in items_of(layers)]
    names = {name for own in layer_names(described) for name in own}
    if "/" in path and path.split("/", maxsplit=1)[0] in SECTIONS:
        whole = path.replace("/", ".")
    elif path in _keys(node, "vars"):
        whole = f"vars.{path}"
    elif first.text in names and path != first.text:
        whole = f"layers.{path}"
    if whole:
        message = f"there is no section `{first.text}`"
        raise BadPath(message, first.span, f"write `--set {whole}={text}`")


def _keys(node: Node, section: str) -> set[str]:
    found = node.get(section) if isinstance(node, Mapping) else None
    return {key.value for key, _ in found} if isinstance(found, Mapping) else set()


def items_of(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; none of what is no list."""
    return node.items if isinstance(node, Sequence) else ()


def described_as(item: Node, known: Collection[str]) -> tuple[str, str | None, int | None]:
    """The type, the name and the number of copies of a layer, as far as they can be told."""
    parts = told_apart(item, LAYER_SIBLINGS, known)
    name, repeat = (parts.beside[n][1] if n in parts.beside else None for n in ("name", "repeat"))
    count = count_of(repeat)
    # More copies than there may be need no names.
    most = None if count is None else min(count, MAX_LAYERS)
    return str(parts.type.value) if parts.type else "", name_of(name), most
