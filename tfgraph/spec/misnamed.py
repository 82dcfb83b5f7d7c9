"""Misnamed: parameters that a component does not have, and those that it needs and is not given."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator

from tfgraph.api import Component
from tfgraph.diagnostics import MAX_PROBLEMS, Diagnostic
from tfgraph.registry import Registry
from tfgraph.spec.belonging import in_optimizer, nested, parameter_path
from tfgraph.spec.examples import with_required
from tfgraph.spec.language import SECTIONS
from tfgraph.spec.meaning import asked, called, near, parameter_names, type_called
from tfgraph.spec.mending import as_item
from tfgraph.spec.nodes import Mapping, Node, Scalar, as_written, is_null, kind_of, plain
from tfgraph.spec.positional import help_by_position, named_value, values_alone
from tfgraph.spec.wording import (
    FEW,
    entry_text,
    flow,
    in_order,
    is_item,
    joined,
    subject_of,
    to_write,
)
from tfgraph.words import listed


@dataclass(frozen=True)
class Misnamed:
    """The parameters of an entry, by name, some of them unknown or missing.

    `siblings` are the names of what may stand beside the entry's type.
    """

    component: type[Component]
    type_node: Scalar
    node: Mapping
    siblings: Collection[str]
    registry: Registry
    #: The type of the spec's optimizer, as far as it is known.
    optimizer: type[Component] | None = None

    def diagnostics(self) -> Iterator[Diagnostic]:
        """One for each mistake: a required parameter under another name is not missing as well."""
        if self.values and (help := self.by_position() or self.as_list()):
            key = next(key for key in self.values if not isinstance(as_item(key.value), str))
            got = kind_of(Scalar(as_item(key.value), key.span))
            yield Diagnostic("TG106", f"a key must be a string, got {got}", key.span, help=help)
            return
        misplaced = [key for key, _ in self.unknown if key.value in self.siblings]
        if misplaced:
            yield self.inside(misplaced)
        told = " ".join(self.elsewhere(*pair) for pair in self.unknown if self.missing)
        lost = [n for n in self.missing if n not in self.found and f"`{n}` is" not in told]
        others = [pair for pair in self.unknown if pair[0] not in misplaced]
        # What names are meant for takes its time, and matters only for what is lost.
        strange = list(islice((p for p in others if not self.help(*p)), 2)) if lost else []
        for key, value in others:
            help = self.help(key, value)
            if not help and lost:
                one = len(lost) == len(strange) == 1 and self.fits(lost[0], value)
                help = f"{asked(lost)} it is required" if one else self.needed(lost)
            yield self.unknown_parameter(key, help)
        if lost and not strange:
            yield self.missing_parameters(lost)

    # ---- what the names are

    @cached_property
    def unknown(self) -> list[tuple[Scalar, Node]]:
        """What is given and no parameter, as many as are told."""
        known = self.component.parameters()
        unknown = (pair for pair in self.node if pair[0].value not in known)
        return list(islice(unknown, MAX_PROBLEMS))

    @cached_property
    def values(self) -> list[Scalar]:
        """The unknown keys without a value, where one of them is a number: `{10, relu}`."""
        alone = [key for key, v in self.unknown if is_null(v) and not v.span.text.strip()]
        return alone if any(not isinstance(as_item(key.value), str) for key in alone) else []

    def by_position(self) -> str:
        """Help that gives values their names."""
        values = [as_item(key.value) for key in self.values]
        return help_by_position(self.component, values, self.registry, self.given)

    def as_list(self) -> str:
        """Help that makes a list of values, where the primary parameter takes one of them."""
        primary = self.component.primary()
        found = values_alone(self.node, primary) if primary else None
        return found.help if found else ""

    @cached_property
    def missing(self) -> list[str]:
        """The required parameters that are not given under their names."""
        parameters = self.component.parameters().items()
        return [name for name, p in parameters if p.required and self.node.get(name) is None]

    @cached_property
    def given(self) -> dict[str, Any]:
        """The values of the parameters that are given, as they are written."""
        known = self.component.parameters()
        return {key.value: as_written(value) for key, value in self.node if key.value in known}

    @cached_property
    def found(self) -> set[str]:
        """The parameters that unknown ones are meant for."""
        return {name for key, value in self.unknown for name in self.meant(key, value)}

    def meant(self, key: Scalar, value: Node) -> list[str]:
        """The parameters that an unknown one may be meant for."""
        names = parameter_names(self.component)
        if key.value in self.siblings:
            return []
        if slip := self.without_colon(key, value):
            return [slip[0]]
        if found := called(key.value, names):
            return found
        return [] if self.elsewhere(key, value) else near(key.value, names)

    def without_colon(self, key: Scalar, value: Node) -> tuple[str, str] | None:
        """The parameter and the value in a key such as `filters 8`, `filters = 8`, `filters:8`."""
        found = named_value(key.value) if is_null(value) else None
        names = called(found[0], parameter_names(self.component)) if found else []
        return (names[0], found[1]) if found and len(names) == 1 else None

    def elsewhere(self, key: Scalar, value: Node) -> str:
        """What is to be written for a parameter of another library."""
        from tfgraph.spec.elsewhere import missing_parameter

        of = self.component.type if self.component.grouped else self.component.kind
        if of == "train" and key.value in SECTIONS:
            return f"`{key.value}` is a section of its own"
        if of == "train":
            path = parameter_path(key.value, self.optimizer)
            if path[:1] == ("optimizer",):
                return in_optimizer(path, value)
            if path:
                inside = path[1]
                return f"write it inside `{inside}`: `{nested(path[1:], plain(value))}`"
        said = missing_parameter(key.value, of, flow(plain(value)))
        if of == "dataset" and not said:
            path = parameter_path(key.value, None)
            if path[:1] == ("train",):
                return f"it is of the training: `{nested(path, plain(value))}`"
        return said

    def help(self, key: Scalar, value: Node) -> str:
        """What an unknown parameter is meant for, as far as the name says it."""
        if slip := self.without_colon(key, value):
            return f"write `{slip[0]}: {slip[1]}`"
        if found := self.meant(key, value):
            if len(found) > 1 and isinstance(value, Mapping):
                names = [inner.value for inner, _ in value]
                if names and set(names) <= set(found):
                    return f"write `{flow(plain(value))[1:-1]}`"
            required = len(found) == 1 and found[0] in self.missing
            return asked(found) + (" it is required" if required else "")
        return self.elsewhere(key, value)

    def fits(self, name: str, value: Node) -> bool:
        """Whether a value is one that a parameter takes."""
        schema = Draft202012Validator(self.component.parameters()[name].schema())
        return bool(schema.is_valid(plain(value)))

    # ---- what is said

    def unknown_parameter(self, key: Scalar, help: str) -> Diagnostic:
        """A name that no parameter has."""
        component = self.component
        names = in_order(component)
        if len(names) > FEW:
            about = {"input": "inputs"}.get(component.type, component.type)
            help = help or f"`tfgraph explain {about}` lists them"
            names[FEW - 2 :] = [f"{names[FEW - 2]} and {len(names) - FEW + 1} more"]
        return Diagnostic(
            "TG203",
            f"unknown parameter `{key.value}` of {subject_of(component)}",
            key.span,
            label=f"`{component.type}` has {', '.join(names) or 'no parameters'}",
            help=help,
        )

    def inside(self, keys: list[Scalar]) -> Diagnostic:
        """What belongs beside the type."""
        names = [key.value for key in keys]
        beside = {key.value: as_written(value) for key, value in self.unknown if key in keys}
        stand = "stands" if len(names) == 1 else "stand"
        return Diagnostic(
            "TG207",
            f"{joined(names)} {stand} inside `{self.component.type}`, not beside it",
            keys[0].span,
            help=to_write(self.component, self.given, beside, listed=is_item(self.type_node)),
        )

    def missing_parameters(self, names: list[str]) -> Diagnostic:
        """What is required and given under no name."""
        parameters = self.component.parameters()
        about = [f"`{n}` is {parameters[n].describe()}: {parameters[n].doc}" for n in names]
        message = f"{subject_of(self.component)} needs {joined(names)}"
        help = f"like `{self.example}`" if self.example else about.pop()
        return Diagnostic("TG204", message, self.type_node.span, notes=tuple(about), help=help)

    def needed(self, names: list[str]) -> str:
        """Help that names what is required."""
        like = f", like `{self.example}`" if self.example else ""
        return f"`{self.component.type}` needs {joined(names)}{like}"

    @cached_property
    def example(self) -> str:
        """The entry as it is given, with what is missing as the component's example has it."""
        values = with_required(self.component, self.given)
        return entry_text(self.component, values) if set(self.missing) <= set(values) else ""


def alone_help(component: type[Component], value: Node) -> str:
    """Help where a value is given to a type that takes its parameters by name."""
    given, takes = plain(value), in_order(component)
    words = given if isinstance(given, list) else [given]
    switch = None if isinstance(given, list) else as_item(given)
    if switch is False:
        return f"remove it, or write `{component.type}` alone"
    if switch is True:
        words = [switch]
    if component.kind == "layer" and all(isinstance(word, str) for word in words):
        return f"the layers that it takes stand below `{component.type}:`, as `from: {flow(given)}`"
    if component.kind in ("loss", "metric") and isinstance(given, str):
        return f"what it is compared with stands below `{component.type}:`, as `target: {given}`"
    if not takes:
        return f"write `{component.type}`"
    named = component.parameters().get(given) if isinstance(given, str) else None
    if named and Draft202012Validator(named.schema()).is_valid(True):
        return f"write `{{{component.type}: {{{given}: true}}}}`"
    needed = any(parameter.required for parameter in component.parameters().values())
    example = with_required(component, {})
    if needed and example:
        return f"like `{entry_text(component, example)}`"
    alone = "" if needed else f"write `{component.type}` alone; "
    return f"{alone}its parameters are {listed(takes)}"


def one_each(
    pairs: Sequence[tuple[Scalar, Node]],
    types: AbstractMapping[str, type[Component]],
    siblings: Collection[str],
) -> str:
    """Help that gives each of several types in one mapping an entry of its own."""
    lines = []
    for key, value in pairs:
        given = as_written(value) if isinstance(value, Mapping) else {}
        beside = {name: below for name, below in given.items() if name in siblings}
        inside = {name: below for name, below in given.items() if name not in siblings}
        if given or value is None or is_null(value):
            text = entry_text(types[key.value], inside)
        else:
            text = f"{key.value}: {flow(as_written(value))}"
        lines.append(f"- {text}" + (":" if beside and not inside else ""))
        lines += [f"  {name}: {flow(below)}" for name, below in beside.items()]
    return "\n".join(["write", *lines])


def with_rest(
    help: str, component: type[Component], dropped: AbstractMapping[str, Any], registry: Registry
) -> str:
    """Help that says what to write, with what is to be said of given parameters that it drops."""
    from tfgraph.spec.elsewhere import following, missing_parameter

    after, words = [], []
    for name, value in dropped.items():
        known = type_called(value, "layer", registry) if isinstance(value, str) else None
        shown = known.type if known else flow(value)
        if component.kind == "layer" and (layer := following(name, shown)):
            after.append(f"`- {layer}`")
        else:
            said = missing_parameter(name, component.kind, shown)
            words.append(f"`{name}`: {said}" if said else f"`{component.type}` has no `{name}`")
    lines = [f"and {' and '.join(after)} after it"] if after else []
    joint = " " if "\n" not in help else "\n"
    return "; ".join([joint.join([help, *lines]), *words])
