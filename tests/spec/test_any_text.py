"""Whatever the text is: diagnostics or a plan, soon, and no exception."""

import json
from pathlib import Path

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.spec.goldens import GOLDEN, REGISTRY
from tfgraph.codes import CODES
from tfgraph.diagnostics import MAX_PROBLEMS, Source, render_all
from tfgraph.registry.hookspecs import COMPONENT_HOOKS
from tfgraph.spec import check
from tfgraph.spec.language import LOSS_SIBLINGS, SECTIONS
from tfgraph.spec.reader import decode

SPECS = [
    path.read_text(encoding="utf-8").replace("mnist", "pictures")
    for path in sorted((Path(__file__).parents[2] / "specs").rglob("*.yaml"))
]
#: All that the language has beside components.
COMPOSED = """tfgraph: 1
vars: {width: 8, deep: [4, 4], drop: $(width / 16)}
blocks:
  pair:
    params: {units: null, rate: $drop}
    layers:
      - matmul: {units: $units, bias: true}
        repeat: 2
      - dropout: $rate
        name: last
inputs: {x: &shape [4], y: *shape}
layers:
  - {pair: {units: $width}, from: x, name: first}
  - {pair: {units: $(width * 2 - 8), <<: &no {rate: 0}}, repeat: 2}
  - {add: {}, from: [first.last, pair_2]}
outputs: [pair_1.last, add_1]
train: {epochs: $width, <<: {seed: 1}}
"""
SPECS.append(COMPOSED)
WORDS = [
    *SECTIONS,
    *LOSS_SIBLINGS,
    *("from", "share", "name", "image", "label", "x", "relu_1", "pictures"),
    *(name for kind in COMPONENT_HOOKS for name in REGISTRY.types(kind)),
]
#: What a slip of the hand puts in the place of something sound.
SLIPS = st.one_of(
    st.sampled_from("0 -1 1.5 1e15 1e400 9223372036854775807 .nan -.inf true null ~".split()),
    st.sampled_from("{} [] '' [1,x] {a:3} [[[]]] &a *a &a[*a] !t <<: - : | #".split()),
    st.sampled_from(["", "\t", "\n", "- ", ": ", "{a: b}", "{? [a] : b}", "[9223372036854775807]"]),
    st.sampled_from(
        ["$", "$width", "$(width", "$(width ** 99)", "$$", "repeat: 9", "extends: a.yaml"]
    ),
    st.sampled_from(WORDS),
    st.text(max_size=3),
)
SIZES = [None, 1, 2, 3, 28, 10**15, 2**62]
SHAPES = st.lists(st.sampled_from(SIZES), max_size=3)
ANYTHING = [
    *(0, 1, 2, 3, 7, -1, 10**15, 2**62, 0.5, 1e300, True, None),
    *("same", "valid", "linear", "zeros", "identity", "x", "l0", "l1", {"normal": 1}),
    *([], [1], [-1], [2, 3], [3, 1], [0, 1], [2, 1, 0], [10**15, 3], [0.1], [0.1, 0.2]),
]
QUICK = settings(max_examples=150, deadline=10_000, suppress_health_check=[HealthCheck.too_slow])


def examined(text, settings=()):
    checked = check(
        Source("spec", text),
        folder=GOLDEN,
        default_name="spec",
        registry=REGISTRY,
        settings=settings,
    )
    errors = [problem for problem in checked.diagnostics if problem.severity == "error"]
    assert (checked.plan is None) == bool(errors)
    assert len(checked.diagnostics) <= MAX_PROBLEMS
    assert len(set(checked.diagnostics)) == len(checked.diagnostics)
    for problem in checked.diagnostics:
        lines = problem.span.source.lines
        assert problem.span.source in (checked.source, *(Source("--set", s) for s in settings))
        assert problem.code in CODES
        assert problem.message
        assert 1 <= problem.span.line <= len(lines)
        assert 1 <= problem.span.column <= len(lines[problem.span.line - 1]) + 1
    printed = render_all(checked.diagnostics)
    assert all(character.isprintable() or character in "\n\t" for character in printed)
    return checked


@QUICK
@given(st.text())
def test_any_text_is_diagnosed(text):
    assert examined(text).diagnostics


@QUICK
@given(st.text(alphabet="aB1 \n\t:-,?[]{}&*!|>'\"%@`#.~<=\\\r\u2028é", max_size=60))
def test_any_yaml_syntax_is_diagnosed(text):
    assert examined(text).diagnostics


@QUICK
@given(st.binary())
def test_any_bytes_are_text_or_diagnosed(data):
    source, problems = decode(data, "spec")
    assert [problem.code for problem in problems] in ([], ["TG105"])
    if not problems:
        examined(source.text)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([*WORDS, "$width", "$(1 + 1)", "$x.y"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda below: st.one_of(
        st.lists(below, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), below, max_size=4),
    ),
    max_leaves=12,
)


@QUICK
@given(VALUES, st.sampled_from([json.dumps, yaml.safe_dump]))
def test_any_data_is_diagnosed(data, write):
    assert examined(write(data)).diagnostics


@QUICK
@given(st.dictionaries(st.sampled_from(sorted(SECTIONS)), VALUES))
def test_any_data_in_sections_is_diagnosed_or_sound(sections):
    sound = {"tfgraph": 1, "inputs": {"x": [4]}, "layers": ["relu"]}
    examined(json.dumps({**sound, **sections}))


@QUICK
@given(st.text(alphabet="0123456789.+-*/%()<>=! ewidth$", max_size=30))
def test_any_expression_is_diagnosed_or_a_number(expression):
    examined(COMPOSED.replace("width * 2 - 8", expression))


PARTS = st.sampled_from(
    [*SECTIONS, "0", "-1", "99", "first", "pair", "pair_1", "units", "width", "", "x", "é", "a b"]
)


@QUICK
@given(st.lists(PARTS, min_size=1, max_size=5), VALUES, st.sampled_from(["=", "", "=="]))
def test_any_setting_is_diagnosed_or_sound(path, value, equals):
    examined(COMPOSED, [".".join(path) + equals + json.dumps(value)])


def test_the_spec_that_slips_are_made_in_is_sound():
    assert examined(COMPOSED).plan


@QUICK
@given(st.data())
def test_any_slip_in_a_sound_spec_is_diagnosed_or_sound(data):
    text = data.draw(st.sampled_from(SPECS))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(SLIPS) + text[start + length :]
    examined(text)


@QUICK
@given(st.data())
def test_any_word_in_place_of_another_is_diagnosed_or_sound(data):
    text = data.draw(st.sampled_from(SPECS))
    words = [word for word in text.replace(",", " ").split() if word.strip("[]{}:-")]
    for _ in range(data.draw(st.integers(1, 3))):
        old = data.draw(st.sampled_from(words)).strip("[]{}:-")
        if old:
            text = text.replace(old, data.draw(SLIPS), data.draw(st.sampled_from([1, -1])))
    examined(text)


def fitting(parameter):
    """The values above that a parameter takes by itself."""
    if parameter.component:
        return [0.1] if parameter.required else [parameter.default]
    validator = Draft202012Validator(parameter.schema())
    return [value for value in ANYTHING if validator.is_valid(value)]


@st.composite
def entries(draw, kind, siblings):
    """An entry of a kind; now and then with a value that is not one of its parameter's."""
    name = draw(st.sampled_from(sorted(REGISTRY.types(kind))))
    parameters = REGISTRY.types(kind)[name].parameters()
    given_names = {p.name for p in parameters.values() if p.required}
    if parameters:
        given_names |= draw(st.sets(st.sampled_from(sorted(parameters)), max_size=3))
    values = {
        given: draw(st.sampled_from(fitting(parameters[given]) or ANYTHING))
        for given in sorted(given_names)
    }
    if values and draw(st.integers(0, 9)) == 0:
        values[draw(st.sampled_from(sorted(values)))] = draw(st.sampled_from(ANYTHING))
    beside = st.fixed_dictionaries({}, optional=siblings)
    return {name: values, **draw(st.one_of(st.just({}), st.just({}), beside))}


NAMES = st.sampled_from(["x", "y", "l0", "l1", "l2", "l3"])
LAYERS = entries("layer", {"from": st.lists(NAMES, min_size=1, max_size=3), "share": NAMES})
COMPARED = {"of": NAMES, "target": NAMES}


@settings(parent=QUICK, max_examples=300)
@given(
    inputs=st.fixed_dictionaries(
        {"x": SHAPES},
        optional={
            "y": SHAPES,
            "z": st.fixed_dictionaries(
                {"shape": SHAPES, "dtype": st.just("int32"), "classes": st.sampled_from([None, 3])}
            ),
        },
    ),
    layers=st.lists(LAYERS, min_size=1, max_size=4),
    loss=entries("loss", COMPARED),
    metric=entries("metric", COMPARED),
    optimizer=entries("optimizer", {}),
)
def test_any_components_in_any_wiring_are_diagnosed_or_sound(
    inputs, layers, loss, metric, optimizer
):
    named = [{**layer, "name": f"l{number}"} for number, layer in enumerate(layers)]
    sections = {"tfgraph": 1, "inputs": inputs, "layers": named}
    examined(json.dumps(sections))
    examined(json.dumps({**sections, "loss": loss, "metrics": [metric], "optimizer": optimizer}))
