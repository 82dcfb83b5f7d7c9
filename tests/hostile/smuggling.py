"""Smuggling: code, names of code and addresses, in every shape that other tools have run.

The shapes are those of Keras's advisories (CVE-2024-3660, -2025-1550, -8747, -9905, -9906, -12058,
-12060), of Hydra's and OmegaConf's instantiation and resolvers, of jsonargparse, of PyYAML's and
jsonpickle's loaders, of template languages and of shells. Where a spec takes a string they are
strings, and stay what they are; everywhere else they are refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.cases import Case, description, means, refused, spec

#: In the place of a layer.
LAYERS = {
    "keras-lambda": "{class_name: Lambda, config: {function: [4wEAAAAAAAAAAA==, null, null]}}",
    "keras-lambda-type": "{Lambda: {function: 'lambda x: x'}}",
    "keras-lambda-lower": "{lambda: 'x: x'}",
    "keras-lambda-marshalled": "{class_name: Lambda, config: {function: {class_name: __lambda__, "
    "config: {code: 4wEAAAA=, defaults: null, closure: null}}}}",
    "keras-module": "{module: keras.layers, class_name: Dense, config: {units: 2}, "
    "registered_name: null}",
    "keras-module-os": "{module: os, class_name: system, config: {command: id}}",
    "keras-module-builtins": "{module: builtins, class_name: eval, config: '1'}",
    "keras-module-subprocess": "{module: subprocess, class_name: Popen, config: {args: [id]}, "
    "registered_name: Popen, build_config: {input_shape: [null]}, compile_config: {}}",
    "keras-function": "{module: builtins, class_name: function, config: system, "
    "registered_name: os.system}",
    "keras-get-file": "{module: keras.utils, class_name: function, config: get_file, "
    "registered_name: get_file}",
    "keras-get-file-arguments": "{get_file: {origin: 'http://localhost/x', extract: true}}",
    "keras-unsafe": "{module: keras.config, class_name: function, "
    "config: enable_unsafe_deserialization}",
    "keras-string-lookup": "{string_lookup: {vocabulary: /etc/passwd}}",
    "keras-string-lookup-class": "{class_name: StringLookup, config: {vocabulary: /etc/passwd}}",
    "keras-text-vectorization": "{class_name: TextVectorization, config: {vocabulary: "
    "'file:///etc/passwd'}}",
    "keras-torch-wrapper": "{class_name: TorchModuleWrapper, config: {module: gASVBQAAAA==}}",
    "keras-tfsm": "{class_name: TFSMLayer, config: {filepath: /srv/x, call_endpoint: serve}}",
    "keras-custom-objects": "{dense: 2, custom_objects: {x: y}}",
    "keras-safe-mode": "{dense: 2, safe_mode: false}",
    "keras-registered-name": "{dense: 2, registered_name: os>system}",
    "keras-node": "{class_name: Functional, config: {layers: [], input_layers: [[x, 0, 0]]}}",
    "keras-full-name": "keras.layers.Lambda",
    "keras-legacy": "{class_name: Lambda, config: {function_type: lambda, module: os}}",
    "tensorflow-py-function": "{py_function: {func: os.system}}",
    "tensorflow-numpy-function": "tf.numpy_function",
    "tensorflow-operation": "{op: ReadFile, filename: /etc/passwd}",
    "tensorflow-raw-operation": "{tf.raw_ops.ReadFile: {filename: /etc/passwd}}",
    "hydra-target": "{_target_: os.system, command: id}",
    "hydra-target-first": "{_target_: subprocess.Popen, _args_: [[id]]}",
    "hydra-target-in-a-layer": "{dense: 2, _target_: os.system}",
    "hydra-partial": "{_target_: builtins.exec, _partial_: true}",
    "hydra-recursive": "{_recursive_: true, x: {_target_: builtins.eval, _args_: ['1']}}",
    "hydra-convert": "{_convert_: all, _target_: pickle.loads, _args_: [x]}",
    "hydra-get-class": "{_target_: hydra.utils.get_class, path: os.system}",
    "hydra-get-method": "{_target_: hydra.utils.get_method, path: os.system}",
    "hydra-get-object": "{_target_: hydra.utils.get_object, path: os}",
    "hydra-call": "{_target_: hydra.utils.call, config: {_target_: os.system}}",
    "hydra-cls": "{cls: os.system, params: {command: id}}",
    "nemo-target": "{target: os.system, params: {command: id}}",
    "jsonargparse-class-path": "{class_path: subprocess.Popen, init_args: {args: [id]}}",
    "jsonargparse-function": "{class_path: os.system, init_args: {command: id}, dict_kwargs: {}}",
    "lightning-cli": "{class_path: lightning.LightningModule}",
    "jsonpickle": "{py/object: subprocess.Popen, py/newargs: [[id]]}",
    "jsonpickle-reduce": "{py/reduce: [{py/type: subprocess.Popen}, {py/tuple: [id]}]}",
    "pickle": "{__reduce__: [os.system, [id]]}",
    "gin": "'@os.system()'",
    "gin-scope": "{'@x/os.system': '%macro'}",
    "django": "{BACKEND: os.system}",
    "logging-config": "{(): subprocess.Popen, args: [id]}",
    "logging-ext": "'ext://os.system'",
    "logging-cfg": "'cfg://handlers'",
    "spacy": "{'@architectures': os.system}",
    "allennlp": "{type: os.system, constructor: from_archive}",
    "mmcv": "{type: Lambda, _delete_: true, _base_: /etc/passwd}",
    "ansible": "{shell: id}",
    "salt": "{cmd.run: [name: id]}",
    "module-path": "os.system",
    "module-path-deep": "os.path.join",
    "entry-point": "'os:system'",
    "dunder-import": "__import__",
    "dunder-import-call": "\"__import__('os').system('id')\"",
    "dunder-class": "__class__",
    "dunder-init": "{__init__: {__globals__: x}}",
    "builtin-exec": "exec",
    "builtin-eval": "{eval: '1 + 1'}",
    "builtin-open": "{open: /etc/passwd}",
    "builtin-getattr": "{getattr: [os, system]}",
    "python-file": "./evil.py",
    "plugin": "{plugin: ./evil.py}",
    "plugins": "{matmul: 2, plugin: ./evil.py}",
    "path": "../../etc/passwd",
    "url": "http://localhost/layer.yaml",
    "reference": "{$ref: 'http://localhost/schema.json'}",
    "reference-file": "{$ref: 'file:///etc/passwd'}",
    "reference-local": "{$ref: '#/layers/0'}",
    "dynamic-reference": "{$dynamicRef: '#x'}",
    "schema": "{$schema: 'http://localhost/', $id: 'http://localhost/'}",
    "prototype": "{__proto__: {units: 2}}",
    "shell": "'`id`'",
    "semicolon": "'relu; id'",
    "number": "1",
    "null": "~",
    "list": "[relu]",
    "empty": "{}",
    "empty-string": "''",
}
#: In the place of a parameter's value: `units` of a `matmul`.
VALUES = {
    "target": "{_target_: os.system}",
    "call": "os.system('id')",
    "import": "__import__('os').system('id')",
    "lambda": "'lambda: 3'",
    "jinja": "'{{ 1 + 2 }}'",
    "jinja-statement": "'{% if 1 %}3{% endif %}'",
    "percent": "'%(units)s'",
    "percent-environment": "'%HOME%'",
    "format": "'{0.__class__}'",
    "format-name": "'{units}'",
    "backquotes": "'`id`'",
    "omegaconf-reference": "'#{units}'",
    "erb": "'<%= 3 %>'",
    "velocity": "'#set($x = 3)'",
    "xml": "'<!ENTITY x SYSTEM \"file:///etc/passwd\">'",
    "gin-macro": "'%units'",
    "reference": "{$ref: 'file:///etc/passwd'}",
    "include": "'@/etc/passwd'",
    "yaml-in-a-string": "'!!int 3'",
}
#: Sections that other tools act on.
SECTIONS = {
    "target": "_target_: os.system",
    "defaults": "defaults: [/etc/passwd, _self_]",
    "hydra": "hydra: {launcher: {_target_: os.system}}",
    "plugin": "plugin: ./evil.py",
    "plugins": "plugins: [evil]",
    "import": "import: os",
    "imports": "imports: [os]",
    "include": "include: /etc/passwd",
    "includes": "'!include': /etc/passwd",
    "reference": "$ref: http://localhost/",
    "schema": "$schema: http://localhost/",
    "identity": "$id: http://localhost/",
    "definitions": "$defs: {x: {$ref: 'http://localhost/'}}",
    "class": "class_name: Sequential",
    "config": "config: {layers: []}",
    "module": "module: os",
    "registered-name": "registered_name: os>system",
    "compile-config": "compile_config: {optimizer: {module: os, class_name: system}}",
    "build-config": "build_config: {input_shape: [1]}",
    "custom-objects": "custom_objects: {x: os.system}",
    "safe-mode": "safe_mode: false",
    "environment": "env: {LD_PRELOAD: /srv/x.so}",
    "hooks": "hooks: {post: id}",
    "script": "script: id",
    "base": "_base_: /etc/passwd",
}
COMPARED = "loss: {squared_error: {}, target: y}"
TWO = "{x: [4], y: [2]}"
ENTRIES = ("optimizer", "loss", "data", "metrics")


def cases() -> Iterator[Case]:
    codes = {
        "number": "TG207",
        "null": "TG207",
        "list": "TG207",
        "empty": "TG207",
        "keras-custom-objects": "TG207",
        "keras-safe-mode": "TG207",
        "keras-module": "TG207",
        "keras-registered-name": "TG207",
        "hydra-target-in-a-layer": "TG207",
        "plugins": "TG207",
    }
    for name, layer in LAYERS.items():
        several = layer.startswith("{") and name not in codes and len(keys(layer)) > 1
        expected = codes.get(name, "TG202 TG207" if several else "TG202")
        yield refused(f"layer-{name}", spec(layers=f"[{layer}]"), expected)
    for name, value in VALUES.items():
        expected = "TG203" if value.startswith("{") else "TG205"
        yield refused(
            f"value-{name}",
            spec(layers=f"[{{matmul: {value}}}]"),
            expected,
            value[:5] if expected == "TG205" else keys(value)[0][1:],
        )
        if not value.startswith("{"):
            text = value[1:-1] if value[0] == "'" else value
            yield means(f"text-{name}", spec(f"description: {value}"), description, text)
    for name, line in SECTIONS.items():
        yield refused(f"section-of-{name}", spec(line), "TG201", line[:4])
    for section in ENTRIES:
        entry = "{_target_: os.system}"
        more = {"optimizer": COMPARED, "loss": "optimizer: {adam: 0.1}"}.get(section, "")
        text = spec(
            f"{section}: [{entry}]" if section == "metrics" else f"{section}: {entry}",
            more,
            inputs=TWO,
            layers="[{matmul: 2, from: x}]",
        )
        yield refused(f"target-as-{section}", text, "TG202", "")
    for parameter in ("init: os.system", "init: {_target_: os.system}", "init: {module: os}"):
        text = spec(layers=f"[{{matmul: {{units: 2, {parameter}}}}}]")
        yield refused(f"initializer-{parameter}", text, "TG202")
    yield refused(
        "activation-lambda",
        spec(layers="[{dense: {units: 2, activation: 'lambda x: x'}}]"),
        "TG202",
    )
    yield refused(
        "schedule-target",
        spec("optimizer: {adam: {learning_rate: {_target_: os.system}}}", COMPARED, inputs=TWO),
        "TG202",
    )


def keys(layer: str) -> list[str]:
    """The keys of a flow mapping, as far as a look at its outermost colons tells."""
    depth, found, quoted = 0, [], False
    for here, character in enumerate(layer):
        quoted ^= character == "'"
        depth += (character in "{[") - (character in "}]")
        if not quoted and depth == 1 and layer[here : here + 2] == ": ":
            found.append(layer[:here])
    return found
