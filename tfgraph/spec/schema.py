"""Schema: the JSON Schema of the language with all its components, for editors.

Everything in it derives from `language.py` and from the declarations of the components. It accepts
every spec that is sound, and refuses what can be seen without following names and shapes: unknown
sections, types, parameters and siblings, missing parameters, wrong types, values out of bounds.

How an entry is described decides what an editor offers. A `oneOf` over all types would answer a
misspelt parameter with the errors of whichever type comes first; here an entry is one object that
has every type as a property, so that an editor lists types and siblings, and finds an error where
it stands. That it has one type and no more is said apart, on names alone.

A schema cannot know the layer types that a spec declares in `blocks`, or takes from a file that it
extends. In a spec with one of these sections a layer of an unknown type is let pass; in all others
it is an error. A file that extends another may leave out what the other has said, so that in the
sections that merge nothing is required; these definitions begin with `partial-`.

Any value may be a variable or an expression instead: `$name`, `$(…)`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Mapping

from tfgraph.api import Component
from tfgraph.api.parameters import Parameter
from tfgraph.registry import Registry
from tfgraph.registry.hookspecs import COMPONENT_HOOKS
from tfgraph.registry.registry import TYPE_NAME
from tfgraph.spec import language
from tfgraph.spec.fragments import (
    VARIABLE,
    Schema,
    any_of,
    closed_object,
    filled,
    needing,
    one_key_of,
    or_variable,
    reference,
    unannotated,
)
from tfgraph.spec.language import InputField, Part
from tfgraph.spec.training import Training

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: Kinds whose entries stand in lists: there a bare type is offered without the colon of a key.
LISTED = ("layer", "loss", "metric")
#: Sections that decide how much of the others can be known.
EXTENDS, BLOCKS = "extends", "blocks"
_TYPE: Schema = {"type": "string", "pattern": f"^{TYPE_NAME.pattern}$"}


def language_schema(registry: Registry, plugins: Collection[str] = ()) -> Schema:
    """The JSON Schema (2020-12) of a spec file.

    Args:
        registry: the components.
        plugins: the names of the plugins whose components are described; all if empty.
    """
    return _Writer(registry, plugins).file()


class _Writer:
    """Writes the definitions that it is asked for, each once."""

    def __init__(self, registry: Registry, plugins: Collection[str]) -> None:
        self.registry = registry
        self.plugins = plugins
        self.definitions: dict[str, Schema] = {"variable": VARIABLE}

    def types(self, kind: str) -> dict[str, type[Component]]:
        """The types of a kind that are described."""
        return {
            name: component
            for name, component in self.registry.types(kind).items()
            if not self.plugins or self.registry.owner(kind, name).name in self.plugins
        }

    def file(self) -> Schema:
        """The whole document."""
        required = needing(language.REQUIRED_SECTIONS, language.SECTIONS)
        whole = {**required, **self.sections(open_layers=False)}
        with_blocks = {**required, **self.sections(open_layers=True)}
        extending = self.sections(open_layers=True, partial=True)
        return {
            "$schema": DIALECT,
            "$id": f"urn:tfgraph:spec:{language.VERSION}",
            "description": f"A spec of tfgraph, version {language.VERSION} of the language.",
            "type": "object",
            "properties": dict.fromkeys(language.SECTIONS, True),
            "additionalProperties": False,
            "if": {"required": [EXTENDS]},
            "then": extending,
            "else": {"if": {"required": [BLOCKS]}, "then": with_blocks, "else": whole},
            "$defs": dict(sorted(self.definitions.items())),
        }

    def sections(self, *, open_layers: bool, partial: bool = False) -> Schema:
        """The values of the sections; `partial` where a file extends another."""
        layer = self.layer(open_layers)
        contents = {
            "data": self.entry("dataset", {}, partial),
            "inputs": {"additionalProperties": self.value(InputField, partial)},
            "layers": layer,
            "loss": self.entry("loss", language.LOSS_SIBLINGS, partial),
            "optimizer": self.entry("optimizer", {}, partial),
            "metrics": self.entry("metric", language.METRIC_SIBLINGS, False),
            "train": self.parameters(Training, partial),
            "blocks": {"additionalProperties": self.block(layer, partial)},
        }
        found = {}
        for name, part in language.SECTIONS.items():
            content = contents.get(name)
            schema = or_variable(filled(part.schema, content) if content else part.schema)
            nullable = partial and name != EXTENDS
            schema = any_of([schema, {"type": "null"}]) if nullable else schema
            found[name] = {"description": part.doc, **schema}
        return {"properties": found}

    def block(self, layer: Schema, partial: bool) -> Schema:
        """A block: its parameters are of any kind, its layers are layers."""
        parts = {
            name: {
                "description": part.doc,
                **or_variable(filled(part.schema, layer) if name == "layers" else part.schema),
            }
            for name, part in language.BLOCK_PARTS.items()
        }
        required = [] if partial else ["layers"]
        return closed_object(parts, required)

    # ---- entries

    def layer(self, open_layers: bool) -> Schema:
        closed = self.entry("layer", language.LAYER_SIBLINGS, False)
        if not open_layers:
            return closed
        siblings = self.siblings(language.LAYER_SIBLINGS)
        known = [*self.types("layer")]
        # Of a type that is not known: none of the known ones beside it, and one key at least that
        # is no sibling.
        other = {
            "type": "object",
            "properties": siblings,
            "propertyNames": {"not": {"enum": known}},
            "not": {"propertyNames": {"enum": [*siblings]}},
        }
        name = {**_TYPE, "not": {"enum": known}}
        return self.define("layer-any", {"anyOf": [closed, name, other]})

    def entry(self, kind: str, siblings: Mapping[str, Part], partial: bool) -> Schema:
        """An entry of a kind: a type's name, or its name with parameters and siblings.

        Which keys there are is said apart from what they hold: `anyOf` alone would rather have a
        mapping with an unknown key be a string.
        """
        name = f"{kind}-wired" if siblings else kind
        name = f"partial-{name}" if partial else name
        if name in self.definitions:
            return reference(name)
        self.definitions[name] = {}  # an entry may hold entries of its own kind
        types = self.types(kind)
        values = {
            type_name: {**_documented(component), **self.value(component, partial)}
            for type_name, component in types.items()
        }
        if kind in LISTED:
            for type_name in self.bare(kind):
                values[type_name]["doNotSuggest"] = True  # as a key; a word of the language server
        keys = {**values, **self.siblings(siblings)}
        mapping = {"type": "object", "properties": keys}
        names: Schema = {"propertyNames": {"enum": [*keys]}}
        # A misspelt type is one mistake: only among known names is one of a type missing.
        number = {"minProperties": 1} if partial else one_key_of(types)
        judged = {"if": names, "then": number, "else": names}
        entry = any_of([self.short(kind), mapping])
        return self.define(name, {**entry, "if": {"type": "object"}, "then": judged})

    def short(self, kind: str) -> Schema:
        """An entry that is no mapping: a type that needs nothing, a variable, a number."""
        names = [{"const": n, **_documented(c)} for n, c in self.bare(kind).items()]
        base: type[Component] = COMPONENT_HOOKS[kind][1]
        component = self.types(kind).get(base.number)
        primary = component.primary() if component else None
        numbers = [unannotated(primary.schema())] if primary else []
        return any_of([*names, *numbers, reference("variable")])

    def bare(self, kind: str) -> dict[str, type[Component]]:
        """The types of a kind that need no parameters."""
        return {name: c for name, c in self.types(kind).items() if not _required(c)}

    def siblings(self, parts: Mapping[str, Part]) -> dict[str, Schema]:
        return {
            name: {"description": part.doc, **or_variable(part.schema)}
            for name, part in parts.items()
        }

    # ---- parameters

    def value(self, component: type[Component], partial: bool) -> Schema:
        """What stands at a type: its parameters by name, its primary one, or nothing."""
        options = [self.parameters(component, partial)]
        primary = component.primary()
        if primary and primary.entry:
            kind = primary.entry.kind
            options.append(self.define(f"{kind}-short", self.short(kind)))
        elif primary:
            options.append(or_variable(unannotated(primary.schema())))
        if partial or not _required(component):
            options.append({"type": "null"})
        return any_of(options)

    def parameters(self, component: type[Component], partial: bool) -> Schema:
        """The parameters of a component by name."""
        name = f"{component.kind}.{component.type}"
        name = f"partial-{name}" if partial else name
        found = {}
        for parameter in component.parameters().values():
            found[parameter.name] = self.parameter(parameter, partial)
        required = [] if partial else _required(component)
        return self.define(name, closed_object(found, required))

    def parameter(self, parameter: Parameter, partial: bool) -> Schema:
        """A parameter, its entries described as those of their kind."""
        schema = unannotated(parameter.schema())
        options = schema.get("anyOf", [schema])
        for number, member in enumerate(parameter.alternatives):
            if member is parameter.component:
                options[number] = self.inner(member, partial)
        default = {} if parameter.required else {"default": parameter.default}
        text = f"{parameter.doc}\n\n{_sentence(parameter.describe())}"
        return {"description": text, **default, **or_variable(any_of(options))}

    def inner(self, member: type[Component], partial: bool) -> Schema:
        """The value of a parameter that is an entry, or a group of parameters."""
        if member.grouped:
            return self.value(member, partial)
        return self.entry(member.kind, {}, partial)

    def define(self, name: str, schema: Schema) -> Schema:
        self.definitions[name] = schema
        return reference(name)


def _documented(component: type[Component]) -> Schema:
    return {"title": f"{component.kind} {component.type}", "description": prose(component)}


def _required(component: type[Component]) -> list[str]:
    return [name for name, parameter in component.parameters().items() if parameter.required]


def prose(component: type[Component]) -> str:
    """The docstring of a component, its paragraphs each on one line for an editor to fold."""
    text = inspect.getdoc(component) or ""
    return re.sub(r"(?<!\n)\n(?!\n|\s|[A-Z][\w ]*: )", " ", text)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
