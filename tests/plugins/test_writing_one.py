"""The plugin that plugins/README.md writes, really installed, and the same code as a plugin file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tfgraph
from tests.plugins.distributions import files_of, pip_install, python
from tfgraph.registry import load_registry

README = Path(__file__).parents[2] / "plugins" / "README.md"

INSPECT = """
import json, sys
import tfgraph
from tfgraph.registry import load_registry

registry = load_registry()
found = {}
for kind, added, built_in in [
    ("layer", "maxout", "matmul"),
    ("optimizer", "signum", "rmsprop"),
    ("dataset", "two_moons", "linear"),
]:
    ours, theirs = (registry.types(kind)[name].metadata() for name in (built_in, added))
    found[kind] = {
        "origin": registry.owner(kind, added).origin,
        "same keys": list(ours) == list(theirs),
        "summary": theirs["summary"],
        "parameters": [parameter["name"] for parameter in theirs["parameters"]],
    }
problems = {}
for text in json.loads(sys.argv[1]):
    try:
        tfgraph.loads(text)
    except tfgraph.SpecError as error:
        problems[text] = [[d.code, d.message, d.help] for d in error.diagnostics]
heavy = sorted({"tensorflow", "numpy"} & set(sys.modules))
print(json.dumps({"found": found, "problems": list(problems.values()), "heavy": heavy}))
"""

TRAIN = """
import sys
import tfgraph

graph = tfgraph.build(tfgraph.load(sys.argv[1]))
data = graph.plan.spec.data.component
train = data.load("train", 0)
graph.train(steps=800, **{name: train[name] for name in graph.stored})
print(float(graph.evaluate(**data.load("test", 0))["accuracy"]))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The README's files, as it says to write them."""
    folder = tmp_path_factory.mktemp("project")
    for name, text in files_of(README).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def installed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    pip_install(project, target)
    return target


@pytest.fixture(scope="module")
def inspected(project: Path, installed: Path) -> dict[str, object]:
    spec = (project / "moons.yaml").read_text(encoding="utf-8")
    mistakes = [
        ("maxout:", "maxuot:"),
        ("signum:", "signumm:"),
        ("two_moons:", "two_mons:"),
        ("pieces: 4", "peices: 4"),
        ("pieces: 4", "pieces: 0"),
        ("{signum: 0.003}", "{signum: {learning_rate: 0.003, momentum: high}}"),
        ("  - maxout", "  - reshape: [2, 1]\n  - maxout"),
    ]
    assert all(spec.count(sound) == 1 for sound, _ in mistakes)
    texts = [spec.replace(sound, wrong) for sound, wrong in mistakes]
    done = python(INSPECT, installed, json.dumps([spec, *texts]))
    assert done.returncode == 0, done.stderr
    result: dict[str, object] = json.loads(done.stdout)
    return result


def test_readme_writes_a_layer_an_optimizer_and_a_dataset_a_file_each() -> None:
    assert list(files_of(README)) == [
        "pyproject.toml",
        "tfgraph_example/__init__.py",
        "tfgraph_example/maxout.py",
        "tfgraph_example/signum.py",
        "tfgraph_example/two_moons.py",
        "moons.yaml",
        "test_example.py",
    ]


def test_installed_components_are_described_like_built_in_ones(
    inspected: dict[str, object],
) -> None:
    inherited = ["learning_rate", "clip_value", "clip_norm", "clip_global_norm"]
    common = {"origin": "tfgraph-example 0.1.0", "same keys": True}
    assert inspected["found"] == {
        "layer": {
            **common,
            "summary": "The greatest of several linear functions.",
            "parameters": ["units", "pieces", "init"],
        },
        "optimizer": {
            **common,
            "summary": "A step of one size in the direction of the moving mean gradient's sign.",
            "parameters": ["momentum", *inherited],
        },
        "dataset": {
            **common,
            "summary": "Points on two half circles that reach into each other, with normal noise.",
            "parameters": ["points", "noise"],
        },
    }


def test_mistakes_in_their_use_are_reported_like_those_with_built_in_ones(
    inspected: dict[str, object],
) -> None:
    assert inspected["problems"] == [
        [["TG202", "unknown layer `maxuot`", "did you mean `maxout`?"]],
        [["TG202", "unknown optimizer `signumm`", "did you mean `signum`?"]],
        [["TG202", "unknown dataset `two_mons`", "did you mean `two_moons`?"]],
        [["TG203", "unknown parameter `peices` of layer `maxout`", "did you mean `pieces`?"]],
        [
            [
                "TG206",
                "`pieces` of layer `maxout` must be an integer of at least 1, got the number 0",
                "",
            ]
        ],
        [
            [
                "TG205",
                "`momentum` of optimizer `signum` must be a number of at least 0 and below 1, "
                "got the string `high`",
                "",
            ]
        ],
        [
            [
                "TG301",
                "`maxout` needs [batch, features], got [batch, 2, 1]",
                "remove `reshape_1` (line 4), or put `flatten` before it",
            ]
        ],
    ]


def test_their_use_is_validated_without_tensorflow_and_numpy(
    inspected: dict[str, object],
) -> None:
    assert inspected["heavy"] == []


def test_installed_components_train(project: Path, installed: Path) -> None:
    done = python(TRAIN, installed, str(project / "moons.yaml"))
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) > 0.97


def test_installed_components_pass_the_conformance_check(project: Path, installed: Path) -> None:
    run = "import pytest, sys; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', sys.argv[1]]))"
    done = python(run, installed, str(project / "test_example.py"))
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_a_plugin_file_adds_components_to_the_registry_it_is_given_to(tmp_path: Path) -> None:
    files = files_of(README)
    hooks = files["tfgraph_example/__init__.py"]
    imports, _, hooks = hooks.partition("\n\n\n")
    code = [files[f"tfgraph_example/{name}.py"] for name in ("maxout", "signum", "two_moons")]
    path = tmp_path / "one_file.py"
    path.write_text("\n\n".join([imports.splitlines()[0], *code, hooks]), encoding="utf-8")
    registry = load_registry(files=[str(path)])
    plan = tfgraph.loads(files["moons.yaml"], registry=registry)
    assert plan.parameters == (2 + 1) * 16 * 4 + 16 * 2
    assert registry.owner("layer", "maxout").origin == str(path)
    with pytest.raises(tfgraph.SpecError, match="unknown layer `maxout`"):
        tfgraph.loads(files["moons.yaml"])
