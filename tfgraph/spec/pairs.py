"""Pairs: the keys and values of one mapping, and what was meant where they are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfgraph.diagnostics import MAX_WIDTH, Diagnostic, Span
from tfgraph.spec.brackets import (
    Cut,
    bracket_help,
    cut_number,
    left_open,
    template_name,
    tight_pair,
    without_colon,
)
from tfgraph.spec.events import is_lone_key, is_plain
from tfgraph.spec.nodes import UNKNOWN, Mapping, Node, Scalar, Sequence, kind_of, shortened

if TYPE_CHECKING:
    from tfgraph.spec.composer import Composer

Pair = tuple[Scalar, Node]


class Pairs:
    """The pairs of one mapping, as they are read."""

    def __init__(self, composer: Composer, opening: Any) -> None:
        self.composer = composer
        self.flow = opening.flow_style
        self.entries: dict[str, Pair] = {}
        self.merged: dict[str, Pair] = {}
        #: The name of a variable as other languages write it: `{{ name }}`.
        self.template = ""
        self.cut: Cut | None = None
        #: How many values without names stand there.
        self.values = 0
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
        if is_plain(opening) and (name := without_colon(opening.value)) and not self.flow:
            self.colon_missing(name, key.span)
        elif name := template_name(key, value):
            self.template = name
        elif not isinstance(key, Scalar) or not isinstance(key.value, str):
            self.not_a_string(opening, key, alone)
            if written := getattr(opening, "value", ""):
                # What it is the key of is not missing as well; values may be equal to one another.
                name = str(key.span) if self.flow and alone else written
                self.entries.setdefault(name, (Scalar(written, key.span), value))
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
        if self.values:
            self.composer.lost[span.place] = frozenset()
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
            self.values += 1
            if self.values > 1:
                self.composer.lost[key.span.place] = (
                    frozenset()
                )  # one mistake, told at the first of them
                return
        self.report("TG106", f"a key must be a string, got {kind_of(key)}", key.span, help=help)

    def colon_missing(self, name: str, span: Span) -> None:
        """Report a key that runs into the bracket of its value: what it holds is not known."""
        message = f"a `:` is missing after `{name}`"
        line = span.source.line(span.line).strip() if span.line == span.end_line else ""
        help = f"write `{line.replace(name, f'{name}:', 1)}`" if len(line) <= MAX_WIDTH else ""
        place = Span(span.source, span.line, span.column, span.line, span.column + len(name))
        self.report("TG101", message, place, help=help)
        self.entries.setdefault(name, (Scalar(name, place), Scalar(UNKNOWN, place)))

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
