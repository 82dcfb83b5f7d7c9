"""Reader: from text to nodes with positions, within limits.

The nodes are composed here from libyaml's event stream rather than by PyYAML, so that size,
depth, expansion, tags and duplicate keys are judged before anything is built from them, and
scalars follow the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml

from tfgraph.diagnostics import Diagnostic, Source, Span, TooManyProblems, collect, split_lines
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
from tfgraph.spec.syntax import not_yaml

MAX_CHARACTERS = 2_000_000
#: Of a file so many bytes are taken: one more than the characters that are read can have, and
#: what a last one that is cut in two has.
MAX_BYTES = 4 * MAX_CHARACTERS + 5
MAX_DEPTH = 64
TOO_DEEP = f"values nest deeper than {MAX_DEPTH} levels"
MAX_NODES = 50_000  # after the expansion of aliases
TOO_MANY = f"the file expands to more than {MAX_NODES:,} values"

# Control characters, those that show a text in another order than it has, invisible ones that no
# script needs, and those that end a line in YAML 1.1 (libyaml's) but not in YAML 1.2.
FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e"
    r"\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _StopReading(Exception):
    """Reading cannot go on; the diagnostic says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


def decode(data: bytes, name: str) -> tuple[Source, list[Diagnostic]]:
    """The text of a file; bytes that are not UTF-8 are a diagnostic at their place.

    Of a text that is too long a part is kept that is too long as well.
    """
    data = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        return Source(name, data.decode()[: MAX_CHARACTERS + 1]), []
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        if len(before) > MAX_CHARACTERS:
            return Source(name, before[: MAX_CHARACTERS + 1]), []
        source = Source(name, data.decode(errors="replace")[: MAX_CHARACTERS + 1])
        span = _span_at(source, len(before), 1)
        return source, [Diagnostic("TG105", "the file is not UTF-8", span, "this byte is not")]


def read(source: Source, start: int = 0) -> tuple[Node | None, list[Diagnostic]]:
    """Read one YAML document; None where nothing sound was found.

    `start` is where the document begins in a source of one line.
    """
    if len(source.text) > MAX_CHARACTERS:
        message = f"the file has more than {MAX_CHARACTERS:,} characters"
        return None, [Diagnostic("TG102", message, Span(source, 1, 1, 1, 2))]
    forbidden = FORBIDDEN.search(source.text)
    if forbidden:
        name = unicodedata.name(forbidden[0], "a control character")
        message = f"the character U+{ord(forbidden[0]):04X} ({name}) is not allowed in a spec"
        return None, [Diagnostic("TG105", message, _span_at(source, forbidden.start(), 1))]
    if tags := _tag_directive(source):
        message = "`%TAG` declares tags, and tags are not allowed in a spec"
        return None, [Diagnostic("TG104", message, tags, help="remove the line")]
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


def _tag_directive(source: Source) -> Span | None:
    """The first `%TAG` above the document: libyaml takes the square of their number in time."""
    for number, line in enumerate(source.lines, 1):
        if line.startswith("%TAG"):
            return Span(source, number, 1, number, len(line) + 1)
        if line.strip() and line[0] not in "%#":
            return None
    return None


def _span_at(source: Source, index: int, width: int) -> Span:
    lines = split_lines(source.text[:index])
    line, column = len(lines), len(lines[-1]) + 1
    return Span(source, line, column, line, column + width)


def _end(source: Source) -> Span:
    """The last character that is not blank."""
    return _span_at(source, max(0, len(source.text.rstrip()) - 1), 1)


def _syntax(source: Source, error: yaml.YAMLError) -> Diagnostic:
    # The libyaml of newer PyYAML has a limit too, and meets it while it looks ahead for a key.
    found = not_yaml(source, error, _end(source))
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
            return _end(self.source)  # an empty value at the end of a file without a line break
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
        entries: dict[str, tuple[Scalar, Node]] = {}
        merged: dict[str, tuple[Scalar, Node]] = {}
        template, last = "", event
        cut: Cut | None = None
        while not isinstance(inner := next(self.events), yaml.MappingEndEvent):
            key = self.node(inner, depth + 1)
            plain_key = is_plain(inner)
            below = next(self.events)
            value = self.node(below, depth + 1)
            before, last = last, below
            if cut and cut.open > 0 and is_lone_key(inner, below):
                cut.add(inner.value, key.span)
                continue
            if cut and cut.is_cut:
                entries[cut.name] = (entries[cut.name][0], self.whole(cut))
            cut = None
            alone = event.flow_style and plain_key and is_lone_key(inner, below)
            if alone and (meant := self.run_together(before, inner)):
                name, colon, _ = meant.partition(":")
                if colon:
                    entries.setdefault(name, (Scalar(name, key.span), Scalar(UNKNOWN, key.span)))
            elif name := template_name(key, value):
                template = name
            elif not isinstance(key, Scalar) or not isinstance(key.value, str):
                message = f"a key must be a string, got {kind_of(key)}"
                written = getattr(inner, "value", "")
                help = f'put it in quotes: `"{shortened(written)}"`' if written else ""
                if event.flow_style and is_lone_key(inner, below):
                    help = "braces hold `name: value`; values alone stand in `[…]`"
                self.report(Diagnostic("TG106", message, key.span, help=help))
                if written:  # what it is the key of is not missing as well
                    entries.setdefault(written, (Scalar(written, key.span), value))
            elif key.value == "<<" and plain_key:
                self.merge(merged, value)
            elif key.value in entries:
                first = entries[key.value][0].span
                message = f"the key `{key.value}` stands twice in one mapping"
                note = f"the first one is in line {first.line}"
                self.report(Diagnostic("TG103", message, key.span, notes=(note,)))
            else:
                entries[key.value] = (key, value)
                if event.flow_style and is_plain(below) and left_open(below.value) > 0:
                    cut = Cut(key.value, value.span, [below.value])
        if cut and cut.is_cut:
            entries[cut.name] = (entries[cut.name][0], self.whole(cut))
        for name, entry in merged.items():
            entries.setdefault(name, entry)
        span = self.span(event, inner)
        if template:
            message = "two braces are a mapping in another, not a variable"
            self.report(Diagnostic("TG106", message, span, help=f"write `${template}`"))
            return Scalar(UNKNOWN, span)
        return Mapping(tuple(entries.values()), span)

    def run_together(self, before: Any, key: Any) -> str:
        """A pair without a blank in it, or a number cut by its comma, as it was meant; reported."""
        message, span, meant = "", self.span(key), ""
        if pair := tight_pair(key.value):
            message, meant = "a key is followed by `: `, with the space", ": ".join(pair)
        elif getattr(before, "end_mark", key).index + 1 == key.start_mark.index:
            meant = cut_number(getattr(before, "value", ""), key.value)
            message, span = "the `,` ends the number there", self.span(before, key)
        if meant:
            self.report(Diagnostic("TG101", message, span, help=f"write `{meant}`"))
        return meant

    def whole(self, cut: Cut) -> Scalar:
        """What stands for a value that commas inside round brackets have cut into keys."""
        message = f"the `,` in `{shortened(cut.text)}` ends the value there"
        self.report(Diagnostic("TG101", message, cut.span, help=bracket_help(cut.text)))
        return Scalar(UNKNOWN, cut.span)

    def merge(self, merged: dict[str, tuple[Scalar, Node]], value: Node) -> None:
        for part in value.items if isinstance(value, Sequence) else (value,):
            if not isinstance(part, Mapping):
                message = "`<<` merges a mapping, or a list of mappings"
                self.report(Diagnostic("TG107", message, part.span))
                continue
            for key, below in part:
                merged.setdefault(key.value, (key, below))
