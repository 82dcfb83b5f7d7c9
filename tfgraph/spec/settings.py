"""Settings: what `--set PATH=VALUE` changes in a spec.

A path leads through sections, types and parameters, by dots: `train.epochs`,
`optimizer.rmsprop.learning_rate`. Into a list it leads by position, counted from 0, and into the
layers by name as well: `layers.hidden.matmul.units`. The value is YAML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping as AbstractMapping
from dataclasses import replace
from typing import Any

from tfgraph.diagnostics import SET, Source, Span
from tfgraph.errors import UsageError
from tfgraph.registry import Registry
from tfgraph.spec.addresses import (
    BadPath,
    Step,
    Words,
    check_path,
    check_start,
    described_as,
    items_of,
    steps_of,
)
from tfgraph.spec.anatomy import told_apart
from tfgraph.spec.belonging import optimizer_of
from tfgraph.spec.composer import MAX_DEPTH
from tfgraph.spec.language import LAYER_SIBLINGS, LOSS_SIBLINGS
from tfgraph.spec.meaning import asked, called, parameter_names
from tfgraph.spec.naming import layer_names
from tfgraph.spec.nodes import UNKNOWN, Mapping, Node, Scalar, Sequence, at, is_null, kind_of
from tfgraph.spec.reader import read
from tfgraph.spec.variables import Notes
from tfgraph.spec.wording import flow
from tfgraph.words import closest, did_you_mean, listed

#: What may stand beside a type, and where entries stand.
_SIBLINGS = {**LAYER_SIBLINGS, **LOSS_SIBLINGS}
_ENTRIES = ("data", "layers", "loss", "metrics", "optimizer")


def written(settings: AbstractMapping[str, Any]) -> list[str]:
    """Settings given as Python data, as the command line takes them; UsageError for other data."""
    try:
        return [f"{path}={json.dumps(value)}" for path, value in settings.items()]
    except (TypeError, ValueError) as error:
        raise UsageError(f"a setting must be plain data: {error}") from error


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
    steps = steps_of(path, source, left.index(path) + 1)
    value: Node | None = Scalar(None, Span(source, 1, 1, 1, len(left) + 2))
    if text.strip():
        value, found, _ = read(source, start=len(left) + 1)
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
        optimizer = optimizer_of(node, registry)
        check_path(path, text.strip(), steps, optimizer)
        check_start(node, path, text.strip(), steps[0], Words(registry, node))
        return _Setter(steps, value, Words(registry, node)).changed(node, 0, "", entry=False)
    except BadPath as error:
        if error.message:
            notes.report("TG213", error.message, error.span, help=error.help)
        return node


class _Setter:
    """Puts a value where the steps of a path lead."""

    def __init__(self, steps: list[Step], value: Node, words: Words) -> None:
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
        """BadPath for a number in place of an entry whose type takes one."""
        value = self.value.value if isinstance(self.value, Scalar) else None
        kind = told_apart(node, _SIBLINGS, self.words.known).type
        if not isinstance(value, (bool, int, float)) or kind is None:
            return
        primary = self.words.primary(kind.value)
        path = ".".join(step.text for step in self.steps)
        if primary is not None:
            help = f"write `--set {path}.{kind.value}={flow(value)}` for its `{primary}`"
            message = f"`{kind.value}` stands at `{path}`, a number is none"
            raise BadPath(message, self.steps[-1].span, help)

    def check(self, node: Node, done: int) -> None:
        """BadPath where the next step is neither the type of an entry nor a sibling."""
        step = self.steps[done]
        kind = told_apart(node, _SIBLINGS, self.words.known).type
        if kind is None or step.text in (kind.value, *_SIBLINGS):
            return
        before = ".".join(part.text for part in self.steps[:done])
        own = self.words.types.get(kind.value)
        known = called(step.text, parameter_names(own)) if own else []
        meant = next(iter(known), None) or closest(step.text, self.words.parameters(kind.value))
        if meant is not None:
            longer = ".".join(
                [before, kind.value, meant, *(s.text for s in self.steps[done + 1 :])]
            )
            help = f"did you mean `{longer}`?"
        elif kind.value in self.words.blocks:
            inside = f"blocks.{kind.value}.layers.{self.in_block(kind.value, done)}"
            help = f"the layers of a block are set where it is declared: `{inside}`"
        else:
            help = f"`{kind.value}` stands there: set `{before}` as a whole to change the type"
        message = f"there is no `{step.text}` beside `{kind.value}`"
        raise BadPath(message, step.span, help)

    def in_block(self, block: str, done: int) -> str:
        """The rest of the path, as it leads to a layer of a block: its name, and not its type."""
        first, *more = (step.text for step in self.steps[done:])
        layers = at(self.words.file, ["blocks", block, "layers"])
        described = [described_as(item, self.words.known) for item in items_of(layers)]
        names = layer_names(described)
        known = {name for own in names for name in own}
        of_type = [own[0] for (kind, *_), own in zip(described, names) if kind == first and own]
        if first in known or not of_type:
            return ".".join([first, *more])
        return ".".join([of_type[0], first, *more] if first not in more else [of_type[0], *more])


def _nested(steps: list[Step], value: Node) -> Node:
    for step in reversed(steps):
        value = Mapping(((Scalar(step.text, step.span), value),), step.span)
    return value


def _opened(node: Scalar, step: Step, words: Words, key: str) -> Mapping:
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
        raise BadPath(f"there is no `{step.text}` here", step.span, help)
    if isinstance(node, Scalar) and node.value is UNKNOWN:
        raise BadPath("", step.span)  # why it is not known is already reported
    raise BadPath(f"there is no `{step.text}` in {kind_of(node)}", step.span)


def _position(node: Sequence, steps: list[Step], key: str, words: Words) -> tuple[int, int]:
    """The item of a list that the first steps name, and how many of them do."""
    step = steps[0]
    if step.text.isdecimal() and step.text.isascii():
        if len(step.text) < 10 and int(step.text) < len(node.items):
            return int(step.text), 1
        many = f"{len(node.items)} item" + ("" if len(node.items) == 1 else "s")
        message = f"`{key}` has {many}, counted from 0: there is no {step.text}"
        raise BadPath(message, step.span)
    described = [described_as(item, words.known) for item in node.items]
    names = layer_names(described) if key == "layers" else []
    # A name may hold dots: the longest run of steps that makes one is meant.
    for used in range(len(steps), 0, -1):
        name = ".".join(part.text for part in steps[:used])
        for position, ((_, given, _), own) in enumerate(zip(described, names)):
            if name in own or name == given:
                return position, used
    known = [name for own in names for name in own]
    of_type = [own[0] for (kind, *_), own in zip(described, names) if kind == step.text and own]
    help = f"name the layer: {asked(of_type)}" if of_type else did_you_mean(step.text, known)
    if not help:
        help = f"there are {listed(known)}" if known else "count its items from 0"
    raise BadPath(f"no item of `{key}` is called `{step.text}`", step.span, help)
