"""Keys: twice, of all types, and the names that Python and JavaScript have for their own."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.cases import Case, means, refused, spec

TWICE = {
    "plain": "train: {seed: 1, seed: 2}",
    "quoted": 'train: {seed: 1, "seed": 2}',
    "single-quoted": "train: {'seed': 1, seed: 2}",
    "escaped": 'train: {seed: 1, "s\\x65ed": 2}',
    "both-quoted": "train: {'seed': 1, \"seed\": 2}",
    "equal-values": "train: {seed: 1, seed: 1}",
    "through-an-alias": "train: {&s seed: 1, *s : 2}",
    "explicit": "train: {? seed : 1, seed: 2}",
    "across-lines": 'train: {seed: 1, ? "se\\\n  ed" : 2}',
    "without-values": "train: {evaluate_batch_size, evaluate_batch_size}",
    "block": "train:\n  seed: 1\n  seed: 2",
    "far-apart": "train:\n  seed: 1\n" + "  # x\n" * 1000 + "  seed: 2",
    "beside-a-merge": "train: {<<: {epochs: 1}, seed: 1, seed: 2}",
    "in-a-merge": "train: {<<: {seed: 1, seed: 2}}",
    "three-times": "train: {seed: 1, seed: 2, seed: 3}",
    "a-section": "name: a\nname: b",
    "a-section-quoted": 'name: a\n"name": b',
}
#: Keys that are no strings.
OTHER = {
    "null": "~ : 1",
    "empty": "? \n: 1",
    "null-word": "null: 1",
    "true": "true: 1",
    "false": "FALSE: 1",
    "integer": "1: 1",
    "negative": "-1: 1",
    "octal": "0o17: 1",
    "hex": "0xff: 1",
    "float": "1.5: 1",
    "exponent": "1e3: 1",
    "infinity": ".inf: 1",
    "not-a-number": ".nan: 1",
    "list": "[a, b]: 1",
    "mapping": "{a: b}: 1",
    "nested": "{[[a]]: 1}: 1",
    "explicit-list": "? [a]\n: 1",
    "explicit-block": "? - a\n  - b\n: 1",
    "alias-of-a-list": "outputs: &l [matmul_1]\n*l : 1",
    "alias-of-a-number": "train: {seed: &n 1}\n*n : 1",
    "set": "? a\n? [b]",
}
WORDS = (
    "__proto__ constructor prototype toString hasOwnProperty __class__ __init__ __globals__ "
    "__builtins__ __import__ __reduce__ __subclasses__ __dict__ __getattr__ self cls None True "
    "import lambda exec eval del class def for while yield async"
).split()


def cases() -> Iterator[Case]:
    for name, line in TWICE.items():
        yield refused(f"key-twice-{name}", spec(line), "TG103")
    for name, line in OTHER.items():
        codes = {"set": "TG106 TG201"}.get(name, "TG106")
        yield refused(f"key-of-{name}", spec(line), codes)
    yield refused("key-of-a-large-integer", spec("9" * 30 + ": 1"), "TG106 TG108", "9")
    for word in WORDS:
        yield refused(f"section-{word}", spec(f"{word}: {{a: 1}}").replace("None:", '"None":').replace("True:", '"True":'),
                      "TG201", "")  # fmt: skip
    for word in ("__class__", "__init__", "__dict__", "__module__", "type", "kind", "doc", "build"):
        text = spec(layers=f"[{{matmul: {{units: 2, {word}: 1}}}}]")
        yield refused(f"parameter-{word}", text, "TG203", word)
        yield refused(f"train-{word}", spec(f"train: {{{word}: 1}}"), "TG203", word)
    yield refused("key-of-a-quoted-merge", spec('train: {"<<": {seed: 1}}'), "TG203", '"<<"')
    yield refused("key-of-another-case", spec("Name: x"), "TG201", "Name")
    yield refused("key-with-blanks", spec('" name": x'), "TG201", '" name"')
    yield refused("key-of-look-alikes", spec("nаme: x"), "TG201", "n")
    yield refused("key-of-wide-letters", spec("ｎａｍｅ: x"), "TG201", "ｎ")
    yield refused("key-empty", spec('"": x'), "TG201", '""')
    yield means(
        "key-once-in-each-mapping",
        spec("train: {seed: 1}", "optimizer: {rmsprop: {learning_rate: 0.1, decay: 0.5}}",
             "loss: squared_error",
             inputs="{x: [4], y: [2]}").replace("squared_error", "{squared_error: {}, target: y}"),
        lambda plan: plan.spec.training.seed,
        1,
    )  # fmt: skip
    yield means(
        "key-beside-a-merge-wins",
        spec("train: {<<: {seed: 1, epochs: 7}, seed: 2}"),
        lambda plan: [plan.spec.training.seed, plan.spec.training.epochs],
        [2, 7],
    )
    yield means(
        "key-of-the-first-merge-wins",
        spec("train: {<<: [{seed: 1}, {seed: 2}], <<: {seed: 3}}"),
        lambda plan: plan.spec.training.seed,
        1,
    )
