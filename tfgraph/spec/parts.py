"""Parts: what is wrong with the sections of a file, or with the siblings of an entry."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from jsonschema import Draft202012Validator, ValidationError

from tfgraph.api import Component
from tfgraph.diagnostics import MAX_PROBLEMS, SET, Diagnostic, Span
from tfgraph.registry import Registry
from tfgraph.spec import keyed
from tfgraph.spec.belonging import meant_section, training_keys
from tfgraph.spec.failures import failures, innermost, missing
from tfgraph.spec.intended import intended_section
from tfgraph.spec.language import MAX_NAME, NAME_RULE, SECTIONS, Part
from tfgraph.spec.meaning import called, near, part_names, surely_named
from tfgraph.spec.mending import mend_at
from tfgraph.spec.miswritten import as_entry
from tfgraph.spec.nodes import Mapping, Node, Scalar, at, is_null, kind_of, plain
from tfgraph.spec.wording import as_list, joined
from tfgraph.words import closest

#: The sections that are one entry: its kind.
ENTRY_SECTIONS = {"optimizer": "optimizer", "data": "dataset"}


@dataclass(frozen=True)
class Parts:
    """The parts that are given, by name, beside those that are known.

    `variables` are those of the spec: one may be meant by a word without `$`. `optimizer` is the
    type of its optimizer, as far as that is known, `layers` the types of layers that there are.
    """

    node: Mapping
    known: AbstractMapping[str, Part]
    registry: Registry
    variables: Collection[str] = ()
    optimizer: type[Component] | None = None
    layers: Collection[str] = ()

    def failures(self, schema: Draft202012Validator) -> Iterator[tuple[str, Diagnostic]]:
        """One diagnostic for each mistake, with the name of the part that is unsound by it."""
        told = set()
        for name in keyed.SECTIONS if self.known is SECTIONS else ():
            if found := keyed.by_output(self.node, name, self.registry):
                told.add(name)
                yield name, found
        for error in failures(schema, self.node):
            if error.absolute_path and error.absolute_path[0] in told:
                continue
            if error.validator == "additionalProperties":
                yield from self.unknown()
            elif error.validator == "required":
                name = missing(error)
                if name not in meant(self.node, self.known):
                    yield name, self.missing(name)
            elif error.absolute_path[0] not in self.outside.values():
                yield str(error.absolute_path[0]), self.unfit(innermost(error))

    @cached_property
    def outside(self) -> dict[str, str]:
        """The unknown keys that follow an empty section, and it: they were meant inside it."""
        found: dict[str, str] = {}
        empty: str | None = None
        for key, value in self.node:
            if key.value in self.known:
                empty = key.value if is_null(value) else None
            elif empty is not None and closest(key.value, self.known) is None:
                found[key.value] = empty
        return found

    @cached_property
    def trained(self) -> list[Scalar]:
        """The unknown sections that are parameters of the training."""
        return training_keys(self.node) if self.known is SECTIONS else []

    def unknown(self) -> Iterator[tuple[str, Diagnostic]]:
        """Each section that there is not; of those outside one that is empty the first."""
        told: set[str] = set()
        for key, value in self.node:
            section = self.outside.get(key.value)
            if section in told or key.value in self.known:
                continue
            if section is not None:
                told.add(section)
                message = f"`{key.value}` stands beside `{section}`, not inside it"
                help = f"indent it, and what follows: `{section}` is empty"
                yield section, Diagnostic("TG201", message, key.span, help=help)
            elif key not in self.trained[1:]:
                yield key.value, self.no_section(key, value)

    def no_section(self, key: Scalar, value: Node) -> Diagnostic:
        """A section that there is not; all that belong into `train` are told at the first."""
        names = [k.value for k in self.trained] if key in self.trained else [key.value]
        several = "sections" if len(names) > 1 else "section"
        help = meant_section(key, value, self.node, self.trained, self.optimizer)
        return Diagnostic("TG201", f"unknown {several} {joined(names)}", key.span, help=help)

    def missing(self, name: str) -> Diagnostic:
        """A section that must be there."""
        example = "`tfgraph: 1`" if name == "tfgraph" else f"`{name}:`"
        message = f"the section `{name}` is missing"
        return Diagnostic("TG204", message, _start(self.node.span), help=f"add {example}")

    def unfit(self, error: ValidationError) -> Diagnostic:
        """A value that its part does not take."""
        path = list(error.absolute_path)
        name, whole = str(path[0]), len(path) == 1
        part, place = self.known[name], at(self.node, path)
        takes = part.takes if whole else part.items
        if whole and is_null(place) and not place.span.text.strip():
            help = f"write {takes} there, or remove `{name}`"
            return Diagnostic("TG205", f"`{name}` is empty", self.node.key(name).span, help=help)
        given = plain(at(self.node, path[:1]))
        if name == "outputs" and not isinstance(place, Scalar):
            help = keyed.as_output_names(self.node)
        elif name == "metrics" and isinstance(place, Mapping):
            help = keyed.as_metrics(place, self.registry)
        elif name in ENTRY_SECTIONS:
            help = as_entry(place, ENTRY_SECTIONS[name], self.registry)
        else:
            one = isinstance(place, Mapping) or schema_of(part).is_valid([plain(place)])
            help = as_list(name, takes, place, self.layers) if one else ""
        help = help or intended_section(name, given)
        # Mappings in a list may be inputs or entries, or not.
        if name not in ("inputs", *ENTRY_SECTIONS) or isinstance(given, str):
            help = help or mend_at(self.node, name, part.schema, self.variables)
        if not help and "const" in part.schema:
            help = f"write `{part.schema['const']}`"
        if error.validator == "pattern":
            takes = f"a name ({NAME_RULE})"
        if error.validator == "maxLength":
            takes = f"a name of at most {MAX_NAME} characters"
        if place.span.source.name == SET and whole and help.startswith(f"write `{name}: "):
            help = help.replace(f"`{name}: ", f"`--set {name}=")
        code = "TG205" if error.validator in ("type", "anyOf") else "TG206"
        where = f"`{name}`" if whole else f"an item of `{name}`"
        message = f"{where} must be {takes}, got {kind_of(place)}"
        return Diagnostic(code, message, place.span, help=help)


def meant(node: Mapping, known: AbstractMapping[str, Part]) -> set[str]:
    """The known names that unknown keys are meant for: they are misnamed, not missing."""
    names = part_names(known)
    unknown = (key.value for key, _ in node if key.value not in known)
    return {name for key in unknown for name in called(key, names) or near(key, names)}


def surely_meant(node: Mapping, known: AbstractMapping[str, Part]) -> dict[str, Scalar]:
    """The keys that surely mean a part that is not given, by its name, if their values suit it."""
    names = part_names(known)
    found: dict[str, Scalar] = {}
    unknown = ((key, value) for key, value in node if key.value not in known)
    for key, value in islice(unknown, MAX_PROBLEMS):  # of more, none is told
        name = surely_named(key.value, names)
        given = name in found or node.get(name) is not None
        if name and not given and schema_of(known[name]).is_valid(plain(value)):
            found[name] = key
    return found


def schema_of(part: Part) -> Draft202012Validator:
    """What checks the value of a part."""
    return Draft202012Validator(part.schema)


def _start(span: Span) -> Span:
    return replace(span, end_line=span.line, end_column=span.column + 1)
