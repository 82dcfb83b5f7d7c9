"""Scalars: what a text without quotes is, by the core schema of YAML 1.2.

Source: https://yaml.org/spec/1.2.2/#103-core-schema.
"""

from __future__ import annotations

import math
import re
from typing import Any

from tfgraph.spec.nodes import shortened

#: Integers of more digits are not worked out.
MAX_DIGITS = 4_000

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN = {".nan", ".NaN", ".NAN"}


def core_scalar(text: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2; OverflowError for a number out of range."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT.fullmatch(text):
        return _integer(text, 10)
    if _OCTAL.fullmatch(text):
        return _integer(text[2:], 8)
    if _HEX.fullmatch(text):
        return _integer(text[2:], 16)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            raise OverflowError(f"the number {shortened(text)} is out of range")
        return value
    if _INFINITY.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return math.nan if text in _NAN else text


def _integer(digits: str, base: int) -> int:
    if len(digits) <= MAX_DIGITS:
        value = int(digits, base)
        if -(2**63) <= value < 2**63:
            return value
    raise OverflowError(f"the integer {shortened(digits)} is out of range: it has over 64 bits")
