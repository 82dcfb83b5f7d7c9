"""A text that is not YAML somewhere: that is told, and hides nothing that is wrong elsewhere."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tfgraph
from tests.spec.mutations import Mutator, diagnosed, good_specs
from tfgraph.diagnostics import SpecError
from tfgraph.registry import load_registry

SPEC = """tfgraph: 1
name: sound
inputs:
  x: [28, 28, 1]
  y: {shape: [], dtype: int32, classes: 10}
layers:
  - conv2d: {filters: 8, kernel_size: 3}
    name: first
    from: x
  - relu
  - flatten
  - dense: 32
    name: hidden
  - dropout: 0.5
  - dense:
      units: 10
      bias: true
    name: out
loss: {softmax_cross_entropy: , target: y}
optimizer:
  adam:
    learning_rate: 0.001
metrics:
  - {accuracy: , target: y}
train:
  epochs: 3
  batch_size: 32
"""
#: Mistakes of YAML: what stands in the text, and what is written in its place.
SLIPS = {
    "a bracket is not closed": ("kernel_size: 3}", "kernel_size: 3"),
    "a list is not closed": ("x: [28, 28, 1]", "x: [28, 28, 1"),
    "a bracket of another kind": ("kernel_size: 3}", "kernel_size: 3]"),
    "a bracket too many": ("kernel_size: 3}", "kernel_size: 3}}"),
    "a colon is missing": ("name: hidden", "name hidden"),
    "a colon too many": ("dropout: 0.5", "dropout: 0.5:"),
    "a quote is not closed": ("name: hidden", 'name: "hidden'),
    "another quote is not closed": ("name: sound", "name: 'sound"),
    "an item is too deep": ("  - flatten", "   - flatten"),
    "an item is not deep enough": ("  - flatten", " - flatten"),
    "a sibling is too deep": ("    name: hidden", "     name: hidden"),
    "a sibling is not deep enough": ("    name: hidden", "   name: hidden"),
    "no blank after the dash": ("  - relu\n  - flatten", "  -relu\n  - flatten"),
    "two values": ("name: sound", "name: sound: here"),
    "a tab": ("    name: hidden", "\tname: hidden"),
    "a tab in a section": ("  batch_size", "\tbatch_size"),
    "a stray bracket": ("  - flatten", "  - flatten\n  }"),
    "a section without its colon": ("optimizer:\n", "optimizer\n"),
    "a percent sign": ("dropout: 0.5", "dropout: %50"),
    "an at sign": ("name: hidden", "name: @hidden"),
    "two keys in a line": ("      units: 10", "      units: 10 bias: false"),
}
#: Mistakes of another kind, and what is marked in the text.
OTHERS = [
    ("conv2d:", "conv2dd:", "conv2dd"),
    ("classes: 10", "classes: ten", "ten"),
    ("softmax_cross_entropy", "softmax_cross_entropi", "softmax_cross_entropi"),
    ("accuracy", "acuracy", "acuracy"),
    ("epochs", "epoks", "epoks"),
    ("from: x", "from: xx", "xx"),
]


def marked(text):
    with pytest.raises(SpecError) as caught:
        tfgraph.loads(text)
    return [(found.code, found.span.text) for found in caught.value.diagnostics]


def changed(*changes):
    text = SPEC
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_the_spec_without_mistakes_is_sound():
    assert tfgraph.loads(SPEC).outputs == ("out",)


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_slip_of_yaml_is_one_mistake(slip):
    (found,) = marked(changed(slip))
    assert found[0] in ("TG101", "TG207")


#: Each slip with each of the others that it leaves in the text.
PAIRS = [
    pytest.param(slip, other, id=f"{name}-{other[2]}")
    for name, slip in SLIPS.items()
    for other in OTHERS
    if SPEC.replace(*slip).count(other[0]) == 1
]


@pytest.mark.parametrize(("slip", "other"), PAIRS)
def test_a_slip_of_yaml_hides_no_other_mistake(slip, other):
    *change, wrong = other
    found = marked(changed(slip, change))
    assert len(found) == 2, found
    assert wrong in dict(map(reversed, found))


def test_slips_of_yaml_hide_one_another_no_more():
    names = ["a bracket is not closed", "a colon is missing", "a colon too many", "two values",
             "an item is too deep", "a tab in a section"]  # fmt: skip
    found = marked(changed(*(SLIPS[name] for name in names)))
    assert len(found) == len(names)
    assert {code for code, _ in found} <= {"TG101", "TG207"}


def test_what_is_written_as_it_was_meant_stands_where_it_is_in_the_text():
    text = changed(("    name: hidden", "   name: hiddén d"), ("batch_size: 32", "batch_size: -32"))
    assert marked(text)[-1] == ("TG206", "-32")


def test_the_file_that_is_extended_is_read_behind_what_is_not_yaml(tmp_path):
    (tmp_path / "base.yaml").write_text(changed(("kernel_size: 3}", "kernel_size: 3")))
    (tmp_path / "spec.yaml").write_text("tfgraph: 1\nextends: base.yaml\ntrain: {epoks: 3}\n")
    with pytest.raises(SpecError) as caught:
        tfgraph.load(tmp_path / "spec.yaml")
    assert [d.span.text for d in caught.value.diagnostics] == ["{", "epoks"]


def test_the_names_of_a_lost_block_are_not_unknown():
    text = """tfgraph: 1
inputs: {x: [4]}
blocks:
  twice:
    params: {units: 3
    layers: [{dense: $units}, {dense: $units}]
layers:
  - twice
  - dnse: 3
"""
    assert marked(text) == [("TG101", "{"), ("TG202", "dnse")]


def test_of_a_text_that_is_no_spec_the_first_mistake_is_told():
    assert len(marked("import os\n  x: {\n ] y: [\n")) == 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_typed_somewhere_the_rest_is_read(data):
    at = data.draw(st.integers(0, len(SPEC)))
    typed = data.draw(st.text("{}[]:'\"-,#&*!|>%@`?\t\n ab1", min_size=1, max_size=4))
    text = SPEC[:at] + typed + SPEC[at:]
    try:
        tfgraph.loads(text)
    except SpecError as error:
        for found in error.diagnostics:
            span = found.span
            assert 1 <= span.line <= len(span.source.lines)
            assert 1 <= span.column <= len(span.source.line(span.line)) + 1


def slipped(line, rng):
    """A line of a spec with one slip of the pen that YAML may stumble over; None where it has no room."""
    kind = rng.choice(["lost", "lost", "indented", "dedented", "typed", "quoted", "tabbed"])
    if kind == "lost":
        marks = [at for at, mark in enumerate(line) if mark in "[]{}:"]
        at = rng.choice(marks) if marks else None
        return None if at is None else line[:at] + line[at + 1 :]
    if kind == "indented":
        return " " * rng.randint(1, 3) + line
    if kind == "dedented":
        return line[1:] if line.startswith(" ") else None
    if kind == "typed":
        at = rng.randint(0, len(line))
        return line[:at] + rng.choice("{}[]:'\"@%,-") + line[at:]
    if kind == "quoted":
        return line.replace(": ", ': "', 1) if ": " in line else None
    return "\t" + line.lstrip() if line.startswith(" ") else None


def errors(text, registry):
    return [found for found in diagnosed(text, registry) if found.severity == "error"]


def test_hundreds_of_slips_in_good_specs_hide_no_other_mistake(capsys):
    registry, rng = load_registry(), random.Random(11)
    kinds = ["misspelt type", "misspelt parameter", "wrong type", "out of bounds", "misspelt name"]
    made = told = once = 0
    for name, text in sorted(good_specs().items()):
        mutator = Mutator(text, registry, f"beside a slip: {name}")
        for _ in range(40):
            mutant = mutator.mutants()[rng.choice(kinds)]()
            found = errors(mutant.text, registry) if mutant else []
            if len(found) != 1:
                continue
            wrong, lines = found[0], mutant.text.split("\n")
            apart = [
                number
                for number, line in enumerate(lines)
                if line.strip()
                and not line.startswith("#")
                and abs(number + 1 - wrong.span.line) > 1
            ]
            number = rng.choice(apart)
            slip = slipped(lines[number], rng)
            good = text.split("\n")
            alone = (
                errors("\n".join([*good[:number], slip, *good[number + 1 :]]), registry)
                if slip
                else []
            )
            if not alone:
                continue
            both = errors("\n".join([*lines[:number], slip, *lines[number + 1 :]]), registry)
            made += 1
            told += any(d.code == wrong.code and d.span.place == wrong.span.place for d in both)
            once += len(alone) == 1
    with capsys.disabled():
        print(f"\n{made} slips: {told / made:.1%} hide nothing, {once / made:.1%} are one error")
    assert made >= 200
    assert told >= 0.98 * made
    assert once >= 0.95 * made


def test_an_anchor_in_what_is_left_out_is_not_unknown():
    text = "tfgraph: 1\ninputs: {x: [4]}\nlayers:\n  - dense: &u 4: 5\n  - dense: *u\n  - relux\n"
    assert [code for code, _ in marked(text)] == ["TG101", "TG202"]


def test_a_setting_below_what_is_left_out_is_no_further_mistake():
    with pytest.raises(SpecError) as caught:
        tfgraph.loads(f"vars:\n  a: b: c\n{SPEC}", set={"vars.a": 3})
    assert [d.code for d in caught.value.diagnostics] == ["TG101"]


def test_what_a_guess_puts_into_a_brace_is_not_judged():
    text = "tfgraph: 1\ninputs: {x: [4]}\nvars:\n  m: {a\nlayers:\n  - dense: $m\n"
    assert marked(text) == [("TG101", "{")]


def test_what_seemed_to_stand_in_an_open_bracket_is_not_judged_by_it():
    text = "tfgraph: 1\ninputs: {x: [4]}\nlayers: [\n  {dense: 3,\n  {relu: {}}\n]\n"
    assert [code for code, _ in marked(text)] == ["TG101"]
