"""The README: its examples run, and what it says is printed is printed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import tfgraph
from tfgraph.diagnostics import SpecError

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    """The code blocks of a language, without their fences."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def run_python():
    """Run the Python examples in their order; what they define."""
    names = {}
    for code in blocks("python"):
        exec(compile(code, "README.md", "exec"), names)
    return names


def command_after(marker):
    (found,) = re.findall(rf"^<!-- {marker} -->\n```sh\n(.*?)\n```$", README, re.MULTILINE)
    return found


def test_the_spec_at_the_top_is_sound():
    (text,) = blocks("yaml")
    plan = tfgraph.loads(text)
    assert plan.parameters == 496_250


def test_the_mistake_is_printed_as_shown():
    (shown,) = [block for block in blocks("") if block.startswith("error[")]
    (spec,) = blocks("yaml")
    mistaken = spec.replace("  - matmul: 625\n", "  - matmul: {unts: 625}\n")
    with pytest.raises(SpecError) as caught:
        tfgraph.loads(mistaken, name="mlp")
    assert caught.value.message == shown.rstrip("\n").replace("--> mlp.yaml:", "--> <mlp>:")


def test_the_python_example_does_what_it_says():
    names = run_python()
    graph = names["graph"]
    assert graph.predict([[1.0, 2.0, 3.0, 4.0]])["matmul_1"].shape == (1, 2)
    assert graph.weights["hidden/kernel"].shape == (4, 3)


def test_the_example_on_arrays_learns():
    run = run_python()["run"]
    assert run.split == "test"
    assert run.metrics["accuracy"] > 0.8


def test_the_first_command_trains_on_the_bundled_images(tmp_path):
    command = command_after("train").split(" && ")[-1].split()
    assert command[:2] == [".venv/bin/tfgraph", "train"]
    (tmp_path / "specs").symlink_to(ROOT / "specs")
    done = subprocess.run(
        [sys.executable, "-m", "tfgraph", *command[1:]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    accuracy = re.search(r"accuracy ([\d.]+)", done.stdout)
    assert accuracy is not None, done.stdout
    assert float(accuracy[1]) >= 0.921
    assert (tmp_path / "runs" / "logistic_regression-1" / "spec.yaml").is_file()


def test_ci_runs_the_second_command_as_it_stands():
    command = command_after("test")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- test -->" in script
    assert "pytest" in command
    assert "pytest" not in script


@pytest.mark.parametrize("folder", ["", "specs", "plugins", "tfgraph", "tests"])
def test_links_lead_somewhere(folder):
    page = ROOT / folder / "README.md"
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page} links to {target}"
