"""One error for each mistake: none hides another, and none is told twice by what follows from it."""

import pytest

import tfgraph

SPEC = """tfgraph: 1
inputs: {x: [4], y: {shape: [], dtype: int32, classes: 3}}
layers:
  - dense: 8
    name: hidden
  - dense: 3
    name: scores
loss: {softmax_cross_entropy: , target: y}
optimizer: adam
metrics: [{accuracy: , target: y}]
train: {epochs: 3, early_stopping: {monitor: loss}}
"""


def told(*changes):
    """What is marked in the text, of the spec with changes."""
    text = SPEC
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text)
    return [found.span.text for found in caught.value.diagnostics]


def test_the_spec_without_mistakes_is_sound():
    assert tfgraph.loads(SPEC).outputs == ("scores",)


@pytest.mark.parametrize(
    ("train", "bad"), [("{epoch: 3}", "epoch"), ("{epochs: -3}", "-3"), ("3", "3")]
)
def test_a_mistake_in_the_training_hides_no_unknown_name(train, bad):
    changes = [
        ("{epochs: 3, early_stopping: {monitor: loss}}", train),
        ("    name: scores", "    name: scores\n    from: hiden"),
        ("[{accuracy: , target: y}]", "[{accuracy: , target: yy}]"),
    ]
    assert told(*changes) == ["hiden", "yy", bad]


def test_a_mistake_in_the_training_makes_nothing_else_wrong():
    assert told(("epochs: 3", "epoch: 3")) == ["epoch"]


@pytest.mark.parametrize(
    ("old", "new", "bad"),
    [
        ("softmax_cross_entropy: ,", "softmax_cross_entropi: ,", "softmax_cross_entropi"),
        ("softmax_cross_entropy: ,", "softmax_cross_entropy: {smooth: 1},", "smooth"),
        ("loss: {softmax", "los: {softmax", "los"),
    ],
)
def test_a_loss_that_is_wrong_makes_no_figure_unknown(old, new, bad):
    assert told((old, new)) == [bad]


@pytest.mark.parametrize(
    ("old", "new", "bad"),
    [("{accuracy: ,", "{acuracy: ,", "acuracy"), ("metrics:", "metricss:", "metricss")],
)
def test_a_metric_that_is_wrong_makes_no_figure_unknown(old, new, bad):
    assert told(("monitor: loss", "monitor: accuracy"), (old, new)) == [bad]


def test_a_figure_that_nothing_gives_is_told_where_all_are_sound():
    assert told(("monitor: loss", "monitor: lost")) == ["lost"]


@pytest.mark.parametrize("key", ["block", "macros", "blokcs"])
def test_blocks_under_another_name_are_one_mistake(key):
    text = f"""tfgraph: 1
inputs: {{x: [4]}}
{key}:
  twice:
    params: {{units: null}}
    layers: [{{dense: $units}}, {{dense: $units}}]
layers: [twice: 3]
"""
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text)
    (found,) = caught.value.diagnostics
    assert (found.span.text, found.help) == (key, "did you mean `blocks`?")


@pytest.mark.parametrize("key", ["extend", "base", "defaults"])
def test_a_file_extended_under_another_name_is_one_mistake(key):
    text = f"tfgraph: 1\n{key}: base.yaml\noptimizer: adam\n"
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text)
    (found,) = caught.value.diagnostics
    assert (found.span.text, found.help) == (key, "did you mean `extends`?")


BRANCHES = """tfgraph: 1
inputs: {a: [4], b: [6], y: [3]}
layers:
  - dense: 8
    name: left
    from: a
  - dense: 6
    name: right
    from: b
  - dense: 8
    name: again
    share: left
    from: a
  - concat:
    name: both
    from: [left, right]
  - dense: 3
    name: out
    from: both
loss: {squared_error: , target: y}
optimizer: adam
"""


def marked(text):
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text)
    return [found.span.text for found in caught.value.diagnostics]


def changed(*changes):
    text = BRANCHES
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_the_branches_without_mistakes_are_sound():
    assert tfgraph.loads(BRANCHES).outputs == ("out",)


#: What is wrong with a layer, an input or a name, as far as it makes that and no other unsound.
UNSOUND = [
    ("dense: 6\n", "dense: 6.5\n", "6.5"),
    ("dense: 6\n", "dnse: 6\n", "dnse"),
    ("dense: 6\n", "quux: 6\n", "quux"),
    ("dense: 6\n", "dense: {unit: 6}\n", "unit"),
    ("b: [6]", "b: [six]", "six"),
    ("b: [6]", "b: {shape: [6], dtype: float33}", "float33"),
    ("name: right", "nmae: right", "nmae"),
    ("name: right", "name: right\n    freeze: 3", "3"),
]


@pytest.mark.parametrize(("old", "new", "bad"), UNSOUND)
def test_what_is_unsound_makes_nothing_else_so(old, new, bad):
    (found,) = marked(changed((old, new)))
    assert found == bad


@pytest.mark.parametrize(("old", "new", "bad"), UNSOUND)
@pytest.mark.parametrize(
    "other",
    [
        ("share: left", "share: lfet", "lfet"),
        ("from: [left, right]", "from: [lift, right]", "lift"),
        ("target: y", "target: yy", "yy"),
        ("optimizer: adam", "optimizer: adam\noutputs: [ot]", "ot"),
        (
            "optimizer: adam",
            "optimizer: adam\nmetrics: [{mean_absolute_error: , of: outt, target: y}]",
            "outt",
        ),
    ],
)
def test_what_is_unsound_hides_no_unknown_name(old, new, bad, other):
    *other, name = other
    found = marked(changed((old, new), other))
    assert len(found) == 2
    assert name in found


@pytest.mark.parametrize(("old", "new", "bad"), UNSOUND)
def test_what_is_unsound_hides_no_shape_that_does_not_depend_on_it(old, new, bad):
    found = marked(changed((old, new), ("share: left\n    from: a", "share: left\n    from: y")))
    assert len(found) == 2
    assert "left" in found  # its weights have another shape


def test_an_unknown_dataset_hides_no_unknown_layer():
    text = changed(
        ("inputs: {a: [4], b: [6], y: [3]}", "data: mnits"), ("share: left", "share: lfet")
    )
    assert marked(text) == ["mnits", "lfet"]


@pytest.mark.parametrize("name", ["$right", "3", "[right]"])
def test_what_has_no_name_that_can_be_read_may_have_any(name):
    assert marked(changed(("name: right", f"name: {name}"))) == [name]


@pytest.mark.parametrize(
    ("section", "key"),
    [("layers", "layer"), ("inputs", "inptus"), ("loss", "losss"), ("train", "trainn")],
)
def test_a_misspelt_section_hides_nothing_that_stands_in_it(section, key):
    text = BRANCHES + "train: {epochs: 3}\n"
    mistakes = {"layers": ("dense: 6", "dnse: 6", "dnse"), "inputs": ("[6]", "[six]", "six"),
                "loss": ("target: y", "target: yy", "yy"), "train": ("epochs", "epocs", "epocs")}  # fmt: skip
    old, new, wrong = mistakes[section]
    text = text.replace(f"{section}:", f"{key}:").replace(old, new)
    assert sorted(marked(text)) == sorted([key, wrong])


def test_a_misspelt_section_is_one_mistake_where_all_in_it_is_sound():
    for section, key in [("layers", "layer"), ("inputs", "inptus"), ("loss", "losss")]:
        assert marked(BRANCHES.replace(f"{section}:", f"{key}:")) == [key]


@pytest.mark.parametrize(
    ("wrong", "help"), [("agian", "did you mean"), ("lefft", "did you mean `left`?")]
)
def test_no_layer_is_suggested_its_own_weights(wrong, help):
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(changed(("share: left", f"share: {wrong}")))
    (found,) = caught.value.diagnostics
    assert "again" not in found.help
    assert help in found.help or "there are `left`" in found.help


@pytest.mark.parametrize("section", ["loss", "optimizer"])
def test_a_section_inside_another_is_one_mistake(section):
    line = {"loss": "loss: {squared_error: , target: y}", "optimizer": "optimizer: adam"}[section]
    (found,) = marked(changed((line, "")) + f"train:\n  epochs: 3\n  {line}\n")
    assert found == section
