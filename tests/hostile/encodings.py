"""Encodings and characters: UTF-8 alone, and nothing that shows a text as what it is not."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.cases import Case, description, means, refused, spec

TEXT = spec("description: größer")

NOT_UTF_8 = {
    "utf-16-le": TEXT.encode("utf-16-le").replace(b"\x00", b"\xff", 1),
    "utf-16-le-bom": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "utf-16-be-bom": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "utf-32-le-bom": b"\xff\xfe\x00\x00" + TEXT.encode("utf-32-le"),
    "utf-32-be-bom": b"\x00\x00\xfe\xff" + TEXT.encode("utf-32-be"),
    "latin-1": TEXT.encode("latin-1"),
    "windows-1252": spec("description: “x”").encode("cp1252"),
    "shift-jis": spec("description: 日本").encode("shift-jis"),
    "gb18030": spec("description: 日本").encode("gb18030"),
    "overlong-slash": spec("description: ").encode() + b"\xc0\xaf",
    "overlong-nul": spec("description: ").encode() + b"\xc0\x80",
    "overlong-three": spec("description: ").encode() + b"\xe0\x80\xaf",
    "overlong-four": spec("description: ").encode() + b"\xf0\x80\x80\xaf",
    "surrogate": spec("description: ").encode() + b"\xed\xa0\x80",
    "surrogate-pair": spec("description: ").encode() + b"\xed\xa0\xbd\xed\xb8\x80",
    "beyond-unicode": spec("description: ").encode() + b"\xf4\x90\x80\x80",
    "five-bytes": spec("description: ").encode() + b"\xf8\x88\x80\x80\x80",
    "alone-continuation": spec("description: ").encode() + b"\x80",
    "cut-in-two": spec("description: ").encode() + b"\xc3",
    "cut-in-four": spec("description: ").encode() + b"\xf0\x9f\x98",
    "ff": b"\xff",
    "fe-in-a-comment": b"# \xfe\n" + spec().encode(),
    "bom-half": b"\xef\xbb" + spec().encode(),
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "png": b"\x89PNG\r\n\x1a\n",
    "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
    "random": bytes(range(255, 0, -1)),
}

#: Characters that are refused wherever they stand.
FORBIDDEN = {
    **{f"c0-{code:02x}": chr(code) for code in range(32) if chr(code) not in "\t\n\r"},
    "delete": "\x7f",
    **{f"c1-{code:02x}": chr(code) for code in (0x80, 0x84, 0x85, 0x90, 0x9B, 0x9D, 0x9F)},
    "line-separator": "\u2028",
    "paragraph-separator": "\u2029",
    **{f"bidi-{code:04x}": chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))},
    "bidi-mark-left": "\u200e",
    "bidi-mark-right": "\u200f",
    "bidi-mark-arabic": "\u061c",
    "zero-width-space": "\u200b",
    "word-joiner": "\u2060",
    "invisible-times": "\u2062",
    "byte-order-mark": "\ufeff",
    "not-a-character-fffe": "\ufffe",
    "not-a-character-ffff": "\uffff",
}
PLACES = {
    "key": spec("na@me: x"),
    "type": spec(layers="[re@lu]"),
    "comment": spec("# @"),
    "quoted": spec('description: "@"'),
    "literal": spec("description: |", "  @"),
    "anchor": spec("description: &a@ x"),
    "end": spec() + "@",
}
ESCAPED = {
    "nul": ('"a\\0b"', "a\0b"),
    "terminal": ('"\\e[31m"', "\x1b[31m"),
    "bidi": ('"\\u202e"', "\u202e"),
    "next-line": ('"\\N"', "\x85"),
    "emoji": ('"\\U0001F600"', "\U0001f600"),
}


def cases() -> Iterator[Case]:
    for name, data in NOT_UTF_8.items():
        yield refused(f"encoding-{name}", data, "TG105")
    for bits in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        data = spec().encode(bits)
        yield refused(f"encoding-{bits}-without-a-mark", data, "TG105", "\0")
    for name, character in FORBIDDEN.items():
        text = spec(f"description: a{character}b")
        yield refused(f"character-{name}", text, "TG105", character)
    for name, text in PLACES.items():
        yield refused(f"bidi-in-{name}", text.replace("@", "\u202e"), "TG105", "\u202e")
        yield refused(f"nul-in-{name}", text.replace("@", "\0"), "TG105", "\0")
    for name, (written, value) in ESCAPED.items():
        yield means(f"escaped-{name}", spec(f"description: {written}"), description, value)
    yield refused("escaped-in-a-name", spec('name: "a\\e[31m"'), "TG206", '"a')
    yield refused("escaped-in-a-type", spec(layers='["\\e]0;x\\a"]'), "TG202", '"')
    yield refused("escaped-in-a-section", spec('"\\u202ename": x'), "TG201", '"')
    yield refused("escaped-surrogate", spec('description: "\\ud800"'), "TG101")
    yield refused("escaped-beyond-unicode", spec('description: "\\U00110000"'), "TG101")
    yield refused("escaped-unknown", spec('description: "\\q"'), "TG101")
    yield refused("escaped-too-short", spec('description: "\\x4"'), "TG101")

    def described(name: str, data: str | bytes, value: str) -> Case:
        return means(f"text-{name}", data, description, value)

    yield described("with-a-mark", b"\xef\xbb\xbf" + TEXT.encode(), "größer")
    yield refused("text-with-two-marks", b"\xef\xbb\xbf" * 2 + TEXT.encode(), "TG105", "\ufeff")
    yield described("of-windows", TEXT.replace("\n", "\r\n"), "größer")
    yield described("of-old-macs", TEXT.replace("\n", "\r"), "größer")
    yield described("of-all-systems", "\r\n".join(TEXT.split("\n", 2)) + "\r# x\n", "größer")
    yield described("without-a-last-line-break", TEXT.rstrip(), "größer")
    yield described("with-joined-emoji", spec("description: 👩\u200d🔬"), "👩\u200d🔬")
    yield described("with-combining-marks", spec("description: e\u0301" + "\u0301" * 500),
                    "e\u0301" + "\u0301" * 500)  # fmt: skip
    yield described("with-an-end", "---\n" + TEXT + "...\n", "größer")
    yield described("with-yaml-1.1", "%YAML 1.1\n---\n" + spec("description: no"), "no")
    yield described("with-yaml-1.2", "%YAML 1.2\n---\n" + TEXT, "größer")
    yield described("with-a-hash-bang", "#!/usr/bin/env tfgraph\n" + TEXT, "größer")
    yield refused("text-with-yaml-2.0", "%YAML 2.0\n---\n" + TEXT, "TG101", "%YAML")
    yield refused("text-with-yaml-x", "%YAML x\n---\n" + TEXT, "TG101")
    yield refused("text-with-two-versions", "%YAML 1.2\n%YAML 1.2\n---\n" + TEXT, "TG101")
    yield refused("text-with-an-open-directive", "%YAML 1.2\n" + TEXT, "TG101")
    yield refused("text-of-nothing", b"", "TG101")
    yield refused("text-of-a-mark", b"\xef\xbb\xbf", "TG101")
    yield refused("text-of-blanks", " \n\n  \n", "TG101")
    yield refused("text-of-comments", "# a\n# b\n", "TG101")
    yield refused("text-of-a-marker", "---\n", "TG205")
    yield refused("text-of-markers", "---\n---\n", "TG101")
    yield refused("text-of-an-end", "...\n", "TG101")
    yield refused("text-of-null", "null\n", "TG205", "null")
    yield refused("text-of-a-number", "1\n", "TG205", "1")
    yield refused("text-of-a-list", "[1]\n", "TG205", "[1]")
    yield refused("text-of-a-word", "tfgraph\n", "TG205", "tfgraph")
    yield refused("text-of-an-alias", "*a\n", "TG107", "*a")
    yield refused("text-of-html", "<!DOCTYPE html><html><body>404</body></html>\n", "TG205", "<")
    yield refused("text-of-python", "import os\nos.system('id')\n", "TG205", "import")
    yield refused("text-twice", TEXT + "---\n" + TEXT, "TG101", "---")
    yield refused("text-and-words", TEXT + "...\nand more\n", "TG101")
    whole = 'tfgraph: 1\ninputs: {x: [4, "a\nlayers: [{relu: {}}]'
    # What is cut off is missing.
    cuts = {20: "TG101 TG204", 30: "TG101 TG204", 38: "TG101 TG205", 45: "TG101"}
    for cut, codes in cuts.items():
        yield refused(f"text-cut-at-{cut}", whole[:cut], codes)
