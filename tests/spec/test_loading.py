"""Files and texts: names, folders, data paths, and errors that hold every diagnostic."""

import gc
import os
import subprocess
import sys
import time
import weakref

import pytest

import tfgraph
from tests.spec.goldens import REGISTRY, check_golden, specs
from tfgraph.diagnostics import MAX_PROBLEMS, Source
from tfgraph.errors import DataError
from tfgraph.spec import check_file

SOUND = "tfgraph: 1\ninputs: {x: [4]}\nlayers: [relu]\n"
PICTURES = "tfgraph: 1\ndata: {{pictures: {{folder: {}}}}}\nlayers: [relu]\n"


def folder_of(path, text, **more):
    path.write_text(text, encoding="utf-8")
    return tfgraph.load(path, registry=REGISTRY, **more).spec.data.component.folder


def test_a_spec_is_called_after_its_file_unless_it_says_else(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SOUND)
    assert tfgraph.load(path).spec.name == "small"
    assert tfgraph.loads(SOUND).spec.name == "spec"
    assert tfgraph.loads(f"{SOUND}name: other\n").spec.name == "other"


def test_a_file_that_cannot_be_read_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match=r"cannot read the spec `.*nowhere.yaml`: No such file"):
        tfgraph.load(tmp_path / "nowhere.yaml")
    with pytest.raises(DataError, match="Is a directory"):
        tfgraph.load(tmp_path)


def test_bytes_that_are_not_text_are_a_spec_error(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_bytes(b"\x80")
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.load(path)
    assert [problem.code for problem in caught.value.diagnostics] == ["TG105"]


def test_an_error_holds_and_prints_every_diagnostic_in_the_order_of_the_text():
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads("tfgraph: 1\nnam: a\nlayers: [rellu, tanhh]\ninputs: {x: [0]}\n")
    found = caught.value.diagnostics
    assert [(d.code, d.span.line) for d in found] == [
        ("TG201", 2),
        ("TG202", 3),
        ("TG202", 3),
        ("TG206", 4),
    ]
    assert str(caught.value) == "\n\n".join(problem.render() for problem in found)
    assert caught.value.exit_code == 1


def test_what_an_alias_repeats_is_reported_once(tmp_path):
    path = tmp_path / "alias.yaml"
    path.write_text("tfgraph: 1\ninputs: {x: [4]}\nlayers: [&a {matmul: 0}, *a, *a]\n")
    assert [problem.code for problem in check_file(path).diagnostics] == ["TG206"]


def test_a_data_path_starts_at_the_folder_of_the_spec(tmp_path):
    (tmp_path / "pictures").mkdir()
    found = folder_of(tmp_path / "spec.yaml", PICTURES.format("pictures"))
    assert found == str((tmp_path / "pictures").resolve())


def test_a_data_path_may_lie_in_a_folder_that_the_environment_names(tmp_path, monkeypatch):
    roots = [tmp_path / "first", tmp_path / "second"]
    (roots[1] / "pictures").mkdir(parents=True)
    (tmp_path / "specs").mkdir()
    monkeypatch.setenv("TFGRAPH_DATA", os.pathsep.join(map(str, roots)))
    for written in ("pictures", roots[1] / "pictures"):
        found = folder_of(tmp_path / "specs" / "spec.yaml", PICTURES.format(written))
        assert found == str((roots[1] / "pictures").resolve())


@pytest.mark.parametrize(
    "written",
    ["..", "../x", "/etc/passwd", "a/../../b", "link", "link/below", '"\\0"', "/" + "a" * 5000],
)
def test_a_data_path_does_not_lead_out(tmp_path, written):
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "link").symlink_to(tmp_path)
    path = specs / "spec.yaml"
    path.write_text(PICTURES.format(written))
    (problem,) = check_file(path, registry=REGISTRY).diagnostics
    assert problem.code == "TG206"


def test_a_data_path_of_any_length_is_no_crash(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text(PICTURES.format("a" * 5000))
    (problem,) = check_file(path, registry=REGISTRY).diagnostics
    assert (problem.code, problem.message) == ("TG206", "not a path: File name too long")


def test_reading_a_spec_imports_neither_tensorflow_nor_numpy():
    code = (
        "import sys, tfgraph\n"
        f"plan = tfgraph.loads({SOUND!r})\n"
        "heavy = {'tensorflow', 'numpy', 'keras', 'rich', 'click'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "print(plan.layers[0].output)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[batch, 4]\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "layers:\n" + "  - reluu\n" * 20_000,
        "layers:\n" + "  - relu: {zz: 1}\n" * 9_000,
        "layers:\n  - relu: {" + ", ".join(f"z{i}: 1" for i in range(20_000)) + "}\n",
        "layers:\n" + "".join(f"  - {{relu: , from: nowhere{i}}}\n" for i in range(5_000)),
        "layers: [relu]\n" + "".join(f"z{i}: 1\n" for i in range(20_000)),
        "layers: [relu]\n" * 20_000,
    ],
    ids=["types", "parameters", "one line", "names", "sections", "keys"],
)
def test_a_file_full_of_mistakes_is_diagnosed_soon_and_up_to_a_number(text):
    started = time.perf_counter()
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(f"tfgraph: 1\ninputs: {{x: [4]}}\n{text}")
    assert time.perf_counter() - started < 10
    assert len(caught.value.diagnostics) == MAX_PROBLEMS
    last = f"there may be more problems: {MAX_PROBLEMS} are shown"
    assert caught.value.diagnostics[-1].notes[-1] == last
    assert len(str(caught.value)) < 500_000


def left_behind(path):
    """The text of a spec, if it is still there once nothing needs what was found in it."""
    source = Source(path.name, path.read_text(encoding="utf-8", errors="replace"))
    check_golden(path, source)
    return weakref.ref(source)


@pytest.mark.parametrize("path", specs(), ids=lambda path: path.stem)
def test_a_text_is_gone_with_what_was_found_in_it(path):
    # Who checks many large texts must not wait for the garbage collector, which counts objects.
    left_behind(path)  # what is made once, whatever the text
    gc.collect()
    gc.disable()
    try:
        assert left_behind(path)() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "section",
    [
        "vars:\n" + "".join(f"  v{i}: 1\n" for i in range(150)),
        "blocks:\n" + "".join(f"  b{i}: {{layers: [relu]}}\n" for i in range(150)),
    ],
)
def test_many_warnings_are_no_error_and_hide_none(section):
    text = "tfgraph: 1\ninputs: {x: [4]}\n" + section
    assert tfgraph.loads(text + "layers: [relu]\n")
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text + "layers: [rleu]\n")
    assert [d.code for d in caught.value.diagnostics] == ["TG202"]


def test_a_text_may_begin_with_a_byte_order_mark_as_a_file_may(tmp_path):
    text = "\ufefftfgraph: 1\ninputs: {x: [4]}\nlayers: [relu]\n"
    path = tmp_path / "marked.yaml"
    path.write_text(text, encoding="utf-8")
    assert tfgraph.loads(text).spec.source.text == tfgraph.load(path).spec.source.text
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text.replace("relu", "rleu"))
    assert caught.value.diagnostics[0].span.place == ("<spec>", 3, 10)
