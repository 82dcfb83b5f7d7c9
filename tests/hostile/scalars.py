"""Scalars: what YAML 1.1 reads as something else than YAML 1.2 does, and numbers of all shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.hostile.cases import Case, description, means, refused, spec, units

#: Strings, though YAML 1.1 reads other things.
STRINGS = (
    "no yes on off y n No YES Off NO tRue 1:20 12:30:45 190:20:30 1_000 0b101 0b 2001-01-01 "
    "2001-12-14T21:59:43Z = inf nan Infinity NaN .Nan -.nan +.nan 1e e1 1e+ 1e1.5 0x 0xg 0o8 0o "
    "-0o17 -0x1f 1__0 1,000 1.2.3 . -- +- --1 +-1 ._ 1.5f 1L 1j 0x1p3 ١٢ ½ nULL nil None undefined"
).split()
#: What stands for `units`, and is a number.
NUMBERS = {
    "octal-of-yaml-1.1": ("010", 10),
    "eight-with-zero": ("08", 8),
    "octal": ("0o17", 15),
    "hex": ("0xFf", 255),
    "plus": ("+1", 1),
    "zeros": ("0" * 50 + "7", 7),
    "whole-float": ("3.0", 3),
    "whole-exponent": ("1e2", 100),
    "anchored": ("&a 5", 5),
}
#: What stands for `units`, and is none.
NO_UNITS = {
    "word": ("no", "TG205"),
    "sexagesimal": ("1:20", "TG205"),
    "underscore": ("1_000", "TG205"),
    "binary": ("0b11", "TG205"),
    "quoted": ('"3"', "TG205"),
    "single-quoted": ("'3'", "TG205"),
    "literal": ("|\n      3", "TG205"),
    "date": ("2001-01-01", "TG205"),
    "arabic-digits": ("٣", "TG205"),
    "wide-digits": ("３", "TG205"),
    "superscript": ("²", "TG205"),
    "true": ("true", "TG205"),
    "false": ("false", "TG205"),
    "list": ("[3]", "TG205"),
    "mapping": ("{a: 3}", "TG203"),
    "fraction": ("1.5", "TG205"),
    "half": (".5", "TG205"),
    "zero": ("0", "TG206"),
    "minus-zero": ("-0", "TG206"),
    "negative": ("-1", "TG206"),
    "infinity": (".inf", "TG205"),
    "minus-infinity": ("-.inf", "TG205"),
    "not-a-number": (".nan", "TG205"),
    "null": ("~", "TG204"),
    "empty": ("", "TG204"),
    "merge": ("<<", "TG205"),
    "two-to-the-63": (str(2**63), "TG108"),
    "two-to-the-64": (str(2**64), "TG108"),
    "below-64-bits": (str(-(2**63) - 1), "TG108"),
    "googol": ("1" + "0" * 100, "TG108"),
    "hex-too-long": ("0x" + "f" * 17, "TG108"),
    "octal-too-long": ("0o" + "7" * 30, "TG108"),
    "digits-4299": ("1" * 4299, "TG108"),
    "digits-4301": ("1" * 4301, "TG108"),
    "digits-100000": ("9" * 100_000, "TG108"),
    "exponent-too-large": ("1e400", "TG108"),
    "exponent-minus-too-large": ("-1e400", "TG108"),
    "exponent-huge": ("1e999999999999", "TG108"),
    "exponent-long": ("1e" + "9" * 10_000, "TG108"),
    "exponent-tiny": ("1e-400", "TG206"),
    "large-float": ("1e18", ""),
}


COMPARED = "loss: {squared_error: {}, target: y}"


def rate(plan: Any) -> float:
    """The rate of the first layer."""
    return plan.layers[0].layer.rate


def cases() -> Iterator[Case]:
    for text in STRINGS:
        yield means(f"string-{text}", spec(f"description: {text}"), description, text)
    for text in ("null", "true", "1", "1.5", "~", ".inf", "<<", "0x1"):
        yield means(f"quoted-{text}", spec(f"description: '{text}'"), description, text)
    for text in (
        "~",
        "null",
        "NULL",
        "",
        "true",
        "False",
        "1",
        "0x1",
        "1.",
        ".5",
        "1e3",
        "-.INF",
        ".NaN",
        "[]",
        "{}",
    ):
        yield refused(f"not-a-string-{text}", spec(f"description: {text}"), "TG205", text)
    for name, (text, value) in NUMBERS.items():
        yield means(f"units-{name}", spec(layers=f"[{{matmul: {text}}}]"), units, value)
    for name, (text, codes) in NO_UNITS.items():
        if codes:
            yield refused(
                f"units-{name}", spec().replace("[{matmul: 2}]", f"\n  - matmul: {text}"), codes
            )
    for text, value in (
        (".5", 0.5),
        ("5e-1", 0.5),
        ("+.5", 0.5),
        ("0", 0),
        ("-0.0", 0.0),
        ("1e-400", 0.0),
        ("5e-324", 5e-324),
    ):
        yield means(f"rate-{text}", spec(layers=f"[{{dropout: {text}}}]"), rate, value)
    for text in ("1", "1.0", "-.1", "1e308", "1.0000000000000001"):
        yield refused(f"rate-{text}", spec(layers=f"[{{dropout: {text}}}]"), "TG206", text)
    for text in (".inf", "-.inf", ".nan", ".NAN"):
        yield refused(f"rate-{text}", spec(layers=f"[{{dropout: {text}}}]"), "TG206", text)
        yield refused(
            f"schedule-{text}",
            spec("optimizer: {adam: " + text + "}", COMPARED, inputs="{x: [4], y: [2]}"),
            "TG206",
        )
    yield means("version-1.0", spec().replace("tfgraph: 1", "tfgraph: 1.0"), units, 2)
    for text in ("2", "'1'", "true", "~", "[1]", "1.1", "0x2", "latest", "-1"):
        yield refused(f"version-{text}", spec().replace("tfgraph: 1", f"tfgraph: {text}"), "TG206")
    for text in ("yes", "on", "1", "0", "'true'", "~x", "no"):
        yield refused(f"flag-{text}", spec(f"train: {{shuffle: {text}}}"), "TG205", text)
