"""Warnings: each fires on what it is for, and on nothing that somebody may well mean."""

from pathlib import Path
from types import ModuleType

import pytest

import tfgraph.builtins
from tests.spec import pictures
from tests.spec.advice_cases import CLASSES, FIRES, FLAT, SILENT, stack
from tests.spec.goldens import REGISTRY
from tfgraph.api import Layer, LayerFacts, Loss, Optimizer, OptimizerFacts, hookimpl
from tfgraph.diagnostics import Source
from tfgraph.registry import Plugin, Registry
from tfgraph.spec import check, check_file
from tfgraph.spec.advice import RULES

SPECS = sorted(Path(__file__).parents[2].joinpath("specs").rglob("*.yaml"))


def warnings(text, registry=REGISTRY):
    """The warnings of a spec that is sound."""
    source = Source("spec.yaml", f"tfgraph: 1\n{text}")
    found = check(source, folder=Path(), default_name="spec", registry=registry)
    assert found.plan is not None, [problem.render() for problem in found.diagnostics]
    assert all(problem.severity == "warning" for problem in found.diagnostics)
    return found.diagnostics


def codes(text, registry=REGISTRY):
    return [warning.code for warning in warnings(text, registry)]


def pointed_at(warning):
    """The text that a warning stands on."""
    span = warning.span
    return span.source.line(span.line)[span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize("name", FIRES)
def test_a_warning_points_at_what_it_is_about_and_says_how_to_mend_it(name):
    code, token, text = FIRES[name]
    (warning,) = warnings(text)
    assert (warning.code, pointed_at(warning)) == (code, token)
    assert warning.label
    assert warning.help


@pytest.mark.parametrize("name", SILENT)
def test_what_may_be_meant_is_not_warned_of(name):
    assert codes(SILENT[name]) == []


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_specs_that_are_shipped_are_not_warned_of(path):
    assert check_file(path).diagnostics == ()


def test_every_rule_fires_and_has_a_code_of_its_own():
    assert len({code for code, _, _ in FIRES.values()}) == len(RULES)


def test_a_spec_with_errors_is_not_warned_of():
    text = f"tfgraph: 1\n{FLAT}{stack('dense: 10', 'softmax', 'reshape: [3]')}{CLASSES}"
    found = check(Source("spec.yaml", text), folder=Path(), default_name="spec", registry=REGISTRY)
    assert [problem.severity for problem in found.diagnostics] == ["error"]


def test_of_unused_layers_that_need_each_other_the_last_one_is_named():
    text = f"inputs: {{x: [4]}}\n{stack('{relu: , name: a}', 'tanh', 'selu')}outputs: [a]\n"
    (warning,) = warnings(text)
    assert warning.message == "nothing uses the layer `selu_1`"
    assert "`tanh_1`" in warning.notes[0]


BLOCKS = """
inputs: {x: [4]}
vars: {rate: 0.95}
blocks:
  part:
    params: {width: null}
    layers:
      - dense: $width
      - dropout: $rate
      - relu
layers:
  - part: 5
  - part: 6
    repeat: 2
"""


def test_a_block_is_warned_of_once_with_the_places_its_values_came_through():
    (warning,) = warnings(BLOCKS)
    assert (warning.code, pointed_at(warning)) == ("TG423", "$rate")
    assert {step.span.line for step in warning.span.via} >= {4, 13}


def test_a_thousand_relus_give_no_more_warnings_than_anyone_reads():
    assert len(codes(f"inputs: {{x: [4]}}\n{stack(*['relu'] * 1000)}")) == 100


class Squash(Layer):
    """A layer of a plugin, which says what it gives."""

    type = "squash"

    def infer(self, x):
        return x

    def facts(self, x):
        return LayerFacts(output_range=(0.0, 1.0), gives="probabilities")


class Silent(Squash):
    """One that says nothing of itself."""

    type = "silent"

    def facts(self, x):
        return LayerFacts()


class Descent(Optimizer):
    """An optimizer of a plugin, which says what is too much for it."""

    type = "descent"

    def facts(self):
        return OptimizerFacts(too_high=0.01)


class Distance(Loss):
    """A loss of a plugin, which says nothing of itself."""

    type = "distance"

    def check(self, output, target):
        """Anything goes."""


def with_plugin():
    """The built-ins, and these components."""
    module = ModuleType("mine")
    hooks = {"layers": [Squash, Silent], "optimizers": [Descent], "losses": [Distance]}
    for kind, returned in hooks.items():
        module.__dict__[f"tfgraph_{kind}"] = hook(f"tfgraph_{kind}", returned)
    plugins = {Plugin("builtins", "tfgraph"): tfgraph.builtins, Plugin("mine", "tests"): module}
    return Registry({**plugins, Plugin("pictures", "tests"): pictures})


def hook(name, returned):
    def components():
        return returned

    components.__name__ = name
    return hookimpl(components)


def test_components_of_plugins_are_warned_of_by_what_they_say_of_themselves():
    text = f"{FLAT}{stack('dense: 10', 'squash')}loss: softmax_cross_entropy\noptimizer: {{descent: 0.1}}\n"
    assert codes(text, with_plugin()) == ["TG408", "TG424"]


def test_components_of_plugins_that_say_nothing_are_not_warned_of():
    text = (
        f"{FLAT}{stack('dense: 10', 'silent', 'silent')}loss: distance\noptimizer: {{adam: 0.1}}\n"
    )
    assert codes(text, with_plugin()) == []


FOLDER = "tfgraph: 1\ndata: {pictures: {folder: FOLDER, flatten: true}}\nlayers:\n  - dense: 10\n"


def folder_codes(path, **more):
    text = FOLDER.replace("FOLDER", path)
    checked = check(Source("a.yaml", text), default_name="a", registry=REGISTRY, **more)
    assert checked.plan is not None
    return [found.code for found in checked.diagnostics]


def test_a_path_starts_at_the_folder_of_the_spec_or_at_a_data_root(tmp_path, monkeypatch):
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "digits").mkdir(parents=True)
    (there / "letters").mkdir(parents=True)
    assert folder_codes("digits", folder=here) == []
    assert folder_codes("letters", folder=here) == ["TG431"]
    monkeypatch.setenv("TFGRAPH_DATA", str(there))
    assert folder_codes("letters", folder=here) == []
    assert folder_codes("numbers", folder=here) == ["TG431"]


def test_a_dataset_that_fetches_its_files_is_not_asked_for_them(tmp_path, monkeypatch):
    monkeypatch.setattr(REGISTRY.types("dataset")["pictures"], "fetches", True)
    assert folder_codes("digits", folder=tmp_path) == []
