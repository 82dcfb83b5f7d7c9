"""Mending: what a value that does not fit was meant to be, in the words of a spec.

The schema that refused a value judges the readings of it: the first one that fits was meant. What
a parameter takes is thus said once, in its declaration.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from typing import Any

from jsonschema import Draft202012Validator

from tfgraph.spec.expressions import names_in
from tfgraph.spec.nodes import Mapping, plain
from tfgraph.spec.scalars import core_scalar
from tfgraph.spec.wording import flow

#: Longer values are not written out in a help.
MAX_WRITTEN = 60
#: What may be meant in percent, where a share is wanted.
LEAST_PERCENT = 10
_BOOLEANS = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_NULLS = ("none", "nil", "null")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}([_, ]\d{3})+")
_PERCENT = re.compile(r"([-+]?[\d.]+) ?%")
_TEMPLATE = re.compile(r"\{\{ *([A-Za-z_]\w*) *\}\}")


def mend(
    schema: dict[str, Any], value: Any, written: str = "", variables: Collection[str] = ()
) -> str:
    """Help that says what to write for a value that the schema refuses, or nothing.

    `written` is the text that it stands for where that is an expression, `variables` the names
    that `$name` may use.
    """
    if isinstance(value, str):
        if found := _TEMPLATE.fullmatch(value):
            return f"a variable is written `${found[1]}`"
        if value in variables:
            return f"write `${value}` for the value of the variable"
        if (names := names_in(value)) and names <= set(variables):
            return f"write `$({_without_brackets(value)})` for what it comes to"
    written = written.strip("\"'")
    if isinstance(value, float) and "/" in written and written.startswith("$("):
        return f"write `{written.replace('//', '/').replace('/', '//')}`: `//` rounds down"
    validator = Draft202012Validator(schema)
    for meant in _readings(value, schema):
        text = flow(meant, MAX_WRITTEN)
        if len(text) <= MAX_WRITTEN and _fits(validator, meant):
            quoted = isinstance(value, str) and value == text and not isinstance(meant, str)
            return f"write `{text}`" + (" without quotes" if quoted else "")
    return ""


def _without_brackets(text: str) -> str:
    """An expression without a pair of brackets around all of it."""
    inner = text.strip()[1:-1]
    whole = text.strip().startswith("(") and text.strip().endswith(")")
    return inner if whole and not {"(", ")"} & set(inner) else text


def mend_at(node: Mapping, name: str, schema: dict[str, Any], variables: Collection[str]) -> str:
    """The same for the value of a key; nothing where there is no such key."""
    value = node.get(name)
    return "" if value is None else mend(schema, plain(value), value.span.text, variables)


def _fits(validator: Draft202012Validator, value: Any) -> bool:
    finite = not (isinstance(value, float) and not math.isfinite(value))
    return finite and validator.is_valid(value)


def _readings(value: Any, schema: dict[str, Any]) -> Iterator[Any]:
    """What a value may have been meant as, the likeliest first."""
    if isinstance(value, str):
        yield from _of_text(value.strip(), schema)
    elif isinstance(value, (int, float)):
        if value in (0, 1):
            yield bool(value)
        # Of a smaller number, or a broken one, a hundredth is a guess.
        if LEAST_PERCENT <= value <= 100 and value == int(value) and _is_share(schema):
            yield value / 100
    if isinstance(value, (bool, int, float)) and schema.get("type") == "string":
        yield flow(value)
    if isinstance(value, list) and value:
        if whole := merged(value):
            yield whole
        items = [as_item(item) for item in value]
        if items != value:
            yield items
        if all(item == items[0] for item in items):
            yield items[0]
    elif not isinstance(value, (dict, list)) and value is not None:
        # One item stands for the list of it, by itself or as what it is read as.
        yield [as_item(value)]


def merged(items: list[Any]) -> dict[str, Any]:
    """The mapping that a list of mappings was meant as; nothing where a key stands in two."""
    whole: dict[str, Any] = {}
    for item in items:
        if not isinstance(item, dict) or whole.keys() & item.keys():
            return {}
        whole |= item
    return whole


def _of_text(text: str, schema: dict[str, Any]) -> Iterator[Any]:
    scalar = as_item(text)
    if scalar != text:
        yield scalar
    if text.lower() in _NUMBERS:
        yield _NUMBERS.index(text.lower())
    if _THOUSANDS.fullmatch(text):
        yield int(re.sub("[_, ]", "", text))
    if text.endswith(","):
        yield as_item(text[:-1])
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        yield float(text.replace(",", "."))
    if found := _PERCENT.fullmatch(text):
        number = _scalar(found[1])
        yield number / 100 if isinstance(number, (int, float)) else text
    for choice in _choices(schema):
        if isinstance(choice, str) and choice.lower() == text.lower():
            yield choice
    inner = re.sub(r"^[\[(]|[\])]$", "", text)
    parts = [part for part in re.split(r" *[,×] *|(?<=\d) *x *(?=\d)| +", inner) if part]
    if len(parts) > 1 or inner != text:
        yield [as_item(part) for part in parts]
    slug = re.sub(r"[^A-Za-z0-9_.-]+", "_", text).strip("_")
    if slug != text and "pattern" in schema:
        yield slug


def as_item(value: Any) -> Any:
    """A scalar, read by the words of other languages too."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    return None if text.lower() in _NULLS else _scalar(text)


def _scalar(text: str) -> Any:
    try:
        return core_scalar(text) if text else text
    except OverflowError:
        return text


def _choices(schema: dict[str, Any]) -> Iterator[Any]:
    yield from schema.get("enum", ())
    for option in schema.get("anyOf", ()):
        yield from _choices(option)


def _is_share(schema: dict[str, Any]) -> bool:
    """Whether numbers from 0 to 1 are taken, and no others."""
    upper = schema.get("maximum", schema.get("exclusiveMaximum"))
    lower = schema.get("minimum", schema.get("exclusiveMinimum"))
    own = upper == 1 and lower == 0
    return own or any(_is_share(option) for option in schema.get("anyOf", ()))
