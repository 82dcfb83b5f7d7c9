"""Extends: the files that a spec builds on, and how it changes what they say."""

from __future__ import annotations

import os.path
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from tfgraph.spec.language import LOSS_SIBLINGS
from tfgraph.spec.nodes import Mapping, Node, Scalar, is_null, kind_of, shortened
from tfgraph.spec.paths import MAX_PATH
from tfgraph.spec.reader import MAX_BYTES, decode, read
from tfgraph.spec.variables import Notes

MAX_EXTENDS = 10
SUFFIXES = (".yaml", ".yml")
#: Sections that hold one entry: another type replaces the one of the file extended.
_ENTRY_SECTIONS = ("data", "loss", "optimizer")
_VERSION_LINE = re.compile(r"""(^|[{,][ \t]*)["']?tfgraph["']?[ \t]*:""", re.MULTILINE)


def _with_suffix(text: str, folder: Path) -> str:
    """Help that names the file that is there with a suffix of a spec behind the name."""
    if len(text) > MAX_PATH or Path(text).is_absolute():
        return ""
    try:
        found = next((text + end for end in SUFFIXES if (folder / (text + end)).is_file()), "")
    except (OSError, ValueError):
        return ""
    return f"did you mean `{found}`?" if found else ""


class Extender:
    """Puts the files that a spec extends under it. `types` are the names of all types."""

    def __init__(self, notes: Notes, types: Collection[str]) -> None:
        self.notes = notes
        self.types = types

    def extended(self, node: Mapping, path: Path, chain: tuple[Path, ...] = ()) -> Mapping:
        """The file at `path`, whose nodes are `node`, over those that it extends.

        `chain` are the files that lead here by extending each other.
        """
        target = node.get("extends")
        if not isinstance(target, Scalar) or not isinstance(target.value, str) or not target.value:
            # What is no path is reported where the sections are checked.
            self.notes.incomplete |= target is not None
            return node
        base = self.load(target, path.parent, (*chain, path))
        self.notes.incomplete |= base is None
        return self.merged(base, node, top=True) if base else node

    def load(self, target: Scalar, folder: Path, chain: tuple[Path, ...]) -> Mapping | None:
        text = target.value
        if Path(text).is_absolute() or Path(text).suffix not in SUFFIXES:
            return self.fail(
                target,
                f"`extends` takes a relative path to a .yaml file, got `{shortened(text)}`",
                help=_with_suffix(text, folder) or "like `extends: ../base.yaml`",
            )
        if len(chain) > MAX_EXTENDS:
            return self.fail(target, f"more than {MAX_EXTENDS} files extend each other")
        path = Path(os.path.normpath(folder / text))
        try:
            if path.resolve() in [file.resolve() for file in chain]:
                names = " → ".join(file.name for file in (*chain, path))
                return self.fail(target, f"files that extend each other in a circle: {names}")
            # A device or a pipe could be read for ever, and a link may lead to what is no spec.
            if not path.is_file() or path.resolve().suffix not in SUFFIXES:
                return self.fail(target, f"there is no file `{shortened(str(path), 200)}`")
            with path.open("rb") as file:
                data = file.read(MAX_BYTES)
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or error
            return self.fail(target, f"cannot read `{shortened(text, 200)}`: {reason}")
        source, found = decode(data, str(path))
        # Nothing of a file that is no spec is shown: it may hold what is nobody's business.
        if not _VERSION_LINE.search(source.text):
            return self.fail(
                target, f"`{text}` is not a tfgraph spec", help="it has no section `tfgraph`"
            )
        node = None
        if not found:
            node, found, lost = read(source)
            self.notes.unread(lost)
        for diagnostic in found:
            span = diagnostic.span.through("it is extended here", target.span)
            self.notes.add(replace(diagnostic, span=span))
            self.notes.lost(diagnostic.span)
        if node is None:
            return None
        if not isinstance(node, Mapping):
            return self.fail(target, f"`{target.value}` is {kind_of(node)}, not a spec")
        return self.extended(node, path, chain)

    def fail(self, target: Scalar, message: str, help: str = "") -> Mapping | None:
        """Report why a file cannot be used: there is none, then."""
        self.notes.report("TG211", message, target.span, help=help)
        return None

    def merged(
        self, base: Mapping, node: Mapping, *, top: bool = False, inside: bool = False
    ) -> Mapping:
        """`node` over `base`: mappings merge, lists and scalars replace.

        An entry of another type replaces the one below it: two types make no entry. A section
        that says null takes the one below it away.
        """
        entries = {key.value: (key, value) for key, value in base}
        for key, value in node:
            below = entries.get(key.value, (key, None))[1]
            if top and is_null(value):
                entries.pop(key.value, None)
                continue
            entry = top and key.value in _ENTRY_SECTIONS
            made = self.over(below, value, entry=entry, inside=inside or entry)
            entries[key.value] = (key, made)
        return replace(node, entries=tuple(entries.values()))

    def over(self, below: Node | None, value: Node, *, entry: bool, inside: bool) -> Node:
        """A value over the one below it; `entry` where both must be entries, or are `inside` one."""
        if not isinstance(below, Mapping) or not isinstance(value, Mapping):
            return value
        if inside and self.other_type(below, value, entry):
            return value
        return self.merged(below, value, inside=inside)

    def other_type(self, below: Mapping, value: Mapping, entry: bool) -> bool:
        """Whether the mappings are entries of two types; `entry` where they must be entries."""
        first, second = (
            {key.value for key, _ in mapping if not (entry and key.value in LOSS_SIBLINGS)}
            for mapping in (below, value)
        )
        if first == second or not second:
            return False
        return entry or (len(first) == len(second) == 1 and first | second <= set(self.types))
