"""Fragments: the pieces that a JSON Schema is put together from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Schema = dict[str, Any]

VARIABLE: Schema = {"title": "variable", "type": "string", "pattern": r"^\$[^$]"}


def or_variable(schema: Schema) -> Schema:
    """The schema, or a variable in its place, or in that of an item; the version is no variable."""
    if "items" in schema:
        schema = {**schema, "items": or_variable(schema["items"])}
    if "anyOf" in schema:
        return {**schema, **any_of(or_variable(option) for option in schema["anyOf"])}
    if "const" in schema or _takes_any_string(schema) or [*schema] == ["$ref"]:
        return schema
    return any_of([schema, reference("variable")])


def any_of(schemas: Iterable[Schema]) -> Schema:
    """One of the schemas; what is an alternative twice, or in one of them, is one once."""
    options: list[Schema] = []
    for schema in schemas:
        for option in schema["anyOf"] if [*schema] == ["anyOf"] else [schema]:
            options += [option] if option not in options else []
    return {"anyOf": options} if len(options) > 1 else options[0]


def unannotated(schema: Schema) -> Schema:
    """The schema without its prose and its default."""
    return {key: value for key, value in schema.items() if key not in ("description", "default")}


def _takes_any_string(schema: Schema) -> bool:
    return schema.get("type") == "string" and not {"pattern", "enum"} & set(schema)


def filled(schema: Schema, content: Schema) -> Schema:
    """The schema of a section with what `language` leaves to the components: its entries."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [filled(option, content) for option in schema["anyOf"]]}
    if schema["type"] == "array":
        return {"items": content, **schema}
    return {**schema, **content} if schema["type"] == "object" else content


def closed_object(properties: Schema, required: list[str]) -> Schema:
    """A mapping with these keys and no others."""
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, **needing(required, properties)}


def needing(required: Iterable[str], known: Iterable[str]) -> Schema:
    """What says that keys are missing, unless one that is not known may be meant for them.

    A misspelt key is one mistake.
    """
    missing: Schema = {"required": [*required]}
    names: Schema = {"propertyNames": {"enum": [*known]}}
    return {"if": names, "then": missing} if missing["required"] else {}


def one_key_of(names: Iterable[str]) -> Schema:
    """That one of the names is a key, and no other."""
    return {"oneOf": [{"required": [name]} for name in names] or [False]}


def reference(name: str) -> Schema:
    """What a definition says."""
    return {"$ref": f"#/$defs/{name}"}
