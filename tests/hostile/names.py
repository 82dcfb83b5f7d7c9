"""Names: of layers and inputs, which become names of weights, files and arguments."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.cases import Case, means, refused, spec

#: No names, neither of models, nor of layers, nor of inputs.
BAD = {
    "terminal": '"\\e[2J"',
    "terminal-title": '"\\e]0;title\\a"',
    "bell": '"a\\ab"',
    "line-break": '"a\\nb"',
    "last-line-break": '"a\\n"',
    "carriage-return": '"a\\rb"',
    "nul": '"a\\0"',
    "bidi": '"\\u202egpj.exe"',
    "zero-width": '"a\\u200bb"',
    "slash": "a/b",
    "backslash": "'a\\b'",
    "parent": "'../a'",
    "dots": "'..'",
    "dot": "'.'",
    "hidden": ".bashrc",
    "absolute": "/etc/passwd",
    "home": "~/a",
    "drive": "'c:'",
    "option": "'--help'",
    "dash": "'-a'",
    "digit": "1a",
    "underscore": "_a",
    "dunder": "__class__",
    "blank": "a b",
    "leading-blank": "' a'",
    "quote": "'a\"b'",
    "equals": "a=b",
    "percent": "'%s'",
    "braces": "'{a}'",
    "brackets": "'a[0]'",
    "dollar": "a$b",
    "colon": "'a:0'",
    "caret": "^a",
    "at": "'@a'",
    "hash": "'#a'",
    "asterisk": "'a*'",
    "html": "<script>",
    "emoji": "😀",
    "cyrillic": "lаyer",
    "wide": "ａ",
    "accent": "é",
    "combining": "e\u0301",
    "turkish": "İ",
    "kelvin": "\u212a",
    "digits-of-others": "a١",
    "empty": "''",
}
#: Names of layers that mean something elsewhere.
GOOD = (
    "constructor prototype toString self None True lambda class def con nul aux input.exe a.b "
    "a-b A kernel bias train spec a..b a- a. a_ checkpoint os sys"
).split()


def cases() -> Iterator[Case]:
    for name, text in BAD.items():
        layer = f"\n  - matmul: 2\n    name: {text}\n  - relu"
        yield refused(f"model-called-{name}", spec(f"name: {text}"), "TG206", text[:2])
        yield refused(f"layer-called-{name}", spec(layers=layer), "TG206", text[:2])
    for name in GOOD:
        text = spec(layers=f"[{{matmul: 2, name: '{name}'}}]")
        yield means(f"layer-named-{name}", text, lambda plan: plan.layers[0].name, name)
    for word in ("lambda", "class", "None", "self", "steps", "import", "a.b", "a-b", "é"):
        yield refused(
            f"input-called-{word}", spec(inputs=f"{{'{word}': [4]}}"), "TG206", f"'{word}"
        )
    yield refused("layer-called-as-the-input", spec(layers="[{matmul: 2, name: x}]"), "TG208", "x")
    yield refused("layer-from-itself", spec(layers="[{matmul: 2, name: a, from: a}]"), "TG303")
    yield refused("layer-sharing-itself", spec(layers="[{matmul: 2, name: a, share: a}]"), "TG303")
    yield refused(
        "layer-from-a-weight",
        spec(layers="[{matmul: 2, name: a}, {relu: , from: a/kernel}]"),
        "TG206",
    )
    for number in (1, 3, 2.5, "true", "~", "[[a]]", "{a: b}", "[1]", "[]", "[~]"):
        codes = "TG206" if number == "[]" else "TG205"
        yield refused(
            f"layer-from-{number}", spec(layers=f"[{{matmul: 2, from: {number}}}]"), codes
        )
