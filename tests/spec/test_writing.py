"""A resolved spec as text means the same when it is read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tfgraph
from tests.spec.language import spec
from tests.spec.test_blocks import RESIDUAL


@pytest.mark.parametrize(
    "layers",
    [
        "  - residual: $(width // 4)\n    repeat: 2\n    name: stage\n  - relu:\n    from: stage",
        "  - matmul: {units: $width, init: {normal: 1e-3}}\n    repeat: 3",
    ],
)
def test_a_spec_and_its_resolved_text_have_the_same_plan(layers):
    plan = tfgraph.loads(spec(layers, more="vars: {width: 16}\n" + RESIDUAL))
    again = tfgraph.loads(plan.spec.resolved_text())
    assert [(p.name, p.layer, p.inputs) for p in again.layers] == [
        (p.name, p.layer, p.inputs) for p in plan.layers
    ]
    assert list(again.weights) == list(plan.weights)
    assert again.spec.resolved_text() == plan.spec.resolved_text()


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
def test_any_string_is_still_that_string(text):
    quoted = "'" + text.replace("'", "''").replace("$", "$$") + "'"
    try:
        plan = tfgraph.loads(spec("  - relu", more=f"description: {quoted}"))
    except tfgraph.SpecError:
        return  # a character that no spec may hold
    again = tfgraph.loads(plan.spec.resolved_text())
    assert again.spec.description == plan.spec.description


@pytest.mark.parametrize(
    "text", ["1e3", "0o17", "no", "~", "1_000", "12:30", "$5", "<<", "=", "0x1f"]
)
def test_strings_that_look_like_something_else_are_quoted(text):
    written = text.replace("$", "$$")
    plan = tfgraph.loads(spec("  - relu", more=f'description: "{written}"'))
    again = tfgraph.loads(plan.spec.resolved_text())
    assert again.spec.description == text


def test_a_character_that_only_an_escape_gives_is_escaped_again():
    plan = tfgraph.loads(spec("  - relu", more='description: "a\\u200bb\\u202e é"'))
    again = tfgraph.loads(plan.spec.resolved_text())
    assert again.spec.description == "a\u200bb\u202e é"
