"""Naming: what a layer without a name is called."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator


def layer_names(
    entries: Iterable[tuple[str, str | None]], taken: Collection[str] = ()
) -> Iterator[str]:
    """The names of layers, from the type and the given name (or None) of each.

    A layer without a name is called after its type and a number among the unnamed ones of that
    type. Named ones do not count, so that an added layer with a name of its own renames no other,
    and with the name keeps each layer's initial weights.
    """
    counts: dict[str, int] = {}
    for type_name, name in entries:
        if name is not None:
            yield name
            continue
        while True:
            counts[type_name] = counts.get(type_name, 0) + 1
            candidate = f"{type_name}_{counts[type_name]}"
            if candidate not in taken:
                yield candidate
                break
