"""Declared blocks: the section `blocks`, and what a use gives to their parameters."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from typing import Any

from tfgraph.api import Component
from tfgraph.registry import TYPE_NAME
from tfgraph.spec.declaring import declared_in, pairs_of
from tfgraph.spec.language import BLOCK_PARTS, LAYER_SIBLINGS
from tfgraph.spec.meaning import asked, called, near, part_names
from tfgraph.spec.nodes import Mapping, Node, Scalar, Sequence, as_written, is_null, kind_of, plain
from tfgraph.spec.variables import VARIABLE_NAME, Notes
from tfgraph.spec.wording import flow
from tfgraph.words import closest, did_you_mean, listed

LayerTypes = AbstractMapping[str, type[Component]]
#: Longer layers are left out where a message says how to write a block.
_LONGEST = 40


@dataclass(frozen=True)
class Block:
    """A layer type of the spec's own; a parameter whose default is null must be given."""

    name: Scalar
    params: AbstractMapping[str, Node]
    layers: Sequence
    #: The declaration of the parameters, as it stands.
    params_node: Mapping | None = None
    #: Names of parameters that are none, as they are declared.
    misnamed: frozenset[str] = frozenset()


def declared_blocks(node: Node | None, types: LayerTypes, notes: Notes) -> dict[str, Block]:
    """The blocks that the section declares; what is wrong with them is reported."""
    found = {}
    for key, value in node if isinstance(node, Mapping) else ():
        block = _declared(key, value, types, notes)
        if block:
            found[key.value] = block
    return found


def names_declared(node: Node | None) -> Iterator[str]:
    """The names of the blocks in the section, sound or not, also where it is a list of them."""
    for key, value in pairs_of(node):
        if key.value == "name" and isinstance(node, Sequence) and isinstance(value, Scalar):
            yield str(value.value)
        yield key.value


def _declared(key: Scalar, value: Node, types: LayerTypes, notes: Notes) -> Block | None:
    name = key.value
    if not TYPE_NAME.fullmatch(name) or name in LAYER_SIBLINGS:
        message = f"`{name}` is no name for a block"
        rule = "a name is lower-case letters, digits and `_`, a letter first"
        notes.report("TG214", message, key.span, help=rule)
        return None
    if name in types:
        message = f"a block cannot be called `{name}`: that is a layer type"
        help = f"call it `{_free_name(name, types)}`, here and where it is used"
        notes.report("TG214", message, key.span, help=help)
        return None
    if not isinstance(value, Mapping):
        message = f"a block is a mapping with its `layers`, got {kind_of(value)}"
        body = flow(plain(value)) if isinstance(value, Sequence) else ""
        body = body if 0 < len(body) <= _LONGEST else "[…]"
        help = f"write `{name}: {{layers: {body}}}`"
        notes.report("TG214", message, value.span, help=help)
        return None
    strays = _unknown_keys(value, notes)
    params = value.get("params") or strays.pop("params", None)
    misnamed = strays.pop("layers", None)
    layers = value.get("layers") or misnamed
    if params is not None and not isinstance(params, Mapping) and not is_null(params):
        wanted = BLOCK_PARTS["params"].takes
        message = f"`params` of a block must be {wanted}, got {kind_of(params)}"
        notes.report("TG214", message, params.span, help=_as_params(plain(params)))
        return None
    if not isinstance(layers, Sequence) or not layers.items:
        if layers is None or layers is not misnamed:
            _without_layers(key, layers, notes)
        return None
    declared = declared_in(params, notes)
    section = params if isinstance(params, Mapping) else None
    return Block(key, {**declared.values, **strays}, layers, section, declared.misnamed)


def _free_name(name: str, types: LayerTypes) -> str:
    """A name for a block that has the name of a type."""
    free = f"{name}_block"
    return _free_name(free, types) if free in types else free


def _without_layers(key: Scalar, layers: Node | None, notes: Notes) -> None:
    """Report a block without a list of layers, and how to write what stands there as one."""
    message = "a block needs `layers`, a list of layers"
    if layers is None:
        help = f"write `{key.value}: {{params: …, layers: […]}}`"
        notes.report("TG214", message, key.span, help=help)
        return
    pairs = layers.entries if isinstance(layers, Mapping) else ()
    items = [k.value if is_null(v) else {k.value: plain(v)} for k, v in pairs]
    if isinstance(layers, Scalar) and isinstance(layers.value, str):
        items = [layers.value]
    help = f"write `layers: {flow(items)}`" if items else "like `layers: [{dense: 32}, relu]`"
    notes.report("TG214", f"{message}, got {kind_of(layers)}", layers.span, help=help)


def _as_params(value: Any) -> str:
    """Help where the parameters of a block are not a mapping."""
    names = value if isinstance(value, list) else [value]
    if all(isinstance(name, str) and VARIABLE_NAME.fullmatch(name) for name in names):
        return f"write `params: {flow(dict.fromkeys(names), len(names))}`"
    return "like `params: {size: null, stride: 1}`"


def _unknown_keys(block: Mapping, notes: Notes) -> dict[str, Node]:
    """What stands at keys that a block has not, reported; by the part or parameter that is meant.

    A key that is no name for a part of a block may be a parameter: its uses are not wrong as well.
    """
    names = part_names(BLOCK_PARTS)
    unknown = [(key, value) for key, value in block if key.value not in BLOCK_PARTS]
    meant = {key.value: called(key.value, names) or near(key.value, names) for key, _ in unknown}
    strays = {
        key.value: value
        for key, value in unknown
        if not meant[key.value] and VARIABLE_NAME.fullmatch(key.value)
    }
    params = block.get("params")
    declared = plain(params) if isinstance(params, Mapping) else {}
    whole = {**declared, **{name: plain(value) for name, value in strays.items()}}
    write = f"a parameter stands in `params`: write `params: {flow(whole)}`"
    for key, value in unknown:
        help = asked(meant[key.value]) or (write if key.value in strays else "")
        help = help or f"a block has {listed(BLOCK_PARTS)}"
        notes.report("TG214", f"unknown key `{key.value}` of a block", key.span, help=help)
        for name in meant[key.value]:
            if name == "layers" or isinstance(value, Mapping):
                strays[name] = value
    return strays


def given_parameters(
    block: Block, use: Scalar, value: Node | None, notes: Notes
) -> dict[str, Node]:
    """The values that a use gives to the parameters; those that it has to and does not are lost."""
    given = _given(block, value, notes)
    misspelt = set()
    if isinstance(value, Mapping):
        keys = [key.value for key, _ in value if key.value not in LAYER_SIBLINGS]
        unknown = [key for key in keys if key not in block.params]
        # Where no key is a parameter, the mapping may be meant as the value of the first one.
        every = len(unknown) == len(keys) > 0
        misspelt = {closest(word, block.params) for word in unknown}
        misspelt |= {next(iter(block.params), None)} if every else set()
    for param, default in block.params.items():
        if not is_null(default) or not is_null(given.get(param, default)):
            continue
        given[param] = notes.lost(use.span)
        if param not in misspelt:
            notes.report(
                "TG204",
                f"block `{block.name.value}` needs `{param}`",
                use.span,
                notes=(f"it is declared {default.span.seen_from(use.span)}",),
            )
    return given


def _given(block: Block, value: Node | None, notes: Notes) -> dict[str, Node]:
    name = block.name.value
    if value is None or is_null(value):
        return {}
    if not isinstance(value, Mapping):
        if block.params:
            return {next(iter(block.params)): value}
        notes.report("TG207", f"block `{name}` takes no parameters", value.span)
        return {}
    given = {}
    for key, below in value:
        if key.value in block.params:
            given[key.value] = below
            continue
        if key.value in block.misnamed:
            continue  # that is told where it is declared
        if key.value in LAYER_SIBLINGS:
            message = f"`{key.value}` stands inside `{name}`, not beside it"
            inside = {k.value: as_written(v) for k, v in value if k.value in block.params}
            use = f"- {name}: {flow(inside) if inside else ''}".rstrip()
            help = f"write\n{use}\n  {key.value}: {flow(as_written(below))}"
            notes.report("TG207", message, key.span, help=help)
            continue
        help = did_you_mean(key.value, block.params)
        if not help and block.params and len(value.entries) == 1:
            help = f"if it is the value of a parameter: `{name}: {{{next(iter(block.params))}: …}}`"
        notes.report(
            "TG203",
            f"unknown parameter `{key.value}` of block `{name}`",
            key.span,
            label=f"`{name}` has {', '.join(block.params) or 'no parameters'}",
            help=help,
        )
    return given
