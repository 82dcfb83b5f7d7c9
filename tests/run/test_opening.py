"""What a run directory may have read: a manifest is data, and whoever made it may wish ill."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tfgraph.errors import DataError, UsageError
from tfgraph.run.begun import FORMAT, fingerprint
from tfgraph.run.directory import RunDirectory
from tfgraph.run.trained import check_trained
from tfgraph.spec.paths import DATA_ROOTS_VARIABLE

SPEC = "tfgraph: 1\ndata: {mnist: {folder: %s, flatten: true}}\nlayers:\n  - matmul: 10\n"


def run_of(path: Path, folder: Path, text: str) -> RunDirectory:
    """A run whose spec stood in a folder, or so its manifest says."""
    path.mkdir(parents=True)
    manifest = {
        "format": FORMAT,
        "name": "r",
        "spec": "r.yaml",
        "folder": str(folder),
        "resolved": [fingerprint(text)],
        "seed": 0,
        "command": [],
        "plugins": [],
        "plugin_files": [],
        "versions": {},
        "data": {},
        "compiled": False,
        "started": "2026-01-01T00:00:00+00:00",
        "revision": None,
    }
    (path / "manifest.json").write_text(json.dumps(manifest))
    (path / "resolved.yaml").write_text(text)
    return RunDirectory(path)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder is `here`, and there is another one beside it."""
    for name in ("here/images", "elsewhere/images"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv(DATA_ROOTS_VARIABLE, raising=False)


def test_data_in_the_current_folder_and_in_the_run_are_read(tmp_path: Path) -> None:
    here = run_of(Path("a"), tmp_path / "here", SPEC % "images")
    assert check_trained(here).plan
    within = run_of(tmp_path / "elsewhere/b", tmp_path / "elsewhere/b", SPEC % "images")
    assert check_trained(within).plan


@pytest.mark.parametrize("absolute", [False, True])
def test_data_elsewhere_are_read_where_the_environment_vouches_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, absolute: bool
) -> None:
    images = tmp_path / "elsewhere/images"
    text = SPEC % (images if absolute else "images")
    run = run_of(tmp_path / "elsewhere/r", tmp_path / "elsewhere", text)
    with pytest.raises(UsageError) as caught:
        check_trained(run)
    assert caught.value.message == (
        f"the run `{run.path}` reads `{images}`, outside of the current directory"
    )
    assert caught.value.help == f"if you trust it: `{DATA_ROOTS_VARIABLE}={images.parent}`"
    monkeypatch.setenv(DATA_ROOTS_VARIABLE, str(images.parent))
    assert check_trained(run).plan


def test_a_link_out_of_the_current_folder_is_followed_before_it_is_judged(tmp_path: Path) -> None:
    Path("link").symlink_to(tmp_path / "elsewhere/images")
    run = run_of(Path("r"), tmp_path, SPEC % "here/link")
    with pytest.raises(UsageError, match="elsewhere/images`, outside of the current directory"):
        check_trained(run)


def test_data_that_have_moved_are_found_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(tmp_path / "r", tmp_path / "gone", SPEC % "images")
    monkeypatch.setenv(DATA_ROOTS_VARIABLE, str(tmp_path / "elsewhere"))
    plan = check_trained(run).sound()
    assert plan.spec.data
    assert plan.spec.data.component.folder == str(tmp_path / "elsewhere/images")


def test_no_other_spec_is_read_through_a_run(tmp_path: Path) -> None:
    (tmp_path / "elsewhere/secret.yaml").write_text("password: 1234\n")
    run = run_of(Path("r"), tmp_path / "elsewhere", "tfgraph: 1\nextends: secret.yaml\n")
    with pytest.raises(DataError) as caught:
        check_trained(run)
    assert caught.value.message == (
        "`r/resolved.yaml` is not what `train` wrote: it extends another file"
    )
