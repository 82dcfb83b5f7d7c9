"""Resolve: from the nodes of a file to those of the spec meant, in the language's plainest form.

The order is that of a person's intentions: the file that is extended, the file itself, what the
command line sets, then the variables, so that each may change what stands before it; and at last
the blocks, which are made of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from tfgraph.diagnostics import MAX_PROBLEMS, SET, Span, TooManyProblems
from tfgraph.registry import Registry
from tfgraph.spec.blocks import (
    Block,
    Expander,
    Stacker,
    declared_blocks,
    names_declared,
    with_undeclared,
)
from tfgraph.spec.declaring import file_scope
from tfgraph.spec.entries import EntryReader
from tfgraph.spec.extending import Extender
from tfgraph.spec.language import SECTIONS, SPENT
from tfgraph.spec.nodes import Mapping, Node, Scalar
from tfgraph.spec.parts import meant, surely_meant
from tfgraph.spec.settings import apply_setting
from tfgraph.spec.variables import Notes, Scope, StopResolving, Variables
from tfgraph.words import did_you_mean


@dataclass(frozen=True)
class Resolved:
    """The nodes of a spec without variables, blocks and repeats; None where it outgrew its limits.

    `blocks` are the names of its blocks, sound or not, `variables` what `$name` may name where,
    `aliases` the names that mean the last of several layers, `unused` the entries of blocks that
    are not part of the model.
    """

    node: Node | None
    notes: Notes
    blocks: tuple[str, ...] = ()
    variables: Variables = field(default_factory=Variables)
    aliases: AbstractMapping[str, Span] = field(default_factory=dict)
    unused: tuple[Node, ...] = ()
    #: The keys that are misspelt, by the sections that they mean.
    misspelt: AbstractMapping[str, Scalar] = field(default_factory=dict)

    def as_written(self, node: Mapping) -> Mapping:
        """The file with its sections under the names that they have in the text."""
        return replace(node, entries=tuple((self.misspelt.get(k.value, k), v) for k, v in node))


def resolve(
    node: Node,
    path: Path,
    registry: Registry,
    settings: AbstractSequence[str] = (),
    lost: AbstractMapping[tuple[str, int, int], frozenset[str]] | None = None,
) -> Resolved:
    """Resolve the nodes of the file at `path`; `settings` are `PATH=VALUE`, in their order.

    `lost` is what could not be read of the file.
    """
    notes = Notes()
    notes.unread(lost or {})
    try:
        return _resolved(node, path, registry, settings, notes)
    except (StopResolving, TooManyProblems):
        return Resolved(None, notes)


def _resolved(
    node: Node,
    path: Path,
    registry: Registry,
    settings: AbstractSequence[str],
    notes: Notes,
) -> Resolved:
    if isinstance(node, Mapping):
        types = [name for kind in registry.kinds() for name in registry.types(kind)]
        node = Extender(notes, types).extended(node, path)
    for setting in settings:
        node = apply_setting(node, setting, registry, notes)
    if not isinstance(node, Mapping):
        return Resolved(node, notes)
    misspelt = surely_meant(node, {n: part for n, part in SECTIONS.items() if n not in SPENT})
    node = _renamed(node, misspelt)
    misnamed = _misnamed(node)
    if isinstance(misnamed.get("extends"), Scalar):
        notes.incomplete = True  # what is missing may stand in the file that is not read
    raw = {*SPENT, *(key.value for key, value in node if value is misnamed.get("blocks"))}
    scope = file_scope(node, notes)
    file = replace(
        node,
        entries=tuple((k, v if k.value in raw else scope.substitute(v)) for k, v in node),
    )
    section = node.get("blocks") or misnamed.get("blocks")
    blocks = declared_blocks(section, registry.types("layer"), notes)
    blocks = with_undeclared(blocks, file.get("layers"), scope)
    names = list(names_declared(section))
    entries = EntryReader(node.span.source, registry, path.parent)
    stacker = Stacker(blocks, set(names) - set(blocks), scope, entries)
    expander = Expander(stacker)
    file = expander.expanded(file)
    used = set(stacker.used)
    unused = expander.unused()
    variables = Variables(
        tuple(scope.declared),
        tuple((block.layers.span, tuple(block.params)) for block in blocks.values()),
    )
    with suppress(TooManyProblems):  # so many warnings are no error
        _unused(node, scope, blocks, used, notes)
    return Resolved(file, notes, tuple(names), variables, expander.aliases, unused, misspelt)


def _renamed(node: Mapping, misspelt: AbstractMapping[str, Scalar]) -> Mapping:
    """The file with sections that are misspelt under the names that are meant."""
    names = {key.value: Scalar(name, key.span) for name, key in misspelt.items()}
    return replace(node, entries=tuple((names.get(k.value, k), v) for k, v in node))


def _misnamed(node: Mapping) -> dict[str, Node]:
    """What stands at keys that are meant for a section that is not given, by its name."""
    found: dict[str, Node] = {}
    unknown = ((key, value) for key, value in node if key.value not in SECTIONS)
    for key, value in islice(unknown, MAX_PROBLEMS):  # of more, none is told
        found |= dict.fromkeys(meant(Mapping(((key, value),), key.span), SECTIONS), value)
    return {name: value for name, value in found.items() if node.get(name) is None}


def _unused(
    node: Mapping, scope: Scope, blocks: dict[str, Block], used: set[str], notes: Notes
) -> None:
    """Warn of variables and blocks that nothing uses, unless a misspelling may be why.

    Those of a file that is extended are for all that extend it.
    """
    if any(diagnostic.severity == "error" for diagnostic in notes.diagnostics):
        return
    source = node.span.source
    declared = node.get("vars")
    for key, _ in declared if isinstance(declared, Mapping) else ():
        if key.value in scope.used:
            continue
        message = f"nothing uses the variable `{key.value}`"
        if key.span.source.name == SET:
            help = did_you_mean(key.value, scope.used) or "`$name` in a spec uses one"
            notes.report("TG213", message, key.span, help=help)
        elif key.span.source is source:
            help = f"remove it, or use it as `${key.value}`"
            notes.report("TG401", message, key.span, help=help, severity="warning")
    for name, block in blocks.items():
        if name not in used and block.name.span.source is source:
            message = f"nothing uses the block `{name}`"
            help = "remove it, or use it"
            notes.report("TG402", message, block.name.span, help=help, severity="warning")
