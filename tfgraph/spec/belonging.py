"""Belonging: where a parameter stands that is written without its section, or in another one."""

from __future__ import annotations

from functools import cache
from typing import Any

from tfgraph.api import Component, Optimizer
from tfgraph.registry import Registry
from tfgraph.spec.anatomy import told_apart
from tfgraph.spec.language import SECTIONS
from tfgraph.spec.meaning import asked, called, near, part_names, type_called
from tfgraph.spec.nodes import Mapping, Node, Scalar, as_written, is_null, plain
from tfgraph.spec.training import Training
from tfgraph.spec.wording import flow
from tfgraph.words import MAX_WORD, folded

#: The optimizer that is shown where a spec has none.
USUAL = "adam"
#: The primary parameter of an optimizer.
RATE = "learning_rate"


def optimizer_of(file: Node | None, registry: Registry) -> type[Component] | None:
    """The type of a spec's optimizer, as far as it is known."""
    types = registry.types("optimizer")
    entry = file.get("optimizer") if isinstance(file, Mapping) else None
    kind = told_apart(entry, (), types).type if entry is not None else None
    word = kind.value if kind is not None else None
    return type_called(word, "optimizer", registry) if isinstance(word, str) else None


def parameter_path(word: str, optimizer: type[Component] | None) -> tuple[str, ...]:
    """Where a parameter of the training or the optimizer stands, by its own or another name."""
    key = folded(word) if len(word) <= MAX_WORD else ""
    if inside := _paths(_hashable(Training)).get(key):
        return ("train", *inside)
    found = _paths(_hashable(optimizer or Optimizer)).get(key)
    return ("optimizer", optimizer.type if optimizer else USUAL, *found) if found else ()


def _hashable(component: type[Component]) -> Any:
    return component  # mypy takes no class for hashable


@cache
def _paths(component: type[Component]) -> dict[str, tuple[str, ...]]:
    """Where the parameters of a component and of its groups stand, by all their names."""
    parameters = component.parameters()
    found: dict[str, tuple[str, ...]] = {folded(name): (name,) for name in parameters}
    for name, parameter in parameters.items():
        for other in parameter.also:
            found.setdefault(folded(other), (name,))
    for name, parameter in parameters.items():
        group = parameter.component
        for word, path in _paths(group).items() if group and group.grouped else ():
            found.setdefault(word, (name, *path))
    return found


def in_optimizer(path: tuple[str, ...], value: Node, file: Node | None = None) -> str:
    """Help on a parameter of the optimizer that stands elsewhere; `file` has what it is given."""
    given = _given(file, path[1])
    if isinstance(given.get(path[2]), dict):
        return f"leave it out: the optimizer has a schedule as its `{path[2]}`"
    whole = {path[1]: {**given, path[2]: as_written(value)}}
    return f"write it inside the optimizer: `{path[0]}: {flow(whole)}`"


def _given(file: Node | None, type_name: str) -> dict[str, Any]:
    """The parameters of a spec's optimizer, by name."""
    entry = file.get("optimizer") if isinstance(file, Mapping) else None
    value = told_apart(entry, (), (type_name,)).value if entry is not None else None
    if value is None or is_null(value):
        return {}
    given = as_written(value)
    return given if isinstance(given, dict) else {RATE: given}


def of_optimizer(
    node: Mapping, component: type[Component], optimizer: type[Component] | None
) -> list[tuple[Scalar, Node]]:
    """What stands in `train` and is of the optimizer."""
    if component is not Training:
        return []
    paths = ((pair, parameter_path(pair[0].value, optimizer)) for pair in node)
    return [pair for pair, path in paths if path[:1] == ("optimizer",)]


def nested(path: tuple[str, ...], value: object) -> str:
    """A value at a path, as a spec would write it."""
    for part in reversed(path[1:]):
        value = {part: value}
    return f"{path[0]}: {flow(value)}"


# ---- sections


def training_keys(file: Mapping) -> list[Scalar]:
    """The unknown sections that are parameters of the training.

    One of several parts is that of another library, where there is one of its name.
    """
    from tfgraph.spec.elsewhere import missing_section

    names = part_names(SECTIONS)
    unknown = [(key, value) for key, value in file if key.value not in SECTIONS]
    return [
        key
        for key, value in unknown
        if parameter_path(key.value, None)[:1] == ("train",)
        and not called(key.value, names)
        and not (isinstance(value, Mapping) and missing_section(key.value))
    ]


def meant_section(
    key: Scalar,
    value: Node,
    file: Mapping,
    trained: list[Scalar],
    optimizer: type[Component] | None,
) -> str:
    """Help on a section that there is not; `trained` are the `training_keys` of the file."""
    from tfgraph.spec.elsewhere import missing_section, missing_type

    names = part_names(SECTIONS)
    if found := called(key.value, names):
        given = plain(value)
        unneeded = missing_type(given, "layer") if isinstance(given, str) else ""
        if file.get(found[0]) is None:
            if isinstance(given, dict) and found[0] in given:
                return f"write `{found[0]}` at the top, without `{key.value}`"
            return asked(found)
        return unneeded or f"`{found[0]}` is there already: leave one of the two out"
    if key in trained:
        return _for_training(file, trained)
    path = parameter_path(key.value, optimizer)
    return (
        (path[:1] == ("optimizer",) and in_optimizer(path, value, file))
        or missing_section(key.value)
        or asked(near(key.value, names))
        or "`tfgraph explain` lists the sections"
    )


def _for_training(file: Mapping, keys: list[Scalar]) -> str:
    train = file.get("train")
    given = dict(plain(train)) if isinstance(train, Mapping) else {}
    for key, value in file:
        if key in keys:
            _, *groups, name = parameter_path(key.value, None)
            inside = given
            for group in groups:
                inside = inside.setdefault(group, {})
            inside[name] = plain(value)
    return f"write `train: {flow(given)}`"
