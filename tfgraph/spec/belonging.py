"""Belonging: where a parameter stands that is written without its section, or in another one."""

from __future__ import annotations

from tfgraph.api import Component, Optimizer
from tfgraph.registry import Registry
from tfgraph.spec.anatomy import told_apart
from tfgraph.spec.language import SECTIONS
from tfgraph.spec.meaning import called, parameter_names, part_names
from tfgraph.spec.nodes import Mapping, Node, Scalar, plain
from tfgraph.spec.training import Training
from tfgraph.spec.wording import flow

#: The optimizer that is shown where a spec has none.
USUAL = "adam"


def optimizer_of(file: Node | None, registry: Registry) -> type[Component] | None:
    """The type of a spec's optimizer, as far as it is known."""
    types = registry.types("optimizer")
    entry = file.get("optimizer") if isinstance(file, Mapping) else None
    kind = told_apart(entry, (), types).type if entry is not None else None
    return types.get(kind.value) if kind is not None else None


def parameter_path(word: str, optimizer: type[Component] | None) -> list[str]:
    """Where a parameter of the training or the optimizer stands, by its own or another name."""
    if inside := _inside(word, Training):
        return ["train", *inside]
    found = called(word, parameter_names(optimizer or Optimizer))
    return ["optimizer", optimizer.type if optimizer else USUAL, *found] if found else []


def _inside(word: str, group: type[Component]) -> list[str]:
    if found := called(word, parameter_names(group)):
        return found[:1]
    for name, parameter in group.parameters().items():
        component = parameter.component
        if component and component.grouped and (inside := _inside(word, component)):
            return [name, *inside]
    return []


def inner_path(word: str, group: type[Component]) -> list[str]:
    """Where in a group's own groups a parameter stands that the group itself has not."""
    inside = _inside(word, group)
    return inside if len(inside) > 1 else []


def nested(path: list[str], value: Node) -> str:
    """A value at a path, as a spec would write it."""
    text = flow(plain(value))
    for part in reversed(path[1:]):
        text = f"{{{part}: {text}}}"
    return f"{path[0]}: {text}"


def own_section(node: Mapping, key: Scalar, value: Node) -> str:
    """Help on an unknown section that is another name of one that the spec has already."""
    from tfgraph.spec.elsewhere import missing_type

    found = called(key.value, part_names(SECTIONS))
    if not found or node.get(found[0]) is None:
        return ""
    given = plain(value)
    unneeded = missing_type(given, "layer") if isinstance(given, str) else ""
    return unneeded or f"`{found[0]}` is there already: leave one of the two out"


def training_keys(node: Mapping) -> list[Scalar]:
    """The unknown sections that are parameters of the training."""
    return [k for k, _ in node if k.value not in SECTIONS and _trains(k.value)]


def _trains(word: str) -> bool:
    path = [] if called(word, part_names(SECTIONS)) else parameter_path(word, None)
    return path[:1] == ["train"]


def for_training(node: Mapping, keys: list[Scalar]) -> str:
    """Help on parameters of the training that stand as sections."""
    given: dict[str, object] = {}
    for key, value in node:
        if key in keys:
            *groups, name = parameter_path(key.value, None)[1:]
            inside = given
            for group in groups:
                inside = inside.setdefault(group, {})  # type: ignore[assignment]
            inside[name] = plain(value)
    train = node.get("train")
    if isinstance(train, Mapping):
        given = {**plain(train), **given}
    return f"write `train: {flow(given)}`"
