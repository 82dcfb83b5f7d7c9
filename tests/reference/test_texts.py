"""What is written about codes and the language: all of it is there, and every sample runs."""

import pytest

from tfgraph.codes import CODES
from tfgraph.reference.codes import FAILS, MENDED
from tfgraph.reference.sections import SIBLINGS, kinds_with
from tfgraph.reference.texts import FOLDER, parse, text_of
from tfgraph.registry import load_registry
from tfgraph.spec.language import SECTIONS

REGISTRY = load_registry()
SIBLING_TEXTS = {f"{kinds_with(name)[0]}.{name}" for parts in SIBLINGS.values() for name in parts}
LANGUAGE = sorted({f"section.{name}" for name in SECTIONS} | SIBLING_TEXTS)


def test_there_is_a_text_for_every_code_section_and_sibling_and_no_other():
    assert {path.stem for path in FOLDER.iterdir()} == {*CODES, *LANGUAGE}


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_explained_in_sentences(code):
    prose = text_of(code).prose
    assert prose.endswith((".", ":"))
    assert 150 < len(prose) < 1200


@pytest.mark.parametrize("code", CODES)
def test_the_failing_spec_of_a_code_has_that_code_and_no_other(code):
    found = text_of(code).samples[FAILS].check(REGISTRY).diagnostics
    assert {diagnostic.code for diagnostic in found} == {code}


@pytest.mark.parametrize("code", CODES)
def test_the_mended_spec_of_a_code_is_sound_and_free_of_warnings(code):
    found = text_of(code).samples[MENDED].check(REGISTRY)
    assert [diagnostic.render() for diagnostic in found.diagnostics] == []
    assert found.plan


@pytest.mark.parametrize("code", CODES)
def test_mending_changes_few_lines(code):
    fails, mended = (text_of(code).samples[name].written.splitlines() for name in (FAILS, MENDED))
    assert fails != mended or text_of(code).samples[FAILS].settings
    assert len(set(fails) - set(mended)) <= 6


@pytest.mark.parametrize("subject", LANGUAGE)
def test_the_example_of_a_section_or_sibling_is_sound_and_uses_it(subject):
    sample = text_of(subject).samples["Example"]
    found = sample.check(REGISTRY)
    assert [diagnostic.render() for diagnostic in found.diagnostics] == []
    assert f"{subject.partition('.')[2]}:" in sample.written


def test_a_sample_has_settings_other_files_and_characters_nobody_can_see():
    text = parse(
        "Why.\n\n## Fails\n\n```yaml escaped --set a=1 --set b=2\nx: \\u0008\n```\n\n"
        "```yaml base.yaml\ny: 1\n```\n"
    )
    sample = text.samples["Fails"]
    assert text.prose == "Why."
    assert (sample.written, sample.text) == ("x: \\u0008\n", "x: \b\n")
    assert sample.settings == ("a=1", "b=2")
    assert sample.files == {"base.yaml": "y: 1\n"}
