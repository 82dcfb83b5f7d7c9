"""Naming: what the layers of a stack are called."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraph.spec.nodes import Node, Scalar

#: A stack may come to so many layers by blocks and repeats.
MAX_LAYERS = 10_000
#: In place of the type in the name of a layer whose type is not known: no spec can write it.
UNTOLD = "?"


def layer_names(
    entries: Iterable[tuple[str, str | None, int | None]],
) -> list[tuple[str, ...]]:
    """The names of layers, from the type, the given name and the number of copies of each.

    A layer without a name is called after its type and a number among the unnamed ones of that
    type. Named ones do not count, so that an added layer with a name of its own renames no other,
    and with the name keeps each layer's initial weights. Copies of a named one are numbered; None
    for no `repeat`, which is not the same as one copy.
    """
    entries = list(entries)
    given = [() if name is None else _copies(name, count) for _, name, count in entries]
    taken = {name for names in given for name in names}
    taken.update(name for _, name, _ in entries if name is not None)
    counts: dict[str, int] = {}
    found = []
    for (type_name, name, count), names in zip(entries, given, strict=True):
        made = list(names)
        while name is None and len(made) < (count or 1):
            counts[type_name] = counts.get(type_name, 0) + 1
            candidate = f"{type_name}_{counts[type_name]}"
            if candidate not in taken:
                made.append(candidate)
        found.append(tuple(made))
    return found


def _copies(name: str, count: int | None) -> tuple[str, ...]:
    if count is None:
        return (name,)
    return tuple(f"{name}.{number}" for number in range(1, count + 1))


def name_of(node: Node | None) -> str | None:
    """The name that a sibling gives, if it is one."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def count_of(node: Node | None) -> int | None:
    """How often `repeat` says that an entry stands, if it says so as it should."""
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and value >= 1 and value is not True else None
