"""Files extended, blocks, repeats and settings: where a spec comes from, and how large it grows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from tests.hostile.cases import Case, link, means, refused, spec, units
from tests.hostile.expressions import variables


def extending(*texts: str, **more: Callable | bytes) -> dict[str, Callable | bytes]:
    """Files `base0.yaml`, … with these texts."""
    return {**{f"base{i}.yaml": text.encode() for i, text in enumerate(texts)}, **more}


#: What `extends` may not name, whether it is there or not.
TARGETS = {
    "itself": "spec.yaml",
    "itself-by-dots": "./a/../spec.yaml",
    "nothing": "missing.yaml",
    "absolute": "/etc/passwd",
    "absolute-yaml": "/etc/x.yaml",
    "home": "~/x.yaml",
    "file-url": "file:///etc/x.yaml",
    "url": "http://localhost/x.yaml",
    "git-url": "git+ssh://localhost/x.yaml",
    "zero": "/dev/zero",
    "stdin": "/dev/stdin",
    "dash": "'-'",
    "environment": "/proc/self/environ",
    "environment-below": "../../../../../proc/self/environ",
    "no-suffix": "base",
    "dot-env": ".env",
    "python": "base.py",
    "json": "base.json",
    "pickle": "base.pkl",
    "suffix-twice": "base.yaml.bak",
    "suffix-and-nul": '"base.yaml\\0.txt"',
    "nul": '"a\\0.yaml"',
    "folder": "folder.yaml",
    "pipe": "pipe.yaml",
    "device-by-link": "zero.yaml",
    "environment-by-link": "environ.yaml",
    "link-to-itself": "loop.yaml",
    "not-a-spec": "secret.yaml",
    "key-file": "key.yaml",
    "long": "a" * 5000 + ".yaml",
    "deep": "a/" * 50_000 + "x.yaml",
    "glob": "'*.yaml'",
    "variable": "$b.yaml",
    "backslashes": "'..\\base.yaml'",
    "share": "//host/share/x.yaml",
    "line-break": '"a\\n.yaml"',
}
BESIDE: dict[str, Callable | bytes] = {
    ".env": b"SECRET=hunter2\n",
    "base": spec().encode(),
    "base.py": b"import os\n",
    "folder.yaml/x": b"",
    "pipe.yaml": os.mkfifo,
    "zero.yaml": link("/dev/zero"),
    "environ.yaml": link("/proc/self/environ"),
    "loop.yaml": link("loop.yaml"),
    "secret.yaml": b"password: hunter2\n",
    "key.yaml": b"-----BEGIN PRIVATE KEY-----\nhunter2\n",
}


def stack(blocks: str, layers: str) -> str:
    """A spec with blocks."""
    return f"tfgraph: 1\ninputs: {{x: [4]}}\nblocks: {blocks}\nlayers: {layers}\n"


def doubled(times: int, layer: str) -> str:
    """A spec with blocks that each use the one before twice, the first of them a layer."""
    more = (f"b{i}: {{layers: [b{i - 1}, b{i - 1}]}}" for i in range(1, times + 1))
    return stack(f"{{{', '.join([f'b0: {{layers: [{layer}]}}', *more])}}}", f"[b{times}]")


BLOCKS = {
    "itself": (stack("{a: {layers: [a]}}", "[a]"), "TG214"),
    "each-other": (stack("{a: {layers: [b]}, b: {layers: [a]}}", "[a]"), "TG214"),
    "three-of-each-other": (
        stack("{a: {layers: [b]}, b: {layers: [c]}, c: {layers: [a]}}", "[relu, c]"),
        "TG214",
    ),
    "itself-by-parameter": (stack("{a: {params: {n: 1}, layers: [a: $n]}}", "[a: 2]"), "TG214"),
    "deep": (
        stack(
            "{b0: {layers: [relu]}, "
            + ", ".join(f"b{i}: {{layers: [b{i - 1}]}}" for i in range(1, 100))
            + "}",
            "[b99]",
        ),
        "TG214",
    ),
    "doubling": (
        stack(
            "{b0: {layers: [relu]}, "
            + ", ".join(f"b{i}: {{layers: [b{i - 1}, b{i - 1}]}}" for i in range(1, 19))
            + "}",
            "[b18]",
        ),
        "TG102",
    ),
    "doubling-a-wrong-type": (doubled(11, "matmull: 3"), "TG202"),
    "doubling-a-wrong-parameter": (doubled(11, "matmul: {unts: 3}"), "TG203"),
    "doubling-a-wrong-name": (doubled(11, "{relu: , from: nowhere}"), "TG209"),
    "many-parameters": (
        stack(
            "{b: {params: {"
            + ", ".join(f"p{i}: 3" for i in range(2000))
            + "}, layers: ["
            + ", ".join(f"matmul: $p{i}" for i in range(2000))
            + "]}}",
            "[b, {add: 3}]",
        ),
        "TG207",
    ),
    "many-undeclared-parameters": (
        stack(
            f"{{b: {{layers: [{', '.join(f'matmul: $p{i}' for i in range(2000))}]}}}}",
            f"[b: {{{', '.join(f'p{i}: 3' for i in range(2000))}}}]",
        ),
        "TG212",
    ),
    "many-wrong-parameters": (
        stack("{}", f"[conv2d: {{{', '.join(f'p{i}: 3' for i in range(4000))}}}]"),
        "TG203",
    ),
    "tens": (
        stack(
            "{b0: {layers: [relu]}, "
            + ", ".join(
                f"b{i}: {{layers: [{', '.join([f'b{i - 1}'] * 10)}]}}" for i in range(1, 15)
            )
            + "}",
            "[b14]",
        ),
        "TG102",
    ),
    "a-type": (stack("{relu: {layers: [tanh]}}", "[relu]"), "TG214"),
    "a-sibling": (stack("{from: {layers: [tanh]}}", "[relu]"), "TG214"),
    "dunder": (stack("{__class__: {layers: [tanh]}}", "[relu]"), "TG214"),
    "no-layers": (stack("{a: {layers: []}}", "[a]"), "TG214"),
    "other-keys": (stack("{a: {layers: [relu], code: id}}", "[a]"), "TG214"),
    "a-list": (stack("[a]", "[relu]"), "TG205"),
    "no-mapping": (stack("{a: [relu]}", "[relu]"), "TG214"),
}
REPEATS = {
    "billion": ("{relu: , repeat: 1000000000}", "TG102"),
    "most": (f"{{relu: , repeat: {2**63 - 1}}}", "TG102"),
    "too-large": (f"{{relu: , repeat: {2**64}}}", "TG108"),
    "googol": ("{relu: , repeat: 1e100}", "TG102"),
    "zero": ("{relu: , repeat: 0}", "TG206"),
    "negative": ("{relu: , repeat: -5}", "TG206"),
    "fraction": ("{relu: , repeat: 1.5}", "TG205"),
    "infinite": ("{relu: , repeat: .inf}", "TG205"),
    "not-a-number": ("{relu: , repeat: .nan}", "TG205"),
    "word": ("{relu: , repeat: many}", "TG205"),
    "true": ("{relu: , repeat: true}", "TG205"),
    "list": ("{relu: , repeat: [2]}", "TG205"),
    "expression": ("{relu: , repeat: $(10**12)}", "TG102"),
    "just-too-many": ("{relu: , repeat: 10002}", "TG102"),
}


def cases() -> Iterator[Case]:
    for name, target in TARGETS.items():
        yield refused(
            f"extends-{name}", spec(f"extends: {target}"), "TG211", target[:2], files=BESIDE
        )
    for text in ("1", "[base.yaml]", "{a: b}", "true"):
        yield refused(f"extends-{text}", spec(f"extends: {text}"), "TG205", text)
    yield refused("extends-nothing-at-all", spec("extends: ''"), "TG206")
    yield refused(
        "extends-each-other", spec("extends: base0.yaml"), "TG211",
        files=extending(spec("extends: base1.yaml"), spec("extends: base0.yaml")),
    )  # fmt: skip
    yield refused(
        "extends-a-chain-of-1000", spec("extends: base0.yaml"), "TG211",
        files=extending(*(spec(f"extends: base{i + 1}.yaml") for i in range(1000))),
    )  # fmt: skip
    yield refused(
        "extends-itself-by-links", spec("extends: a.yaml"), "TG211",
        files={"a.yaml": link("b.yaml"), "b.yaml": link("spec.yaml")},
    )  # fmt: skip
    for name, text, codes in (
        ("tags", spec("description: !!python/name:os.system"), "TG104"),
        ("laughs", "tfgraph: 1\na: &a [" + "x," * 9000 + "]\nb: [" + "*a," * 9 + "]\n", "TG102"),
        ("bad-yaml", "tfgraph: 1\nlayers: [", "TG101"),
        ("a-nul", "tfgraph: 1\nname: a\0", "TG105"),
        ("a-list", "# \ntfgraph : 1\n---\n[1]", "TG101"),
        ("unknown-sections", spec("module: os"), "TG201"),
    ):
        yield refused(f"extends-{name}", spec("extends: base0.yaml"), codes, files=extending(text))
    yield refused("extends-latin-1", spec("extends: base.yaml"), "TG105",
                  files={"base.yaml": spec("name: é").encode("latin-1")})  # fmt: skip
    yield means(
        "extends-and-changes", spec("extends: folder/base.yaml", "train: {seed: 5}"),
        lambda plan: [plan.spec.training.seed, plan.spec.training.epochs], [5, 9],
        files={"folder/base.yaml": spec("train: {seed: 1, epochs: 9}").encode()},
    )  # fmt: skip

    for name, (text, codes) in BLOCKS.items():
        yield refused(f"block-{name}", text, codes)
    for name, (layer, codes) in REPEATS.items():
        yield refused(f"repeat-{name}", spec(layers=f"[{layer}]"), codes)
    yield refused("repeat-of-repeats", stack(
        "{a: {layers: [{relu: , repeat: 1000}]}, b: {layers: [{a: , repeat: 1000}]}, "
        "c: {layers: [{b: , repeat: 1000}]}}", "[{c: , repeat: 1000}]"
    ), "TG102")  # fmt: skip
    yield refused(
        "repeats-one-by-one", spec(layers="[" + "{relu: , repeat: 9000}," * 9 + "]"), "TG102"
    )
    yield means(
        "repeat-1000", spec(layers="[{relu: , repeat: 1000}]"), lambda plan: len(plan.layers), 1000
    )

    for name, setting, codes in (
        ("no-value", "train.epochs", "TG213"),
        ("no-path", "=1", "TG213"),
        ("dots", "..=1", "TG213"),
        ("tag", "train.epochs=!!python/object/apply:os.system id", "TG104"),
        ("bad-yaml", "train.epochs=[1", "TG101"),
        ("laughs", "train.epochs=[&a [1,1,1], *a, *b]", "TG107"),
        ("nul", "train.epochs=\0", "TG105"),
        ("two-documents", "train.epochs=1\n---\n2", "TG101"),
        ("new-section", "module=os", "TG201"),
        ("dunder", "__class__.x=1", "TG201"),
        ("position", "layers.99.matmul=1", "TG213"),
        ("position-negative", "layers.-1.matmul=1", "TG213"),
        ("position-huge", f"layers.{'9' * 5000}.matmul=1", "TG213"),
        ("huge", f"train.epochs={'9' * 100_000}", "TG108"),
        ("type", "layers.0.matmul=os.system", "TG205"),
        ("deep", "a." * 5000 + "a=1", "TG213"),
        ("deep-value", "train=" + "[" * 5000, "TG102"),
    ):
        yield refused(f"set-{name}", spec(), codes, settings=(setting,))
    yield refused("set-many", spec(), "TG213", settings=tuple(f"a{i}.b" for i in range(1000)))
    yield means("set-by-type", spec(), units, 7, settings=("layers.matmul_1.matmul=7",))
    yield means(
        "set-a-variable",
        spec(variables(b="3"), layers="[{matmul: $b}]"),
        units,
        9,
        settings=("vars.b=9",),
    )
