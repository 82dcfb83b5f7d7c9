"""Stacks: the layers of a file or of a block, with the layers of the blocks that they use."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass, replace

from tfgraph.spec.anatomy import told_apart
from tfgraph.spec.blocks.declared import Block, LayerTypes, given_parameters
from tfgraph.spec.blocks.outside import from_outside
from tfgraph.spec.entries import EntryReader
from tfgraph.spec.language import LAYER_SIBLINGS
from tfgraph.spec.meaning import part_names, suggested
from tfgraph.spec.naming import MAX_LAYERS, count_of, layer_names, name_of
from tfgraph.spec.nodes import Node, Scalar, Sequence, is_null, through
from tfgraph.spec.variables import Scope, StopResolving
from tfgraph.words import listed

MAX_NESTING = 20


@dataclass(frozen=True)
class Item:
    """An entry of a stack, looked at as far as blocks need it.

    `given` is the name that it has without the number of a copy, `body` are the layers of a use
    of a block, `size` the number of plain layers it comes to.
    """

    node: Node
    type: Scalar | None
    value: Node | None
    beside: AbstractMapping[str, tuple[Scalar, Node]]
    name: str = ""
    given: str | None = None
    body: AbstractSequence[Item] = ()
    size: int = 1

    def last(self, prefix: str) -> str:
        """The full name of the layer whose output is the item's."""
        return self.body[-1].last(f"{prefix}{self.name}.") if self.body else prefix + self.name

    @property
    def count(self) -> int | None:
        """The number of copies; None where there is no `repeat`, or none that is sound."""
        return count_of(self.sibling("repeat"))

    def sibling(self, name: str) -> Node | None:
        """The value of a sibling."""
        return self.beside[name][1] if name in self.beside else None


class Stacker:
    """Makes the items of stacks."""

    def __init__(
        self,
        blocks: AbstractMapping[str, Block],
        broken: Collection[str],
        scope: Scope,
        entries: EntryReader,
    ) -> None:
        self.blocks = blocks
        #: Declared blocks that are not sound: their uses are not looked at.
        self.broken = broken
        self.types: LayerTypes = entries.registry.types("layer")
        self.known = {*blocks, *broken, *self.types}
        self.scope = scope
        self.notes = scope.notes
        self.entries = entries
        #: The blocks that are used, and how often blocks are.
        self.used: set[str] = set()
        self.uses = 0
        #: How many uses of blocks a use of each comes to.
        self.counted: dict[str, int] = {}

    def items(self, nodes: AbstractSequence[Node], open: tuple[str, ...] = ()) -> list[Item]:
        """The entries of a stack, each with its name, copies and the layers of blocks included.

        `open` are the blocks that the stack stands in.
        """
        made = []
        added = 0
        for node in nodes:
            item = self.with_body(self.parsed(node), open)
            added += (item.count or 1) * item.size - 1
            self.room(item, added)
            made.append(item)
        made = self.named_once(made)
        names = layer_names(
            (str(item.type.value) if item.type else "", name_of(item.sibling("name")), item.count)
            for item in made
        )
        return [copy for item, own in zip(made, names, strict=True) for copy in copies(item, own)]

    def room(self, item: Item, layers: int) -> None:
        """StopResolving where blocks and repeats add too many layers to a stack with an item."""
        if layers > MAX_LAYERS:
            span = (item.sibling("repeat") or item.type or item.node).span
            message = f"blocks and repeats come to more than {MAX_LAYERS:,} layers"
            self.notes.report("TG102", message, span)
            raise StopResolving

    def named_once(self, items: AbstractSequence[Item]) -> list[Item]:
        """The items without a name that a use of a block or copies have, and another as well.

        That is reported here; where two plain layers have it, it is where they are checked.
        """
        seen: dict[str, Item] = {}
        kept = []
        for item in items:
            name = name_of(item.sibling("name"))
            first = seen.setdefault(name, item) if name is not None else item
            if name is not None and first is not item and (_is_several(item) or _is_several(first)):
                span = item.beside["name"][1].span
                note = f"the first one is {first.beside['name'][1].span.seen_from(span)}"
                message = f"two layers are called `{name}`"
                self.notes.report("TG208", message, span, notes=(note,))
                others = {k: v for k, v in item.beside.items() if k != "name"}
                kept.append(replace(item, beside=others))
            else:
                kept.append(item)
        return kept

    def parsed(self, node: Node) -> Item:
        """An entry with its type, its value and its siblings told apart."""
        parts = told_apart(node, LAYER_SIBLINGS, self.known)
        beside = dict(parts.beside)
        if parts.type is not None and parts.type.value in self.blocks:
            for key, _ in parts.extra:
                self.surplus(parts.type.value, key)
            beside = self.sound(beside, parts.type)
        return Item(node, parts.type, parts.value, beside)

    def surplus(self, name: str, key: Scalar) -> None:
        """Report a key beside a block that is no sibling."""
        if key.value in self.blocks[name].params:
            message = f"parameter `{key.value}` stands beside `{name}`, not inside it"
            help = f"write `{name}: {{{key.value}: …}}`"
        else:
            message = f"unknown key `{key.value}` beside `{name}`"
            meant = suggested(key.value, part_names(LAYER_SIBLINGS))
            if key.value in self.known:
                message = f"one entry, two types: `{name}` and `{key.value}`"
                meant = f"give `{key.value}` an entry of its own"
            help = meant or f"beside the type of a layer may stand {listed(LAYER_SIBLINGS)}"
        self.notes.report("TG207", message, key.span, help=help)

    def sound(
        self, beside: dict[str, tuple[Scalar, Node]], use: Scalar
    ) -> dict[str, tuple[Scalar, Node]]:
        """The siblings of a use of a block that are as they should be; the others are reported."""
        nodes = {name: value for name, (_, value) in beside.items()}
        kept = self.entries.siblings(nodes, LAYER_SIBLINGS, use.span)
        for found in self.entries.findings.diagnostics:
            if found.span.place not in self.notes.unknown:
                self.notes.add(found)
        self.entries.findings.diagnostics.clear()
        return {name: pair for name, pair in beside.items() if name in kept}

    def with_body(self, item: Item, open: tuple[str, ...]) -> Item:
        """A use of a block with its layers; other entries as they are."""
        if item.type is not None and item.type.value in self.broken:
            return Item(self.notes.lost(item.type.span), None, None, {})
        if item.type is None or item.type.value not in self.blocks:
            return item
        name = item.type.value
        self.used.add(name)
        # What a use comes to is counted before it is made, as far as its text tells.
        ahead = self.uses_of(name)
        self.uses += 1
        if self.uses + ahead - 1 > MAX_LAYERS:
            message = f"blocks are used more than {MAX_LAYERS:,} times, within each other"
            self.notes.report("TG102", message, item.type.span)
            raise StopResolving
        if name in open or len(open) >= MAX_NESTING:
            message = f"blocks nest deeper than {MAX_NESTING} levels"
            if name in open:
                around = " → ".join([*open[open.index(name) :], name])
                message = f"the block `{name}` is made of itself: {around}"
            self.notes.report("TG214", message, item.type.span)
            return Item(self.notes.lost(item.type.span), None, None, {})
        block = self.blocks[name]
        given = given_parameters(block, item.type, item.value, self.notes)
        given = {param: from_outside(value) for param, value in given.items()}
        body = self.body(block, given, item.type, (*open, name))
        return replace(item, body=body, size=sum(inner.size for inner in body))

    def uses_of(self, name: str, open: tuple[str, ...] = ()) -> int:
        """How many uses of blocks a use of one comes to, itself included."""
        if name not in self.counted:
            uses, around = 1, (*open, name)
            for node in self.blocks[name].layers.items if len(around) <= MAX_NESTING else ():
                kind = told_apart(node, LAYER_SIBLINGS, self.known).type
                if kind is not None and kind.value in self.blocks and kind.value not in around:
                    uses += self.uses_of(kind.value, around)
            self.counted[name] = uses
        return self.counted[name]

    def body(
        self, block: Block, given: dict[str, Node], use: Scalar, open: tuple[str, ...]
    ) -> list[Item]:
        """The layers of a block with values for its parameters."""
        self.notes.count(block.layers, use.span)
        scope = Scope(self.notes, block.params, given, self.scope, misnamed=block.misnamed)
        label = f"the block `{block.name.value}` is used here"
        layers = through(scope.substitute(block.layers), label, use.span)
        assert isinstance(layers, Sequence)
        return self.items(layers.items, open)

    def unused(self) -> Iterator[tuple[str, list[Item]]]:
        """The blocks that nothing uses, with their layers as far as they can be known."""
        for name, block in self.blocks.items():
            if name not in self.used:
                given: dict[str, Node] = {
                    n: self.notes.lost(d.span) for n, d in block.params.items() if is_null(d)
                }
                yield name, self.body(block, given, block.name, (name,))


def copies(item: Item, names: AbstractSequence[str]) -> list[Item]:
    """The copies of an entry; only the first one takes what `from` names."""
    count = item.count
    beside = {k: v for k, v in item.beside.items() if k != "repeat" or count is None}
    later = {k: v for k, v in beside.items() if k != "from"}
    given = name_of(item.sibling("name"))
    return [
        replace(item, name=name, given=given, beside=later if number else beside)
        for number, name in enumerate(names)
    ]


def _is_several(item: Item) -> bool:
    return bool(item.body) or item.count is not None
