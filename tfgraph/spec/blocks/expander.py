"""Expander: from the items of stacks to plain entries, with names that are true in the whole file."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass, field, replace

from tfgraph.api import Layer, LayerReference
from tfgraph.diagnostics import Span
from tfgraph.spec.blocks.outside import Outside
from tfgraph.spec.blocks.stack import Item, Stacker
from tfgraph.spec.language import INPUT, LAYER_SIBLINGS
from tfgraph.spec.layers import content, words_in
from tfgraph.spec.model import NUMBERED
from tfgraph.spec.naming import name_of
from tfgraph.spec.nodes import UNKNOWN, Mapping, Node, Scalar, Sequence
from tfgraph.words import did_you_mean, listed


@dataclass(frozen=True)
class Frame:
    """A stack of layers in the making: the file's, or that of one use of a block."""

    prefix: str = ""
    block: str = ""
    #: What each name in the stack means outside of it.
    names: dict[str, str] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    #: What the block takes; None for what stands before it.
    inputs: tuple[Scalar, ...] | None = None
    previous: str = INPUT
    #: The names of the use whose weights this one shares start with it.
    share: Scalar | None = None
    #: The `freeze: true` of the use, or of one around it.
    freeze: Node | None = None
    #: The frame that the block is used in.
    outer: Frame | None = None

    def of(self, items: AbstractSequence[Item]) -> Frame:
        """The frame with the names of its items; one without a number means the last copy."""
        for item in items:
            for name in {item.name, item.given or item.name}:
                self.names[name] = item.last(self.prefix)
                self.items[name] = item
        return self


class Expander:
    """Replaces the uses of blocks, and `repeat`, in the layers of a spec."""

    def __init__(self, stacker: Stacker) -> None:
        self.stacker = stacker
        self.notes = stacker.notes
        self.previous = INPUT
        #: The names that mean other layers, and where they are given.
        self.aliases: dict[str, Span] = {}
        #: The names that lead nowhere, and where they stand: each use of a block has them again.
        self.nowhere: set[object] = set()

    def expanded(self, file: Mapping) -> Mapping:
        """The file with plain layers, and names of layers that mean them."""
        layers = file.get("layers")
        if not isinstance(layers, Sequence):
            return file
        stacker = self.stacker
        several = stacker.blocks or stacker.broken
        if not several and not any(map(_is_repeated, layers.items)):
            return file  # they are plain, as in most specs
        items = stacker.items(layers.items)
        frame = Frame().of(items)
        for item in items:
            for name in {item.name, item.given or item.name}:
                if frame.names[name] != name:
                    self.aliases[name] = (item.sibling("name") or item.type or item.node).span
        sections: dict[str, Node] = {key.value: value for key, value in file}
        sections["layers"] = Sequence(tuple(self.emit(items, frame)), layers.span)
        for name in ("outputs", "loss", "metrics"):
            if name in sections:
                sections[name] = _renamed(sections[name], frame.names, direct=name == "outputs")
        return replace(file, entries=tuple((key, sections[key.value]) for key, _ in file))

    def unused(self) -> tuple[Node, ...]:
        """The entries of blocks that nothing uses, for what is wrong with them by themselves."""
        found: dict[object, Node] = {}
        for name, items in self.stacker.unused():
            for node in self.emit(items, Frame(block=name).of(items)):
                found.setdefault(content(node), node)
        return tuple(found.values())

    def emit(self, items: AbstractSequence[Item], frame: Frame) -> Iterator[Node]:
        """The plain entries of a stack."""
        for position, item in enumerate(items):
            inputs = self.inputs(item, frame, first=position == 0)
            share = self.share(item, frame)
            if not item.body:
                made = self.entry(item, frame, inputs, share)
                self.notes.count(made, item.node.span)
                yield made
                self.previous = frame.prefix + item.name
                continue
            inner = Frame(
                prefix=f"{frame.prefix}{item.name}.",
                block=str(item.type.value) if item.type else "",
                inputs=inputs,
                previous=self.previous,
                share=share,
                freeze=frozen_by(item, frame),
                outer=frame,
            )
            yield from self.emit(item.body, inner.of(item.body))

    def inputs(self, item: Item, frame: Frame, *, first: bool) -> tuple[Scalar, ...] | None:
        """What an item takes, by names that are true outside; None for what stands before it."""
        given = item.sibling("from")
        if given is None:
            return frame.inputs if first else None
        nodes = given.items if isinstance(given, Sequence) else (given,)
        found: list[Scalar] = []
        for node in nodes:
            if not isinstance(node, Scalar):
                return None  # reported where the siblings are checked
            found += self.meant(node, frame)
        return tuple(found) or None

    def meant(self, node: Scalar, frame: Frame, *, layer: bool = False) -> tuple[Scalar, ...]:
        """The layers that a name in a stack means; `layer` where an input will not do."""
        name = node.value
        if not isinstance(name, str):
            return (node,)
        if isinstance(name, Outside):
            for _ in range(name.levels):
                frame = frame.outer or frame
            return self.meant(Scalar(str(name), node.span), frame, layer=layer)
        if not frame.block:
            return (Scalar(frame.names.get(name, name), node.span),)
        if name in frame.names:
            return (Scalar(frame.names[name], node.span),)
        if name.partition(".")[0] in frame.names:
            return (Scalar(frame.prefix + name, node.span),)
        inputs = frame.inputs or (Scalar(frame.previous, node.span),)
        numbered = {f"{INPUT}_{n}": (i,) for n, i in enumerate(inputs, 1)}
        sources = {INPUT: inputs, **(numbered if len(inputs) > 1 else {})}
        if name in sources and not layer:
            return tuple(Scalar(source.value, node.span) for source in sources[name])
        place = (node.span.place, name)
        if place in self.nowhere or self.may_be(name, frame):
            return (self.notes.lost(node.span),)
        self.nowhere.add(place)
        named = (n for n, item in frame.items.items() if self.is_told(item))
        have = [*named, *(() if layer else sources)]
        self.notes.report(
            "TG209",
            f"no layer of the block `{frame.block}` is called `{name}`",
            node.span,
            notes=("a block sees its own layers, `input`, what it takes, and its arguments",),
            help=self.seen(name, frame, have),
        )
        return (self.notes.lost(node.span),)

    def is_told(self, item: Item) -> bool:
        """Whether the name of an item is known: it is given, or the type is one that there is."""
        return item.given is not None or (
            item.type is not None and item.type.value in self.stacker.known
        )

    def may_be(self, name: str, frame: Frame) -> bool:
        """Whether a name that nothing has may be that of an item that is written wrongly."""
        unsound = [item for item in frame.items.values() if not self.is_told(item)]
        numbered = unsound and NUMBERED.fullmatch(name)
        return bool(numbered) or any(name in words_in(item.node) for item in unsound)

    def seen(self, name: str, frame: Frame, have: AbstractSequence[str]) -> str:
        """What was meant by a name that a block does not see."""
        if near := did_you_mean(name, have):
            return near
        if name.startswith(f"{INPUT}_") and frame.inputs is None:
            return f"name what `{frame.block}` takes, in `from` beside it: `from: [a, b]`"
        around = frame.outer
        while around is not None:
            if name in around.names:
                return (
                    f"give it to the block: `params: {{other: null}}`, `$other` here, and "
                    f"`{frame.block}: {{other: {name}}}` where it is used"
                )
            around = around.outer
        return f"there are {listed(have)}"

    def share(self, item: Item, frame: Frame) -> Scalar | None:
        """The layer whose weights an item uses; for a block what the names of that use start with."""
        given = item.sibling("share")
        if not isinstance(given, Scalar) or not isinstance(given.value, str):
            if frame.share is None or frame.share.value is UNKNOWN:
                return frame.share
            if item.body or self.has_weights(item):
                return Scalar(f"{frame.share.value}.{item.name}", frame.share.span)
            return None
        if not item.body:
            return self.meant(given, frame, layer=True)[0]
        other = frame.items.get(given.value)
        if other is None or not other.body or other.type is None or item.type is None:
            problem = "is not a use of it" if other else "is none in this list of layers"
        elif other.type.value != item.type.value:
            problem = f"is a use of the block `{other.type.value}`"
        else:
            return Scalar(frame.prefix + other.name, given.span)
        block = item.type.value if item.type else ""
        self.notes.report(
            "TG304",
            f"a use of the block `{block}` can share with another use: `{given.value}` {problem}",
            given.span,
        )
        return self.notes.lost(given.span)

    def has_weights(self, item: Item) -> bool:
        made = self.stacker.types.get(item.type.value) if item.type else None
        return made is not None and made.weights is not Layer.weights  # type: ignore[attr-defined]

    def entry(
        self,
        item: Item,
        frame: Frame,
        inputs: tuple[Scalar, ...] | None,
        share: Scalar | None,
    ) -> Node:
        """The plain entry of a layer, its name written out."""
        if item.type is None:
            return item.node
        beside = {key: value for key, (_, value) in item.beside.items()}
        given = beside.get("name", item.type)
        # What is no type names no layer either.
        named = "name" in beside or item.type.value in self.stacker.known
        if named and name_of(given) is not None:
            beside["name"] = Scalar(frame.prefix + item.name, given.span)
        if inputs is not None:
            span = beside["from"].span if "from" in beside else inputs[0].span
            beside["from"] = inputs[0] if len(inputs) == 1 else Sequence(inputs, span)
        if share is not None:
            beside["share"] = share
        if freeze := frozen_by(item, frame):
            beside["freeze"] = freeze
        node = self.referring(item, frame)
        if not isinstance(node, Mapping):
            node = Mapping(((item.type, Scalar(None, item.type.span)),), node.span)
        kept = tuple((k, v) for k, v in node if k.value not in LAYER_SIBLINGS)
        keys = {name: key for name, (key, _) in item.beside.items()}
        added = tuple((keys.get(n, Scalar(n, v.span)), v) for n, v in beside.items())
        return Mapping((*kept, *added), item.node.span)

    def referring(self, item: Item, frame: Frame) -> Node:
        """The entry's node, the layers that its parameters name by names that are true outside."""
        component = self.stacker.types.get(item.type.value) if item.type else None
        if component is None or item.value is None or not isinstance(item.node, Mapping):
            return item.node
        references = {
            name
            for name, parameter in component.parameters().items()
            if LayerReference in parameter.alternatives
        }
        primary = component.primary()
        value: Node = item.value
        if isinstance(value, Mapping):
            pairs = ((k, self.one(v, frame) if k.value in references else v) for k, v in value)
            value = Mapping(tuple(pairs), value.span) if references else value
        elif primary is not None and primary.name in references:
            value = self.one(value, frame)
        if value is item.value:
            return item.node
        pairs = ((k, value if k is item.type else v) for k, v in item.node)
        return Mapping(tuple(pairs), item.node.span)

    def one(self, node: Node, frame: Frame) -> Node:
        return self.meant(node, frame, layer=True)[0] if isinstance(node, Scalar) else node


def frozen_by(item: Item, frame: Frame) -> Node | None:
    """The `freeze: true` that holds for an item: its own, or that of a use it stands in."""
    own = item.sibling("freeze")
    return own if isinstance(own, Scalar) and own.value is True else frame.freeze


def _is_repeated(item: Node) -> bool:
    return isinstance(item, Mapping) and item.get("repeat") is not None


def _renamed(node: Node, names: AbstractMapping[str, str], *, direct: bool) -> Node:
    """Outputs, losses or metrics, by names that are true outside; `direct` where items are names."""
    if isinstance(node, Sequence):
        items = tuple(_renamed(item, names, direct=direct) for item in node.items)
        return replace(node, items=items)
    if isinstance(node, Mapping):
        pairs = ((k, _renamed(v, names, direct=True) if k.value == "of" else v) for k, v in node)
        return replace(node, entries=tuple(pairs))
    if direct and isinstance(node.value, str):
        return replace(node, value=names.get(node.value, node.value))
    return node
