"""Variables and expressions: arithmetic, and nothing else that looks like it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.cases import Case, description, means, refused, size, spec, units

#: In the place of `units`, with the variables `b: 3`, `l: [1, 2]`, `w: word`, `t: true`.
EXPRESSIONS = {
    "power-tower": "$(9**9**9**9)",
    "power": "$(2**9999999999)",
    "power-negative": "$((-8)**0.5)",
    "power-of-zero": "$(0**-1)",
    "powers": "$(" + "(" * 30 + "9" + "**9)" * 30 + ")",
    "product": "$(" + "*".join(["999999999999"] * 30) + ")",
    "factorial": "$(" + "*".join(map(str, range(1, 100))) + ")",
    "squares": "$(((((10**9)**2)**2)**2)**2)",
    "float-overflow": "$(1e308 * 10)",
    "too-large-a-number": "$(1e999)",
    "too-many-digits": "$(" + "9" * 400 + ")",
    "division-by-zero": "$(1 / 0)",
    "floor-by-zero": "$(1 // 0)",
    "modulo-zero": "$(1 % 0)",
    "shift": "$(1 << 1000)",
    "bits": "$(1 | 2)",
    "attribute": "$(b.real)",
    "dunder": "$(b.__class__)",
    "dunder-name": "$(__import__)",
    "dunder-builtins": "$(__builtins__)",
    "call": "$(b())",
    "call-import": "$(__import__('os').system('id'))",
    "call-eval": "$(eval('1'))",
    "call-open": "$(open('/etc/passwd'))",
    "function": "$(max(1, 2))",
    "lambda": "$(lambda: 1)",
    "lambda-call": "$((lambda x: x)(1))",
    "walrus": "$((x := 1))",
    "assignment": "$(b = 1)",
    "comprehension": "$([x for x in l])",
    "generator": "$(sum(x for x in l))",
    "f-string": "$(f'{b}')",
    "string": "$('a' * 1000000000)",
    "bytes": "$(b'a')",
    "list": "$([1] * 1000000000)",
    "dict": "$({1: 2})",
    "index": "$(l[0])",
    "condition": "$(1 if t else 2)",
    "and": "$(1 and 2)",
    "not": "$(not 1)",
    "in": "$(1 in l)",
    "await": "$(await b)",
    "semicolon": "$(1; 2)",
    "comma": "$(1, 2)",
    "starred": "$(*l)",
    "ellipsis": "$(...)",
    "complex": "$(1j)",
    "hex": "$(0xff)",
    "underscores": "$(1_000)",
    "comment": "$(1 # 2)",
    "backslash": "$(1 \\ 2)",
    "unclosed": "$(1 + 2",
    "closed-twice": "$(1))",
    "nothing": "$()",
    "blanks": "$(   )",
    "operator": "$(+)",
    "plus-plus": "$(++1)",
    "half": "$(1 +)",
    "comparisons": "$(1 < 2 < 3)",
    "deep": "$(" + "(" * 200 + "1" + ")" * 200 + ")",
    "deep-minus": "$(" + "-" * 200 + "1)",
    "deep-powers": "$(" + "1**" * 150 + "1)",
    "long": "$(" + "1 + " * 50_000 + "1)",
    "long-name": "$(" + "a" * 100_000 + ")",
    "long-number": "$(" + "1" * 100_000 + ")",
    "long-blanks": "$(" + " " * 100_000 + "1)",
    "wide-digits": "$(１ + １)",
    "superscript": "$(2²)",
    "a-list": "$(l * 2)",
    "a-word": "$(w + 1)",
    "a-boolean": "$(t + 1)",
    "nothing-of-the-name": "$(missing + 1)",
    "environment": "$HOME",
    "environment-braces": "'${HOME}'",
    "omegaconf-environment": "'${oc.env:TFGRAPH_SECRET}'",
    "omegaconf-decode": "'${oc.decode:${oc.env:TFGRAPH_SECRET}}'",
    "omegaconf-create": "'${oc.create:{_target_: os.system}}'",
    "omegaconf-select": "'${oc.select:b}'",
    "omegaconf-reference": "'${b}'",
    "hydra-runtime": "'${hydra:runtime.cwd}'",
    "eval-resolver": "'${eval:1+1}'",
    "shell": "'$`id`'",
    "shell-quoting": "$'id'",
    "process": "$$$(id)",
    "template": "'${{ b }}'",
    "attribute-of-a-variable": "$b.real",
    "index-of-a-variable": "$l[0]",
    "two-variables": "$b$b",
    "dollar": "$",
    "blank-variable": "'$ b'",
    "dunder-variable": "$__class__",
    "variable-of-blanks": "'$b '",
}
#: Those that stand for a value of the wrong type, not for none.
STRINGS = {"process"}

DOUBLING = {
    "lists": ("[1, 1]", "[${0}, ${0}]"),
    "tens": ("[1, 1]", "[" + ", ".join(["${0}"] * 10) + "]"),
    "mappings": ("{{a: 1}}", "{{a: ${0}, b: ${0}}}"),
}


def variables(**values: str) -> str:
    """The section `vars`."""
    return "vars: {" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}"


def cases() -> Iterator[Case]:
    scope = variables(b="3", l="[1, 2]", w="word", t="true")
    for name, text in EXPRESSIONS.items():
        quoted = text if text[0] in "'\"" else "'" + text.replace("'", "''") + "'"
        codes = "TG205" if name in STRINGS else "TG212"
        yield refused(f"expression-{name}", spec(scope, layers=f"[{{matmul: {quoted}}}]"), codes)
    for name, (first, more) in DOUBLING.items():
        values = {"v0": first.format()} | {f"v{i}": more.format(f"v{i - 1}") for i in range(1, 30)}
        yield refused(
            f"variables-doubling-{name}", spec(variables(**values), "description: $v29"), "TG102"
        )
    chain = {"v0": "1"} | {f"v{i}": f"$v{i - 1}" for i in range(1, 1000)}
    yield refused("variables-in-a-chain", spec(variables(**chain), "train: {seed: $v999}"), "TG212")
    sums = {"v0": "1"} | {f"v{i}": f"$(v{i - 1} + v{i - 1})" for i in range(1, 45)}
    yield means("variables-of-sums", spec(variables(**sums), "train: {seed: $v44}"),
                lambda plan: plan.spec.training.seed, 2**44)  # fmt: skip
    for name, values, codes in (
        ("itself", {"a": "$a"}, "TG212"),
        ("itself-in-a-list", {"a": "[$a, $a]"}, "TG205 TG212"),
        ("itself-in-a-sum", {"a": "$(a + 1)"}, "TG212"),
        ("each-other", {"a": "$b", "b": "$a"}, "TG212"),
        ("three", {"a": "$b", "b": "[$c]", "c": "{x: $a}"}, "TG205 TG212"),
    ):
        yield refused(f"variables-need-{name}", spec(variables(**values), "description: $a"), codes)
    for name in ("1a", "a-b", "a.b", "'a b'", "''", "é", "'$a'", "'(a)'"):
        yield refused(f"variable-called-{name}", spec(f"vars: {{{name}: 1}}"), "TG212", name)
    for name in ("__class__", "__import__", "None", "lambda", "self"):
        yield means(f"variable-named-{name}", spec(variables(**{f'"{name}"': "5"}), layers=f"[{{matmul: ${name}}}]"),
                    units, 5)  # fmt: skip
    yield refused("variables-of-a-list", spec("vars: [a]"), "TG205")
    yield refused("variables-many-unknown", lambda: spec(
        variables(**{f"layer_{i}": "1" for i in range(5000)}),
        "description: [" + ", ".join(f"$laye_{i}" for i in range(3000)) + "]",
    ), "TG212")  # fmt: skip
    yield refused("variable-as-a-key", spec(variables(b="x"), "$b: 1"), "TG201", "$b")
    yield refused(
        "variable-of-a-dangerous-type", spec(variables(b="os.system"), layers="[$b]"), "TG202"
    )
    yield means(
        "variable-of-a-list",
        spec(variables(b="[3, 4]"), layers="[flatten]").replace("[4]", "$b"),
        size,
        [12],
    )
    yield means(
        "dollars", spec("description: '$$HOME $(id) ${x}'"), description, "$HOME $(id) ${x}"
    )
    yield means("dollars-inside", spec("description: a $b $(c)"), description, "a $b $(c)")
    yield means(
        "an-expression",
        spec(variables(b="3"), layers="[{matmul: $((b + 1) * 2 ** 3 // 4)}]"),
        units,
        8,
    )
