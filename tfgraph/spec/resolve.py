"""Resolve: from the nodes of a file to those of the spec meant, in the language's plainest form.

The order is that of a person's intentions: the file that is extended, the file itself, what the
command line sets, then the variables, so that each may change what stands before it; and at last
the blocks, which are made of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass, replace
from pathlib import Path

from tfgraph.diagnostics import Diagnostic, TooManyProblems
from tfgraph.registry import Registry
from tfgraph.spec.blocks import Block, Expander, declared_blocks
from tfgraph.spec.extending import Extender
from tfgraph.spec.language import SPENT
from tfgraph.spec.nodes import Mapping, Node, Scalar
from tfgraph.spec.settings import apply_setting
from tfgraph.spec.variables import Notes, Scope, StopResolving, declared_in


@dataclass(frozen=True)
class Resolved:
    """The nodes of a spec without variables, blocks and repeats; None where it outgrew its limits.

    `unknown` are the places of values that could not be found, `blocks` the names of its blocks.
    """

    node: Node | None
    notes: Notes
    blocks: tuple[str, ...] = ()


def resolve(
    node: Node, path: Path, registry: Registry, settings: AbstractSequence[str] = ()
) -> Resolved:
    """Resolve the nodes of the file at `path`; `settings` are `PATH=VALUE`, in their order."""
    notes = Notes()
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
        node = apply_setting(node, setting, lambda name: _primary(registry, name), notes)
    if not isinstance(node, Mapping):
        return Resolved(node, notes)
    scope = Scope(notes, declared_in(node.get("vars"), notes))
    file = replace(
        node,
        entries=tuple((k, v if k.value in SPENT else scope.substitute(v)) for k, v in node),
    )
    layer_types = registry.types("layer")
    blocks = declared_blocks(node.get("blocks"), layer_types, notes)
    expander = Expander(blocks, layer_types, scope, notes)
    file = expander.expanded(file)
    _unused(node, scope, blocks, expander.used, notes)
    return Resolved(file, notes, tuple(blocks))


def _primary(registry: Registry, name: str) -> str | None:
    for kind in registry.kinds():
        component = registry.types(kind).get(name)
        primary = component.primary() if component else None
        if primary:
            return primary.name
    return None


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
        if key.value not in scope.used and key.span.source is source:
            _warn(notes, "TG401", key, f"nothing uses the variable `{key.value}`")
    for name, block in blocks.items():
        if name not in used and block.name.span.source is source:
            _warn(notes, "TG402", block.name, f"nothing uses the block `{name}`")


def _warn(notes: Notes, code: str, key: Scalar, message: str) -> None:
    help = f"remove it, or use it as `${key.value}`" if code == "TG401" else "remove it, or use it"
    notes.add(Diagnostic(code, message, key.span, help=help, severity="warning"))
