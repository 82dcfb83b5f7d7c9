"""Splitting: the type of an entry, its value and its siblings, with what is written otherwise told."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as AbstractMapping

from tfgraph.api import Component
from tfgraph.diagnostics import Diagnostic, Findings
from tfgraph.registry import Registry
from tfgraph.spec import extra
from tfgraph.spec.anatomy import Anatomy, told_apart
from tfgraph.spec.keyed import layer_by_name
from tfgraph.spec.language import Part
from tfgraph.spec.miswritten import miswritten, no_type, repeated, type_as_value, untyped
from tfgraph.spec.nodes import Mapping, Node, Scalar, plain


class Splitter:
    """Takes entries apart.

    Args:
        registry: the types there are.
        blocks: the layer types that the spec itself declares.
        findings: takes what is wrong.
    """

    def __init__(
        self,
        registry: Registry,
        blocks: Collection[str],
        findings: Findings,
    ) -> None:
        self.registry = registry
        self.blocks = blocks
        self.findings = findings
        #: The types of each kind, once they are asked for.
        self.names: dict[str, set[str]] = {}

    def split(
        self,
        node: Node,
        base: type[Component],
        siblings: AbstractMapping[str, Part],
        inner: bool = False,
    ) -> tuple[Scalar, Node | None, dict[str, Node]] | None:
        """The type of an entry, its value, and its siblings by name.

        `inner` is for an entry inside another one.
        """
        alone = node.value if isinstance(node, Scalar) and base.number else None
        if isinstance(alone, (int, float)) and not isinstance(alone, bool):
            return Scalar(base.number, node.span), node, {}
        parts = told_apart(node, siblings, self.known(base.kind))
        found = self.miswritten(node, base, parts, siblings, inner)
        if found or parts.type is None:
            self.findings.add(found or no_type(node, base.kind, self.registry))
            return None
        value = self.with_extra(base, parts, siblings) if parts.extra else parts.value
        return parts.type, value, {name: below for name, (_, below) in parts.beside.items()}

    def declared(self, kind: str) -> Collection[str]:
        """The types of a kind that the spec itself declares."""
        return self.blocks if kind == "layer" else ()

    def known(self, kind: str) -> set[str]:
        """The types of a kind, with those that the spec itself declares."""
        if kind not in self.names:
            self.names[kind] = {*self.registry.types(kind), *self.declared(kind)}
        return self.names[kind]

    def miswritten(
        self,
        node: Node,
        base: type[Component],
        parts: Anatomy,
        siblings: AbstractMapping[str, Part],
        inner: bool,
    ) -> Diagnostic | None:
        """How an entry is written that is none, as far as that can be told."""
        kind, types, known = base.kind, self.registry.types(base.kind), self.known(base.kind)
        found = None
        if isinstance(node, Mapping) and (parts.type is None or parts.type.value not in known):
            found = type_as_value(node, kind, siblings, self.registry, self.declared(kind))
        if parts.type is None:
            return found
        if kind == "layer":
            found = found or repeated(parts, types, known)
        elif isinstance(node, Mapping) and not parts.beside and parts.type.value not in known:
            found = found or untyped(node, kind, self.registry)
        found = found or miswritten(base, parts.type, self.registry, known, inner)
        if kind == "layer" and not found and not parts.extra and parts.type.value not in known:
            beside = {name: plain(below) for name, (_, below) in parts.beside.items()}
            found = layer_by_name(parts.type, parts.value, beside, types, known)
        if not found and kind == "loss" and parts.extra and not parts.beside:
            found = self.several(parts, types, siblings)
        return found

    def several(
        self, parts: Anatomy, types: extra.Types, siblings: Collection[str]
    ) -> Diagnostic | None:
        """Several losses in one mapping: the section may be a list of them."""
        if parts.type is None or any(key.value not in types for key, _ in parts.extra):
            return None
        pairs = [(parts.type, parts.value or Scalar(None, parts.type.span)), *parts.extra]
        return extra.several(pairs, types, siblings)

    def with_extra(
        self, base: type[Component], parts: Anatomy, siblings: AbstractMapping[str, Part]
    ) -> Node | None:
        """Report the keys beside a type that are no siblings; its value with what they give it.

        A parameter that is misplaced is so checked where it was meant to stand.
        """
        if parts.type is None:
            return parts.value
        kind, types = base.kind, self.registry.types(base.kind)
        type_name, value = parts.type.value, parts.value
        component = types.get(type_name)
        inside = extra.misplaced(component, parts.extra, siblings)
        if component and inside:
            value = extra.together(component, value, inside)
            self.findings.add(extra.beside(component, inside, value))
        for pair in parts.extra:
            if pair in inside or (component is None and not siblings):
                continue  # of a type that there is not, nothing is known to stand beside it
            if pair[0].value in types or pair[0].value in self.declared(kind):
                self.findings.add(extra.second_type(type_name, pair[0]))
            else:
                self.findings.add(extra.unknown_key(kind, type_name, pair, siblings, types))
        return value
