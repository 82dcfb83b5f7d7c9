"""Variables: `$name` and `$(arithmetic)` in the nodes of a spec, replaced by what they stand for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from tfgraph.diagnostics import Diagnostic, Span, collect
from tfgraph.spec.composer import MAX_DEPTH, MAX_NODES, TOO_DEEP, TOO_MANY
from tfgraph.spec.expressions import (
    ExpressionError,
    Token,
    UndeclaredVariable,
    UnknownVariable,
    evaluate,
    names_in,
)
from tfgraph.spec.nodes import (
    UNKNOWN,
    Mapping,
    Node,
    Scalar,
    Sequence,
    kind_of,
    measure,
    shortened,
    through,
)
from tfgraph.words import closest, listed

VARIABLE_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")
#: Variables that need each other, one after the other.
MAX_CHAIN = 50


class StopResolving(Exception):
    """The spec has grown out of its limits; the diagnostic is already reported."""


@dataclass
class Notes:
    """What resolving has found: problems, the values that could not be known, the size."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    #: Where values stand that are UNKNOWN: nothing else is to be said of them.
    unknown: set[tuple[str, int, int]] = field(default_factory=set)
    #: What stands there that could not be read, in words, as far as that is known.
    words: dict[tuple[str, int, int], frozenset[str]] = field(default_factory=dict)
    nodes: int = 0
    #: The variables that nothing declares and none is like, with the first use of each.
    undeclared: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    #: Whether a file that the spec extends could not be read: what is missing may stand there.
    incomplete: bool = False

    def add(self, diagnostic: Diagnostic) -> None:
        collect(self.diagnostics, diagnostic)

    def report(self, code: str, message: str, span: Span, **more: Any) -> None:
        self.add(Diagnostic(code, message, span, **more))

    def unread(self, lost: AbstractMapping[tuple[str, int, int], frozenset[str]]) -> None:
        """Take note of values that could not be read."""
        self.words |= lost
        self.unknown |= lost.keys()

    def lost(self, span: Span) -> Scalar:
        """A node in place of one whose value could not be found."""
        self.unknown.add(span.place)
        return Scalar(UNKNOWN, span)

    def count(self, node: Node, span: Span) -> None:
        """Count a node that is put in once more; StopResolving where it is too much."""
        size, levels = measure(node)
        self.nodes += size
        if self.nodes > MAX_NODES or levels > MAX_DEPTH:
            self.report("TG102", TOO_DEEP if levels > MAX_DEPTH else TOO_MANY, span)
            raise StopResolving


@dataclass(frozen=True)
class Variables:
    """What `$name` may name: the variables of the file, and the parameters of a block in its layers."""

    names: tuple[str, ...] = ()
    blocks: tuple[tuple[Span, tuple[str, ...]], ...] = ()

    def at(self, place: Span) -> Collection[str]:
        """Those that may be named at a place."""
        return _InReach(self, place)


@dataclass(frozen=True)
class _InReach(Collection[str]):
    """The variables that may be named at a place: looked for where a mistake asks for them."""

    variables: Variables
    place: Span

    @cached_property
    def names(self) -> AbstractMapping[str, None]:
        inside = (params for layers, params in self.variables.blocks if layers.holds(self.place))
        return dict.fromkeys([*self.variables.names, *(n for params in inside for n in params)])

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


@dataclass
class Scope:
    """The variables that `$name` finds: those of the spec, or of one use of a block.

    `given` are the values that are known, `declared` those to be worked out where they are used;
    `partial` where there may be others, in a section that cannot be read as it stands.
    """

    notes: Notes
    declared: AbstractMapping[str, Node]
    given: dict[str, Node] = field(default_factory=dict)
    outer: Scope | None = None
    partial: bool = False
    #: Names that no variable can have, as they are declared.
    misnamed: Collection[str] = ()
    used: set[str] = field(default_factory=set)
    open: list[str] = field(default_factory=list)

    def substitute(self, node: Node) -> Node:
        """The node with every `$name` and `$(…)` in it replaced."""
        if isinstance(node, Sequence):
            return replace(node, items=tuple(map(self.substitute, node.items)))
        if isinstance(node, Mapping):
            return replace(node, entries=tuple((k, self.substitute(v)) for k, v in node))
        text = node.value
        if not isinstance(text, str) or not text.startswith("$"):
            return node
        if text.startswith("$$"):
            return replace(node, value=text[1:])
        try:
            if text.startswith("$("):
                return self.expression(node, text)
            return self.reference(node, text[1:])
        except ExpressionError as error:
            span = _part(node, error)
            if self.is_partial and isinstance(error, UnknownVariable):
                return self.notes.lost(node.span)  # what could not be read may declare it
            if self.is_misnamed(text) or self.is_told(error, text, span):
                return self.notes.lost(node.span)
            self.notes.report("TG212", error.message, span, help=error.help)
            return self.notes.lost(node.span)

    def expression(self, node: Scalar, text: str) -> Node:
        span = node.span
        lost = False

        def variable(token: Token) -> Any:
            nonlocal span, lost
            value = self.find(token.text, token.start, token.end)
            span = span.through(f"`{token.text}` is set here", value.span)
            if isinstance(value, Scalar) and value.value is UNKNOWN:
                lost = True
                return 1  # what comes of it is not used
            if isinstance(value, Scalar) and isinstance(value.value, (bool, int, float)):
                return value.value
            message = f"`{token.text}` is {kind_of(value)}, not a number"
            raise ExpressionError(message, token.start, token.end)

        if not text.endswith(")"):
            raise ExpressionError("this `(` is not closed", 1, 2, help="write `$(…)`")
        try:
            result = evaluate(text[len("$(") : -1], variable)
        except ExpressionError as error:
            if lost:
                return self.notes.lost(node.span)
            raise error.moved(len("$(")) from None
        return self.notes.lost(node.span) if lost else Scalar(result, span)

    def reference(self, node: Scalar, name: str) -> Node:
        if not VARIABLE_NAME.fullmatch(name):
            help = self.meant(name) or "write `$$` for a dollar that is meant as one"
            message = f"`${shortened(name)}` is not a variable"
            raise ExpressionError(message, 0, 1 + len(name), help=help)
        value = self.find(name, 0, 1 + len(name))
        if isinstance(value, Scalar):
            if value.value is UNKNOWN:
                return self.notes.lost(node.span)
            return Scalar(value.value, node.span.through(f"`${name}` is set here", value.span))
        self.notes.count(value, node.span)
        return through(value, f"`${name}` is used here", node.span)

    def meant(self, text: str) -> str:
        """Help for what stands behind a `$` and is no name: other languages write it so."""
        braced = text.startswith("{") and text.endswith("}")
        inner = text.strip("{}").strip(" ") if braced else text
        if re.search(r"\w\$", inner):
            return ""  # two variables side by side are nothing that a number can be
        plainer = re.sub(r"\bvars\.", "", inner.replace("$", ""))
        if VARIABLE_NAME.fullmatch(plainer):
            return f"write `${plainer}`"
        if names_in(plainer):
            return f"write `$({shortened(plainer)})`"
        return ""

    def find(self, name: str, start: int, end: int) -> Node:
        """The value of a variable, itself resolved."""
        if name in self.given:
            self.used.add(name)
            return self.given[name]
        # A parameter's default may be the spec's variable of the same name.
        own = name in self.declared and name not in self.open
        if not own and self.outer is not None and self.outer.has(name):
            return self.outer.find(name, start, end)
        if name not in self.declared:
            have = self.names()
            # A name alone stands behind the sign, one in an expression without it.
            sign = "$" if end - start > len(name) else ""
            close = closest(name, have)
            help = f"did you mean `{sign}{close}`?" if close else ""
            if not help:
                declare = "in `vars`" if self.outer is None else "among the `params`, or in `vars`"
                help = f"there are {listed(have)}" if have else f"declare it {declare}"
            unknown = UnknownVariable if close else UndeclaredVariable
            raise unknown(f"no variable is called `{shortened(name)}`", start, end, help)
        if name in self.open:
            circle = " → ".join([*self.open[self.open.index(name) :], name])
            raise ExpressionError(f"variables that need each other: {circle}", start, end)
        if len(self.open) >= MAX_CHAIN:
            message = f"more than {MAX_CHAIN} variables that need one another"
            raise ExpressionError(message, start, end)
        self.used.add(name)
        self.open.append(name)
        # A value that cannot be found is reported where it stands, and known to be lost.
        self.given[name] = self.substitute(self.declared[name])
        self.open.pop()
        return self.given[name]

    @property
    def is_partial(self) -> bool:
        """Whether a variable that is not known may be declared where nothing could be read."""
        if self.notes.incomplete or self.partial:
            return True
        return self.outer is not None and self.outer.is_partial

    def is_misnamed(self, text: str) -> bool:
        """Whether a text uses a variable by a name that is reported where it is declared."""
        if any(name in text for name in self.misnamed):
            return True
        return self.outer is not None and self.outer.is_misnamed(text)

    def is_told(self, error: ExpressionError, text: str, span: Span) -> bool:
        """Whether a variable that nothing declares is reported already, at another place."""
        if not isinstance(error, UndeclaredVariable):
            return False
        name = text[error.start : error.end].lstrip("$")
        return self.notes.undeclared.setdefault(name, span.place) != span.place

    def has(self, name: str) -> bool:
        """Whether a name is in reach."""
        own = name in self.given or name in self.declared
        return own or (self.outer is not None and self.outer.has(name))

    def names(self) -> list[str]:
        """All names in reach."""
        own = [*self.given, *(name for name in self.declared if name not in self.given)]
        return [*own, *(self.outer.names() if self.outer else [])]


def escaped(value: Any) -> Any:
    """Plain data in which no string is taken for a variable when it is read again."""
    if isinstance(value, str):
        return f"${value}" if value.startswith("$") else value
    if isinstance(value, dict):
        return {key: escaped(below) for key, below in value.items()}
    if isinstance(value, Iterable):
        return [escaped(item) for item in value]
    return value


def _part(node: Scalar, error: ExpressionError) -> Span:
    """The part of a scalar that an error is about, where the text stands as it is meant."""
    span = node.span
    if span.line != span.end_line:
        return span
    line = span.source.line(span.line)
    offset = line.find(str(node.value), span.column - 1, span.end_column - 1)
    if offset < 0:
        return span
    start = offset + error.start + 1
    end = min(max(offset + error.end + 1, start + 1), span.end_column)
    return replace(span, column=min(start, end - 1), end_column=end)
