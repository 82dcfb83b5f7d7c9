"""All hostile specs, by what they try."""

from __future__ import annotations

from tests.hostile import (
    bombs,
    composition,
    encodings,
    expressions,
    keys,
    names,
    numbers,
    paths,
    patterns,
    scalars,
    smuggling,
    tags,
)

FAMILIES = (
    tags, bombs, encodings, keys, scalars, smuggling, paths, numbers, patterns, names, expressions, composition,
)  # fmt: skip
CASES = tuple(case for family in FAMILIES for case in family.cases())
