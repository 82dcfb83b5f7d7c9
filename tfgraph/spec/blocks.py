"""Blocks: the layer types that a spec declares, and what stands for each use of one.

A use of a block, and an entry with `repeat`, are replaced by the layers that they are short for.
A layer of a block is called after the use and its own name in the block: `residual_1.body`;
copies are numbered: `hidden.1`, `hidden.2`. Both names without the rest, `residual_1` and
`hidden`, mean the last layer of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass, field, replace

from tfgraph.api import Component, Layer, LayerReference
from tfgraph.diagnostics import closest, did_you_mean, listed
from tfgraph.registry import TYPE_NAME
from tfgraph.spec.language import BLOCK_PARTS, INPUT, LAYER_SIBLINGS
from tfgraph.spec.naming import layer_names
from tfgraph.spec.nodes import (
    UNKNOWN,
    Mapping,
    Node,
    Scalar,
    Sequence,
    is_null,
    kind_of,
    through,
)
from tfgraph.spec.variables import Notes, Scope, StopResolving, declared_in

MAX_LAYERS = 10_000
MAX_NESTING = 20

LayerTypes = AbstractMapping[str, type[Component]]


@dataclass(frozen=True)
class Block:
    """A layer type of the spec's own; a parameter whose default is null must be given."""

    name: Scalar
    params: AbstractMapping[str, Node]
    layers: Sequence


def declared_blocks(node: Node | None, types: LayerTypes, notes: Notes) -> dict[str, Block]:
    """The blocks that the section declares; what is wrong with them is reported."""
    found = {}
    for key, value in node if isinstance(node, Mapping) else ():
        block = _declared(key, value, types, notes)
        if block:
            found[key.value] = block
    return found


def _declared(key: Scalar, value: Node, types: LayerTypes, notes: Notes) -> Block | None:
    name = key.value
    help = f"write `{name}: {{params: …, layers: […]}}`"
    if not TYPE_NAME.fullmatch(name) or name in LAYER_SIBLINGS:
        message = f"`{name}` is no name for a block"
        rule = "a name is lower-case letters, digits and `_`, a letter first"
        notes.report("TG214", message, key.span, help=rule)
        return None
    if name in types:
        message = f"`{name}` is a layer type already"
        notes.report("TG214", message, key.span, help="give the block another name")
        return None
    if not isinstance(value, Mapping):
        message = f"a block is a mapping with its `layers`, got {kind_of(value)}"
        notes.report("TG214", message, value.span, help=help)
        return None
    for inner, _ in value:
        if inner.value not in BLOCK_PARTS:
            meant = did_you_mean(inner.value, BLOCK_PARTS) or f"a block has {listed(BLOCK_PARTS)}"
            notes.report("TG214", f"unknown key `{inner.value}` of a block", inner.span, help=meant)
    params, layers = value.get("params"), value.get("layers")
    if params is not None and not isinstance(params, Mapping) and not is_null(params):
        wanted = BLOCK_PARTS["params"].takes
        message = f"`params` of a block must be {wanted}, got {kind_of(params)}"
        notes.report("TG214", message, params.span, help="like `params: {size: null, stride: 1}`")
        return None
    if not isinstance(layers, Sequence) or not layers.items:
        got = f", got {kind_of(layers)}" if layers else ""
        message = f"a block needs `layers`, a list of layers{got}"
        notes.report("TG214", message, layers.span if layers else key.span, help=help)
        return None
    return Block(key, declared_in(params, notes), layers)


@dataclass(frozen=True)
class _Item:
    """An entry of a stack of layers, looked at as far as blocks need it.

    `body` are the layers of a use of a block, `size` the number of plain layers it comes to.
    """

    node: Node
    type: Scalar | None
    value: Node | None
    beside: AbstractMapping[str, tuple[Scalar, Node]]
    name: str = ""
    body: AbstractSequence[_Item] = ()
    size: int = 1

    def last(self, prefix: str) -> str:
        """The full name of the layer whose output is the item's."""
        return self.body[-1].last(f"{prefix}{self.name}.") if self.body else prefix + self.name

    def sibling(self, name: str) -> Node | None:
        """The value of a sibling."""
        return self.beside[name][1] if name in self.beside else None


@dataclass(frozen=True)
class _Frame:
    """A stack of layers in the making: the file's, or that of one use of a block."""

    prefix: str = ""
    block: str = ""
    #: What each name in the stack means outside of it.
    names: dict[str, str] = field(default_factory=dict)
    items: dict[str, _Item] = field(default_factory=dict)
    #: What the block takes; None for what stands before it.
    inputs: tuple[Scalar, ...] | None = None
    previous: str = INPUT
    #: The names of the use whose weights this one shares start with it.
    share: Scalar | None = None


class Expander:
    """Replaces the uses of blocks, and `repeat`, in the layers of a spec."""

    def __init__(
        self, blocks: AbstractMapping[str, Block], types: LayerTypes, scope: Scope, notes: Notes
    ) -> None:
        self.blocks = blocks
        self.types = types
        self.scope = scope
        self.notes = notes
        self.used: set[str] = set()
        self.uses = 0
        self.previous = INPUT

    def expanded(self, file: Mapping) -> Mapping:
        """The file with plain layers, and names of layers that mean them."""
        layers = file.get("layers")
        if not isinstance(layers, Sequence):
            return file
        if not self.blocks and not any(_is_repeated(item) for item in layers.items):
            return file  # they are plain, as in most specs
        items = self.items(layers.items, ())
        frame = _frame(_Frame(), items)
        sections = {key.value: value for key, value in file}
        sections["layers"] = Sequence(tuple(self.emit(items, frame)), layers.span)
        for name in ("outputs", "loss", "metrics"):
            if name in sections:
                sections[name] = _renamed(sections[name], frame.names, direct=name == "outputs")
        return replace(file, entries=tuple((key, sections[key.value]) for key, _ in file))

    # ---- from nodes to items

    def items(self, nodes: AbstractSequence[Node], open: tuple[str, ...]) -> list[_Item]:
        """The entries of a stack, each with its name, copies and the layers of blocks included.

        `open` are the blocks that the stack stands in.
        """
        parsed = [self.parsed(node) for node in nodes]
        named: list[tuple[_Item, str | None]] = []
        added = 0
        for item in parsed:
            count = _count(item)
            given = _text(item.sibling("name"))
            body = self.body(item, open)
            if body and count is None and "repeat" in item.beside:
                self.no_count(item.beside["repeat"][1])
            layers = sum(inner.size for inner in body) or 1
            added += (count or 1) * layers - 1
            self.room(item, added)
            whole = replace(item, body=body, size=layers, beside=_without(item, count))
            for number in range(1, (count or 1) + 1):
                name = given if given is None or not count else f"{given}.{number}"
                later = number > 1 and "from" in whole.beside
                named.append((_without_from(whole) if later else whole, name))
        types = ((str(item.type.value) if item.type else "", name) for item, name in named)
        names = layer_names(types, {name for _, name in named if name})
        return [replace(item, name=n) for (item, _), n in zip(named, names, strict=True)]

    def no_count(self, node: Node) -> None:
        """Report a `repeat` of a block that is no number of copies."""
        number = isinstance(node, Scalar) and isinstance(node.value, (int, float))
        message = f"`repeat` must be {LAYER_SIBLINGS['repeat'].takes}, got {kind_of(node)}"
        self.notes.report("TG206" if number else "TG205", message, node.span)

    def room(self, item: _Item, layers: int) -> None:
        """StopResolving where blocks and repeats add too many layers to a stack with an item."""
        if layers > MAX_LAYERS:
            span = (item.sibling("repeat") or item.type or item.node).span
            message = f"blocks and repeats come to more than {MAX_LAYERS:,} layers"
            self.notes.report("TG102", message, span)
            raise StopResolving

    def parsed(self, node: Node) -> _Item:
        if isinstance(node, Scalar):
            return _Item(node, node if isinstance(node.value, str) else None, None, {})
        if not isinstance(node, Mapping):
            return _Item(node, None, None, {})
        beside = {key.value: (key, value) for key, value in node if key.value in LAYER_SIBLINGS}
        rest = [(key, value) for key, value in node if key.value not in LAYER_SIBLINGS]
        block = [pair for pair in rest if pair[0].value in self.blocks]
        known = block or [pair for pair in rest if pair[0].value in self.types] or rest
        if not known:
            return _Item(node, None, None, beside)
        if block:
            for key, _ in rest:
                if key is not block[0][0]:
                    self.surplus(block[0][0].value, key)
        return _Item(node, *known[0], beside)

    def surplus(self, name: str, key: Scalar) -> None:
        """Report a key beside a block that is no sibling."""
        if key.value in self.blocks[name].params:
            message = f"parameter `{key.value}` stands beside `{name}`, not inside it"
            help = f"write `{name}: {{{key.value}: …}}`"
        else:
            message = f"unknown key `{key.value}` beside `{name}`"
            meant = did_you_mean(key.value, LAYER_SIBLINGS)
            help = meant or f"beside the type of a layer may stand {listed(LAYER_SIBLINGS)}"
        self.notes.report("TG207", message, key.span, help=help)

    def body(self, item: _Item, open: tuple[str, ...]) -> AbstractSequence[_Item]:
        """The layers of a use of a block; none for other entries."""
        if item.type is None or item.type.value not in self.blocks:
            return ()
        name = item.type.value
        self.used.add(name)
        self.uses += 1
        if self.uses > MAX_LAYERS:
            message = f"blocks are used more than {MAX_LAYERS:,} times, within each other"
            self.notes.report("TG102", message, item.type.span)
            raise StopResolving
        if name in open or len(open) >= MAX_NESTING:
            message = f"blocks nest deeper than {MAX_NESTING} levels"
            if name in open:
                around = " → ".join([*open[open.index(name) :], name])
                message = f"the block `{name}` is made of itself: {around}"
            self.notes.report("TG214", message, item.type.span)
            raise StopResolving
        block = self.blocks[name]
        given = self.given(block, item.type, item.value)
        self.notes.count(block.layers, item.type.span)
        scope = Scope(self.notes, block.params, given, self.scope)
        layers = through(
            scope.substitute(block.layers), f"the block `{name}` is used here", item.type.span
        )
        assert isinstance(layers, Sequence)
        return self.items(layers.items, (*open, name))

    def given(self, block: Block, use: Scalar, value: Node | None) -> dict[str, Node]:
        """The values that a use gives to the parameters; missing ones are reported, and unknown."""
        name = block.name.value
        given: dict[str, Node] = {}
        if isinstance(value, Mapping):
            for key, below in value:
                if key.value in block.params:
                    given[key.value] = below
                else:
                    self.notes.report(
                        "TG203",
                        f"unknown parameter `{key.value}` of block `{name}`",
                        key.span,
                        label=f"`{name}` has {', '.join(block.params) or 'no parameters'}",
                        help=did_you_mean(key.value, block.params),
                    )
        elif value is not None and not is_null(value):
            if block.params:
                given[next(iter(block.params))] = value
            else:
                self.notes.report("TG207", f"block `{name}` takes no parameters", value.span)
        unknown = (
            [k.value for k, _ in value if k.value not in given]
            if isinstance(value, Mapping)
            else []
        )
        misspelt = {closest(name, block.params) for name in unknown}
        for param, default in block.params.items():
            if is_null(default) and param in misspelt:
                given[param] = self.notes.lost(use.span)
            elif is_null(default) and (param not in given or is_null(given[param])):
                given[param] = self.notes.lost(use.span)
                line = f"it is declared in line {default.span.line}"
                self.notes.report(
                    "TG204", f"block `{name}` needs `{param}`", use.span, notes=(line,)
                )
        return given

    # ---- from items to plain entries

    def emit(self, items: AbstractSequence[_Item], frame: _Frame) -> Iterator[Node]:
        for position, item in enumerate(items):
            inputs = self.inputs(item, frame, first=position == 0)
            share = self.share(item, frame)
            if not item.body:
                yield self.entry(item, frame, inputs, share)
                self.previous = frame.prefix + item.name
                continue
            inner = _Frame(
                prefix=f"{frame.prefix}{item.name}.",
                block=str(item.type.value) if item.type else "",
                inputs=inputs,
                previous=self.previous,
                share=share,
            )
            yield from self.emit(item.body, _frame(inner, item.body))

    def inputs(self, item: _Item, frame: _Frame, *, first: bool) -> tuple[Scalar, ...] | None:
        """What an item takes, by names that are true outside; None for what stands before it."""
        given = item.sibling("from")
        if given is None:
            return frame.inputs if first else None
        nodes = given.items if isinstance(given, Sequence) else (given,)
        found: list[Scalar] = []
        for node in nodes:
            if isinstance(node, Scalar):
                found += self.meant(node, frame)
            else:
                return None  # reported where the siblings are checked
        return tuple(found)

    def meant(self, node: Scalar, frame: _Frame, *, layer: bool = False) -> tuple[Scalar, ...]:
        """The layers that a name in a stack means; `layer` where an input will not do."""
        name = node.value
        if not isinstance(name, str):
            return (node,)
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
        have = [*frame.names, *(() if layer else sources)]
        self.notes.report(
            "TG209",
            f"no layer of the block `{frame.block}` is called `{name}`",
            node.span,
            notes=("a block sees its own layers and `input`, what it takes",),
            help=did_you_mean(name, have) or f"there are {listed(have)}",
        )
        return (self.notes.lost(node.span),)

    def share(self, item: _Item, frame: _Frame) -> Scalar | None:
        """The layer whose weights an item uses; for a block what the names of that use start with."""
        given = item.sibling("share")
        if not isinstance(given, Scalar) or not isinstance(given.value, str):
            if frame.share is None:
                return None
            if frame.share.value is UNKNOWN:
                return frame.share
            if item.body or self.has_weights(item):
                return Scalar(f"{frame.share.value}.{item.name}", frame.share.span)
            return None
        if not item.body:
            return self.meant(given, frame, layer=True)[0]
        other = frame.items.get(given.value)
        if other is None or not other.body or other.type is None or item.type is None:
            self.meant(given, frame, layer=True)
            problem = "is not a use of it" if other else "is none in this list of layers"
        elif other.type.value != item.type.value:
            problem = f"is a use of the block `{other.type.value}`"
        else:
            return Scalar(frame.prefix + other.name, given.span)
        block = item.type.value if item.type else ""
        message = (
            f"a use of the block `{block}` can share with another use: `{given.value}` {problem}"
        )
        self.notes.report("TG304", message, given.span)
        return self.notes.lost(given.span)

    def has_weights(self, item: _Item) -> bool:
        made = self.types.get(item.type.value) if item.type else None
        return made is not None and made.weights is not Layer.weights  # type: ignore[attr-defined]

    def entry(
        self,
        item: _Item,
        frame: _Frame,
        inputs: tuple[Scalar, ...] | None,
        share: Scalar | None,
    ) -> Node:
        """The plain entry of a layer."""
        if item.type is None:
            return item.node
        beside = {key: value for key, (_, value) in item.beside.items()}
        if frame.block or "name" in beside:
            given = beside.get("name", item.type)
            if _text(given) is not None:
                beside["name"] = Scalar(frame.prefix + item.name, given.span)
        if inputs is not None:
            span = beside["from"].span if "from" in beside else inputs[0].span
            beside["from"] = inputs[0] if len(inputs) == 1 else Sequence(inputs, span)
        if share is not None:
            beside["share"] = share
        node = self.referring(item, frame)
        if not beside and isinstance(node, Scalar):
            return node
        written = (
            node
            if isinstance(node, Mapping)
            else Mapping(((item.type, Scalar(None, item.type.span)),), node.span)
        )
        kept = tuple((k, v) for k, v in written if k.value not in LAYER_SIBLINGS)
        keys = {name: key for name, (key, _) in item.beside.items()}
        added = tuple((keys.get(n, Scalar(n, v.span)), v) for n, v in beside.items())
        return Mapping((*kept, *added), item.node.span)

    def referring(self, item: _Item, frame: _Frame) -> Node:
        """The entry's node, the layers that its parameters name by names that are true outside."""
        component = self.types.get(item.type.value) if item.type else None
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

    def one(self, node: Node, frame: _Frame) -> Node:
        return self.meant(node, frame, layer=True)[0] if isinstance(node, Scalar) else node


def _is_repeated(item: Node) -> bool:
    return isinstance(item, Mapping) and item.get("repeat") is not None


def _frame(frame: _Frame, items: AbstractSequence[_Item]) -> _Frame:
    """The frame with the names of its items; a name without the number means the last copy."""
    for item in items:
        frame.names[item.name] = item.last(frame.prefix)
        frame.items[item.name] = item
        given = _text(item.sibling("name"))
        if given is not None and given != item.name:
            frame.names[given] = item.last(frame.prefix)
            frame.items.setdefault(given, item)
    return frame


def _count(item: _Item) -> int | None:
    """How often an entry is repeated, if it says so as it should."""
    node = item.sibling("repeat")
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and value >= 1 and value is not True else None


def _without(item: _Item, count: int | None) -> AbstractMapping[str, tuple[Scalar, Node]]:
    return {k: v for k, v in item.beside.items() if k != "repeat" or count is None}


def _without_from(item: _Item) -> _Item:
    return replace(item, beside={k: v for k, v in item.beside.items() if k != "from"})


def _text(node: Node | None) -> str | None:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


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
