"""Every subject has a page that says what is declared of it, and fits a terminal."""

import json
import re

import pytest

from tfgraph.errors import UsageError
from tfgraph.reference.docstrings import blocks_of
from tfgraph.reference.examples import complete, components_of, example_of
from tfgraph.reference.layout import layout
from tfgraph.reference.pages import Lines, Page, Printed, Prose, Row, Spec, Table
from tfgraph.reference.subjects import Subjects
from tfgraph.registry import load_registry
from tfgraph.registry.hookspecs import COMPONENT_HOOKS
from tfgraph.spec import loads

REGISTRY = load_registry()
SUBJECTS = Subjects(REGISTRY)
COMPONENTS = [
    REGISTRY.types(kind)[name] for kind in COMPONENT_HOOKS for name in REGISTRY.types(kind)
]


def each(component):
    return f"{component.kind}-{component.type}"


def shown(name, width=80):
    return layout(SUBJECTS.page(name), width)


def is_spec(line):
    """Whether a line shows a spec, which is never broken."""
    return re.match(r"^ +\d+ \|", line)


@pytest.mark.parametrize("component", COMPONENTS, ids=each)
def test_a_component_has_a_page_with_all_that_it_declares(component):
    name = f"{component.kind}.{component.type}"
    words = " ".join(shown(name).split())
    for parameter in component.parameters().values():
        assert f"{parameter.name} {parameter.describe()}" in words
        assert " ".join(parameter.doc.split()) in words
    assert " ".join(example_of(component).split()) in words
    for paragraph in re.split(r"[A-Z]\w+: |\n", component.metadata()["doc"]):
        assert " ".join(paragraph.split()) in words


@pytest.mark.parametrize("component", COMPONENTS, ids=each)
def test_an_example_can_be_pasted_and_shows_its_component(component):
    plan = loads(example_of(component))
    assert component in {type(other) for other in components_of(plan)}


def test_an_example_says_more_than_the_type_alone():
    texts = [example_of(component) for component in COMPONENTS]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("width", [80, 120])
def test_every_page_fits_a_terminal(width):
    for name, make in SUBJECTS.pages.items():
        lines = layout(make(), width).split("\n")
        too_wide = [line for line in lines if len(line) > width and not is_spec(line)]
        assert too_wide == [], name


def test_every_page_is_data_too():
    for name, make in SUBJECTS.pages.items():
        data = json.loads(json.dumps(make().data))
        assert data, name


def test_the_overview_names_every_page_but_those_of_parameters():
    words = set(re.split(r"[\s,]+", layout(SUBJECTS.overview(), 80)))
    for name in SUBJECTS.pages:
        kind, _, rest = name.partition(".")
        if not rest:
            assert name in words
        elif rest.count(".") == 0 and kind not in ("inputs", "train"):
            assert rest in words


def test_a_short_name_leads_to_the_one_thing_of_that_name():
    assert shown("rmsprop") == shown("optimizer.rmsprop")
    assert shown("matmul.units") == shown("layer.matmul.units")
    assert shown("tg203") == shown("TG203")
    assert shown("metric.of") == shown("of")
    assert shown("schedules") == shown("schedule")


def test_a_name_of_two_things_lists_both():
    page = shown("cosine")
    assert page.startswith("cosine: the name of 2 things")
    assert "schedule.cosine  Falls from" in page
    assert "loss.cosine      1 - the cosine" in page
    assert len(SUBJECTS.page("cosine").data["subjects"]) == 2


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("layers", "layer    kind of component"),
        ("metrics", "metric   kind of component"),
        ("name", "layer.name  beside the type of a layer"),
    ],
)
def test_of_all_things_of_a_name_the_section_is_shown_and_the_others_named_at_its_end(name, other):
    page, section = shown(name), shown(f"section.{name}")
    assert page.startswith(section)
    rest = page.removeprefix(section)
    assert " ".join(rest.split()) == f"Other things of this name {' '.join(other.split())}"


@pytest.mark.parametrize("width", [60, 80, 100])
def test_types_are_listed_in_a_line_each(width):
    types = REGISTRY.types("layer")
    lines = layout(SUBJECTS.page("section.layers"), width).split("\nTypes\n\n")[1].split("\n")
    assert [line.split()[0] for line in lines] == list(types)
    assert max(map(len, lines)) <= width
    for line, component in zip(lines, types.values(), strict=True):
        told, summary = line[2:].partition(" ")[2].strip(), component.summary()
        assert told == summary or summary.startswith(told.removesuffix(" …"))


def test_a_long_diagnostic_is_broken_but_not_what_it_shows():
    printed = (
        "error[TG301]: `a` needs some words, got [batch, 12, 34]\n"
        "  --> spec.yaml:4:5\n"
        "   |\n"
        " 4 |   - a: {of: 1, with: more, than: a, line: has}\n"
        "   |                                   ^^^^ too long a label\n"
        "   = note: many words in [batch, 12, 34] and more of them"
    )
    assert layout(Page("a", "b", (Printed(printed),), {}), 44).split("\n")[2:] == [
        "  error[TG301]: `a` needs some words, got",
        "      [batch, 12, 34]",
        "    --> spec.yaml:4:5",
        "     |",
        "   4 |   - a: {of: 1, with: more, than: a, line: has}",
        "     |                                   ^^^^",
        "     |                      too long a label",
        "     = note: many words in [batch, 12, 34]",
        "             and more of them",
    ]


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("conv2", "did you mean `conv2d`?"),
        ("Conv2D", "did you mean `conv2d`?"),
        ("TG203a", "did you mean `TG203`?"),
        ("matmul.unts", "did you mean `matmul.units`?"),
        (
            "bias_init",
            "it is a part of others: did you mean `matmul.bias_init`, `dense.bias_init`, "
            "`conv2d.bias_init`, `depthwise_conv2d.bias_init`?",
        ),
        ("qqqqq", "`tfgraph explain` alone lists what there is"),
    ],
)
def test_an_unknown_subject_names_what_may_have_been_meant(name, help):
    with pytest.raises(UsageError) as caught:
        SUBJECTS.page(name)
    assert caught.value.message == f"nothing is called `{name}`"
    assert caught.value.help == help


def test_a_parameter_made_of_components_lists_their_types():
    page = shown("matmul.init")
    assert "  Default    {normal: 0.01}\n" in page
    assert set(REGISTRY.types("initializer")) <= set(page.split())


def test_an_example_is_completed_with_what_it_needs():
    assert complete("optimizer: {adam: 0.1}") == (
        "tfgraph: 1\ndata: linear\nlayers:\n  - scale\nloss: squared_error\n"
        "optimizer: {adam: 0.1}\n"
    )
    given = "layers: [relu]\ninputs: {x: [3]}"
    assert complete(given) == "tfgraph: 1\ninputs: {x: [3]}\nlayers: [relu]\n"


def test_a_docstring_keeps_its_equations_and_joins_its_prose():
    doc = (
        "A long first sentence that is broken\nbecause the line is full.\n\n"
        "a = b\nc = d + e\nfor all a.\n\n"
        "Shape: [batch] ->\n[batch].\nSource: somebody."
    )
    assert list(blocks_of(doc)) == [
        Prose("A long first sentence that is broken because the line is full."),
        Lines(("a = b", "c = d + e", "for all a.")),
        Table((Row("Shape", "[batch] -> [batch]."), Row("Source", "somebody."))),
    ]


def test_colours_add_nothing_to_the_text():
    page = Page(
        "a",
        "b",
        (Prose("Words `x: [1, 2]`."), Spec("a: 1\n- b: {c: 2}  # d\n"), Printed("error[TG101]: e")),
        {},
    )
    plain = layout(page, 80)
    coloured = layout(page, 80, lambda text: f"\x1b[31m{text}\x1b[0m")
    assert "\x1b" not in plain
    assert "\x1b[36m`x: [1, 2]`\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_what_stands_in_back_quotes_is_not_broken():
    quoted = "`optimizer: {gradient_descent: 0.01}`"
    text = layout(Page("a", "b", (Prose("word " * 11 + quoted),), {}), 60)
    assert f"\n{quoted}" in text


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("Linear", "did you mean `linear` or `dense` or "),
        ("TG2", "there are `TG201` to `TG214`"),
        ("TG2xx", "there are `TG201` to `TG214`"),
        ("lr", "did you mean `gradient_descent.learning_rate` or "),
        ("num_epochs", "did you mean `train.epochs`?"),
    ],
)
def test_a_name_of_another_habit_is_told_what_it_is_here(name, help):
    with pytest.raises(UsageError) as caught:
        SUBJECTS.page(name)
    assert caught.value.help.startswith(help)
