"""Long words and many of them: what regular expressions, searches for near names and the lists
in messages could take the square of in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.hostile.cases import Case, refused, spec

LONG = 100_000
NAMES = {
    "of-a": "a" * LONG + "!",
    "of-dots": "a" + "." * LONG + "!",
    "of-dashes": "a" + "-" * LONG + "!",
    "of-parts": "a_" * LONG + "!",
    "of-digits": "a" + "1" * LONG + " ",
    "of-line-breaks": '"a' + "\\n" * LONG + '"',
    "of-letters-and-a-break": '"' + "a" * LONG + '\\n"',
    "of-blanks": '"' + " " * LONG + '"',
    "of-wide-letters": "é" * LONG,
}
#: Almost numbers.
NUMBERS = {
    "digits-and-e": "1" * LONG + "e",
    "digits-and-a-letter": "1" * LONG + "x",
    "dots": "1." * LONG,
    "dot-and-digits": "." + "1" * LONG + "e",
    "exponents": "1e" * LONG,
    "exponent-digits": "1e" + "1" * LONG + "x",
    "signs": "+" * LONG,
    "sign-and-digits": "-" + "0" * LONG + "..",
    "hex": "0x" + "f" * LONG + "g",
    "octal": "0o" + "7" * LONG + "8",
    "underscores": "1_" * LONG,
    "infinities": "-" + ".inf" * LONG,
    "blanks-between": "1" + " " * LONG + "1",
}
#: Words that are nearly, or not at all, types.
TYPES = {
    "of-a": "a" * LONG,
    "of-types": "matmul" * 16_000,
    "of-letters-of-types": "mtalu" * 20_000,
    "with-prefixes": "a." * 50_000 + "a",
    "of-300-letters": "conv2d_" * 43,
    "of-100-letters": "depthwise_conv2d_" * 5 + "depthwise_conv2",
}
#: What is looked at once more, to say what was meant by it.
GUESSED = {
    "braces-behind-a-dollar": (f'  - matmul: "${"{" * 20_000}{" " * 20_000}"\n', "TG212"),
    "escaped-quotes-behind-a-bracket": ("  - matmul: {" + '\\"' * 50_000 + "\n", "TG101"),
    "blanks-above-a-slip": (
        f"  - relu\ntrain: x{' ' * 40_000}y\n  relu\n  - bad: 3\n",
        "TG101",
    ),
}


def many(number: int, line: str) -> str:
    """Lines numbered from 0."""
    return "".join(line.format(i) for i in range(number))


def layers(text: str) -> str:
    """A spec with these lines as its layers."""
    return "tfgraph: 1\ninputs: {x: [4]}\nlayers:\n" + text


NAMED = many(4000, "  - relu:\n    name: layer_number_{}\n")
MANY: dict[str, tuple[Callable[[], str], str]] = {
    "sections": (lambda: spec() + many(10_000, "laye{}: 1\n"), "TG201"),
    "sections-alike": (lambda: spec() + many(10_000, "optimizer_{}: 1\n"), "TG201"),
    "parameters": (
        lambda: spec(layers="[{matmul: {units: 2," + many(10_000, "unit{}: 1,") + "}}]"),
        "TG203",
    ),
    "parameters-of-train": (
        lambda: spec("train: {" + many(10_000, "epoch{}: 1,") + "}"),
        "TG203",
    ),
    "keys-beside-a-layer": (
        lambda: layers("  - matmul: 2\n" + many(10_000, "    nam{}: 1\n")),
        "TG207",
    ),
    "types": (lambda: layers(many(10_000, "  - matmu{}\n")), "TG202"),
    "long-types": (lambda: layers(many(1000, "  - " + "matmul_" * 40 + "{}\n")), "TG202"),
    "parameters-at-once": (lambda: layers(many(5000, "  - matmul: {{unit{}: 1}}\n")), "TG203"),
    "names-of-nothing": (
        lambda: layers(NAMED + many(200, "  - relu:\n    from: layer_numbe_x{}\n")),
        "TG209",
    ),
    "names-of-nothing-in-a-list": (
        lambda: layers(NAMED + "  - add:\n    from: [" + many(5000, "layer_numbe_x{},") + "]\n"),
        "TG209",
    ),
    "outputs-of-nothing": (lambda: spec("outputs: [" + many(10_000, "matmul_x{},") + "]"), "TG209"),
    "names-twice": (
        lambda: layers("  - relu:\n    name: same\n" * 5000),
        "TG208",
    ),
    "circles": (
        lambda: layers(
            "".join(
                f"  - relu:\n    name: l{i}\n    from: l{(i + 1) % 2000}\n" for i in range(2000)
            )
        ),
        "TG303",
    ),
    "small-circles": (
        lambda: layers(many(2000, "  - relu:\n    name: l{0}\n    from: l{0}\n")),
        "TG303",
    ),
    "inputs": (
        lambda: spec(inputs="{" + many(10_000, "x{}: [4],") + "}"),
        "TG302",
    ),
    "inputs-of-one-layer": (
        lambda: layers("  - relu:\n    name: a\n  - add:\n    from: [" + "a," * 20_000 + "b]\n"),
        "TG209",
    ),
}


def cases() -> Iterator[Case]:
    for name, text in NAMES.items():
        yield refused(f"name-{name}", spec(f"name: {text}"), "TG206", text[:5])
        yield refused(f"input-{name}", layers("  - relu\n").replace("x:", f"? {text}\n:"), "TG206")
        yield refused(f"from-{name}", layers(f"  - relu:\n    from: {text}\n"), "TG206")
    for name, text in NUMBERS.items():
        yield refused(f"number-{name}", layers(f"  - matmul: {text}\n"), "TG205", text[:5])
    for name, text in TYPES.items():
        yield refused(f"type-{name}", layers(f"  - {text}\n"), "TG202", text[:5])
        yield refused(f"section-{name}", spec(f"? {text}\n: 1"), "TG201", text[:5])
        yield refused(
            f"parameter-{name}",
            spec(layers=f"[{{matmul: {{units: 2, ? {text} : 1}}}}]"),
            "TG203",
            text[:5],
        )
    for name, (text, code) in GUESSED.items():
        yield refused(f"guessed-{name}", layers(text), code)
    for name, (make, codes) in MANY.items():
        yield refused(f"many-{name}", make, codes)
