"""Undeclared: what the layers and the uses of a block take for its parameters, and it has not.

A parameter that is missing in a declaration, or misspelt there, is told there, once: neither the
layers that use it nor what is given to it are wrong as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from tfgraph.diagnostics import MAX_PROBLEMS, Span
from tfgraph.spec.anatomy import told_apart
from tfgraph.spec.blocks.declared import Block
from tfgraph.spec.expressions import names_in
from tfgraph.spec.language import LAYER_SIBLINGS
from tfgraph.spec.nodes import UNKNOWN, Mapping, Node, Scalar, Sequence, is_null, plain
from tfgraph.spec.variables import VARIABLE_NAME, Scope
from tfgraph.spec.wording import FEW, flow, joined
from tfgraph.words import closest


def with_undeclared(
    blocks: AbstractMapping[str, Block], layers: Node | None, scope: Scope
) -> dict[str, Block]:
    """The blocks, with the parameters that they should have declared; these are reported.

    `layers` are those of the file, `scope` has its variables.
    """
    lacking = {}
    for name, block in blocks.items():
        used = names_used(block.layers)
        if not scope.is_partial and not used.keys() <= block.params.keys():
            lacking[name] = Lacking(block, used, scope)
    if lacking:
        stacks = [layers, *(block.layers for block in blocks.values())]
        for use, value in uses(stacks, blocks):
            if use in lacking:
                lacking[use].values.append(value)
    return {**blocks, **{name: found.mended() for name, found in lacking.items()}}


def names_used(node: Node) -> dict[str, list[Span]]:
    """The variables that `$name` and `$(…)` name in a node, and where."""
    found: dict[str, list[Span]] = {}
    for scalar in _strings(node):
        text = scalar.value[1:]
        inner = names_in(text[1:-1]) if text[:1] == "(" and text[-1:] == ")" else {text}
        for name in sorted(inner):
            if VARIABLE_NAME.fullmatch(name):
                found.setdefault(name, []).append(scalar.span)
    return found


def uses(
    stacks: Iterable[Node | None], blocks: AbstractMapping[str, Block]
) -> Iterator[tuple[str, Node | None]]:
    """The uses of blocks in stacks: the name of each block, and what is given to it."""
    for stack in stacks:
        for item in stack.items if isinstance(stack, Sequence) else ():
            parts = told_apart(item, LAYER_SIBLINGS, blocks)
            if parts.type is not None and parts.type.value in blocks:
                yield parts.type.value, parts.value


def _strings(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        if isinstance(node.value, str) and node.value[:1] == "$" != node.value[1:2]:
            yield node
        return
    for below in node.items if isinstance(node, Sequence) else [value for _, value in node]:
        yield from _strings(below)


@dataclass
class Lacking:
    """A block whose layers use other variables than its parameters."""

    block: Block
    #: The variables that its layers use, and where.
    used: AbstractMapping[str, list[Span]]
    #: Those of the file.
    scope: Scope
    #: What its uses give to it.
    values: list[Node | None] = field(default_factory=list)

    def mended(self) -> Block:
        """The block as it was meant, its parameters told that were misspelt or left out."""
        others = {key.value: meant for key, meant in self.renamed.items()}
        params = {others.get(name, name): value for name, value in self.block.params.items()}
        for key, meant in self.renamed.items():
            message = f"nothing in block `{self.block.name.value}` uses its parameter `{key.value}`"
            line = self.used[meant][0].line
            self.scope.notes.report(
                "TG214",
                message,
                key.span,
                notes=(f"its layers use `${meant}` (line {line})",),
                help=f"did you mean `{meant}`?",
            )
        if self.missing:
            self.report(self.missing, params)
            params |= {name: Scalar(UNKNOWN, self.used[name][0]) for name in self.missing}
        return replace(self.block, params=params)

    def report(self, missing: list[str], params: AbstractMapping[str, Node]) -> None:
        """Report parameters that are left out, where the first one is used."""
        several = "parameters" if len(missing) > 1 else "parameter"
        more = f" and {len(missing) - FEW} more" if len(missing) > FEW else ""
        written = {name: plain(value) for name, value in params.items()}
        written |= {name: self.default(name) for name in missing}
        where = "" if self.block.params_node else " above its `layers`"
        self.scope.notes.report(
            "TG212",
            f"block `{self.block.name.value}` declares no {several} {joined(missing[:FEW])}{more}",
            self.used[missing[0]][0],
            help=f"write `params: {flow(written, len(written))}`{where}",
        )

    # ---- what is meant

    @cached_property
    def unknown(self) -> list[str]:
        """The variables that nothing declares."""
        return [n for n in self.used if n not in self.block.params and not self.scope.has(n)]

    @cached_property
    def given(self) -> dict[str, list[Any]]:
        """What is given by names that the block does not declare."""
        found: dict[str, list[Any]] = {}
        for value in self.values:
            if isinstance(value, Mapping):
                for key, below in value:
                    found.setdefault(key.value, []).append(plain(below))
            elif value is not None and not is_null(value) and not self.block.params:
                # A value alone is that of the first parameter.
                for name in self.unknown[:1]:
                    found.setdefault(name, []).append(plain(value))
        return found

    @cached_property
    def renamed(self) -> dict[Scalar, str]:
        """Declared parameters that nothing uses, with the name that is used in place of each."""
        found: dict[Scalar, str] = {}
        # Where one place has it so, that place may be wrong as well as the declaration.
        several = [
            name
            for name in self.unknown
            if len(self.used[name]) + len(self.given.get(name, ())) > 1
        ][:MAX_PROBLEMS]
        for key, _ in self.block.params_node or ():
            name = key.value
            if name not in self.block.params or name in self.used or name in self.given:
                continue
            meant = closest(name, several)
            if meant:
                found[key] = meant
                several.remove(meant)
        return found

    @cached_property
    def missing(self) -> list[str]:
        """The names that both the layers and the uses have, and the declaration has not."""
        declared = {*self.block.params, *self.renamed.values()}
        return [name for name in self.used if name in self.given and name not in declared]

    def default(self, name: str) -> Any:
        """The value to declare: none where every use gives one, else the first that is given."""
        values = self.given[name]
        return None if len(values) == len(self.values) else values[0]
