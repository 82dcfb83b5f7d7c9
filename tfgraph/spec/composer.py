"""Composer: from libyaml's events to nodes with positions, within limits.

The nodes are composed here rather than by PyYAML, so that depth, expansion, tags and duplicate keys
are judged before anything is built from them, and scalars follow the core schema of YAML 1.2
(https://yaml.org/spec/1.2.2/#103-core-schema).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from tfgraph.diagnostics import Diagnostic, Source, Span, TooManyProblems, collect
from tfgraph.spec.brackets import (
    Cut,
    bracket_help,
    cut_number,
    left_open,
    template_name,
    tight_pair,
)
from tfgraph.spec.events import events_of, is_lone_key, is_plain
from tfgraph.spec.nodes import (
    UNKNOWN,
    Mapping,
    Node,
    Scalar,
    Sequence,
    kind_of,
    shortened,
    through,
)
from tfgraph.spec.scalars import core_scalar

MAX_DEPTH = 64
TOO_DEEP = f"values nest deeper than {MAX_DEPTH} levels"
MAX_NODES = 50_000  # after the expansion of aliases
TOO_MANY = f"the file expands to more than {MAX_NODES:,} values"

Pair = tuple[Scalar, Node]


class _StopReading(Exception):
    """Reading cannot go on; the diagnostic says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


def compose(source: Source, start: int = 0) -> tuple[Node | None, list[Diagnostic]]:
    """The nodes of the one YAML document in a source; `start` as in `read`."""
    composer = _Composer(source, start)
    try:
        node = composer.document()
    except _StopReading as stop:
        return None, [*composer.diagnostics, stop.diagnostic]
    except TooManyProblems:
        return None, composer.diagnostics
    except yaml.YAMLError as error:
        return None, [*composer.diagnostics, _syntax(source, error)]
    return node, composer.diagnostics


def _syntax(source: Source, error: yaml.YAMLError) -> Diagnostic:
    from tfgraph.spec.syntax import not_yaml

    # The libyaml of newer PyYAML has a limit too, and meets it while it looks ahead for a key.
    found = not_yaml(source, error, source.end)
    too_deep = "nesting depth" in str(getattr(error, "problem", ""))
    return Diagnostic("TG102", TOO_DEEP, found.span) if too_deep else found


class _Composer:
    """Builds nodes from events and collects what is wrong on the way."""

    def __init__(self, source: Source, start: int) -> None:
        self.source = source
        # Blanks in place of what stands before keep the positions.
        text = " " * start + source.text[start:]
        self.diagnostics: list[Diagnostic] = []
        self.events: Iterator[Any] = events_of(text)
        #: What each anchor names, the number of its values and the levels below it.
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.open_anchors: set[str] = set()
        self.nodes = 0
        self.deepest = 0

    def report(self, diagnostic: Diagnostic) -> None:
        collect(self.diagnostics, diagnostic)

    def document(self) -> Node | None:
        next(self.events)  # the stream starts
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            span = Span(self.source, 1, 1, 1, 1)
            raise _StopReading(Diagnostic("TG101", "the file is empty", span))
        node = self.node(next(self.events), 0)
        next(self.events)  # the document ends
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            message = "a spec is one YAML document; a second one starts here"
            self.report(Diagnostic("TG101", message, self.span(event)))
        return node

    def span(self, event: Any, end: Any = None) -> Span:
        start, stop = event.start_mark, (end or event).end_mark
        if start.line >= len(self.source.lines):
            return self.source.end  # an empty value at the end of a file without a line break
        return Span(self.source, start.line + 1, start.column + 1, stop.line + 1, stop.column + 1)

    def count(self, event: Any, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise _StopReading(Diagnostic("TG102", TOO_MANY, self.span(event)))

    def descend(self, event: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise _StopReading(Diagnostic("TG102", TOO_DEEP, self.span(event)))
        self.deepest = max(self.deepest, depth)

    def node(self, event: Any, depth: int) -> Node:
        self.descend(event, depth)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, depth)
        self.count(event, 1)
        if event.tag is not None:
            written = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"tags are not allowed in a spec: `{written}`"
            help = "a spec is plain data: write the value without the tag"
            self.report(Diagnostic("TG104", message, self.span(event), help=help))
        return self.anchored(event, depth) if event.anchor else self.value(event, depth)

    def value(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, depth)
        return self.mapping(event, depth)

    def anchored(self, event: Any, depth: int) -> Node:
        nodes, deepest = self.nodes - 1, self.deepest
        self.deepest = depth
        self.open_anchors.add(event.anchor)
        node = self.value(event, depth)
        self.open_anchors.discard(event.anchor)
        self.anchors[event.anchor] = (node, self.nodes - nodes, self.deepest - depth)
        self.deepest = max(deepest, self.deepest)
        return node

    def alias(self, event: Any, depth: int) -> Node:
        if event.anchor in self.open_anchors:
            message = f"the alias `*{event.anchor}` stands inside what it names"
            raise _StopReading(Diagnostic("TG107", message, self.span(event)))
        if event.anchor not in self.anchors:
            message = f"no anchor `&{event.anchor}` stands before this alias"
            raise _StopReading(Diagnostic("TG107", message, self.span(event)))
        node, size, levels = self.anchors[event.anchor]
        self.count(event, size)
        self.descend(event, depth + levels)
        return through(node, f"`*{event.anchor}` stands for it here", self.span(event))

    def scalar(self, event: Any) -> Scalar:
        span = self.span(event)
        if not event.implicit[0]:
            return Scalar(event.value, span)
        try:
            return Scalar(core_scalar(event.value), span)
        except OverflowError as error:
            self.report(Diagnostic("TG108", str(error), span))
            return Scalar(0, span)

    def sequence(self, event: Any, depth: int) -> Sequence:
        items = []
        while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(inner, depth + 1))
        return Sequence(tuple(items), self.span(event, inner))

    def mapping(self, event: Any, depth: int) -> Mapping | Scalar:
        pairs = _Pairs(self, event)
        while not isinstance(inner := next(self.events), yaml.MappingEndEvent):
            key = self.node(inner, depth + 1)
            below = next(self.events)
            pairs.add(inner, key, below, self.node(below, depth + 1))
        return pairs.made(self.span(event, inner))


class _Pairs:
    """The pairs of one mapping, as they are read."""

    def __init__(self, composer: _Composer, opening: Any) -> None:
        self.composer = composer
        self.flow = opening.flow_style
        self.entries: dict[str, Pair] = {}
        self.merged: dict[str, Pair] = {}
        #: The name of a variable as other languages write it: `{{ name }}`.
        self.template = ""
        self.cut: Cut | None = None
        #: The event before the next key.
        self.last = opening

    def add(self, opening: Any, key: Node, below: Any, value: Node) -> None:
        """Take a key and its value, and the events that they start with."""
        before, self.last = self.last, below
        alone = is_lone_key(opening, below)
        if self.cut and self.cut.open > 0 and alone:
            self.cut.add(opening.value, key.span)
            return
        self.mend_cut()
        if alone and self.flow and is_plain(opening) and self.run_together(before, opening):
            return
        if name := template_name(key, value):
            self.template = name
        elif not isinstance(key, Scalar) or not isinstance(key.value, str):
            self.not_a_string(opening, key, alone)
            if written := getattr(opening, "value", ""):
                # What it is the key of is not missing as well.
                self.entries.setdefault(written, (Scalar(written, key.span), value))
        elif key.value == "<<" and is_plain(opening):
            self.merge(value)
        elif key.value in self.entries:
            self.twice(key, self.entries[key.value][0])
        else:
            self.entries[key.value] = (key, value)
            if self.flow and is_plain(below) and left_open(below.value) > 0:
                self.cut = Cut(key.value, value.span, [below.value])

    def made(self, span: Span) -> Mapping | Scalar:
        """The mapping; what stands for it where it was meant for something else."""
        self.mend_cut()
        for name, pair in self.merged.items():
            self.entries.setdefault(name, pair)
        if self.template:
            message = "two braces are a mapping in another, not a variable"
            self.report("TG106", message, span, help=f"write `${self.template}`")
            return Scalar(UNKNOWN, span)
        return Mapping(tuple(self.entries.values()), span)

    def report(self, code: str, message: str, span: Span, **more: Any) -> None:
        self.composer.report(Diagnostic(code, message, span, **more))

    def not_a_string(self, opening: Any, key: Node, alone: bool) -> None:
        written = getattr(opening, "value", "")
        help = f'put it in quotes: `"{shortened(written)}"`' if written else ""
        if self.flow and alone:
            help = "braces hold `name: value`; values alone stand in `[…]`"
        self.report("TG106", f"a key must be a string, got {kind_of(key)}", key.span, help=help)

    def twice(self, key: Scalar, first: Scalar) -> None:
        message = f"the key `{key.value}` stands twice in one mapping"
        note = f"the first one is in line {first.span.line}"
        self.report("TG103", message, key.span, notes=(note,))

    def run_together(self, before: Any, opening: Any) -> bool:
        """Whether a key is a pair without a blank in it, or a number cut by its comma; reported."""
        span = self.composer.span(opening)
        if pair := tight_pair(opening.value):
            message, meant = "a key is followed by `: `, with the space", ": ".join(pair)
            self.entries.setdefault(pair[0], (Scalar(pair[0], span), Scalar(UNKNOWN, span)))
        elif getattr(before, "end_mark", opening).index + 1 == opening.start_mark.index:
            meant = cut_number(getattr(before, "value", ""), opening.value)
            message, span = "the `,` ends the number there", self.composer.span(before, opening)
        else:
            return False
        if meant:
            self.report("TG101", message, span, help=f"write `{meant}`")
        return bool(meant)

    def mend_cut(self) -> None:
        """Put one value in place of what commas inside round brackets have cut into keys."""
        cut, self.cut = self.cut, None
        if cut and cut.is_cut:
            message = f"the `,` in `{shortened(cut.text)}` ends the value there"
            self.report("TG101", message, cut.span, help=bracket_help(cut.text))
            self.entries[cut.name] = (self.entries[cut.name][0], Scalar(UNKNOWN, cut.span))

    def merge(self, value: Node) -> None:
        for part in value.items if isinstance(value, Sequence) else (value,):
            if not isinstance(part, Mapping):
                message = "`<<` merges a mapping, or a list of mappings"
                self.report("TG107", message, part.span)
                continue
            for key, below in part:
                self.merged.setdefault(key.value, (key, below))
