"""`extends`: a spec that builds on another."""

import os

import pytest

import tfgraph
from tests.spec.language import excerpt

BASE = """
tfgraph: 1
vars: {width: 8}
inputs: {x: [4], y: [2]}
layers:
  - matmul: $width
    name: hidden
  - matmul: 2
loss: {squared_error: , target: y}
optimizer: {rmsprop: {learning_rate: 0.1, decay: 0.5}}
train: {epochs: 3, batch_size: 16}
"""


@pytest.fixture
def files(tmp_path):
    def write(**texts):
        for name, text in texts.items():
            path = tmp_path / f"{name.replace('__', '/')}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def errors(path, **more):
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.load(path, **more)
    return caught.value.diagnostics


def test_mappings_merge_and_the_rest_is_replaced(files):
    folder = files(base=BASE, child="extends: base.yaml\nvars: {width: 5}\ntrain: {epochs: 7}\n")
    plan = tfgraph.load(folder / "child.yaml")
    assert plan.layer("hidden").layer.units == 5
    assert (plan.spec.training.epochs, plan.spec.training.batch_size) == (7, 16)
    assert plan.spec.name == "child"


def test_an_entry_of_another_type_replaces_and_of_the_same_merges(files):
    folder = files(
        base=BASE,
        same="extends: base.yaml\noptimizer: {rmsprop: {decay: 0.9}}\n",
        other="extends: base.yaml\noptimizer: {adam: {beta1: 0.8}}\n",
    )
    same = tfgraph.load(folder / "same.yaml").spec.optimizer.component
    assert (same.decay, same.learning_rate.value) == (0.9, 0.1)
    assert tfgraph.load(folder / "other.yaml").spec.optimizer.component.type == "adam"


def test_null_takes_a_section_away(files):
    folder = files(
        base=BASE,
        child="extends: base.yaml\nloss: ~\noptimizer: ~\ntrain: ~\nvars: ~\nlayers: [{relu: , from: x}]\n",
    )
    plan = tfgraph.load(folder / "child.yaml")
    assert plan.losses == ()
    assert plan.spec.training.epochs == 1


def test_extends_may_go_through_folders_and_several_files(files):
    folder = files(
        base=BASE,
        middle__a="tfgraph: 1\nextends: ../base.yaml\nvars: {width: 6}\n",
        leaf__b="extends: ../middle/a.yaml\ntrain: {epochs: 2}\n",
    )
    plan = tfgraph.load(folder / "leaf" / "b.yaml")
    assert plan.layer("hidden").layer.units == 6


def test_an_inherited_mistake_names_its_file(files):
    folder = files(base=BASE.replace("rmsprop", "rmspro"), child="extends: base.yaml\n")
    (found,) = errors(folder / "child.yaml")
    assert found.code == "TG202"
    assert found.span.source.name.endswith("base.yaml")
    assert excerpt(found.span) == "rmspro"


def test_a_base_that_is_not_yaml_shows_who_extends_it(files):
    folder = files(base="tfgraph: 1\nlayers: [\n", child="extends: base.yaml\nlayers: [relu]\n")
    found = errors(folder / "child.yaml")
    assert found[0].code == "TG101"
    assert excerpt(found[0].span.via[0].span) == "base.yaml"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("missing.yaml", "there is no file"),
        ("/etc/passwd", "takes a relative path to a .yaml file"),
        ("secret.txt", "takes a relative path to a .yaml file"),
        ("https://example.org/a.yaml", "there is no file"),
        ("child.yaml", "extend each other in a circle"),
        ("other.yaml", "is not a tfgraph spec"),
        ("folder.yaml", "there is no file"),
        ('"a\\0.yaml"', None),
    ],
)
def test_a_file_that_cannot_be_extended_is_refused(files, target, message):
    folder = files(
        other="password: hunter2\n", child=f"tfgraph: 1\nextends: {target}\nlayers: [relu]\n"
    )
    (folder / "folder.yaml").mkdir()
    found = errors(folder / "child.yaml")
    if message is not None:
        assert found[0].code == "TG211"
        assert message in found[0].message
    assert "hunter2" not in str(found)


def test_a_pipe_is_not_waited_for(files):
    folder = files(child="tfgraph: 1\nextends: pipe.yaml\nlayers: [relu]\n")
    os.mkfifo(folder / "pipe.yaml")
    assert errors(folder / "child.yaml")[0].code == "TG211"


def test_chains_are_bounded(files):
    texts = {f"s{i}": f"tfgraph: 1\nextends: s{i + 1}.yaml\n" for i in range(50)}
    folder = files(s50=BASE, **texts)
    assert "files extend each other" in errors(folder / "s0.yaml")[0].message


def test_a_value_from_a_setting_stands_over_all(files):
    folder = files(base=BASE, child="extends: base.yaml\nvars: {width: 5}\n")
    plan = tfgraph.load(folder / "child.yaml", set={"vars.width": 9})
    assert plan.layer("hidden").layer.units == 9


def test_a_spec_in_a_folder_extends_what_stands_beside_it(files, monkeypatch):
    folder = files(sub__base=BASE, sub__child="extends: base.yaml\n")
    monkeypatch.chdir(folder)
    assert tfgraph.load("sub/child.yaml").spec.name == "child"


def test_variables_named_like_types_merge_as_others_do(files):
    base = BASE.replace("vars: {width: 8}", "vars: {dropout: 8}").replace("$width", "$dropout")
    folder = files(base=base, child="extends: base.yaml\nvars: {scale: 2}\n")
    assert tfgraph.load(folder / "child.yaml").layer("hidden").layer.units == 8


def test_what_stands_beside_an_entry_can_be_changed_alone(files):
    folder = files(base=BASE, child="extends: base.yaml\nloss: {weight: 2}\n")
    assert tfgraph.load(folder / "child.yaml").losses[0].weight == 2


@pytest.mark.parametrize(
    "base",
    [
        "{tfgraph: 1, inputs: {x: [4]}, layers: [relu]}",
        '"tfgraph": 1\ninputs: {x: [4]}\nlayers: [relu]',
    ],
)
def test_a_base_may_be_written_in_any_style(files, base):
    folder = files(base=base, child="extends: base.yaml\n")
    assert tfgraph.load(folder / "child.yaml").outputs == ("relu_1",)


def test_paths_of_data_start_at_the_file_that_they_stand_in(files):
    base = "tfgraph: 1\ndata: {mnist: {folder: files}}\nlayers: [flatten]\n"
    folder = files(base__base=base, child__c="extends: ../base/base.yaml\n")
    plan = tfgraph.load(folder / "child" / "c.yaml")
    assert plan.spec.data.component.folder == str(folder / "base" / "files")
    again = tfgraph.loads(plan.spec.resolved_text(), folder=plan.spec.folder)
    assert again.spec.data.component == plan.spec.data.component


def test_a_file_that_is_not_there_is_one_mistake(files):
    child = "extends: bsae.yaml\nlayers: [{matmul: $width}, own_block, {matmul: $(width * 2)}]\n"
    folder = files(base=BASE, child=child)
    more = {"train.epochs": 3, "vars.width": 5, "inputs.x": [3]}
    (found,) = errors(folder / "child.yaml", set=more)
    assert found.code == "TG211"


def test_several_files_to_extend_are_one_mistake(files):
    folder = files(base=BASE, child="extends: [base.yaml, other.yaml]\noptimizer: adam\n")
    (found,) = errors(folder / "child.yaml")
    assert (found.code, found.span.line) == ("TG205", 1)
