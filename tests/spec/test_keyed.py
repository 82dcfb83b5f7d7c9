"""Entries under names, as Keras and others have them: one error each, and lines that are sound."""

import re

import pytest

import tfgraph
from tests.spec.language import excerpt, problem, spec

TWO = """\
tfgraph: 1
inputs: {x: [8], age: [1], kind: {shape: [], dtype: int32, classes: 3}}
layers:
  - dense: 16
    name: body
    from: x
  - dense: 1
    name: age_out
    from: body
  - dense: 3
    name: kind_out
    from: body
"""
OUTPUTS = "outputs: [age_out, kind_out]\n"
LOSS = "loss: [{squared_error: , of: age_out, target: age}]\n"
ONE = """\
tfgraph: 1
inputs: {x: [8], y: {shape: [], dtype: int32, classes: 3}}
layers:
  - dense: 3
"""
ADAM = "optimizer: {adam: 0.001}\n"
AGE = "- squared_error:\n  of: age_out\n  target: age"
KIND = "- softmax_cross_entropy:\n  of: kind_out\n  target: kind"


def lines(help):
    """The lines that a help says to write, as they stand below a section."""
    return "".join(f"  {line}\n" for line in help.removeprefix("write\n").split("\n"))


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        ("{age_out: mean_squared_error}", AGE),
        ("{age_out: mse, kind_out: softmax_cross_entropy}", f"{AGE}\n{KIND}"),
        ("{age: mse, kind: softmax_cross_entropy}", f"{AGE}\n{KIND}"),
        ("[{age_out: mse}, {kind_out: softmax_cross_entropy}]", f"{AGE}\n{KIND}"),
        ("[{age_out: mse, weight: 2}]", f"{AGE}\n  weight: 2"),
        ("{age_out: {huber: {delta: 2}}}", AGE.replace("squared_error:", "huber: 2")),
        ("{age_out: {mse: {weight: 2}}}", f"{AGE}\n  weight: 2"),
        ("{age_out: [mse]}", AGE),
        ("{age_out: {type: mse, weight: 2}}", f"{AGE}\n  weight: 2"),
        ("{age_out: {name: huber, delta: 2}}", AGE.replace("squared_error:", "huber: 2")),
    ],
)
def test_losses_by_output_are_told_as_a_list_of_them(loss, told):
    found = problem(f"{TWO}{OUTPUTS}loss: {loss}\n{ADAM}")
    assert found.help == f"write\n{told}"
    assert excerpt(found.span) in loss[:9]
    assert tfgraph.loads(f"{TWO}{OUTPUTS}loss:\n{lines(found.help)}{ADAM}")


@pytest.mark.parametrize("name", ["y", "output", "main"])
def test_a_loss_under_another_name_is_that_of_the_only_output(name):
    found = problem(f"{ONE}loss: {{{name}: sparse_categorical_crossentropy}}\n{ADAM}")
    assert found.help == "write\n- softmax_cross_entropy:\n  target: y"
    assert tfgraph.loads(f"{ONE}loss:\n{lines(found.help)}{ADAM}")


def test_a_loss_by_output_with_a_dataset_has_its_target():
    text = f"tfgraph: 1\ndata: linear\nlayers:\n  - scale:\n    name: line\n{ADAM}loss:"
    found = problem(f"{text} {{line: mse}}\n")
    assert found.help == "write\n- squared_error:\n  of: line"
    assert tfgraph.loads(f"{text}\n{lines(found.help)}")


@pytest.mark.parametrize("loss", ["{left: mse, right: mse}", "{age_out: nothing}", "{squared: 2}"])
def test_what_may_be_no_output_is_an_unknown_loss(loss):
    text = f"{TWO}{OUTPUTS}loss: {loss}\n{ADAM}"
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text)
    assert caught.value.diagnostics[0].code == "TG202"


@pytest.mark.parametrize(
    ("metrics", "types"),
    [
        ("{age_out: [mae]}", ["mean_absolute_error"]),
        ("{age_out: mae, kind_out: [acc]}", ["mean_absolute_error", "accuracy"]),
        ("{kind_out: [accuracy, {top_k_accuracy: 2}]}", ["accuracy", "top_k_accuracy"]),
        ("[{age_out: mae}]", ["mean_absolute_error"]),
        ("{accuracy: , of: kind_out, target: kind}", ["accuracy"]),
        ("{accuracy: {of: kind_out, target: kind}}", ["accuracy"]),
    ],
)
def test_metrics_in_a_mapping_are_told_as_a_list_of_them(metrics, types):
    found = problem(f"{TWO}{OUTPUTS}{LOSS}{ADAM}metrics: {metrics}\n")
    plan = tfgraph.loads(f"{TWO}{OUTPUTS}{LOSS}{ADAM}metrics:\n{lines(found.help)}")
    assert [planned.metric.type for planned in plan.metrics] == types
    assert {planned.of for planned in plan.metrics} <= {"age_out", "kind_out"}


@pytest.mark.parametrize(
    "outputs",
    [
        "{age_out: age, kind_out: kind}",
        "{a: age_out, b: kind_out}",
        "[{name: age_out, type: number}, {name: kind_out, type: category}]",
    ],
)
def test_outputs_in_a_mapping_are_told_as_a_list_of_layers(outputs):
    found = problem(f"{TWO}outputs: {outputs}\n{LOSS}{ADAM}")
    told = re.fullmatch("write `(.*)`", found.help)[1]
    assert tfgraph.loads(f"{TWO}outputs: {told}\n{LOSS}{ADAM}").outputs == ("age_out", "kind_out")


def test_outputs_that_name_no_layer_are_told_as_nothing():
    assert problem(f"{TWO}outputs: {{a: b}}\n").help == ""


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        ("c1: {conv2d: 8}", "- conv2d: 8\n  name: c1"),
        (
            "c1: {conv2d: {filters: 8, kernel_size: 3}}",
            "- conv2d: {filters: 8, kernel_size: 3}\n  name: c1",
        ),
        ("conv1: {conv2d: 8}", "- conv2d: 8\n  name: conv1"),
        ("first: relu", "- relu:\n  name: first"),
        ("c1: {conv2d: 8, from: x}", "- conv2d: 8\n  name: c1\n  from: x"),
        ("c1: {conv2d: 8}\n    from: x", "- conv2d: 8\n  name: c1\n  from: x"),
    ],
)
def test_a_layer_under_its_name_is_told_under_its_type(layer, told):
    found = problem(spec(f"  - {layer}", inputs="{x: [8, 8, 1]}"))
    assert (found.help, excerpt(found.span)) == (f"write\n{told}", layer.partition(":")[0])
    assert tfgraph.loads(spec(lines(found.help), inputs="{x: [8, 8, 1]}"))


@pytest.mark.parametrize("layer", ["conv: {filters: 8}", "1st: relu", "c1: 8", "rel: relu"])
def test_what_is_no_name_of_a_layer_is_an_unknown_type(layer):
    assert problem(spec(f"  - {layer}", inputs="{x: [8, 8, 1]}")).code == "TG202"


@pytest.mark.parametrize("word", ["Activation", "TimeDistributed", "Bidirectional"])
def test_a_layer_of_another_library_is_no_name(word):
    assert "name" not in problem(spec(f"  - {word}: relu")).help


def test_a_variable_is_told_by_its_name():
    found = problem(spec("  - c1: {conv2d: $n}", inputs="{x: [8, 8, 1]}", more="vars: {n: 8}"))
    assert found.help == "write\n- conv2d: $n\n  name: c1"


@pytest.mark.parametrize("key", ["name", "type", "metric"])
def test_the_key_of_a_type_is_no_output(key):
    found = problem(
        f"{TWO}{OUTPUTS}{LOSS}{ADAM}metrics: [{{{key}: mae, of: age_out, target: age}}]\n"
    )
    assert found.message.startswith("the type of a metric is a key of its own")
    assert tfgraph.loads(f"{TWO}{OUTPUTS}{LOSS}{ADAM}metrics:\n{lines(found.help)}")
