"""Entries: from nodes to components, through one JSON Schema validator for each type."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from jsonschema import Draft202012Validator, ValidationError

from tfgraph.api import Component, DataPath
from tfgraph.api.parameters import Parameter, article, not_finite, too_large
from tfgraph.diagnostics import (
    SET,
    Diagnostic,
    Source,
    Span,
    closest,
    collect,
    did_you_mean,
    listed,
)
from tfgraph.errors import ParameterError
from tfgraph.registry import Registry
from tfgraph.spec.anatomy import rewritten, told_apart
from tfgraph.spec.failures import (
    failures,
    innermost,
    missing,
    parameter_schema,
    siblings_schema,
    wanted,
)
from tfgraph.spec.language import MAX_NAME, NAME_RULE, Part
from tfgraph.spec.meaning import (
    asked,
    called,
    meant_section,
    meant_type,
    near,
    parameter_names,
    part_names,
    suggested,
    type_called,
)
from tfgraph.spec.mending import mend
from tfgraph.spec.misnamed import Misnamed, in_order, with_required
from tfgraph.spec.model import Entry
from tfgraph.spec.nodes import (
    UNKNOWN,
    Mapping,
    Node,
    Scalar,
    Sequence,
    at,
    is_null,
    kind_of,
    plain,
    shortened,
)
from tfgraph.spec.paths import PathError, data_path
from tfgraph.spec.wording import as_list, entry_text, flow, joined, subject_of, to_write

C = TypeVar("C", bound=Component)

#: Longer lists are not looked at: JSON Schema takes its time over each item.
MAX_ITEMS = 10_000
#: Keys that other formats have for the type of an entry, and for its parameters.
TYPE_KEYS = ("type", "class", "class_name", "kind", "op", "name")
CONFIG_KEYS = ("config", "params", "parameters", "args", "kwargs")


class EntryReader:
    """Makes components of entries, and collects what is wrong with them on the way."""

    def __init__(
        self,
        source: Source,
        registry: Registry,
        folder: Path,
        blocks: Collection[str] = (),
        variables: Collection[str] = (),
    ) -> None:
        self.source = source
        self.registry = registry
        self.folder = folder
        #: Where the paths of the dataset start.
        self.data_folder = folder
        #: The layer types that the spec itself declares: a misspelt type may be meant for one.
        self.blocks = blocks
        #: The variables of the spec: one may be meant by a word without `$`.
        self.variables = variables
        self.diagnostics: list[Diagnostic] = []
        #: Whether a file that the spec extends could not be read.
        self.incomplete = False
        #: How many have been found; one that stands in a block counts for each use.
        self.problems = 0

    def report(self, code: str, message: str, span: Span, **more: Any) -> None:
        self.add(Diagnostic(code, message, span, **more))

    def add(self, found: Diagnostic) -> None:
        self.problems += 1
        collect(self.diagnostics, found)

    def parts(
        self, node: Mapping, schema: Draft202012Validator, known: AbstractMapping[str, Part]
    ) -> set[str]:
        """Report what is wrong with sections or siblings; the names of those that are unsound."""
        bad: set[str] = set()
        outside = unindented(node, known)
        for error in failures(schema, node):
            if error.validator == "additionalProperties":
                for key, value in node:
                    if key.value in outside:
                        section = outside[key.value]
                        if section in bad:
                            continue  # what follows the first one is meant there as well
                        bad.add(section)
                        self.report(
                            "TG201",
                            f"`{key.value}` stands beside `{section}`, not inside it",
                            key.span,
                            help=f"indent it, and what follows: `{section}` is empty",
                        )
                    elif key.value not in known:
                        self.report(
                            "TG201",
                            f"unknown section `{key.value}`",
                            key.span,
                            help=meant_section(key.value, value),
                        )
            elif error.validator == "required":
                name = missing(error)
                if name not in meant(node, known):
                    example = "`tfgraph: 1`" if name == "tfgraph" else f"`{name}:`"
                    message = f"the section `{name}` is missing"
                    self.report("TG204", message, _start(node.span), help=f"add {example}")
            elif error.absolute_path[0] not in outside.values():
                bad.add(str(error.absolute_path[0]))
                self.part_error(node, known, error)
        return bad

    def part_error(
        self, node: Mapping, known: AbstractMapping[str, Part], error: ValidationError
    ) -> None:
        """Report one failure of the value of a section or sibling."""
        error = innermost(error)
        path = list(error.absolute_path)
        name = str(path[0])
        place = at(node, path)
        where = f"`{name}`" if len(path) == 1 else f"an item of `{name}`"
        takes = known[name].takes if len(path) == 1 else known[name].items
        if len(path) == 1 and is_null(place) and not text_at(place.span).strip():
            help = f"write {takes} there, or remove `{name}`"
            self.report("TG205", f"`{name}` is empty", node.key(name).span, help=help)
            return
        help = as_list(name, takes, place) or self.mended(known[name].schema, node, name)
        if error.validator == "pattern":
            takes = f"a name ({NAME_RULE})"
        if error.validator == "maxLength":
            takes = f"a name of at most {MAX_NAME} characters"
        code = "TG205" if error.validator in ("type", "anyOf") else "TG206"
        self.report(code, f"{where} must be {takes}, got {kind_of(place)}", place.span, help=help)

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

    def split(
        self, node: Node, base: type[Component], siblings: AbstractMapping[str, Part]
    ) -> tuple[Scalar, Node | None, dict[str, Node]] | None:
        """The type of an entry, its value, and its siblings by name."""
        kind, types = base.kind, self.registry.types(base.kind)
        alone = node.value if isinstance(node, Scalar) and base.number else None
        if isinstance(alone, (int, float)) and not isinstance(alone, bool):
            return Scalar(base.number, node.span), node, {}
        known = {*types, *(self.blocks if kind == "layer" else ())}
        parts = told_apart(node, siblings, known)
        untyped = parts.type is None or parts.type.value not in known
        if untyped and isinstance(node, Mapping) and self.type_as_value(node, kind, siblings):
            return None
        if parts.type is None or self.miswritten(base, parts.type, known):
            if parts.type is None:
                self.no_type(node, kind)
            return None
        type_node, value, extra = parts.type, parts.value, list(parts.extra)
        if extra and type_node.value in types:
            component = types[type_node.value]
            misplaced = [pair for pair in extra if self.is_misplaced(component, pair[0], siblings)]
            if misplaced:
                # It is checked where it was meant to stand, beside the value that is given alone.
                value = self.misplaced(component, value, misplaced)
            extra = [pair for pair in extra if pair not in misplaced]
        for key, below in extra:
            self.extra_key(kind, type_node, key, siblings, below)
        return type_node, value, {name: below for name, (_, below) in parts.beside.items()}

    def no_type(self, node: Node, kind: str) -> None:
        """Report an entry without a type."""
        what, types = f"{article(kind)} {kind}", self.registry.types(kind)
        example = f"like `{next(iter(types), kind)}`"
        if isinstance(node, Mapping):
            self.report("TG207", f"{what} needs its type as a key", node.span, help=example)
            return
        meant = rewritten(node, types, {})
        if not meant and isinstance(node, Scalar) and node.value is not None:
            meant = next(iter(accepting(types.values(), node.value)), "")
        help = f"write `{meant}`" if meant else example
        if is_null(node):
            help = f"write {what} there, {example}, or remove it"
        self.report("TG207", f"expected {what}, got {kind_of(node)}", node.span, help=help)

    def miswritten(self, base: type[Component], type_node: Scalar, known: Collection[str]) -> bool:
        """Whether an entry is written as other languages do; reported with how it is written here."""
        kind, span = base.kind, type_node.span
        what = f"{article(kind)} {kind}"
        if type_node.value in known or type_node.value is UNKNOWN:
            return False
        if span.end_line > span.line and (item := _item_below(span)):
            message = f"this item is indented deeper than the one in line {span.line}"
            help = "items of one list start in the same column"
            self.report("TG207", message, item, help=help)
            return True
        types = self.registry.types(kind)
        primary = {name: p.name for name, c in types.items() if (p := c.primary())}
        meant = rewritten(type_node, known, primary)
        number = base.number and mend({"type": "number"}, type_node.value)
        if meant:
            message = f"`{shortened(type_node.value)}` is not how {what} is written"
            self.report("TG207", message, span, help=f"write `{meant}`")
        elif number:
            got = f"expected {what} or a number, got {kind_of(type_node)}"
            self.report("TG205", got, span, help=number)
        return bool(meant or number)

    def type_as_value(self, node: Mapping, kind: str, siblings: Collection[str]) -> bool:
        """Report a type that is given as the value of a key, as other formats do; whether it is."""
        for key, value in node:
            if key.value not in (*TYPE_KEYS, kind) or not isinstance(value, Scalar):
                continue
            component = type_called(str(value.value), kind, self.registry)
            if component is None:
                continue
            given: dict[str, Any] = {}
            beside: dict[str, Any] = {}
            for other, below in node:
                if other.value in CONFIG_KEYS and isinstance(below, Mapping):
                    given |= plain(below)
                elif other.value in siblings and other is not key:
                    beside[other.value] = plain(below)
                elif other is not key:
                    given[other.value] = plain(below)
            names = {name: called(name, parameter_names(component)) for name in given}
            if key.value == "name" and not all(names.values()):
                continue
            known = {names[name][0]: shown for name, shown in given.items() if names[name]}
            self.report(
                "TG207",
                f"the type of {article(kind)} {kind} is a key of its own, not the value of "
                f"`{key.value}`",
                key.span,
                help=to_write(component, with_required(component, known), beside),
            )
            return True
        return False

    def is_misplaced(
        self, component: type[Component], key: Scalar, siblings: Collection[str]
    ) -> bool:
        """Whether a key beside the type is one of its parameters, or called like one elsewhere."""
        names = parameter_names(component)
        return key.value in names or bool(called(key.value, names) and key.value not in siblings)

    def misplaced(
        self,
        component: type[Component],
        value: Node | None,
        pairs: list[tuple[Scalar, Node]],
    ) -> Mapping:
        """Report parameters that stand beside the type; all its parameters in one mapping."""
        names = parameter_names(component)
        inside = dict(_by_name(component, value))
        for key, below in pairs:
            name = key.value if key.value in names else called(key.value, names)[0]
            inside[Scalar(name, key.span)] = below
        node = Mapping(tuple(inside.items()), pairs[0][0].span)
        stand = "parameter {} stands" if len(pairs) == 1 else "parameters {} stand"
        message = f"{stand.format(joined([key.value for key, _ in pairs]))} beside"
        self.report(
            "TG207",
            f"{message} `{component.type}`, not inside it",
            pairs[0][0].span,
            help=f"write `{entry_text(component, plain(node))}`",
        )
        return node

    def extra_key(
        self,
        kind: str,
        type_node: Scalar,
        key: Scalar,
        siblings: AbstractMapping[str, Part],
        value: Node,
    ) -> None:
        """Report a key that is neither the type nor a sibling, nor a parameter."""
        name = type_node.value
        if key.value in self.registry.types(kind) or (kind == "layer" and key.value in self.blocks):
            self.report(
                "TG207",
                f"one entry, two types: `{name}` and `{key.value}`",
                key.span,
                help=f"give `{key.value}` an entry of its own",
            )
            return
        from tfgraph.spec.elsewhere import missing_parameter

        what = f"the type of {article(kind)} {kind}"
        if not siblings:
            help = f"nothing may stand beside {what}"
        else:
            help = suggested(key.value, part_names(siblings))
            types = self.registry.types(kind)
            if not help and (meant := near(key.value, dict.fromkeys(types, ()))):
                help = f"{asked(meant)} give it an entry of its own"
            help = help or missing_parameter(key.value, kind, flow(plain(value)))
            help = help or f"beside {what} may stand {listed(siblings)}"
        self.report("TG207", f"unknown key `{key.value}` beside `{name}`", key.span, help=help)

    def component(
        self,
        base: type[C],
        type_node: Scalar,
        value: Node | None,
        siblings: Collection[str] = (),
        inner: bool = False,
    ) -> tuple[C, dict[str, Span]] | None:
        """The component that a type and its value describe, and where its parameters stand.

        `siblings` may stand beside the type; `inner` is for an entry inside another one.
        """
        kind, name = base.kind, type_node.value
        types = self.registry.types(kind)
        if name not in types:
            blocks = self.blocks if kind == "layer" else ()
            if self.incomplete and kind == "layer" and closest(name, [*blocks, *types]) is None:
                self.problems += 1
                return None  # the file that is missing may declare it as a block
            self.report(
                "TG202",
                f"unknown {kind} `{name}`",
                type_node.span,
                notes=tuple(str(plugin) for plugin in self.registry.failed),
                help=meant_type(name, kind, self.registry, blocks, inner),
            )
            return None
        component = types[name]
        return self.parameters(  # type: ignore[return-value]
            component, type_node, value, siblings
        )

    def parameters(
        self,
        component: type[Component],
        type_node: Scalar,
        value: Node | None,
        siblings: Collection[str] = (),
    ) -> tuple[Component, dict[str, Span]] | None:
        """A component from the node of its parameters, or of its primary one."""
        subject = subject_of(component)
        alone = not (value is None or is_null(value) or isinstance(value, Mapping))
        if value is not None and alone and component.primary() is None:
            takes = listed(in_order(component))
            help = f"its parameters are {takes}" if takes else f"write `{component.type}`"
            words = plain(value) if isinstance(value, Sequence) else [plain(value)]
            if component.kind == "layer" and all(isinstance(word, str) for word in words):
                inputs = flow(plain(value))
                help = (
                    f"the layers that it takes stand below `{component.type}:`, as `from: {inputs}`"
                )
            self.report(
                "TG207",
                f"{subject} takes {'its parameters by name' if takes else 'no parameters'}",
                value.span,
                help=help,
            )
            return None
        node = Mapping(_by_name(component, value), value.span if value else type_node.span)
        before = self.problems
        for key, below in node:
            if isinstance(below, Sequence) and len(below.items) > MAX_ITEMS:
                message = f"`{key.value}` of {subject} has more than {MAX_ITEMS:,} items"
                self.report("TG206", message, below.span)
                return None
        hashable: Any = component  # mypy takes no class for hashable
        bad: set[Any] = set()
        misnamed = False
        for error in failures(parameter_schema(hashable), node):
            if error.validator in ("additionalProperties", "required"):
                misnamed = True
            else:
                bad.add(self.parameter_error(component, node, error))
        if misnamed:
            for found in Misnamed(component, type_node, node, siblings).diagnostics():
                self.add(found)
        values, spans = {}, {}
        for key, below in node:
            parameter = component.parameters().get(key.value)
            if parameter is None or key.value in bad:
                continue
            spans[key.value] = below.span
            values[key.value], inside = self.value(subject, parameter, below)
            spans |= {f"{key.value}.{name}": span for name, span in inside.items()}
        if self.problems > before:
            return None
        made = component(**self.registry.with_defaults(component, values))
        for name in values:
            if next(too_large(getattr(made, name)), None) is not None:
                message = f"`{name}` of {subject} is out of range: it has over 64 bits"
                self.report("TG108", message, spans[name])
        if self.problems > before:
            return None
        try:
            made.check_parameters()
        except ParameterError as error:
            span = spans.get(error.parameter, type_node.span)
            self.report("TG206", f"{subject} {error.message}", span, help=error.help)
            return None
        return made, spans

    def parameter_error(
        self, component: type[Component], node: Mapping, error: ValidationError
    ) -> str:
        """Report one failure of the value of a parameter; the parameter's name."""
        parameters = component.parameters()
        subject = subject_of(component)
        error = innermost(error)
        path = list(error.absolute_path)
        parameter = parameters[str(path[0])]
        place = at(node, path)
        got = kind_of(place) + (" in the list" if len(path) > 1 else "")
        if error.validator in ("minItems", "maxItems") and isinstance(place, Sequence):
            got = f"a list of {len(place.items)}"
        help = self.mended(parameter.schema(), node, parameter.name)
        if "null" in help:
            help += f": {parameter.doc}"
        if not help and error.validator == "enum" and isinstance(place, Scalar):
            help = did_you_mean(str(place.value), map(str, wanted(error)))
        self.report(
            "TG205" if error.validator in ("type", "anyOf") else "TG206",
            f"`{parameter.name}` of {subject} must be {parameter.describe()}, got {got}",
            place.span,
            help=help,
        )
        return parameter.name

    def mended(self, schema: dict[str, Any], node: Mapping, name: str) -> str:
        """Help that says what to write as the value of a key."""
        value = node.get(name)
        if value is None:
            return ""
        return mend(schema, plain(value), text_at(value.span), self.variables)

    def value(self, subject: str, parameter: Parameter, node: Node) -> tuple[Any, dict[str, Span]]:
        """A parameter's value: plain data, a component for an entry, a checked path.

        Beside it stand the places of a component's own parameters, by name.
        """
        value = plain(node)
        if value is None:
            return None, {}
        if parameter.component and parameter.component.grouped:
            group = Scalar(parameter.name, node.span)
            return self.parameters(parameter.component, group, node) or (None, {})
        if parameter.component:
            split = self.split(node, parameter.component, {})
            made = split and self.component(parameter.component, *split[:2], inner=True)
            return made or (None, {})
        if DataPath in parameter.alternatives and isinstance(value, str):
            return self.data_path(value, node.span), {}
        if next(not_finite(value), None) is not None:
            self.report(
                "TG206", f"`{parameter.name}` of {subject} must be a finite number", node.span
            )
        return value, {}

    def data_path(self, text: str, span: Span) -> str:
        """The path as an absolute one; as it stands where it may not be read."""
        # Relative paths of a file that is extended start at its folder.
        inherited = span.source is not self.source and span.source.name != SET
        self.data_folder = Path(span.source.name).parent if inherited else self.folder
        try:
            return data_path(text, self.data_folder)
        except PathError as error:
            self.report("TG206", error.message, span, help=error.help)
            return text

    def siblings(
        self, nodes: dict[str, Node], known: AbstractMapping[str, Part], span: Span
    ) -> dict[str, Node]:
        """The siblings of an entry that are sound."""
        if not nodes:
            return {}
        node = Mapping(tuple((Scalar(n, v.span), v) for n, v in nodes.items()), span)
        bad = self.parts(node, siblings_schema(tuple(known)), known)
        for name, value in nodes.items():
            if next(not_finite(plain(value)), None) is not None and name not in bad:
                bad.add(name)
                self.report("TG206", f"`{name}` must be a finite number", value.span)
        return {name: value for name, value in nodes.items() if name not in bad}


def _by_name(component: type[Component], value: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    """The parameters of a value by name: its own, or the primary one that it stands for."""
    if isinstance(value, Mapping):
        return value.entries
    primary = component.primary()
    if value is None or is_null(value) or primary is None:
        return ()
    return ((Scalar(primary.name, value.span), value),)


def meant(node: Mapping, known: AbstractMapping[str, Part]) -> set[str]:
    """The known names that unknown keys are meant for: they are misnamed, not missing."""
    names = part_names(known)
    unknown = (key.value for key, _ in node if key.value not in known)
    return {name for key in unknown for name in called(key, names) or near(key, names)}


def text_at(span: Span) -> str:
    """What is written at a place, if it stands in one line."""
    end = span.end_column - 1 if span.end_line == span.line else None
    return span.source.line(span.line)[span.column - 1 : end]


def unindented(node: Mapping, known: Collection[str]) -> dict[str, str]:
    """The unknown keys that follow an empty section, and that section: they were meant inside it."""
    found: dict[str, str] = {}
    empty: str | None = None
    for key, value in node:
        if key.value in known:
            empty = key.value if is_null(value) else None
        elif empty is not None and closest(key.value, known) is None:
            found[key.value] = empty
    return found


def _item_below(span: Span) -> Span | None:
    """The second line of a text that runs over lines, if it looks like an item of a list."""
    number, line = span.line + 1, span.source.line(span.line + 1)
    start = len(line) - len(line.lstrip())
    if not line[start:].startswith("- "):
        return None
    return Span(span.source, number, start + 1, number, len(line.rstrip()) + 1)


def accepting(types: Iterable[type[Component]], value: Any) -> Iterator[str]:
    """The types whose primary parameter may be a value, each with it."""
    for component in types:
        primary = component.primary()
        if primary and Draft202012Validator(primary.schema()).is_valid(value):
            yield f"{component.type}: {flow(value)}"


def _start(span: Span) -> Span:
    return replace(span, end_line=span.line, end_column=span.column + 1)
