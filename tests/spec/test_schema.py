"""The JSON Schema of the language: it takes what is sound, refuses what it can see, says all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tests.spec.goldens import GOLDEN, REGISTRY, SET, problems, specs
from tfgraph.diagnostics import Source
from tfgraph.registry import load_registry
from tfgraph.registry.hookspecs import COMPONENT_HOOKS
from tfgraph.spec import check, language
from tfgraph.spec.model import Training
from tfgraph.spec.nodes import plain
from tfgraph.spec.reader import decode, read
from tfgraph.spec.schema import language_schema

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "specs").rglob("*.yaml"))
COMMITTED = ROOT / "specs" / "tfgraph.schema.json"
REFRESH = "tfgraph schema --only builtins --only mnist --output specs/tfgraph.schema.json"

SCHEMA = language_schema(REGISTRY)
VALIDATOR = Draft202012Validator(SCHEMA)

#: Mistakes that only someone sees who follows names, looks at several sections, or at the disk.
UNSEEN = {"TG208", "TG209", "TG210"}
UNSEEN_SPECS = {"a_path_that_leads_out", "no_inputs", "two_bests", "two_lengths_of_training"}

HEAD = "tfgraph: 1\ninputs: {x: [4]}\n"
WITH_BLOCKS = """
vars: {width: 8, init: {normal: 0.1}, options: {epochs: 3}}
blocks:
  narrow:
    layers: [{matmul: 4}, relu]
  residual:
    params: {units: null, again: 1}
    layers:
      - matmul: {units: $units, init: $init}
        name: body
      - narrow
      - matmul: $(units * 1)
        repeat: $again
      - add:
        from: [matmul_1, input]
layers:
  - residual: $width
    repeat: 2
  - residual: {units: $(width * 1), again: 2}
    name: last
  - dropout: $(1 / width)
  - narrow
train: $options
"""


def value_of(text: str):
    """What an editor sees of a text."""
    node = read(Source("<test>", text)).node
    assert node is not None
    return plain(node)


def accepts(text: str) -> bool:
    return VALIDATOR.is_valid(value_of(text))


def is_sound(text: str, folder: Path = GOLDEN) -> bool:
    """Whether tfgraph itself has nothing against a text."""
    found = check(Source("<test>", text), folder=folder, default_name="t", registry=REGISTRY)
    return not any(d.severity == "error" for d in found.diagnostics)


def test_it_is_a_schema_of_2020_12() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert SCHEMA["$id"].endswith(f":{language.VERSION}")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_spec_is_valid_by_the_committed_schema(path: Path) -> None:
    committed = json.loads(COMMITTED.read_text(encoding="utf-8"))
    text = path.read_text(encoding="utf-8")
    assert list(Draft202012Validator(committed).iter_errors(value_of(text))) == []


def broken_rules(text: str) -> dict[str, str]:
    """The rules that a spec breaks, in alternatives as well, each with a message of it."""
    rules = {}
    errors = list(VALIDATOR.iter_errors(value_of(text)))
    while errors:
        error = errors.pop()
        rules[str(error.validator)] = error.message
        errors += error.context or ()
    return rules


@pytest.mark.parametrize(
    "entry",
    [
        "layers: [{convd: {filters: 3}}]",
        "layers: [relu]\noptimizer: {adm: 0.1}",
        "layers: [relu]\nloss: {huberr: , weight: 2}",
    ],
)
def test_a_misspelt_type_is_one_mistake(entry: str) -> None:
    text = f"tfgraph: 1\ninputs: {{x: [8, 8, 3]}}\n{entry}\n"
    rules = broken_rules(text)
    assert "enum" in rules
    assert not {"oneOf", "required"} & {*rules}


@pytest.mark.parametrize(
    ("entry", "misspelt"),
    [
        ("layers: [{matmul: {unts: 3}}]", "unts"),
        ("layers: [{conv2d: {kernel_size: 3, fliters: 3}}]", "fliters"),
        ("layers: [relu]\ninputs: {x: {shap: [3]}}", "shap"),
        ("blocks: {a: {layer: [relu]}}\nlayers: [a]", "layer"),
    ],
)
def test_a_misspelt_parameter_that_must_be_given_is_one_mistake(entry: str, misspelt: str) -> None:
    rules = broken_rules(f"tfgraph: 1\n{entry}\n")
    assert misspelt in rules["additionalProperties"]
    assert "required" not in rules


@pytest.mark.parametrize("section", ["tfgraph", "layers"])
def test_a_misspelt_section_that_must_be_given_is_one_mistake(section: str) -> None:
    text = "tfgraph: 1\ninputs: {x: [4]}\nlayers: [relu]\n"
    rules = broken_rules(text.replace(f"{section}:", f"{section[:-1]}:"))
    assert list(rules) == ["additionalProperties"]
    assert list(broken_rules("\n".join(x for x in text.split("\n") if section not in x))) == [
        "required"
    ]


def test_a_parameter_that_must_be_given_is_missed() -> None:
    text = "tfgraph: 1\ninputs: {x: [8, 8, 3]}\nlayers: [{conv2d: {kernel_size: 3}}]\n"
    assert "filters" in broken_rules(text)["required"]


def readable() -> dict[str, tuple[Source, set[str]]]:
    """The golden specs that YAML itself has nothing against, and the codes of their errors."""
    found = {}
    for path in specs():
        source, wrong = decode(path.read_bytes(), path.name)
        reading = None if wrong else read(source)
        if reading and reading.node is not None and not reading.diagnostics:
            codes = {d.code for d in problems(path) if d.severity == "error"}
            found[path.stem] = (source, codes)
    return found


READABLE = readable()
SOUND = [name for name, (_, codes) in READABLE.items() if not codes]
#: What the values of variables and settings are, no schema knows.
FAULTY = [
    name
    for name, (source, codes) in READABLE.items()
    if codes and "$" not in source.text and SET not in source.text
]


@pytest.mark.parametrize("name", SOUND)
def test_a_golden_spec_without_errors_is_valid(name: str) -> None:
    assert accepts(READABLE[name][0].text)


@pytest.mark.parametrize("name", FAULTY)
def test_a_golden_spec_fails_where_its_mistake_can_be_seen(name: str) -> None:
    source, codes = READABLE[name]
    seen = {code for code in codes if code.startswith("TG20")} - UNSEEN
    assert accepts(source.text) is (not seen or name in UNSEEN_SPECS), sorted(codes)


@pytest.mark.parametrize("kind", COMPONENT_HOOKS)
def test_every_component_and_parameter_is_there_with_its_prose_and_default(kind: str) -> None:
    wired = kind if kind in SCHEMA["$defs"] else f"{kind}-wired"
    (mapping,) = [o for o in SCHEMA["$defs"][wired]["anyOf"] if o.get("type") == "object"]
    for name, component in REGISTRY.types(kind).items():
        assert component.summary().rstrip(":.") in mapping["properties"][name]["description"]
        properties = SCHEMA["$defs"][f"{kind}.{name}"]["properties"]
        assert [*properties] == [*component.parameters()]
        for parameter in component.parameters().values():
            shown = properties[parameter.name]
            assert shown["description"].startswith(parameter.doc)
            if parameter.required:
                assert "default" not in shown
            else:
                assert shown["default"] == parameter.default


def test_every_section_sibling_and_option_of_training_is_there_with_its_prose() -> None:
    whole = SCHEMA["else"]["else"]["properties"]
    assert {n: s["description"] for n, s in whole.items()} == {
        name: part.doc for name, part in language.SECTIONS.items()
    }
    (mapping,) = [o for o in SCHEMA["$defs"]["layer-wired"]["anyOf"] if o.get("type") == "object"]
    for name, part in language.LAYER_SIBLINGS.items():
        assert mapping["properties"][name]["description"] == part.doc
    assert [*SCHEMA["$defs"]["group.train"]["properties"]] == [*Training.parameters()]


def test_every_default_is_a_value_that_the_schema_takes() -> None:
    for kind in COMPONENT_HOOKS:
        for name in REGISTRY.types(kind):
            for parameter, shown in SCHEMA["$defs"][f"{kind}.{name}"]["properties"].items():
                if "default" in shown:
                    at = {"$defs": SCHEMA["$defs"], **shown}
                    validator = Draft202012Validator(at)
                    assert validator.is_valid(shown["default"]), (kind, name, parameter)


@pytest.mark.parametrize(
    "text",
    [
        "layers: [relu, {relu: }, {relu: {}}, {matmul: 3}, {matmul: {units: 3}}]",
        "layers: [{matmul: {units: 3, init: {normal: {stddev: 0.1}}, bias_init: 2}}]",
        "layers: [{bias: zeros}, {bias: 0.5}, {bias: {init: {constant: 1}}}, {bias: }]",
        "layers: [{relu: , name: a}, {relu: , from: a}, {add: , from: [a, relu_1], name: b}]",
        "layers: [{matmul: 4, name: a}, {matmul: 4, share: a}]",
        "layers: [{matmul: 4.0}]",
        "layers: [relu]\noutputs: [relu_1]\nname: a-b\ndescription: $$5 well spent",
    ],
)
def test_every_form_of_an_entry_is_taken_as_tfgraph_takes_it(text: str) -> None:
    assert is_sound(HEAD + text)
    assert accepts(HEAD + text)


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("layers: [{matmul: {unts: 3, units: 3}}]", "layers[0].matmul", "'unts' was unexpected"),
        ("layers: [{conv2d: {filters: 3, stride: many}}]", "layers[0].conv2d.stride", "'many'"),
        ("layers: [{matmul: 3, nam: a}]", "layers[0]", "'nam'"),
        ("layers: [{rellu: }]", "layers[0]", "'rellu'"),
        ("layers: [relu]\ntrain: {epochs: -1}", "train.epochs", "-1"),
        ("layers: [relu]\nlos: hinge", "", "'los' was unexpected"),
        ("layers: [relu]\nloss: {hinge: , weigth: 2}", "loss", "'weigth'"),
        ("inptus: {y: [2]}\nlayers: [relu]", "", "'inptus' was unexpected"),
    ],
)
def test_the_best_error_stands_where_the_mistake_is(text: str, path: str, message: str) -> None:
    assert not is_sound(HEAD + text)
    error = best_match(VALIDATOR.iter_errors(value_of(HEAD + text)))
    assert error is not None
    assert error.json_path == f"$.{path}".rstrip(".")
    assert message in error.message


@pytest.mark.parametrize(
    "layer",
    [
        "{matmul: 3, relu: }",
        "{name: a}",
        "matmul",
        "{matmul: }",
        "{matmul: {}}",
        "{matmul: [3]}",
        "{matmul: 0}",
        "{relu: 3}",
        "{flatten: {}, units: 3}",
        "{bias: {constant: 3}}",
        "{dropout: 1.5}",
        "{matmul: {units: 3, init: glorot}}",
        "{matmul: {units: 3, init: {glorot: 2}}}",
        "{matmul: {units: 3, init: constant}}",
        "{relu: , repeat: 0}",
        "3",
        "[relu]",
        "{}",
    ],
)
def test_what_tfgraph_refuses_of_a_layer_the_schema_refuses(layer: str) -> None:
    text = f"{HEAD}layers: [{layer}]\n"
    assert not is_sound(text)
    assert not accepts(text)


def test_variables_and_blocks_are_taken() -> None:
    assert is_sound(HEAD.replace("[4]", "[8]") + WITH_BLOCKS)
    assert accepts(HEAD.replace("[4]", "[8]") + WITH_BLOCKS)


def test_a_layer_of_an_unknown_type_is_refused_unless_a_block_may_have_its_name() -> None:
    unknown, blocks = f"{HEAD}layers: [{{tower: 3}}, tower]\n", "blocks: {tower: {layers: [relu]}}"
    assert not accepts(unknown)
    assert accepts(unknown + blocks)
    assert accepts(unknown + "extends: towers.yaml")


@pytest.mark.parametrize(
    "layer",
    ["{matmul: {unts: 3}}", "{matmul: 3, nam: a}", "{tower: , relu: }", "{tower: , name: 3}"],
)
def test_with_blocks_what_is_known_is_still_checked(layer: str) -> None:
    assert not accepts(f"{HEAD}blocks: {{tower: {{layers: [relu]}}}}\nlayers: [{layer}]\n")
    assert not accepts(f"{HEAD}blocks: {{tower: {{layers: [{layer}]}}}}\nlayers: [tower]\n")


@pytest.mark.parametrize("block", ["{}", "{layer: [relu]}", "{layers: []}", "[relu]", "relu"])
def test_a_block_that_is_none_is_refused(block: str) -> None:
    text = f"{HEAD}blocks: {{tower: {block}}}\nlayers: [tower]\n"
    assert not is_sound(text)
    assert not accepts(text)


def test_a_spec_that_extends_another_says_what_differs_alone(tmp_path: Path) -> None:
    base = "tfgraph: 1\ninputs: {x: {shape: [4]}}\nlayers: [{matmul: 4}]\ndescription: a\nloss: {hinge: , weight: 2}\n"
    base += "optimizer: {rmsprop: {learning_rate: {cosine: {initial: 1, decay_steps: 9}}}}\n"
    (tmp_path / "base.yaml").write_text(base)
    differs = """
extends: base.yaml
inputs: {x: {dtype: float64}, y: {shape: []}}
loss: {hinge: , target: y}
optimizer: {rmsprop: {learning_rate: {cosine: {decay_steps: 5}}}}
description:
"""
    found = check(
        Source("<test>", differs), folder=tmp_path, default_name="t", registry=REGISTRY
    ).diagnostics
    assert [d.code for d in found if d.severity == "error" and d.code != "TG305"] == []
    assert accepts(differs)
    assert not accepts(differs.replace("decay_steps", "decay_step"))
    assert not accepts(differs.replace("weight", "wait").replace("target", "traget"))


def test_the_components_of_a_plugin_are_described_where_it_is_installed() -> None:
    assert "dataset.pictures" in SCHEMA["$defs"]
    assert accepts("tfgraph: 1\ndata: {pictures: {flatten: true}}\nlayers: [relu]\n")
    without = language_schema(REGISTRY, ["builtins"])
    assert "dataset.pictures" not in without["$defs"]
    alone = language_schema(REGISTRY, ["pictures"])
    assert [name for name in alone["$defs"] if name.startswith("layer.")] == []
    Draft202012Validator.check_schema(alone)


def test_the_committed_schema_is_fresh() -> None:
    written = json.loads(COMMITTED.read_text(encoding="utf-8"))
    assert written == language_schema(load_registry(), ["builtins", "mnist"]), REFRESH


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_spec_tells_editors_where_its_schema_is(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    start, _, target = first.partition("$schema=")
    assert start == "# yaml-language-server: "
    assert (path.parent / target).resolve() == COMMITTED
