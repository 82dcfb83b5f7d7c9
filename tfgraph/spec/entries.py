"""Entries: from nodes to components, through one JSON Schema validator for each type."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from jsonschema import Draft202012Validator

from tfgraph.api import Component, DataPath
from tfgraph.api.parameters import Parameter
from tfgraph.diagnostics import SET, Diagnostic, Findings, Source, Span
from tfgraph.registry import Registry
from tfgraph.spec import extra
from tfgraph.spec.belonging import in_optimizer, of_optimizer, parameter_path
from tfgraph.spec.failures import failures, parameter_schema, siblings_schema
from tfgraph.spec.language import SECTIONS, Part
from tfgraph.spec.meaning import meant_type, surely_called
from tfgraph.spec.misnamed import Misnamed
from tfgraph.spec.model import Entry
from tfgraph.spec.nodes import Mapping, Node, Scalar, Sequence, not_finite, plain
from tfgraph.spec.parts import Parts
from tfgraph.spec.paths import PathError, data_path
from tfgraph.spec.splitting import Splitter
from tfgraph.spec.unfit import disallowed, nameless, too_long, unfit, unfit_number
from tfgraph.spec.variables import Variables
from tfgraph.spec.wording import subject_of
from tfgraph.words import closest

C = TypeVar("C", bound=Component)
#: Where the parameters of a component stand, by name; those of one inside it as `outer.inner`.
Places = dict[str, Span]


class EntryReader:
    """Makes components of entries, and collects what is wrong with them on the way."""

    def __init__(
        self,
        source: Source,
        registry: Registry,
        folder: Path,
        blocks: Collection[str] = (),
        variables: Variables | None = None,
    ) -> None:
        self.source = source
        self.registry = registry
        self.folder = folder
        #: Where the paths of the dataset start.
        self.data_folder = folder
        #: The variables of the spec: one may be meant by a word without `$`.
        self.variables = variables or Variables()
        #: The type of the spec's optimizer, as far as it is known.
        self.optimizer: type[Component] | None = None
        #: The whole spec, once its sections are read.
        self.file: Mapping | None = None
        self.findings = Findings()
        #: Whether a file that the spec extends could not be read.
        self.incomplete = False
        self.splitter = Splitter(registry, blocks, self.findings)
        self.split = self.splitter.split

    # ---- what stands around entries

    def parts(
        self, node: Mapping, schema: Draft202012Validator, known: AbstractMapping[str, Part]
    ) -> set[str]:
        """Report what is wrong with sections or siblings; the names of those that are unsound."""
        bad = set()
        self.file = node if known is SECTIONS else self.file
        layers = self.splitter.known("layer")
        variables = self.variables.at(node.span)
        about = Parts(node, known, self.registry, variables, self.optimizer, layers)
        for name, found in about.failures(schema):
            self.findings.add(found)
            bad.add(name)
        return bad

    def siblings(
        self, nodes: dict[str, Node], known: AbstractMapping[str, Part], span: Span
    ) -> dict[str, Node]:
        """The siblings of an entry that are sound."""
        if not nodes:
            return {}
        node = Mapping(tuple((Scalar(n, v.span), v) for n, v in nodes.items()), span)
        bad = self.parts(node, siblings_schema(tuple(known)), known)
        for name, value in nodes.items():
            if name not in bad and self.infinite(f"`{name}`", value):
                bad.add(name)
        return {name: value for name, value in nodes.items() if name not in bad}

    # ---- entries

    def typed(self, node: Node | None, base: type[C]) -> Entry[C] | None:
        """An entry without siblings."""
        if node is None:
            return None
        split = self.split(node, base, {})
        if split is None:
            return None
        type_node, value, _ = split
        found = self.component(base, type_node, value)
        return Entry(found[0], type_node.span, found[1]) if found else None

    # ---- components

    def component(
        self,
        base: type[C],
        type_node: Scalar,
        value: Node | None,
        siblings: Collection[str] = (),
        inner: bool = False,
    ) -> tuple[C, Places] | None:
        """The component that a type and its value describe, and where its parameters stand.

        `siblings` may stand beside the type; `inner` as in `Splitter.split`.
        """
        component = self.registry.types(base.kind).get(type_node.value)
        if component is None:
            self.unknown_type(base.kind, type_node, inner)
            self.as_meant(base.kind, type_node, value, siblings)
            return None
        return self.parameters(  # type: ignore[return-value]
            component, type_node, value, siblings
        )

    def unknown_type(self, kind: str, type_node: Scalar, inner: bool) -> None:
        """Report a type that there is not, unless a file that is missing may declare it."""
        # A misspelt type may be meant for one that the spec itself declares.
        name, blocks = type_node.value, self.splitter.declared(kind)
        known = [*blocks, *self.registry.types(kind)]
        if self.incomplete and kind == "layer" and closest(name, known) is None:
            self.findings.problems += 1
            return
        self.findings.report(
            "TG202",
            f"unknown {kind} `{name}`",
            type_node.span,
            notes=tuple(str(plugin) for plugin in self.registry.failed),
            help=meant_type(name, kind, self.registry, blocks, inner),
        )

    def as_meant(
        self, kind: str, type_node: Scalar, value: Node | None, siblings: Collection[str]
    ) -> None:
        """Report what is wrong below a misspelt type, as far as it is the one that it is like.

        What is missing, or has no name that is like one there, may be so by another type.
        """
        found = surely_called(type_node.value, kind, self.registry, self.splitter.declared(kind))
        # Where lists are given, what they hold may be in another order by another name.
        if found is None or value is None or isinstance(value, Sequence) or nameless(found, value):
            return
        node = Mapping(extra.by_name(found, value), value.span)
        if next(too_long(found, node), None):
            return
        about = Misnamed(found, type_node, node, siblings, self.registry, self.optimizer)
        if not all(about.help(*pair) for pair in about.unknown):
            return
        faults = [f for f in self.faults(found, type_node, node, siblings) if f[1].code != "TG204"]
        for _, fault in faults:
            self.findings.add(fault)
        self.values(found, node, {name for name, _ in faults})

    def parameters(
        self,
        component: type[Component],
        type_node: Scalar,
        value: Node | None,
        siblings: Collection[str] = (),
    ) -> tuple[Component, Places] | None:
        """A component from the node of its parameters, or of its primary one."""
        span = value.span if value else type_node.span
        node = Mapping(extra.by_name(component, value), span)
        unread = nameless(component, value) or next(too_long(component, node), None)
        if unread:
            self.findings.add(unread)
            return None
        before = self.findings.problems
        bad = self.unsound(component, type_node, node, siblings)
        values, spans = self.values(component, node, bad)
        if self.findings.problems > before:
            return None
        made = component(**self.registry.with_defaults(component, values))
        for found in disallowed(made, type_node, spans):
            self.findings.add(found)
        return (made, spans) if self.findings.problems == before else None

    def unsound(
        self,
        component: type[Component],
        type_node: Scalar,
        node: Mapping,
        siblings: Collection[str],
    ) -> set[str]:
        """Report what JSON Schema finds wrong with parameters; those with a value that is unfit."""
        bad = set()
        for name, found in self.faults(component, type_node, node, siblings):
            self.findings.add(found)
            bad.add(name)
        return bad

    def faults(
        self,
        component: type[Component],
        type_node: Scalar,
        node: Mapping,
        siblings: Collection[str],
    ) -> Iterator[tuple[str, Diagnostic]]:
        """What JSON Schema finds wrong with parameters, each with the one whose value is unfit."""
        hashable: Any = component  # mypy takes no class for hashable
        misnamed = False
        for error in failures(parameter_schema(hashable), node):
            if error.validator in ("additionalProperties", "required"):
                misnamed = True
            else:
                variables = self.variables.at(node.span)
                found = unfit(component, node, error, variables, self.registry)
                yield str(error.absolute_path[0]), found
        if misnamed:
            strays = of_optimizer(node, component, self.optimizer)
            about = Misnamed(component, type_node, node, siblings, self.registry, self.optimizer)
            for key, value in strays:
                path = parameter_path(key.value, self.optimizer)
                help = in_optimizer(path, value, self.file)
                yield "", about.unknown_parameter(key, help)
            rest = replace(node, entries=tuple(pair for pair in node if pair not in strays))
            about = replace(about, node=rest)
            yield from (("", found) for found in about.diagnostics())

    def values(
        self, component: type[Component], node: Mapping, bad: Collection[str]
    ) -> tuple[dict[str, Any], Places]:
        """The values of the parameters that are given and not `bad`, and where they stand."""
        values: dict[str, Any] = {}
        spans: Places = {}
        for key, below in node:
            parameter = component.parameters().get(key.value)
            if parameter is None or key.value in bad:
                continue
            spans[key.value] = below.span
            values[key.value], inside = self.value(component, parameter, below)
            spans |= {f"{key.value}.{name}": span for name, span in inside.items()}
        return values, spans

    # ---- values

    def value(
        self, component: type[Component], parameter: Parameter, node: Node
    ) -> tuple[Any, Places]:
        """A parameter's value: plain data, a component for an entry, a checked path.

        Beside it stand the places of a component's own parameters.
        """
        value = plain(node)
        if value is None:
            return None, {}
        if parameter.component and parameter.component.grouped:
            group = Scalar(parameter.name, node.span)
            return self.parameters(parameter.component, group, node) or (None, {})
        if found := unfit_number(component, parameter, node, self.registry):
            self.findings.add(found)
            return None, {}
        if parameter.component:
            split = self.split(node, parameter.component, {}, inner=True)
            made = split and self.component(parameter.component, *split[:2], inner=True)
            return made or (None, {})
        if DataPath in parameter.alternatives and isinstance(value, str):
            return self.data_path(value, node.span), {}
        self.infinite(f"`{parameter.name}` of {subject_of(component)}", node)
        return value, {}

    def infinite(self, what: str, node: Node) -> bool:
        """Report the infinities and NaNs in a value; whether there are any."""
        found = list(not_finite(node))
        for place in found:
            item = "" if place is node else "an item of "
            self.findings.report("TG206", f"{item}{what} must be a finite number", place.span)
        return bool(found)

    def data_path(self, text: str, span: Span) -> str:
        """The path as an absolute one; as it stands where it may not be read."""
        # Relative paths of a file that is extended start at its folder.
        inherited = span.source is not self.source and span.source.name != SET
        self.data_folder = Path(span.source.name).parent if inherited else self.folder
        try:
            return data_path(text, self.data_folder)
        except PathError as error:
            self.findings.report("TG206", error.message, span, help=error.help)
            return text
