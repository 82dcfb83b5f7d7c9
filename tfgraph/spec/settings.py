"""Settings: what `--set PATH=VALUE` changes in a spec.

A path leads through sections, types and parameters, by dots: `train.epochs`,
`optimizer.rmsprop.learning_rate`. Into a list it leads by position, counted from 0, and into the
layers by name as well: `layers.hidden.matmul.units`. The value is YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace
from typing import Any

from tfgraph.api import Component
from tfgraph.diagnostics import SET, Source, Span
from tfgraph.errors import UsageError
from tfgraph.registry import Registry
from tfgraph.spec.anatomy import told_apart
from tfgraph.spec.belonging import optimizer_of, parameter_path
from tfgraph.spec.composer import MAX_DEPTH
from tfgraph.spec.language import LAYER_SIBLINGS, LOSS_SIBLINGS, SECTIONS
from tfgraph.spec.meaning import called, part_names
from tfgraph.spec.naming import MAX_LAYERS, count_of, layer_names, name_of
from tfgraph.spec.nodes import Mapping, Node, Scalar, Sequence, at, is_null, kind_of
from tfgraph.spec.reader import read
from tfgraph.spec.variables import Notes
from tfgraph.spec.wording import flow
from tfgraph.words import closest, did_you_mean, listed

#: What may stand beside a type, and where entries stand.
_SIBLINGS = {**LAYER_SIBLINGS, **LOSS_SIBLINGS}
_BRACKETS = re.compile(r"\[(\d+)\]")
_ENTRIES = ("data", "layers", "loss", "metrics", "optimizer")


class Words:
    """The names that the path of a setting may use: those of types, blocks and parameters."""

    def __init__(self, registry: Registry, file: Node) -> None:
        kinds = registry.kinds()
        self.types = {name: made for kind in kinds for name, made in registry.types(kind).items()}
        self.file = file

    @property
    def blocks(self) -> tuple[str, ...]:
        """The blocks that the file declares."""
        section = self.file.get("blocks") if isinstance(self.file, Mapping) else None
        return tuple(k.value for k, _ in section) if isinstance(section, Mapping) else ()

    @property
    def known(self) -> set[str]:
        """All that may be the type of an entry."""
        return {*self.types, *self.blocks}

    def parameters(self, name: str) -> list[str]:
        """The parameters of a type or block."""
        if name in self.blocks:
            params = at(self.file, ["blocks", name, "params"])
            return [k.value for k, _ in params] if isinstance(params, Mapping) else []
        return [*self.types[name].parameters()] if name in self.types else []

    def primary(self, name: str) -> str | None:
        """The parameter that a value alone sets; None where there is none."""
        if name in self.blocks:
            return next(iter(self.parameters(name)), None)
        primary = self.types[name].primary() if name in self.types else None
        return primary.name if primary else None


def written(settings: AbstractMapping[str, Any]) -> list[str]:
    """Settings given as Python data, as the command line takes them; UsageError for other data."""
    try:
        return [f"{path}={json.dumps(value)}" for path, value in settings.items()]
    except (TypeError, ValueError) as error:
        raise UsageError(f"a setting must be plain data: {error}") from error


@dataclass(frozen=True)
class _Step:
    """One part of a path and where it stands."""

    text: str
    span: Span


class _BadPath(Exception):
    def __init__(self, message: str, span: Span, help: str = "") -> None:
        super().__init__(message)
        self.message, self.span, self.help = message, span, help


def apply_setting(node: Node, setting: str, registry: Registry, notes: Notes) -> Node:
    """The node with one `PATH=VALUE` applied; what is wrong with it goes to `notes`."""
    source = Source(SET, setting)
    left, equals, text = setting.partition("=")
    path = left.strip()
    if not equals or not all(path.split(".")):
        span = Span(source, 1, 1, 1, max(2, len(left) + 1))
        help = "like `--set train.epochs=3`"
        notes.report("TG213", f"a setting is PATH=VALUE, got `{setting}`", span, help=help)
        return node
    if path.count(".") >= MAX_DEPTH:
        span = Span(source, 1, 1, 1, len(left) + 1)
        notes.report("TG213", f"a path has at most {MAX_DEPTH} parts", span)
        return node
    steps = _steps(path, source, left.index(path) + 1)
    value: Node | None = Scalar(None, Span(source, 1, 1, 1, len(left) + 2))
    if text.strip():
        value, found = read(source, start=len(left) + 1)
        for diagnostic in found:
            notes.add(diagnostic)
            notes.lost(diagnostic.span)
    if value is None:
        return node
    if steps[0].text == "extends":
        # What a file extends has been read by now.
        message = "`extends` is of the file alone, and no setting changes it"
        notes.report("TG213", message, steps[0].span, help="write it in the spec")
        return node
    if is_null(value) and len(steps) == 1 and isinstance(node, Mapping):
        # As where a file is extended, null takes a section away.
        return replace(node, entries=tuple((k, v) for k, v in node if k.value != steps[0].text))
    if notes.incomplete and isinstance(node, Mapping) and node.get(steps[0].text) is None:
        return node  # the file that is missing may have the section
    try:
        _check_path(path, text.strip(), steps, optimizer_of(node, registry))
        return _Setter(steps, value, Words(registry, node)).changed(node, 0, "", entry=False)
    except _BadPath as error:
        notes.report("TG213", error.message, error.span, help=error.help)
        return node


def _steps(path: str, source: Source, column: int) -> list[_Step]:
    """The parts of a path that starts in a column."""
    steps = []
    for part in path.split("."):
        steps.append(_Step(part, Span(source, 1, column, 1, column + len(part))))
        column += len(part) + 1
    return steps


def _check_path(
    path: str, text: str, steps: list[_Step], optimizer: type[Component] | None
) -> None:
    """_BadPath for a position in square brackets, and for a parameter without its section."""
    dotted = _BRACKETS.sub(r".\1", path)
    if dotted != path:
        step = next(step for step in steps if "[" in step.text)
        message = f"`{step.text}` is no part of a path"
        raise _BadPath(message, step.span, f"write `--set {dotted}={text}`")
    first = steps[0]
    if first.text in SECTIONS or called(first.text, part_names(SECTIONS)):
        return
    if longer := parameter_path(first.text, optimizer):
        whole = ".".join([*longer, *path.split(".")[1:]])
        help = f"write `--set {whole}={text}`"
        raise _BadPath(f"there is no section `{first.text}`", first.span, help)


class _Setter:
    """Puts a value where the steps of a path lead."""

    def __init__(self, steps: list[_Step], value: Node, words: Words) -> None:
        self.steps = steps
        self.value = value
        self.words = words

    def changed(self, node: Node, done: int, key: str, *, entry: bool) -> Node:
        """The node that the first `done` steps led to, changed as the others say.

        `key` is the key that led to it; `entry` where it is one.
        """
        if done == len(self.steps):
            if entry:
                self.check_value(node)
            return self.value
        step = self.steps[done]
        if isinstance(node, Sequence):
            position, used = _position(node, self.steps[done:], key, self.words)
            inside = key in _ENTRIES
            below = self.changed(node.items[position], done + used, "", entry=inside)
            return replace(node, items=(*node.items[:position], below, *node.items[position + 1 :]))
        if entry:
            self.check(node, done)
        if isinstance(node, Scalar):
            node = _opened(node, step, self.words, key)
        child = node.get(step.text)
        if child is None:
            added = (Scalar(step.text, step.span), _nested(self.steps[done + 1 :], self.value))
            return replace(node, entries=(*node.entries, added))
        inside = done == 0 and step.text in _ENTRIES
        changed = self.changed(child, done + 1, step.text, entry=inside)
        entries = tuple((k, changed if k.value == step.text else v) for k, v in node)
        return replace(node, entries=entries)

    def check_value(self, node: Node) -> None:
        """_BadPath for a number in place of an entry whose type takes one."""
        value = self.value.value if isinstance(self.value, Scalar) else None
        kind = told_apart(node, _SIBLINGS, self.words.known).type
        if not isinstance(value, (bool, int, float)) or kind is None:
            return
        primary = self.words.primary(kind.value)
        path = ".".join(step.text for step in self.steps)
        if primary is not None:
            help = f"write `--set {path}.{kind.value}={flow(value)}` for its `{primary}`"
            message = f"`{kind.value}` stands at `{path}`, a number is none"
            raise _BadPath(message, self.steps[-1].span, help)

    def check(self, node: Node, done: int) -> None:
        """_BadPath where the next step is neither the type of an entry nor a sibling."""
        step = self.steps[done]
        kind = told_apart(node, _SIBLINGS, self.words.known).type
        if kind is None or step.text in (kind.value, *_SIBLINGS):
            return
        before = ".".join(part.text for part in self.steps[:done])
        rest = ".".join(part.text for part in self.steps[done:])
        meant = closest(step.text, self.words.parameters(kind.value))
        if meant is not None:
            longer = ".".join(
                [before, kind.value, meant, *(s.text for s in self.steps[done + 1 :])]
            )
            help = f"did you mean `{longer}`?"
        elif kind.value in self.words.blocks:
            inside = f"blocks.{kind.value}.layers.{rest}"
            help = f"the layers of a block are set where it is declared: `{inside}`"
        else:
            help = f"`{kind.value}` stands there: set `{before}` as a whole to change the type"
        message = f"there is no `{step.text}` beside `{kind.value}`"
        raise _BadPath(message, step.span, help)


def _nested(steps: list[_Step], value: Node) -> Node:
    for step in reversed(steps):
        value = Mapping(((Scalar(step.text, step.span), value),), step.span)
    return value


def _opened(node: Scalar, step: _Step, words: Words, key: str) -> Mapping:
    """A scalar as the mapping it is short for: a type alone, or a primary parameter's value."""
    if is_null(node):
        return Mapping((), node.span)
    primary = words.primary(key)
    if primary is not None:
        return Mapping(((Scalar(primary, node.span), node),), node.span)
    if node.value == step.text or (isinstance(node.value, str) and step.text in _SIBLINGS):
        return Mapping(((node, Scalar(None, node.span)),), node.span)
    if isinstance(node.value, str):
        help = f"`{node.value}` stands there: set `{key or 'it'}` as a whole to change the type"
        raise _BadPath(f"there is no `{step.text}` here", step.span, help)
    raise _BadPath(f"there is no `{step.text}` in {kind_of(node)}", step.span)


def _position(node: Sequence, steps: list[_Step], key: str, words: Words) -> tuple[int, int]:
    """The item of a list that the first steps name, and how many of them do."""
    step = steps[0]
    if step.text.isdecimal() and step.text.isascii():
        if len(step.text) < 10 and int(step.text) < len(node.items):
            return int(step.text), 1
        many = f"{len(node.items)} item" + ("" if len(node.items) == 1 else "s")
        message = f"`{key}` has {many}, counted from 0: there is no {step.text}"
        raise _BadPath(message, step.span)
    described = [_described(item, words.known) for item in node.items]
    names = layer_names(described) if key == "layers" else []
    # A name may hold dots: the longest run of steps that makes one is meant.
    for used in range(len(steps), 0, -1):
        name = ".".join(part.text for part in steps[:used])
        for position, ((_, given, _), own) in enumerate(zip(described, names)):
            if name in own or name == given:
                return position, used
    known = [name for own in names for name in own]
    help = did_you_mean(step.text, known)
    if not help:
        help = f"there are {listed(known)}" if known else "count its items from 0"
    raise _BadPath(f"no item of `{key}` is called `{step.text}`", step.span, help)


def _described(item: Node, known: Collection[str]) -> tuple[str, str | None, int | None]:
    """The type, the name and the number of copies of a layer, as far as they can be told."""
    parts = told_apart(item, LAYER_SIBLINGS, known)
    name, repeat = (parts.beside[n][1] if n in parts.beside else None for n in ("name", "repeat"))
    count = count_of(repeat)
    # More copies than there may be need no names.
    most = None if count is None else min(count, MAX_LAYERS)
    return str(parts.type.value) if parts.type else "", name_of(name), most
