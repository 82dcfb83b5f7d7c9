"""Declaring: the names that `vars`, and the `params` of a block, give to values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tfgraph.spec.language import SECTIONS
from tfgraph.spec.nodes import Mapping, Node, Scalar, Sequence, is_null, shortened
from tfgraph.spec.positional import named_value
from tfgraph.spec.variables import VARIABLE_NAME, Notes, Scope

RULE = "a name is letters, digits and `_`, no digit first"


@dataclass(frozen=True)
class Declared:
    """What is declared, by name; `misnamed` are names that are none, as they are written.

    The name that is meant by one of those is among `values`, and its value not known.
    """

    values: dict[str, Node] = field(default_factory=dict)
    misnamed: frozenset[str] = frozenset()


def file_scope(file: Mapping, notes: Notes) -> Scope:
    """The variables of a file: those of its section, also where that is misnamed or a list.

    What is wrong with the section is said of it, once, and not of each use of a variable.
    """
    section = file.get("vars") or _misnamed(file)
    pairs = list(pairs_of(section))
    node = Mapping(tuple(pairs), section.span) if section and pairs else None
    partial = not (section is None or is_null(section) or pairs or isinstance(section, Mapping))
    declared = declared_in(node, notes)
    return Scope(notes, declared.values, partial=partial, misnamed=declared.misnamed)


def _misnamed(file: Mapping) -> Node | None:
    """What stands in a section that is none, and is called as others call that of the variables."""
    others = SECTIONS["vars"].also
    return next((value for key, value in file if key.value in others), None)


def pairs_of(section: Node | None) -> Iterator[tuple[Scalar, Node]]:
    """What a section declares, by name, also where it is a list of mappings."""
    for part in section.items if isinstance(section, Sequence) else (section,):
        if isinstance(part, Mapping):
            yield from part


def declared_in(node: Node | None, notes: Notes) -> Declared:
    """The variables that a mapping declares; a name that is none is reported."""
    pairs = tuple(node) if isinstance(node, Mapping) else ()
    found = {key.value: value for key, value in pairs if VARIABLE_NAME.fullmatch(key.value)}
    misnamed = [(key, value) for key, value in pairs if key.value not in found]
    for key, value in misnamed:
        name, help = _meant(key.value, value)
        message = f"`{shortened(key.value)}` is no name for a variable"
        notes.report("TG212", message, key.span, help=help if name not in found else RULE)
        if name:
            found.setdefault(name, notes.lost(value.span))
    return Declared(found, frozenset(key.value for key, _ in misnamed))


def _meant(written: str, value: Node) -> tuple[str, str]:
    """The name that is meant by one that is none, and how to write it; both empty for others."""
    named = named_value(written) if is_null(value) else None
    if named and VARIABLE_NAME.fullmatch(named[0]):
        return named[0], f"write `{named[0]}: {named[1]}`"
    name = re.sub(r"\W+", "_", written, flags=re.ASCII).strip("_")
    if VARIABLE_NAME.fullmatch(name):
        return name, f"write `{name}`, here and where it is used"
    return "", RULE
