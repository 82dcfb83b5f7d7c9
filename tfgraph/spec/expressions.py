"""Expressions: arithmetic and comparisons on numbers and the spec's own variables.

    comparison := sum (("==" | "!=" | "<" | "<=" | ">" | ">=") sum)?
    sum        := product (("+" | "-") product)*
    product    := unary (("*" | "/" | "//" | "%") unary)*
    unary      := "-" unary | power
    power      := atom ("**" unary)?
    atom       := number | name | "(" comparison ")"

`//` and `%` round as Python's do; `/` of two integers that divides evenly stays an integer, so
that `$(width / 2)` is a size.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_LENGTH = 500
MAX_DEPTH = 40
MAX_INTEGER = 2**63

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\*\*|//|==|!=|<=|>=|[-+*/%()<>]))",
    re.ASCII,
)
OPERATIONS = "numbers, variables, + - * / // % ** ( ) and comparisons"
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SUMS = {"+": operator.add, "-": operator.sub}
_PRODUCTS = {"*": operator.mul, "/": operator.truediv, "//": operator.floordiv, "%": operator.mod}


class _NotReal(ArithmeticError):
    """What an operation comes to is a complex number."""


class ExpressionError(Exception):
    """What is wrong with an expression, and the part of it from `start` to `end`."""

    def __init__(self, message: str, start: int, end: int, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.help = help

    def moved(self, by: int) -> ExpressionError:
        """The same error in a text in which the expression starts later."""
        return type(self)(self.message, self.start + by, self.end + by, self.help)


class UnknownVariable(ExpressionError):
    """An expression names a variable that nothing declares."""


class UndeclaredVariable(UnknownVariable):
    """No variable that is declared is like the one that it names."""


@dataclass(frozen=True)
class Token:
    """A piece of an expression: `kind` is "number", "name", "operator" or "end"."""

    kind: str
    text: str
    start: int
    end: int


def evaluate(text: str, variable: Callable[[Token], Any]) -> Any:
    """The value of an expression: an int, a float or a bool.

    `variable` gives the value of a name, and raises ExpressionError for one it does not know.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters", 0, len(text))
    parser = _Parser(tokens(text), variable)
    value = parser.comparison(0)
    rest = parser.next
    if rest.kind != "end":
        help = "an operation, like `*`, stands between two values"
        raise ExpressionError(f"`{rest.text}` was not expected here", rest.start, rest.end, help)
    return value


def tokens(text: str) -> list[Token]:
    """The pieces of an expression, an "end" last."""
    found: list[Token] = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(
                f"`{text[start]}` is not part of an expression",
                start,
                start + 1,
                help=_instead(text, start, found),
            )
        kind = match.lastgroup
        if match[kind] == "(" and found and found[-1].kind == "name":
            name = found[-1]
            raise ExpressionError(
                f"`{name.text}` is used as a function, and expressions have none",
                name.start,
                name.end,
                help=f"an expression is made of {OPERATIONS}",
            )
        found.append(Token(kind, match[kind], match.start(kind), match.end(kind)))
        position = match.end()
    return [*found, Token("end", "", len(text), len(text))]


def _instead(text: str, start: int, found: list[Token]) -> str:
    """What to write for a character that no expression has."""
    if text[start] == "^":
        return "a power is written `**`"
    if text[start] == "$":
        return "inside `$(…)` a variable stands without `$`"
    follows = re.match(r"\.([A-Za-z_]\w*)", text[start:])
    if follows and found and found[-1].text == "vars":
        return f"write `{follows[1]}`: a variable stands by its name alone"
    return f"an expression is made of {OPERATIONS}"


def names_in(text: str) -> set[str]:
    """The variables of a text if it is an expression that has any; none otherwise."""
    names: set[str] = set()

    def noted(token: Token) -> int:
        names.add(token.text)
        return 1

    try:
        evaluate(text, noted)
    except ExpressionError:
        return set()
    return names


class _Parser:
    """Evaluates while it descends: the grammar has no branches that must not be evaluated."""

    def __init__(self, found: list[Token], variable: Callable[[Token], Any]) -> None:
        self.found = found
        self.position = 0
        self.variable = variable

    @property
    def next(self) -> Token:
        return self.found[self.position]

    def take(self) -> Token:
        token = self.next
        self.position += 1
        return token

    def comparison(self, depth: int) -> Any:
        left = self.sum(depth)
        if self.next.text in _COMPARISONS:
            token = self.take()
            return _COMPARISONS[token.text](left, self.sum(depth))
        return left

    def sum(self, depth: int) -> Any:
        value: Any = self.product(depth)
        while self.next.text in _SUMS:
            token = self.take()
            value = _apply(token, _SUMS[token.text], value, self.product(depth))
        return value

    def product(self, depth: int) -> Any:
        value: Any = self.unary(depth)
        while self.next.text in _PRODUCTS:
            token = self.take()
            value = _apply(token, _PRODUCTS[token.text], value, self.unary(depth))
        return value

    def unary(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            token = self.next
            message = f"an expression nests at most {MAX_DEPTH} levels"
            raise ExpressionError(message, token.start, token.end)
        if self.next.text == "-":
            token = self.take()
            return _apply(token, _SUMS["-"], 0, self.unary(depth + 1))
        return self.power(depth)

    def power(self, depth: int) -> Any:
        base = self.atom(depth)
        if self.next.text == "**":
            token = self.take()
            return _apply(token, _power, base, self.unary(depth + 1))
        return base

    def atom(self, depth: int) -> Any:
        token = self.take() if self.next.kind != "end" else self.next
        if token.kind == "number":
            return _number(token)
        if token.kind == "name":
            return self.variable(token)
        if token.text == "(":
            value = self.comparison(depth + 1)
            if self.next.text != ")":
                raise ExpressionError("this `(` is not closed", token.start, token.end)
            self.take()
            return value
        if token.kind == "end":
            raise ExpressionError("the expression ends too early", token.start, token.end)
        raise ExpressionError(f"`{token.text}` was not expected here", token.start, token.end)


def _number(token: Token) -> Any:
    if token.text.isdigit() and len(token.text) <= len(str(MAX_INTEGER)):
        return _bounded(token, int(token.text))
    return _bounded(token, float(token.text))


def _apply(token: Token, function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    for side in (left, right):
        if isinstance(side, bool) or not isinstance(side, (int, float)):
            shown = str(side).lower() if isinstance(side, bool) else repr(side)
            raise ExpressionError(
                f"`{token.text}` takes numbers, got {shown}", token.start, token.end
            )
    try:
        value = function(left, right)
    except ZeroDivisionError:
        raise ExpressionError("division by zero", token.start, token.end) from None
    except OverflowError:
        raise ExpressionError("the result is too large", token.start, token.end) from None
    except _NotReal:
        message = "a root of a negative number is no real number"
        raise ExpressionError(message, token.start, token.end) from None
    if token.text == "/" and isinstance(left, int) and isinstance(right, int):
        value = left // right if left % right == 0 else value
    return _bounded(token, value)


def _power(base: Any, exponent: Any) -> Any:
    # Bounded before it is computed: 9**9**9 would take all memory there is.
    if base not in (0, 1, -1) and abs(exponent) * math.log2(abs(base) + 1) > 1024:
        raise OverflowError
    value = base**exponent
    if isinstance(value, complex):
        raise _NotReal
    return value


def _bounded(token: Token, value: Any) -> Any:
    if isinstance(value, int) and not -MAX_INTEGER <= value < MAX_INTEGER:
        raise ExpressionError("the result is too large", token.start, token.end)
    if isinstance(value, float) and not math.isfinite(value):
        raise ExpressionError("the result is too large", token.start, token.end)
    return value
