"""Layers: the entries of the stack, unsound ones among them, so that what names them can be judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tfgraph.api import Layer
from tfgraph.diagnostics import Span
from tfgraph.spec import language
from tfgraph.spec.anatomy import told_apart
from tfgraph.spec.entries import EntryReader
from tfgraph.spec.meaning import surely_called
from tfgraph.spec.model import UNSOUND, LayerEntry, name_at, names_at
from tfgraph.spec.naming import UNTOLD, layer_names, name_of
from tfgraph.spec.nodes import UNKNOWN, Node, Scalar, Sequence, plain
from tfgraph.spec.variables import Notes

_NO_NAME = re.compile(r"[^\w.-]")
_WORD = re.compile(r"[A-Za-z][\w.-]*")


@dataclass
class Layers:
    """The layers of a spec, and what is not known of them.

    `words` stand in entries that are unsound: each may be the name of a layer. `numbered` is for
    one that may have a name by its type and a number, `unknown` for one that may have any.
    """

    entries: tuple[LayerEntry, ...] = ()
    words: set[str] = field(default_factory=set)
    numbered: bool = False
    unknown: bool = False


@dataclass(frozen=True)
class _Item:
    """An entry of the list, as far as it can be read; `sound` is what it is made of, if it is."""

    type: str
    span: Span
    siblings: Mapping[str, Node]
    sound: tuple[Layer, dict[str, Span]] | None = None


class LayerReader:
    """Reads the layers of a spec. `notes` say what reading and resolving could make nothing of."""

    def __init__(self, entries: EntryReader, notes: Notes) -> None:
        self.entries = entries
        self.notes = notes
        self.taken: dict[str, Span] = {}
        self.found = Layers()
        #: The entries of blocks that something is wrong with: each use would find it again.
        self.wrong: set[object] = set()
        #: The types that are meant by words that are none, empty where that is not sure.
        self.meant: dict[str, str] = {}

    def read(self, node: Node | None) -> Layers:
        """The layers of the section, each with its name, and what is wrong with them reported."""
        if isinstance(node, Sequence):
            self.found.entries = tuple(self.named(map(self.item, node.items)))
        return self.found

    def item(self, node: Node) -> _Item:
        copy = content(node) if node.span.via else node.span.place
        before = self.entries.findings.problems
        split = None
        if copy not in self.wrong:
            split = self.entries.split(node, Layer, language.LAYER_SIBLINGS)
        if split is None:
            self.wrong.add(copy)
            return self.unsound(node)
        whole = self.entries.findings.problems == before
        type_node, value, beside = split
        known = {name: below for name, below in beside.items() if not _has_unknown(below)}
        kept = self.entries.siblings(known, language.LAYER_SIBLINGS, type_node.span)
        self.entries.findings.problems += len(beside) - len(known)
        self.take_name(kept.get("name"))
        made = self.entries.component(Layer, type_node, value, language.LAYER_SIBLINGS)
        if self.entries.findings.problems == before and made:
            return _Item(type_node.value, type_node.span, kept, made)
        if made is None or not whole:
            self.wrong.add(copy)
        # What it is called, or whether it is trained, changes no shape.
        named_only = whole and set(beside) - set(kept) <= {"name", "freeze"}
        return self.unsound(node, kept, made if named_only else None)

    def take_name(self, node: Node | None) -> None:
        """Report a name that another layer has."""
        if node is None:
            return
        name, span = plain(node), node.span
        if name in self.taken:
            note = f"the first one is {self.taken[name].seen_from(span)}"
            message = f"two layers are called `{name}`"
            self.entries.findings.report("TG208", message, span, notes=(note,))
        self.taken.setdefault(name, span)

    def unsound(
        self,
        node: Node,
        siblings: Mapping[str, Node] | None = None,
        made: tuple[Layer, dict[str, Span]] | None = None,
    ) -> _Item:
        """What is known of an entry that something is wrong with."""
        self.found.words |= set(words_in(node))
        parts = told_apart(node, language.LAYER_SIBLINGS, self.entries.splitter.known("layer"))
        name = parts.beside.get("name", (None, None))[1]
        # What is no text may have been any name, but for what is known of a text that is lost.
        if _is_unknown(node) or (name and name_of(name) is None):
            words = self.notes.words.get((name or node).span.place)
            self.found.words |= words or set()
            self.found.unknown |= words is None
        if siblings is None:
            texts = {key: below for key, (_, below) in parts.beside.items() if _names(below)}
            siblings = {key: texts[key] for key in ("name", "from", "share") if key in texts}
        type_name = self.type_of(parts.type) if name is None and not parts.extra else ""
        if not type_name and "name" not in siblings:
            self.found.numbered = True
        return _Item(type_name or UNTOLD, (parts.type or node).span, siblings, made)

    def type_of(self, node: Scalar | None) -> str:
        """The type that is meant; empty where that is not sure."""
        if node is None or not isinstance(node.value, str):
            return ""
        splitter = self.entries.splitter
        if node.value in splitter.known("layer"):
            return node.value
        if node.value not in self.meant:
            blocks = splitter.declared("layer")
            meant = surely_called(node.value, "layer", self.entries.registry, blocks)
            self.meant[node.value] = meant.type if meant else ""
        return self.meant[node.value]

    def named(self, items: Iterable[_Item]) -> Iterator[LayerEntry]:
        """The entries of the items, under the names that they have or get."""
        items = list(items)
        given = [item.siblings.get("name") for item in items]
        names = layer_names(
            (item.type, plain(name) if name else None, None)
            for item, name in zip(items, given, strict=True)
        )
        for item, given_name, (name,) in zip(items, given, names, strict=True):
            layer, spans = item.sound or (UNSOUND, {})
            freeze = item.siblings.get("freeze")
            yield LayerEntry(
                layer,
                item.span,
                spans,
                name=name,
                name_span=given_name.span if given_name else item.span,
                inputs=names_at(item.siblings.get("from")),
                share=name_at(item.siblings.get("share")),
                freeze=freeze.span if freeze and plain(freeze) else None,
            )


def content(node: Node) -> object:
    """What an entry says, and where: the same for each use of the block that it stands in.

    What stands beside the type may differ, as names do.
    """
    said = plain(node)
    if isinstance(said, dict):
        said = {key: below for key, below in said.items() if key not in language.LAYER_SIBLINGS}
    return node.span.place, repr(said)


def words_in(node: Node) -> Iterator[str]:
    """What stands in a node that may be the name of a layer."""
    if isinstance(node, Scalar):
        if isinstance(node.value, str):
            yield from (*_WORD.findall(node.value), _NO_NAME.sub("", node.value))
        return
    for below in node.items if isinstance(node, Sequence) else [value for _, value in node]:
        yield from words_in(below)
    if not isinstance(node, Sequence):
        yield from (key.value for key, _ in node)


def _is_unknown(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.value is UNKNOWN


def _has_unknown(node: Node) -> bool:
    """Whether a sibling, or a name in its list, could not be found: why is already reported."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return any(map(_is_unknown, items))


def _names(node: Node) -> bool:
    """Whether a node is a name, or a list of some, as far as its kind tells."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return all(isinstance(item, Scalar) and isinstance(item.value, str) for item in items)
