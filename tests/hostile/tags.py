"""Tags: a spec is plain data, whatever the tag names and wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.cases import Case, refused, spec

#: As the value of a key; PyYAML's loaders, Ruby's, Java's, JavaScript's and others construct these.
VALUES = {
    "python-apply": "!!python/object/apply:os.system [id]",
    "python-apply-mapping": "!!python/object/apply:subprocess.Popen {args: [[id]]}",
    "python-apply-eval": "!!python/object/apply:builtins.eval [\"__import__('os').system(1)\"]",
    "python-new": "!!python/object/new:os.system [id]",
    "python-new-listitems": "!!python/object/new:tuple {args: [], listitems: !!python/name:exec }",
    "python-new-state": "!!python/object/new:type {args: [z, !!python/tuple [], {extend: 1}]}",
    "python-object": "!!python/object:types.SimpleNamespace {a: 1}",
    "python-name": "!!python/name:os.system ''",
    "python-name-empty": "!!python/name:os.system",
    "python-module": "!!python/module:os",
    "python-tuple": "!!python/tuple [1, 2]",
    "python-bytes": "!!python/bytes aGk=",
    "python-str": "!!python/str x",
    "python-unicode": "!!python/unicode x",
    "python-int": "!!python/int 1",
    "python-long": "!!python/long 1",
    "python-float": "!!python/float 1",
    "python-complex": "!!python/complex 1+2j",
    "python-none": "!!python/none",
    "python-bool": "!!python/bool x",
    "python-list": "!!python/list [1]",
    "python-dict": "!!python/dict {a: 1}",
    "python-unknown": "!!python/nothing:of.the.sort x",
    "python-percent": "!!python%2Fobject%2Fapply%3Aos.system [id]",
    "verbatim": "!<tag:yaml.org,2002:python/object/apply:os.system> [id]",
    "verbatim-local": "!<!local> x",
    "verbatim-url": "!<http://example.org/x> x",
    "local": "!local x",
    "local-empty": "!local",
    "not-specific": "! x",
    "not-specific-quoted": '! "x"',
    "binary": "!!binary aGk=",
    "set": "!!set {a, b}",
    "omap": "!!omap [a: 1]",
    "pairs": "!!pairs [a: 1]",
    "timestamp": "!!timestamp 2001-01-01",
    "str": "!!str 1",
    "int": "!!int '1'",
    "float": "!!float 1",
    "bool": "!!bool yes",
    "null": "!!null ''",
    "map": "!!map {a: 1}",
    "seq": "!!seq [1]",
    "value": "!!value =",
    "yaml": "!!yaml x",
    "ruby": "!ruby/object:Gem::Requirement {requirements: 1}",
    "java": "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]",
    "javascript": "!!js/function 'function () { return 1 }'",
    "dotnet": "!System.Diagnostics.Process {FileName: id}",
    "include": "!include /etc/passwd",
    "environment": "!ENV 'HOME'",
    "eval": "!eval 1 + 1",
    "lambda": "!lambda 'x: x'",
    "keras": "!keras.layers.Lambda 'x'",
    "literal": "!t |\n  x",
    "folded": "!t >-\n  x",
    "anchored": "!t &a x",
    "anchored-before": "&a !t x",
    "sequence-of-tags": "[!a x, !b y]",
    "long": "!" + "a" * 5000 + " x",
}
#: The whole text: the places of a tag that is not the value of a key.
PLACES = {
    "root": "!!python/object:x.Y\n" + spec(),
    "root-document": "--- !spec\n" + spec(),
    "key": spec("!!str name: x"),
    "key-python": spec("!!python/name:os.system name: x"),
    "key-merge": spec("train: {!!merge <<: {seed: 1}}"),
    "key-explicit": spec("? !!str name", ": x"),
    "item": spec(layers="[!!python/object/apply:os.system [id]]"),
    "item-type": spec(layers="[!t relu]"),
    "entry": spec(layers="[!t {matmul: 2}]"),
    "parameter": spec(layers="[{matmul: !!int 2}]"),
    "parameters": spec(layers="[{matmul: !!map {units: 2}}]"),
    "layers": spec(layers="!!seq [{matmul: 2}]"),
    "version": spec().replace("tfgraph: 1", "tfgraph: !!int 1"),
    "shape": spec(inputs="{x: [!!int 4]}"),
    "empty-value": spec("train: !t"),
    "behind-anchor": spec("description: &a !!binary aGk=", "name: *a"),
}
#: Directives that declare tags, used or not.
DIRECTIVES = {
    "python": "%TAG !py! tag:yaml.org,2002:python/\n---\n" + spec("name: !py!name:os.system x"),
    "unused": "%TAG ! tag:example.org,2000:\n---\n" + spec(),
    "default": "%TAG !! tag:yaml.org,2002:python/object/apply:\n---\n" + spec(),
    "after-yaml": "%YAML 1.2\n%TAG !e! tag:e:\n---\n" + spec(),
    "after-comment": "# a comment\n\n%TAG !e! tag:e:\n---\n" + spec(),
    "twice": "%TAG !e! tag:e:\n%TAG !e! tag:f:\n---\n" + spec(),
    "broken": "%TAG\n---\n" + spec(),
}


def cases() -> Iterator[Case]:
    for name, value in VALUES.items():
        # A tag in a list is refused, and so is the list.
        codes, at = ("TG104 TG205", "[") if value.startswith("[") else ("TG104", value[:1])
        yield refused(f"tag-{name}", spec(f"description: {value}"), codes, at)
    for name, text in PLACES.items():
        yield refused(f"tag-on-{name}", text, "TG104", "")
    for name, text in DIRECTIVES.items():
        yield refused(f"tag-directive-{name}", text, "TG104", "%TAG")
    yield refused("tag-undeclared", spec("description: !e!x y"), "TG101", "!e!")
    yield refused("tag-on-alias", spec("description: &a x", "name: !t *a"), "TG101 TG104", "!t")
    yield refused("tag-open", spec("description: !<tag:yaml.org,2002:str x"), "TG101")
    yield refused("tag-bad-percent", spec("description: !%zz x"), "TG101")
    yield refused("tag-bad-utf8-percent", spec("description: !%ff x"), "TG101")
    yield refused("tag-flood", lambda: spec("description: [" + "!t x," * 100_000 + "]"), "TG104")
    yield refused(
        "tag-directive-flood",
        lambda: "".join(f"%TAG !a{i}! tag:x,{i}:\n" for i in range(60_000)) + "---\n" + spec(),
        "TG104",
        "%TAG",
    )
