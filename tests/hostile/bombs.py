"""Bombs: short texts that expand, deep ones, wide ones, and long ones that cost the square."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.cases import Case, description, means, refused, size, spec
from tfgraph.spec.composer import MAX_DEPTH, MAX_NODES
from tfgraph.spec.reader import MAX_CHARACTERS


def laughs(first: str, more: str, levels: int = 9) -> str:
    """Anchors that each name `more`, in which `@` is the alias of the one before."""
    lines = [f"a0: &a0 {first}"]
    lines += [f"a{i}: &a{i} " + more.replace("@", f"*a{i - 1}") for i in range(1, levels + 1)]
    return "\n".join(lines) + "\n" + spec()


EXPANDING = {
    "sequences": laughs("[x, x, x]", "[" + ",".join(["@"] * 9) + "]"),
    "mappings": laughs("{k: x}", "{" + ", ".join(f"k{i}: @" for i in range(9)) + "}"),
    "block": laughs("[x]", "\n" + "  - @\n" * 9),
    "scalars": laughs("x", "[" + ",".join(["@"] * 9) + "]"),
    "mixed": laughs("[x]", "{a: [@, @, @], b: {c: @, d: [@, @]}}"),
    "doubling": laughs("[x]", "[@, @]", 60),
    "one-level": f"a: &a [{'x,' * 1000}]\n" + spec("description: [" + "*a," * 1000 + "]"),
    "merges": laughs("{k: x}", "{<<: [" + ",".join(["@"] * 9) + "]}"),
    "merges-and-values": laughs("{k: x}", "{<<: @, a: @, b: @, c: @, d: @}", 20),
    "shapes": spec(inputs="{x: &a [4, 4], y: &b [*a, *a]}", layers="[" + "*b," * 40_000 + "]"),
}

#: Deeper than is read, and no longer than the longest text.
DEEP = {
    "sequences": "[" * 200_000,
    "sequences-closed": "[" * 50_000 + "]" * 50_000,
    "mappings": "{" * 200_000,
    "mappings-with-keys": "{a: " * 100_000,
    "mixed": "[{a: " * 100_000,
    "dashes": "- " * 100_000,
    "dashes-on-lines": "".join(" " * i + "-\n" for i in range(1900)),
    "keys-on-lines": "".join(" " * i + "a:\n" for i in range(1900)),
    "questions": "? " * 100_000,
    "questions-in-flow": "{? " * 100_000,
    "questions-and-dashes": "? - " * 100_000,
    "just-too-deep": "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2),
    "in-a-section": spec("description: " + "[" * 1000 + "]" * 1000),
    "in-a-key": spec("? " + "[" * 1000 + "]" * 1000),
    "through-aliases": laughs("[x]", "[@]", 100),
    "through-anchors": "".join(f"&a{i} [" for i in range(1000)),
    "behind-a-merge": spec("<<: " + "{<<: " * 1000 + "{}" + "}" * 1000),
}

#: Wider than is read.
WIDE = {
    "items": lambda: spec("description: [" + "1," * MAX_NODES + "]"),
    "empty-items": lambda: spec("description: [" + "[]," * MAX_NODES + "]"),
    "lines": lambda: spec() + "description:\n" + "- x\n" * MAX_NODES,
    "keys": lambda: spec("train: {" + ",".join(f"k{i}: 1" for i in range(MAX_NODES)) + "}"),
    "anchors": lambda: spec("train: [" + ",".join(f"&a{i} x" for i in range(100_000)) + "]"),
    "aliases": lambda: spec("train: [&a x," + "*a," * 100_000 + "]"),
    "merge-entries": lambda: "base: &a {k: 1}\n" + spec("train: {<<: [" + "*a," * 100_000 + "]}"),
    "merge-keys": lambda: spec("train: {" + "<<: {a: 1}," * 50_000 + "}"),
    "layers": lambda: spec().replace("[{matmul: 2}]", "\n" + "  - relu\n" * MAX_NODES),
    "deep-and-wide": lambda: spec("description: [" + ("[" * 60 + "]" * 60 + ",") * 3000 + "]"),
}

FULL = MAX_CHARACTERS - 1000
#: As long as is read, with what libyaml or a careless reader could take long over.
LONG: dict[str, tuple[Callable[[], str], str]] = {
    "anchor": (lambda: f"description: &{'a' * FULL} x\n" + spec(), "x"),
    "plain-line": (lambda: "description: " + "x " * (FULL // 2) + "y\n" + spec(), ""),
    "plain-lines": (lambda: "description: a" + "\n x" * (FULL // 3) + "\n" + spec(), ""),
    "plain-blank-lines": (lambda: "description: a" + "\n" * FULL + " b\n" + spec(), ""),
    "literal": (lambda: "description: |\n" + " x\n" * (FULL // 3) + spec(), ""),
    "literal-blank-lines": (lambda: "description: |\n  a" + "\n" * FULL + spec(), "a\n"),
    "folded": (lambda: "description: >\n" + " x\n" * (FULL // 3) + spec(), ""),
    "quoted": (lambda: f'description: "{"a" * FULL}"\n' + spec(), ""),
    "quoted-lines": (lambda: 'description: "' + "a\n\n " * (FULL // 4) + '"\n' + spec(), ""),
    "single-quoted": (lambda: "description: '" + "''" * (FULL // 2) + "'\n" + spec(), ""),
    "escapes": (lambda: 'description: "' + "\\x41" * (FULL // 4) + '"\n' + spec(), ""),
    "joined-lines": (lambda: 'description: "' + "a\\\n" * (FULL // 3) + '"\n' + spec(), ""),
    "comment": (lambda: "#" + "#" * FULL + "\n" + spec("description: x"), "x"),
    "comments": (lambda: "#\n" * (FULL // 2) + spec("description: x"), "x"),
    "comments-indented": (lambda: "  #\n" * (FULL // 4) + spec("description: x"), "x"),
    "comments-growing": (
        lambda: "".join(" " * i + "#\n" for i in range(1900)) + spec("description: x"),
        "x",
    ),
    "blank-lines": (lambda: "\n" * FULL + spec("description: x"), "x"),
    "blanks": (lambda: " " * FULL + "\n" + spec("description: x"), "x"),
    "carriage-returns": (lambda: "\r" * FULL + spec("description: x"), "x"),
    "blanks-behind": (lambda: spec("description: x" + " " * FULL), "x"),
    "tabs-behind": (lambda: spec("description: x" + "\t" * FULL), "x"),
    "no-end-of-line": (lambda: spec().rstrip() + "\n" * FULL + "description: x", "x"),
    "flow-lines": (
        lambda: spec("description: x").replace("[4]", "[" + "\n " * 900_000 + "4]"),
        "x",
    ),
}


def sparse(path: Path) -> None:
    """A file of a gigabyte that takes no room."""
    path.touch()
    os.truncate(path, 2**30)


def long_text(plan: object) -> bool:
    """Whether the description is a long string."""
    return len(description(plan)) > 100_000


def cases() -> Iterator[Case]:
    for name, text in EXPANDING.items():
        yield refused(f"expanding-{name}", text, "TG102")
    for name, text in DEEP.items():
        yield refused(f"deep-{name}", text, "TG102")
    for name, make in WIDE.items():
        yield refused(f"wide-{name}", make, "TG102")
    for name, (make, value) in LONG.items():
        if value:
            yield means(f"long-{name}", make, description, value)
        else:
            yield means(f"long-{name}", make, long_text, True)
    yield refused("long-text", lambda: "#" * (MAX_CHARACTERS + 1) + "\n" + spec(), "TG102")
    yield refused("long-text-of-wide-characters", lambda: "#" + "é" * MAX_CHARACTERS, "TG102", "#")
    yield refused(
        "a-gigabyte-of-nothing",
        "",
        "TG102",
        files={"spec.yaml": sparse},
    )
    yield refused("open-quote", lambda: 'description: "' + "a" * FULL, "TG101", '"')
    yield refused("open-flow", lambda: spec() + "description: [" + "a,\n" * 20_000, "TG101")
    yield refused("tabs", lambda: "\t" * FULL + spec(), "TG101", "\t")
    yield refused("nested-keys-on-a-line", lambda: "a: " * 600_000, "TG101", ":")
    yield refused("directives", lambda: "%YAML 1.2\n" * 100_000 + "---\n" + spec(), "TG101", "%")
    yield refused("unknown-directives", lambda: "%A b\n" * 300_000 + "---\n" + spec(), "TG101")
    yield refused("documents", lambda: spec() + "---\n" * 400_000, "TG101", "---")
    yield refused("a-key-too-long", lambda: f"{'k' * 2000}: 1\n" + spec(), "TG101")
    yield refused("twice-many-times", lambda: spec("train: {" + "a: 1," * 20_000 + "}"), "TG103")
    yield refused("numbers-as-keys", lambda: spec("train: {" + "1: 1," * 20_000 + "}"), "TG106")
    yield refused("lists-as-keys", lambda: spec("train: {" + "? [] : 1," * 15_000 + "}"), "TG106")
    yield refused("an-alias-of-itself", spec("description: &a [*a]"), "TG107", "*a")
    yield refused("an-alias-of-what-it-is-in", spec("train: &a {b: {c: *a}}"), "TG107", "*a")
    yield refused("a-merge-of-itself", spec("train: &a {<<: *a}"), "TG107", "*a")
    yield refused("a-key-of-itself", spec("train: &a {? *a : 1}"), "TG107", "*a")
    yield refused("the-root-in-itself", "&a\n" + spec("description: *a"), "TG107", "*a")
    yield refused("an-alias-too-early", spec("name: *a", "description: &a x"), "TG107", "*a")
    yield refused("an-alias-of-nothing", spec("description: *nothing"), "TG107", "*nothing")
    yield refused("a-merge-of-a-scalar", spec("train: {<<: 1}"), "TG107", "1")
    yield refused("a-merge-of-scalars", spec("train: {<<: [{}, x]}"), "TG107", "x")
    yield refused("a-merge-of-lists", spec("train: {<<: [[{}]]}"), "TG107", "[{}]")
    yield means(
        "an-alias-as-a-shape",
        spec(inputs="{x: &a [4], y: *a}", layers="[{add: {}, from: [x, y]}]"),
        size,
        [4],
    )
    yield means(
        "an-anchor-used-again",
        spec("description: &a one", "name: &a two", "train: {epochs: &b 3, seed: *b}"),
        lambda plan: (description(plan), plan.spec.name, plan.spec.training.seed),
        ["one", "two", 3],
    )
    yield means(
        "a-merge-in-a-layer",
        spec(layers="[{matmul: &m {units: 3, bias: true}}, {matmul: {<<: *m, units: 5}}]"),
        lambda plan: [(p.layer.units, p.layer.bias) for p in plan.layers],
        [[3, True], [5, True]],
    )
