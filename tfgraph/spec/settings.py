"""Settings: what `--set PATH=VALUE` changes in a spec.

A path leads through sections, types and parameters, by dots: `train.epochs`,
`optimizer.rmsprop.learning_rate`. Into a list it leads by position, counted from 0, and into the
layers by name as well: `layers.hidden.matmul.units`. The value is YAML.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace
from typing import Any

from tfgraph.diagnostics import Source, Span, did_you_mean, listed
from tfgraph.errors import UsageError
from tfgraph.spec.language import LAYER_SIBLINGS, LOSS_SIBLINGS, SET
from tfgraph.spec.naming import MAX_LAYERS, count_of, layer_names, name_of
from tfgraph.spec.nodes import Mapping, Node, Scalar, Sequence, is_null, kind_of
from tfgraph.spec.reader import MAX_DEPTH, read
from tfgraph.spec.variables import Notes

#: The primary parameter of a type, whatever its kind; None where it has none.
PrimaryOf = Callable[[str], str | None]


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


def apply_setting(node: Node, setting: str, primary_of: PrimaryOf, notes: Notes) -> Node:
    """The node with one `PATH=VALUE` applied; what is wrong with it goes to `notes`."""
    source = Source(SET, setting)
    path, equals, text = setting.partition("=")
    if not equals or not all(path.split(".")):
        span = Span(source, 1, 1, 1, max(2, len(path) + 1))
        help = "like `--set train.epochs=3`"
        notes.report("TG213", f"a setting is PATH=VALUE, got `{setting}`", span, help=help)
        return node
    if path.count(".") >= MAX_DEPTH:
        span = Span(source, 1, 1, 1, len(path) + 1)
        notes.report("TG213", f"a path has at most {MAX_DEPTH} parts", span)
        return node
    steps = []
    column = 1
    for part in path.split("."):
        steps.append(_Step(part, Span(source, 1, column, 1, column + len(part))))
        column += len(part) + 1
    value: Node | None = Scalar(None, Span(source, 1, 1, 1, column))
    if text.strip():
        value, found = read(source, start=len(path) + 1)
        for diagnostic in found:
            notes.add(diagnostic)
            notes.lost(diagnostic.span)
    if value is None:
        return node
    if is_null(value) and len(steps) == 1 and isinstance(node, Mapping):
        # As where a file is extended, null takes a section away.
        return replace(node, entries=tuple((k, v) for k, v in node if k.value != steps[0].text))
    try:
        return _changed(node, steps, value, primary_of, "")
    except _BadPath as error:
        notes.report("TG213", error.message, error.span, help=error.help)
        return node


def _changed(node: Node, steps: list[_Step], value: Node, primary_of: PrimaryOf, key: str) -> Node:
    """The node with `value` where `steps` lead; `key` is the key that led to the node."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(node, Sequence):
        position, used = _position(node, steps, key)
        below = _changed(node.items[position], steps[used:], value, primary_of, "")
        return replace(node, items=(*node.items[:position], below, *node.items[position + 1 :]))
    if isinstance(node, Scalar):
        node = _opened(node, step, primary_of, key)
    child = node.get(step.text)
    if child is None:
        added = (Scalar(step.text, step.span), _nested(rest, value))
        return replace(node, entries=(*node.entries, added))
    changed = _changed(child, rest, value, primary_of, step.text)
    entries = tuple((k, changed if k.value == step.text else v) for k, v in node)
    return replace(node, entries=entries)


def _nested(steps: list[_Step], value: Node) -> Node:
    for step in reversed(steps):
        value = Mapping(((Scalar(step.text, step.span), value),), step.span)
    return value


def _opened(node: Scalar, step: _Step, primary_of: PrimaryOf, key: str) -> Mapping:
    """A scalar as the mapping it is short for: a type alone, or a primary parameter's value."""
    if is_null(node):
        return Mapping((), node.span)
    primary = primary_of(key)
    if primary is not None:
        return Mapping(((Scalar(primary, node.span), node),), node.span)
    beside = step.text in LAYER_SIBLINGS or step.text in LOSS_SIBLINGS
    if node.value == step.text or (isinstance(node.value, str) and beside):
        return Mapping(((node, Scalar(None, node.span)),), node.span)
    if isinstance(node.value, str):
        help = f"`{node.value}` stands there: set `{key or 'it'}` as a whole to change the type"
        raise _BadPath(f"there is no `{step.text}` here", step.span, help)
    raise _BadPath(f"there is no `{step.text}` in {kind_of(node)}", step.span)


def _position(node: Sequence, steps: list[_Step], key: str) -> tuple[int, int]:
    """The item of a list that the first steps name, and how many of them do."""
    step = steps[0]
    if step.text.isdecimal() and step.text.isascii():
        if len(step.text) < 10 and int(step.text) < len(node.items):
            return int(step.text), 1
        many = f"{len(node.items)} item" + ("" if len(node.items) == 1 else "s")
        message = f"`{key}` has {many}, counted from 0: there is no {step.text}"
        raise _BadPath(message, step.span)
    names = layer_names(map(_described, node.items)) if key == "layers" else []
    # A name may hold dots: the longest run of steps that makes one is meant.
    for used in range(len(steps), 0, -1):
        name = ".".join(part.text for part in steps[:used])
        for position, (item, own) in enumerate(zip(node.items, names)):
            if name in own or name == _described(item)[1]:
                return position, used
    known = [name for own in names for name in own]
    help = did_you_mean(step.text, known)
    if not help:
        help = f"there are {listed(known)}" if known else "count its items from 0"
    raise _BadPath(f"no item of `{key}` is called `{step.text}`", step.span, help)


def _described(item: Node) -> tuple[str, str | None, int | None]:
    """The type, the name and the number of copies of a layer, as far as they can be told."""
    if isinstance(item, Scalar):
        return str(item.value), None, None
    if not isinstance(item, Mapping):
        return "", None, None
    types = [key.value for key, _ in item if key.value not in LAYER_SIBLINGS]
    count = count_of(item.get("repeat"))
    # More copies than there may be need no names.
    most = None if count is None else min(count, MAX_LAYERS)
    return next(iter(types), ""), name_of(item.get("name")), most
