"""Composer: from libyaml's events to nodes with positions, within limits.

The nodes are composed here rather than by PyYAML, so that depth, expansion, tags and duplicate keys
are judged before anything is built from them, and scalars follow the core schema of YAML 1.2
(https://yaml.org/spec/1.2.2/#103-core-schema).
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tfgraph.diagnostics import Diagnostic, Source, Span, TooManyProblems, collect
from tfgraph.spec.events import events_of
from tfgraph.spec.nodes import (
    UNKNOWN,
    Mapping,
    Node,
    Scalar,
    Sequence,
    through,
)
from tfgraph.spec.pairs import Pairs
from tfgraph.spec.scalars import core_scalar

if TYPE_CHECKING:
    from tfgraph.spec.recovery import Mended

MAX_DEPTH = 64
TOO_DEEP = f"values nest deeper than {MAX_DEPTH} levels"
MAX_NODES = 50_000  # after the expansion of aliases
TOO_MANY = f"the file expands to more than {MAX_NODES:,} values"


class _StopReading(Exception):
    """Reading cannot go on; the diagnostic says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


class Reading(NamedTuple):
    """What came of a text: its nodes, as far as it is sound, and what is wrong with it.

    `lost` are the words of what could not be read, by the place of the UNKNOWN that stands for it.
    """

    node: Node | None
    diagnostics: list[Diagnostic]
    lost: AbstractMapping[tuple[str, int, int], frozenset[str]] = {}


def compose(source: Source, start: int = 0) -> Reading:
    """The nodes of the one YAML document in a source; `start` as in `read`."""
    # Blanks in place of what stands before keep the positions.
    composer = Composer(source, " " * start + source.text[start:])
    try:
        return composer.reading()
    except yaml.YAMLError as error:
        # Where a setting is no YAML, nothing of it is.
        whole = start == 0
        return _recovered(source, error.with_traceback(None), composer.diagnostics, whole)


def _recovered(
    source: Source, error: yaml.YAMLError, found: list[Diagnostic], whole: bool
) -> Reading:
    """What there is to read of a text that is not YAML everywhere, if it is the `whole` source."""
    from tfgraph.spec.recovery import recovered

    syntax, mended = recovered(source, error)
    # The libyaml of newer PyYAML has a limit too, and meets it while it looks ahead for a key.
    if "nesting depth" in str(getattr(error, "problem", "")):
        return Reading(None, [*found, Diagnostic("TG102", TOO_DEEP, syntax[0].span)])
    if not whole:
        return Reading(None, [*found, syntax[0]])
    if mended is None:
        return Reading(None, [*found, *syntax])
    node, anew, lost = Composer(source, mended.text, mended).reading()
    # What was read behind a bracket that is open was taken to be inside it.
    before = [d for d in found if d.span.place < syntax[0].span.place]
    told = [d for d in before if not any(d.says_as(other) for other in anew)]
    return Reading(node, [*told, *anew, *syntax], lost)


class Composer:
    """Builds nodes from events and collects what is wrong on the way."""

    def __init__(self, source: Source, text: str, mended: Mended | None = None) -> None:
        self.source = source
        self.mended = mended
        self.diagnostics: list[Diagnostic] = []
        self.events: Iterator[Any] = events_of(text)
        #: What each anchor names, the number of its values and the levels below it.
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.open_anchors: set[str] = set()
        self.nodes = 0
        self.deepest = 0
        self.lost: dict[tuple[str, int, int], frozenset[str]] = {}

    def reading(self) -> Reading:
        """The document, as far as it is sound; `yaml.YAMLError` where it is not YAML."""
        node = None
        try:
            node = self.document()
        except _StopReading as stop:
            self.diagnostics.append(stop.diagnostic)
        except TooManyProblems:
            pass
        return Reading(node, self.diagnostics, self.lost)

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
        column, until = self.column(start), self.column(stop)
        return Span(self.source, start.line + 1, column + 1, stop.line + 1, until + 1)

    def column(self, mark: Any) -> int:
        """The column of a mark in the source, counted from 0."""
        if self.mended is None or mark.line >= len(self.mended.lines):
            return int(mark.column)
        return self.mended.column(mark.line, mark.column)

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
        if event.anchor not in self.anchors and self.mended and self.mended.lost:
            # It may stand in what is left out.
            self.lost[self.span(event).place] = frozenset().union(*self.mended.lost.values())
            return Scalar(UNKNOWN, self.span(event))
        if event.anchor not in self.anchors:
            message = f"no anchor `&{event.anchor}` stands before this alias"
            raise _StopReading(Diagnostic("TG107", message, self.span(event)))
        node, size, levels = self.anchors[event.anchor]
        self.count(event, size)
        self.descend(event, depth + levels)
        return through(node, f"`*{event.anchor}` stands for it here", self.span(event))

    def scalar(self, event: Any) -> Scalar:
        span, mark = self.span(event), event.start_mark
        lost = self.mended.lost if self.mended else {}
        if (words := lost.get((mark.line + 1, mark.column + 1))) is not None:
            self.lost[span.place] = words
            return Scalar(UNKNOWN, span)
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
        pairs = Pairs(self, event)
        while not isinstance(inner := next(self.events), yaml.MappingEndEvent):
            key = self.node(inner, depth + 1)
            below = next(self.events)
            pairs.add(inner, key, below, self.node(below, depth + 1))
        return pairs.made(self.span(event, inner))
