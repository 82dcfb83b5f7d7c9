"""Component: what layers, losses, optimizers, schedules, metrics, initializers and datasets share."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from tfgraph.api.parameters import Declaration, Parameter, article, param

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:
    _T = TypeVar("_T")

    def dataclass_transform(**_: Any) -> Callable[[_T], _T]:
        """Tell type checkers that `param` declares constructor arguments; nothing at run time."""
        return lambda cls: cls


ComponentT = TypeVar("ComponentT", bound="Component")


@dataclass_transform(kw_only_default=True, field_specifiers=(param,))
class Component:
    """Base of everything that an entry of a spec can name.

    A subclass sets `type`, the name it has in specs, documents itself in its docstring, shows an
    `example`, and declares its parameters as annotated class attributes made by `param`.
    """

    #: What it is: "layer", "loss", …; set by the base class of each kind.
    kind: ClassVar[str]
    #: Its name in specs: `^[a-z][a-z0-9_]*$`, in a plugin optionally behind `package.`.
    type: ClassVar[str]
    #: A small spec that shows a typical use, as YAML: the sections that matter. The others that a
    #: spec needs are filled in, from `tfgraph: 1` on: `data: linear`, a layer, a loss, an optimizer.
    example: ClassVar[str] = ""
    #: Kinds that take a bare number as an entry: the type that number is the primary parameter of.
    number: ClassVar[str] = ""
    #: Whether it is a group of parameters, which has no type in specs.
    grouped: ClassVar[bool] = False
    #: What others call it, other libraries above all. No spec may use these names: one that does is
    #: told the name it has here. They are of the class itself, not of those that inherit from it.
    also_known_as: ClassVar[tuple[str, ...]] = ()
    #: How it differs from what goes by those names; said where it is suggested for one of them.
    unlike_them: ClassVar[str] = ""

    def __init__(self, **values: Any) -> None:
        parameters = self.parameters()
        unknown = sorted(set(values) - set(parameters))
        missing = [n for n, p in parameters.items() if p.required and n not in values]
        if unknown or missing:
            problem = f"unknown {unknown}" if unknown else f"missing {missing}"
            raise TypeError(f"{type(self).__name__}: {problem}")
        for name, parameter in parameters.items():
            value = values.get(name, parameter.default)
            setattr(self, name, parameter.convert(value))

    def check_parameters(self) -> None:
        """Raise ParameterError where parameters contradict each other.

        Called on every component that a spec makes; what one declaration can say of its own
        parameter (type, bounds) is checked before.
        """

    @classmethod
    def parameters(cls) -> Mapping[str, Parameter]:
        """Its parameters by name, a base class's after its own."""
        key: Any = cls  # mypy takes no class for hashable
        return _parameters(key)

    @classmethod
    def primary(cls) -> Parameter | None:
        """The parameter that `type: value` sets."""
        return next((p for p in cls.parameters().values() if p.primary), None)

    @classmethod
    def other_names(cls) -> tuple[str, ...]:
        """What others call it, and not a class that it inherits from."""
        own: tuple[str, ...] = vars(cls).get("also_known_as", ())
        return own

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The JSON Schema of its parameters by name."""
        parameters = cls.parameters()
        return {
            "type": "object",
            "properties": {name: p.schema() for name, p in parameters.items()},
            "required": [name for name, p in parameters.items() if p.required],
            "additionalProperties": False,
        }

    @classmethod
    def json_types(cls) -> list[str]:
        """The JSON types that an entry of this kind may be."""
        return ["string", "object", *(["number"] if cls.number else [])]

    @classmethod
    def takes(cls) -> str:
        """What a parameter takes that is an entry of this kind, in words."""
        return f"{article(cls.kind)} {cls.kind}"

    @classmethod
    def summary(cls) -> str:
        """The first line of its docstring."""
        return (inspect.getdoc(cls) or "").partition("\n")[0]

    @classmethod
    def metadata(cls) -> dict[str, Any]:
        """What a reference page says of it: kind, type, prose and parameters."""
        return {
            "kind": cls.kind,
            "type": cls.type,
            "summary": cls.summary(),
            "doc": inspect.getdoc(cls) or "",
            "example": inspect.cleandoc(cls.example),
            "also_known_as": list(cls.other_names()),
            "parameters": [
                {
                    "name": name,
                    "takes": p.describe(),
                    "required": p.required,
                    "default": None if p.required else p.default,
                    "primary": p.primary,
                    "doc": p.doc,
                    "also": list(p.also),
                }
                for name, p in cls.parameters().items()
            ],
        }

    def replace(self: ComponentT, **values: Any) -> ComponentT:
        """A copy with other values for some parameters."""
        return type(self)(**{**self.parameter_values(), **values})

    def parameter_values(self) -> dict[str, Any]:
        """Its parameters' values by name."""
        return {name: getattr(self, name) for name in self.parameters()}

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Component)
            and type(other) is type(self)
            and self.parameter_values() == other.parameter_values()
        )

    def __hash__(self) -> int:
        return hash((self.kind, self.type, repr(self)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.parameter_values().items())
        return f"{type(self).__name__}({shown})"


class Group(Component):
    """Parameters that belong together: a mapping of the spec that has no type of its own.

    As the annotation of a parameter it stands for that mapping. A subclass sets `type` to the
    name that the mapping has in specs.
    """

    kind: ClassVar[str] = "group"
    grouped: ClassVar[bool] = True

    @classmethod
    def json_types(cls) -> list[str]:
        """A mapping, or the value of its primary parameter."""
        primary = cls.primary()
        return ["object", *([primary.schema()["type"]] if primary else [])]

    @classmethod
    def takes(cls) -> str:
        """What a parameter takes that is this group, in words."""
        return f"a mapping of {', '.join(cls.parameters())}"


@cache
def _parameters(cls: type[Component]) -> Mapping[str, Parameter]:
    hints = typing.get_type_hints(cls)
    found: dict[str, Parameter] = {}
    for owner in cls.__mro__:
        for name, value in vars(owner).items():
            if not isinstance(value, Declaration):
                continue
            if name not in hints:
                raise TypeError(f"the parameter `{name}` has no annotation")
            if name not in found:
                found[name] = Parameter(name, hints[name], value)
            elif not found[name].also:
                # Who declares it anew says what is different, not what others call it.
                declaration = replace(found[name].declaration, also=value.also)
                found[name] = replace(found[name], declaration=declaration)
    return found
