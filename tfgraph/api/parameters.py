"""Parameters: one declaration gives type, default, bounds and prose; the rest is derived.

    filters: int = param("Output channels.", minimum=1, primary=True)

The annotation gives the type: `bool`, `int`, `float`, `str`, `Literal[...]`, `list[T]`,
`tuple[T, T]`, unions of them, `None`, a component kind (`Initializer`, `Schedule`, `Layer`: an
entry of that kind), `LayerReference` (the name of a layer), `DataPath` (a file or folder),
`Interval` and `Duration` (numbers with a unit), and a `Group` (a mapping of parameters).
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Union, get_args, get_origin

from tfgraph.api.quantities import Quantity

#: Marks a parameter without a default.
REQUIRED: Any = type("Required", (), {"__repr__": lambda self: "REQUIRED"})()


class DataPath(str):
    """A file or folder that a dataset reads: absolute, and inside one of the data roots."""


@dataclass(frozen=True)
class Declaration:
    """What `param` was given."""

    doc: str
    default: Any
    primary: bool
    minimum: float | None
    maximum: float | None
    above: float | None
    below: float | None
    also: tuple[str, ...]


def param(
    doc: str,
    *,
    default: Any = REQUIRED,
    primary: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    below: float | None = None,
    also: tuple[str, ...] = (),
) -> Any:
    """Declare a parameter of a component; the annotation gives its type.

    Args:
        doc: one or two sentences for the reference page and for hover in an editor.
        default: the value where the spec gives none, written as a spec would write it;
            a parameter without one is required.
        primary: the parameter that `type: value` sets; one a component.
        minimum: inclusive lower bound of a number, or of each number of a list.
        maximum: inclusive upper bound.
        above: exclusive lower bound.
        below: exclusive upper bound.
        also: what others call it; a spec that says so is told the name it has here. A class that
            declares a parameter of its base anew need not say it again.
    """
    return Declaration(doc, default, primary, minimum, maximum, above, below, also)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a component type: its declaration, its name and its resolved annotation."""

    name: str
    annotation: Any
    declaration: Declaration

    @property
    def doc(self) -> str:
        """The prose of the declaration."""
        return self.declaration.doc

    @property
    def default(self) -> Any:
        """The default, as a spec would write it; REQUIRED where there is none."""
        return self.declaration.default

    @property
    def required(self) -> bool:
        """Whether a spec must give it."""
        return self.declaration.default is REQUIRED

    @property
    def primary(self) -> bool:
        """Whether `type: value` sets it."""
        return self.declaration.primary

    @property
    def also(self) -> tuple[str, ...]:
        """What others call it."""
        return self.declaration.also

    @cached_property
    def alternatives(self) -> tuple[Any, ...]:
        """The members of a union, or the annotation alone."""
        return _alternatives(self.annotation)

    @cached_property
    def component(self) -> Any:
        """The component kind that an entry is expected of; None for plain values."""
        for member in self.alternatives:
            if is_component(member):
                return member
        return None

    @property
    def entry(self) -> Any:
        """The component kind that an entry with a type is expected of; None for a group too."""
        return None if self.component is None or self.component.grouped else self.component

    @property
    def nullable(self) -> bool:
        """Whether null is a value of it."""
        return type(None) in self.alternatives

    def schema(self) -> dict[str, Any]:
        """Its JSON Schema; an entry's own parameters are checked by the entry's validator."""
        schema = self._schema(self.annotation)
        schema["description"] = self.doc
        if not self.required:
            schema["default"] = self.default
        return schema

    def _schema(self, annotation: Any) -> dict[str, Any]:
        members = _alternatives(annotation)
        if len(members) > 1:
            return {"anyOf": [self._schema(member) for member in members]}
        origin, arguments = get_origin(annotation), get_args(annotation)
        if annotation in (None, type(None)):
            return {"type": "null"}
        if annotation is bool:
            return {"type": "boolean"}
        if annotation in (int, float):
            return {"type": "integer" if annotation is int else "number", **self._bounds()}
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin is list or (origin is tuple and arguments[-1] is Ellipsis):
            return {"type": "array", "items": self._item_schema(arguments[0])}
        if origin is tuple and len(set(arguments)) == 1:
            size = {"minItems": len(arguments), "maxItems": len(arguments)}
            return {"type": "array", "items": self._item_schema(arguments[0]), **size}
        if is_component(annotation):
            return {"type": annotation.json_types()}
        if is_quantity(annotation):
            return {"type": "string", "pattern": annotation.pattern}
        if is_text(annotation):
            return {"type": "string", "minLength": 1}
        raise TypeError(f"the parameter `{self.name}` is a {annotation!r}, which no spec can hold")

    def _item_schema(self, annotation: Any) -> dict[str, Any]:
        # Paths are held inside the data roots, entries made components and names resolved one by
        # one: in a list they would reach a component as they stand.
        for member in _alternatives(annotation):
            if is_component(member) or (is_text(member) and member is not str):
                raise TypeError(
                    f"the parameter `{self.name}` is a list of {member.__name__}, which no spec "
                    "can hold: declare a parameter for each"
                )
        return self._schema(annotation)

    def _bounds(self) -> dict[str, float]:
        given = self.declaration
        bounds = {
            "minimum": given.minimum,
            "maximum": given.maximum,
            "exclusiveMinimum": given.above,
            "exclusiveMaximum": given.below,
        }
        return {key: value for key, value in bounds.items() if value is not None}

    def describe(self) -> str:
        """What it takes, in words: "an integer or a list of 2 integers of at least 1"."""
        words = [_describe(member) for member in self.alternatives]
        text = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
        bounds = self.describe_bounds()
        if not bounds:
            return text
        numbers, null, rest = text.partition(" or null")
        return f"{numbers} {bounds}{null}{rest}"

    def describe_bounds(self) -> str:
        """The bounds in words, or nothing."""
        given = self.declaration
        words = []
        if given.minimum is not None:
            words.append(f"of at least {given.minimum}")
        if given.above is not None:
            words.append(f"above {given.above}")
        if given.maximum is not None:
            words.append(f"of at most {given.maximum}")
        if given.below is not None:
            words.append(f"below {given.below}")
        return " and ".join(words)

    def convert(self, value: Any) -> Any:
        """A value that fits the schema, as the Python type the annotation names."""
        return _convert(self.annotation, value)


def is_component(annotation: Any) -> bool:
    """Whether the annotation is a component kind."""
    return isinstance(annotation, type) and hasattr(annotation, "json_types")


def is_text(annotation: Any) -> bool:
    """Whether a spec gives it as a string: `str`, `DataPath`, `LayerReference`."""
    return isinstance(annotation, type) and (
        issubclass(annotation, str) or hasattr(annotation, "resolve")
    )


def is_quantity(annotation: Any) -> bool:
    """Whether a spec gives it as a number with a unit."""
    return isinstance(annotation, type) and issubclass(annotation, Quantity)


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) in (Union, types.UnionType):
        return get_args(annotation)
    return (annotation,)


_WORDS = {bool: "true or false", int: "an integer", float: "a number", str: "a string"}
_PLURALS = {bool: "booleans", int: "integers", float: "numbers", str: "strings"}


def _describe(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in (None, type(None)):
        return "null"
    if annotation in _WORDS:
        return _WORDS[annotation]
    if origin is Literal:
        choices = ", ".join(f"`{choice}`" for choice in arguments)
        return choices if len(arguments) == 1 else f"one of {choices}"
    if origin is list or (origin is tuple and arguments[-1] is Ellipsis):
        return f"a list of {_plural(arguments[0])}"
    if origin is tuple:
        return f"a list of {len(arguments)} {_plural(arguments[0])}"
    if is_component(annotation):
        return str(annotation.takes())
    if is_quantity(annotation):
        return str(annotation.takes)
    if annotation is DataPath:
        return "a path"
    return "the name of a layer"


def _plural(annotation: Any) -> str:
    if annotation in _PLURALS:
        return _PLURALS[annotation]
    members = [_PLURALS.get(m) or _describe(m) for m in _alternatives(annotation)]
    return " or ".join(members)


def article(noun: str) -> str:
    """The indefinite article of `noun`."""
    return "an" if noun[0] in "aeiou" else "a"


def _convert(annotation: Any, value: Any) -> Any:
    if value is None or isinstance(value, bool) or type(value) is annotation:
        return value
    if isinstance(value, dict) and is_component(annotation):
        return annotation(**value)
    members = _alternatives(annotation)
    if len(members) > 1:
        fitting = [m for m in members if _fits(m, value)]
        return _convert(fitting[0], value) if fitting else value
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is int and isinstance(value, (int, float)):
        return int(value)
    if annotation is float and isinstance(value, (int, float)):
        return float(value)
    if origin in (list, tuple) and isinstance(value, (list, tuple)):
        return origin(_convert(arguments[0], item) for item in value)
    if isinstance(annotation, type) and isinstance(value, str) and not is_component(annotation):
        return annotation(value)
    return value


def _fits(annotation: Any, value: Any) -> bool:
    if annotation in (int, float):
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        return whole if annotation is int else isinstance(value, (int, float))
    if isinstance(value, (list, tuple)):
        arguments = get_args(annotation)
        if get_origin(annotation) is tuple and arguments[-1] is not Ellipsis:
            return len(arguments) == len(value)
        return get_origin(annotation) in (list, tuple)
    if isinstance(value, str):
        if get_origin(annotation) is Literal:
            return value in get_args(annotation)
        if is_quantity(annotation):
            return re.match(annotation.pattern, value) is not None
        return isinstance(annotation, type) and annotation not in (int, float, bool)
    return False


def too_large(value: Any) -> Iterator[int]:
    """The integers of over 64 bits inside a value: `1e100` is one too."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from too_large(item)
