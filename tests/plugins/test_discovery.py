"""Which plugins are found, which are refused, and when one that failed is spoken of."""

from __future__ import annotations

from pathlib import Path

from tests.plugins.distributions import lay_out, python

LAYER = """
from tfgraph.api import Layer, hookimpl

class {name}(Layer):
    \"\"\"Its input.\"\"\"
    type = "{type}"
    def infer(self, x):
        return x

@hookimpl
def tfgraph_layers():
    return [{name}]
"""

LOAD = """
import sys, tfgraph
try:
    print(tfgraph.loads(sys.argv[1]).layers[0].name)
except tfgraph.TfgraphError as error:
    print(type(error).__name__, error.exit_code, error, error.help, sep="|")
"""


def load(folder: Path, layer: str) -> str:
    """What is printed when a spec of one layer is loaded in a Python with these distributions."""
    done = python(LOAD, folder, f"tfgraph: 1\ninputs: {{x: [2]}}\nlayers: [{layer}]")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_type_of_two_distributions_is_refused_with_both_named(tmp_path: Path) -> None:
    lay_out(tmp_path, "dist-one", "one", LAYER.format(name="Same", type="same"))
    lay_out(tmp_path, "dist-two", "two", LAYER.format(name="Alike", type="same"))
    assert load(tmp_path, "relu") == (
        "PluginError|3|two plugins add the layer `same`: `one` (dist-one 1.0) and "
        "`two` (dist-two 1.0)|uninstall one of them"
    )


def test_a_plugin_name_of_two_distributions_is_refused_with_both_named(tmp_path: Path) -> None:
    lay_out(tmp_path, "dist-one", "shapes", LAYER.format(name="Same", type="same"))
    lay_out(tmp_path, "dist-two", "shapes", LAYER.format(name="Other", type="other"))
    found = load(tmp_path, "relu")
    assert found.startswith("PluginError|3|two plugins are called `shapes`: those of dist-")
    assert "dist-one 1.0" in found
    assert "dist-two 1.0" in found


def test_a_type_with_a_prefix_stays_clear_of_another(tmp_path: Path) -> None:
    lay_out(tmp_path, "dist-one", "one", LAYER.format(name="Same", type="same"))
    lay_out(tmp_path, "dist-two", "two", LAYER.format(name="Alike", type="two.same"))
    assert load(tmp_path, "two.same") == "two.same_1"


def test_a_plugin_that_fails_to_import_is_noted_only_when_a_type_is_unknown(
    tmp_path: Path,
) -> None:
    lay_out(tmp_path, "dist-broken", "broken", "import a_module_that_is_not_there")
    assert load(tmp_path, "relu") == "relu_1"
    note = (
        "plugin `broken` of dist-broken 1.0 failed to load: "
        "ModuleNotFoundError: No module named 'a_module_that_is_not_there'"
    )
    found = load(tmp_path, "mystery")
    assert "unknown layer `mystery`" in found
    assert f"= note: {note}" in found
    assert note not in load(tmp_path, "relu: {a: 1}")


def test_the_command_line_warns_of_a_plugin_that_the_spec_does_not_need(tmp_path: Path) -> None:
    lay_out(tmp_path, "dist-broken", "broken", "import a_module_that_is_not_there")
    spec = tmp_path / "spec.yaml"
    spec.write_text("tfgraph: 1\ninputs: {x: [2]}\nlayers: [relu]\n", encoding="utf-8")
    command = (
        "import sys; from tfgraph.cli.main import run; sys.exit(run(['validate', sys.argv[1]]))"
    )
    done = python(command, tmp_path, str(spec))
    assert done.returncode == 0
    assert "spec.yaml: ok (takes about" in done.stdout
    assert done.stderr.startswith("warning: plugin `broken` of dist-broken 1.0 failed to load: ")
