from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.commands import Caller
from tests.cli.conftest import LINE
from tfgraph import evaluate, loads, open_run, train
from tfgraph.cli.main import COMMANDS
from tfgraph.drawing import data, mermaid, svg
from tfgraph.spec import Plan, load

DOUBLING = '''
from tfgraph.api import Layer, hookimpl

class Double(Layer):
    """Twice its input."""
    type = "double"
    def infer(self, x):
        return x
    def build(self, x, weights, ctx):
        return 2 * x

@hookimpl
def tfgraph_layers():
    return [Double]
'''


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_begins_with_its_line(call: Caller, name: str) -> None:
    call(name, "--help")
    outcome = call(name, "--help")
    assert outcome.code == 0
    _, line, more, _ = outcome.out.split("\n\n", 3)
    assert " ".join(line.split()) == COMMANDS[name]
    assert COMMANDS[name] not in " ".join(more.split())


def test_the_help_of_a_command_is_set_in_paragraphs(call: Caller) -> None:
    paragraphs = call("predict", "--help").out.split("\n\n")[1:-1]
    assert len(paragraphs) == 3
    for paragraph in paragraphs:
        for line in paragraph.splitlines():
            assert line == "  " + " ".join(line.split())


def test_a_run_evaluates_to_what_training_ended_with(call: Caller) -> None:
    trained = call("train", "line.yaml", "--run", "r")
    figures = [line.split() for line in call("evaluate", "r").out.splitlines()]
    found = {name: float(value) for name, value in figures}
    assert trained.out.startswith(
        f"test loss {found['loss']:.4f}, "
        f"mean_absolute_error {found['mean_absolute_error']:.4f} (3 epochs, 12 steps, "
    )
    logged = json.loads(Path("r/metrics.jsonl").read_text().splitlines()[-1])
    assert logged["test"] == found
    as_json = json.loads(call("evaluate", "r", "--format", "json").out)
    assert as_json == {"split": "test", **found}
    other = json.loads(call("evaluate", "r", "--split", "train", "--format", "json").out)
    assert other["loss"] != found["loss"]


def test_how_many_examples_are_computed_at_a_time_can_be_said(call: Caller) -> None:
    call("train", "line.yaml", "--run", "r")
    few = call("evaluate", "r", "--set", "train.evaluate_batch_size=3")
    whole = call("evaluate", "r")
    assert few.code == whole.code == 0
    assert float(few.out.split()[1]) == pytest.approx(float(whole.out.split()[1]), rel=1e-5)
    Path("x.csv").write_text("1\n2\n3\n4\n")
    few = call("predict", "r", "x.csv", "--set", "train.evaluate_batch_size=3")
    assert few.code == 0
    assert few.out == call("predict", "r", "x.csv").out
    for command in (("evaluate", "r"), ("predict", "r", "x.csv")):
        other = call(*command, "--set", "train.batch_size=3")
        assert other.code == 2
        assert other.err == (
            "error: this is not what `r` was trained with: `train.batch_size` was `16`, is `3`\n"
            "help: a run is evaluated with another `train.evaluate_batch_size` only\n"
        )


def test_an_evaluation_says_what_is_evaluated_beside_the_figures(call: Caller) -> None:
    call("train", "line.yaml", "--run", "r", "--set", "train.checkpoint.every=4 steps")
    newest = call("evaluate", "r")
    assert newest.err == "evaluating line after step 12 on test (64 examples)\n"
    older = [
        call("evaluate", "r", "--checkpoint", "8"),
        call("evaluate", "r", "--checkpoint", "step-8"),
        call("evaluate", "r", "--checkpoint", "r/checkpoints/step-8"),
        call("evaluate", "r", "--checkpoint", "checkpoints/step-8"),
        call("evaluate", "r/checkpoints/step-8/"),
    ]
    assert older[0].err == "evaluating line after step 8 on test (64 examples)\n"
    assert set(older) == {older[0]}
    assert older[0].out != newest.out


def test_a_checkpoint_that_is_none_of_the_run_is_refused(call: Caller) -> None:
    for name in ("r", "other"):
        call("train", "line.yaml", "--run", name)
    other = call("evaluate", "r", "--checkpoint", "other/checkpoints/step-12")
    assert (other.code, other.err) == (
        2,
        "error: `other/checkpoints/step-12` is no checkpoint of `r`\nhelp: name its run: `other`\n",
    )
    assert call("evaluate", "r", "--checkpoint", "step-x").code == 2
    for option in ("--resume", "--from"):
        spec = ["line.yaml"] if option == "--from" else []
        refused = call("train", *spec, option, "r/checkpoints/step-12")
        assert (refused.code, refused.err) == (
            2,
            "error: `r/checkpoints/step-12` is a checkpoint, and here a run is named\n"
            "help: name its run: `r`\n",
        )


def test_a_split_that_is_not_there_names_those_that_are(call: Caller) -> None:
    call("train", "line.yaml", "--run", "r")
    outcome = call("evaluate", "r", "--split", "validation")
    assert outcome.code == 2
    assert outcome.err == (
        "error: the dataset `linear` has no split `validation`\n"
        "help: its splits are `train`, `test`\n"
    )


def test_runs_are_numbered(call: Caller) -> None:
    for _ in range(2):
        assert call("train", "line.yaml").code == 0
    Path("runs/line-9").mkdir()
    assert "the run is in runs/line-10:" in call("train", "line.yaml").out
    assert sorted(path.name for path in Path("runs").iterdir()) == [
        "line-1",
        "line-10",
        "line-2",
        "line-9",
    ]


def test_equal_runs_leave_equal_weights_and_figures(call: Caller) -> None:
    for name in ("a", "b"):
        assert call("train", "line.yaml", "--run", name).code == 0
    for file in ("metrics.jsonl", "spec.yaml", "checkpoints/step-12/arrays.npz"):
        assert Path("a", file).read_bytes() == Path("b", file).read_bytes()


def test_predictions_are_the_same_in_every_form(call: Caller) -> None:
    call("train", "line.yaml", "--run", "r")
    x = np.linspace(-1, 1, 300).astype(np.float32)
    np.save("x.npy", x)
    np.savez("x.npz", x=x)
    np.savetxt("x.csv", x, fmt="%.9g")
    outputs = []
    for given in ("x.npy", "x.npz", "x.csv"):
        assert call("predict", "r", given, "-o", "y.npy").code == 0
        outputs.append(np.load("y.npy"))
    for form in ("y.npz", "y.csv", "y.json"):
        assert call("predict", "r", "x.npy", "-o", form).code == 0
    outputs.append(np.load("y.npz")["scale_1"])
    outputs.append(np.loadtxt("y.csv", skiprows=1, dtype=np.float32))
    outputs.append(np.array(json.loads(Path("y.json").read_text())["scale_1"], np.float32))
    kernel = np.load("r/checkpoints/step-12/arrays.npz")["weights/scale_1/scale"]
    for output in outputs:
        np.testing.assert_array_equal(output, x * kernel)
    assert call("predict", "r", "x.npy").out == Path("y.csv").read_text()
    assert call("predict", "r", "x.npy", "--format", "json").out == Path("y.json").read_text()


def test_a_prediction_of_what_is_no_number_is_warned_of(call: Caller) -> None:
    call("train", "line.yaml", "--run", "r")
    np.save("x.npy", np.full(5, np.nan, np.float32))
    outcome = call("predict", "r", "x.npy")
    assert outcome.code == 0
    assert outcome.err.endswith(
        "warning: the input `x` holds values that are not finite, in 5 of 5 examples, first in "
        "number 1: what is predicted for them means nothing\n"
    )


def test_the_weights_of_a_run_that_diverged_are_told_as_such(call: Caller) -> None:
    rate = ("--set", "optimizer.gradient_descent=1e30")
    assert call("train", "line.yaml", *rate, "--run", "r").code == 5
    np.save("x.npy", np.zeros(2, np.float32))
    for arguments in (["evaluate", "r"], ["predict", "r", "x.npy"]):
        said = call(*arguments).err
        assert "warning: training diverged in step " in said
        assert said.endswith(": these are the weights after step 0\n")
    call("train", "line.yaml", "--run", "sound")
    assert "diverged" not in call("evaluate", "sound").err


def test_a_run_of_python_arrays_is_evaluated_from_python(call: Caller) -> None:
    text = LINE.replace("data: {linear: {points: 64}}", "inputs: {x: [], y: []}")
    text = text.replace("- scale: zeros", "- scale: zeros\n    from: x")
    text = text.replace("squared_error\n", "{squared_error: , target: y}\n")
    text = text.replace("[mean_absolute_error]", "[]")
    x = np.linspace(-1, 1, 64, dtype=np.float32)
    split = {"x": x, "y": 2 * x}
    train(loads(text), Path("r"), data={"train": split})
    for named in ("r", "r/checkpoints/step-12"):
        assert call("evaluate", named) == (
            2,
            "",
            "error: the run `r` was trained with arrays of Python code, and its spec names no data\n"
            'help: evaluate from Python: `tfgraph.evaluate(tfgraph.open_run("r"), "test", data)` '
            "with such arrays\n",
        )
    assert evaluate(open_run("r"), "test", {"test": split})["loss"] < 1


def test_an_output_of_an_unknown_form_is_refused(call: Caller) -> None:
    call("train", "line.yaml", "--run", "r")
    np.save("x.npy", np.zeros(2, np.float32))
    outcome = call("predict", "r", "x.npy", "-o", "y.txt")
    assert outcome.code == 2
    assert outcome.err.startswith("error: the suffix of `y.txt` says nothing of its form\n")


def test_run_takes_one_example_or_a_batch_of_them(call: Caller) -> None:
    Path("m.yaml").write_text(
        "tfgraph: 1\ninputs: {a: [], b: []}\nlayers:\n  - multiply:\n    from: [a, b]\n"
    )
    np.save("b.npy", np.array([4.0, 5.0, 6.0]))
    assert call("run", "m.yaml", "a=1", "b=2").out == "2.0\n"
    assert call("run", "m.yaml", "a=[1, 2, 3]", "b=2").out == "multiply_1: [2.0, 4.0, 6.0]\n"
    assert call("run", "m.yaml", "a=[1, 2, 3]", "b=@b.npy").out == "multiply_1: [4.0, 10.0, 18.0]\n"
    outcome = call("run", "m.yaml", "a=[1, 2]", "b=@b.npy")
    assert outcome.code == 2
    assert outcome.err == (
        "error: the inputs differ in their number of examples: 2 of `a`, 3 of `b`\n"
    )


def test_a_plugin_file_is_wanted_again_by_the_run(call: Caller) -> None:
    Path("double.py").write_text(DOUBLING)
    Path("d.yaml").write_text(
        Path("line.yaml").read_text().replace("layers:", "layers:\n  - double")
    )
    trained = call("--plugin", "double.py", "train", "d.yaml", "--run", "r")
    assert trained.code == 0
    assert "  tfgraph --plugin double.py evaluate r\n" in trained.out
    refused = call("evaluate", "r")
    assert refused.code == 2
    assert refused.err == (
        "error: the run `r` was trained with the plugin file `double.py`\n"
        "help: give it again: `tfgraph --plugin double.py …`\n"
    )
    assert call("--plugin", "double.py", "evaluate", "r").code == 0


def test_plugins_lists_what_a_file_adds(call: Caller) -> None:
    Path("double.py").write_text(DOUBLING)
    outcome = call("--plugin", "double.py", "plugins")
    assert outcome.code == 0
    assert "double (double.py)\n  layer        double\n" in outcome.out
    listed = json.loads(call("--plugin", "double.py", "plugins", "--format", "json").out)
    (found,) = [entry for entry in listed if entry["type"] == "double"]
    assert (found["plugin"], found["summary"]) == ("double", "Twice its input.")


def test_a_manifest_says_what_a_run_was_made_with(call: Caller) -> None:
    call("train", "line.yaml", "--run", "r")
    manifest = json.loads(Path("r/manifest.json").read_text())
    assert set(manifest["versions"]) == {"tfgraph", "tensorflow", "numpy", "python"}
    assert (manifest["name"], manifest["spec"], manifest["seed"]) == ("line", "line.yaml", 0)
    assert Path("r/spec.yaml").read_text() == Path("line.yaml").read_text()


@pytest.mark.parametrize(("form", "draw"), [("svg", svg), ("mermaid", mermaid)])
def test_show_draws(call: Caller, form: str, draw: Callable[[Plan], str]) -> None:
    outcome = call("show", "line.yaml", "--format", form)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == draw(load("line.yaml"))


def test_show_gives_the_plan_as_data(call: Caller) -> None:
    outcome = call("show", "line.yaml", "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out) == data(load("line.yaml"))
