"""Run directories that are damaged, or made to hurt: refused in a line, and nothing else touched.

Each case changes a copy of a run. `evaluate` and `train --resume` are called on it, watched: they
may read and write there, and nowhere else.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.commands import Caller
from tests.cli.conftest import LINE
from tests.run.watching import watch
from tfgraph.run.checkpoint import Saved, Store
from tfgraph.run.sealed import sealed, unsealed

STEP = "checkpoints/step-12"
FILES = (
    *("manifest.json", "resolved.yaml", f"{STEP}/manifest.json"),
    *(f"{STEP}/arrays.npz", f"{STEP}/metrics.jsonl"),
)
PLACES = (*FILES, STEP, "checkpoints")

Change = Callable[[Path, Path], object]


def linked(name: str) -> Change:
    """What stood there moves out of the run, and a link leads to it: sound, but for that."""

    def change(run: Path, outside: Path) -> None:
        shutil.move(run / name, outside / "moved")
        (run / name).symlink_to(outside / "moved")

    return change


def replaced(name: str, by: Callable[[Path], object]) -> Change:
    def change(run: Path, outside: Path) -> None:
        path = run / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        by(path)

    return change


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def circle(path: Path) -> None:
    path.symlink_to(path.name)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def holding(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


TEXTS = {
    "nothing": b"",
    "a list": b"[]",
    "a number": b"7",
    "no JSON": b"{'a': 1}",
    "deep JSON": b'{"a":' * 200_000,
    "a NaN for all": b"NaN",
    "many digits": b'{"format": ' + b"9" * 10_000 + b"}",
    "a half of a surrogate": b'{"format": "\\ud800"}',
    "no UTF-8": b"\xff\xfe\x00",
    "a byte order mark": b"\xef\xbb\xbf{}",
}


def set_to(key: str, value: Any) -> Change:
    """The run's manifest with another value of a key."""

    def change(run: Path, outside: Path) -> None:
        path = run / "manifest.json"
        found = json.loads(path.read_text())
        if value is ...:
            del found[key]
        else:
            found[key] = value
        path.write_text(json.dumps(found))

    return change


def beside_its_own(key: str, value: Any) -> Change:
    """The run's manifest with one more value in a list."""

    def change(run: Path, outside: Path) -> None:
        found = json.loads((run / "manifest.json").read_text())
        set_to(key, [*found[key], value])(run, outside)

    return change


def sealed_with(key: str, value: Any) -> Change:
    """The checkpoint's manifest with another value of a key, and the right hash."""

    def change(run: Path, outside: Path) -> None:
        path = run / STEP / "manifest.json"
        found = unsealed(path.read_bytes())
        *parents, last = key.split("/")
        inner = found
        for parent in parents:
            inner = inner[parent]
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
        path.write_bytes(sealed(found))

    return change


MANIFEST_KEYS = ("format", "name", "folder", "plugin_files", "versions", "data", "resolved")
SEALED_KEYS = (
    *("format", "step", "seconds", "files", "arrays", "files/arrays.npz", "files/metrics.jsonl"),
    *("files/arrays.npz/sha256", "files/arrays.npz/size", "arrays/step"),
)
WRONG: tuple[Any, ...] = (..., None, 1e300, "\x1b[31m", ["\n"], {"a": None})


def named(*names: str) -> Change:
    """A sound checkpoint of arrays that the model has not."""

    def change(run: Path, outside: Path) -> None:
        shutil.rmtree(run / STEP)
        arrays = {"step": np.array(12), **{name: np.zeros(2) for name in names}}
        Store(run / "checkpoints").save(arrays, Saved(12, 0.0, ""))

    return change


REFUSED: dict[str, Change] = {
    **{f"a link for {name}": linked(name) for name in PLACES},
    **{f"a dangling link for {name}": replaced(name, dangling) for name in PLACES},
    **{f"a circle for {name}": replaced(name, circle) for name in PLACES},
    **{f"a pipe for {name}": replaced(name, os.mkfifo) for name in PLACES},
    **{f"a folder for {name}": replaced(name, Path.mkdir) for name in FILES},
    **{f"a file for {name}": replaced(name, Path.touch) for name in ("checkpoints", STEP)},
    **{f"a sparse file for {name}": replaced(name, sparse) for name in FILES},
    **{
        f"{text} for {name}": replaced(name, holding(data))
        for name in ("manifest.json", f"{STEP}/manifest.json")
        for text, data in TEXTS.items()
    },
    **{
        f"{key} of {number}": set_to(key, value)
        for key in MANIFEST_KEYS
        for number, value in enumerate(WRONG)
    },
    **{
        f"{key} of {number}, sealed": sealed_with(key, value)
        for key in SEALED_KEYS
        for number, value in enumerate(WRONG)
        if not (key == "seconds" and value == 1e300)
    },
    "a sealed array of no memory": sealed_with(
        "arrays/step", {"shape": [1 << 40, 1 << 20], "dtype": "float64"}
    ),
    "a sealed array of objects": sealed_with("arrays/step", {"shape": [], "dtype": "object"}),
    "a spec by no hash": beside_its_own("resolved", []),
    "words that are none": set_to("command", [1]),
    **{f"plugins that are {number}": set_to("plugins", [v]) for number, v in enumerate(WRONG[1:])},
    "another format": set_to("format", 99),
    "another format, sealed": sealed_with("format", 99),
    "a spec that extends": replaced("resolved.yaml", holding(b"extends: ../outside/secret.yaml\n")),
    "a spec that is none": replaced("resolved.yaml", holding(b"layers: [[[\n")),
    "a plugin file of its own": set_to("plugin_files", ["../outside/secret.py"]),
    "arrays of other names": named(
        "weights/../../outside/secret", "weights/\x1b[31m", "/etc/passwd"
    ),
    "no checkpoint": replaced("checkpoints", Path.mkdir),
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import tfgraph

    folder = tmp_path_factory.mktemp("trained")
    (folder / "line.yaml").write_text(LINE.replace("epochs: 3", "epochs: 3, checkpoint: {keep: 1}"))
    tfgraph.train(tfgraph.load(folder / "line.yaml"), folder / "r")
    return folder / "r"


@pytest.fixture
def run(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(trained, tmp_path / "r")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.yaml").write_text("tfgraph: 1\n")
    (tmp_path / "outside/secret.py").write_text("1 / 0\n")
    return Path("r")


def seen(folder: Path) -> dict[str, Any]:
    """All that is in a folder, links not followed."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path)] = str(path.readlink())
        elif path.is_file():
            info = path.stat()
            found[str(path)] = info.st_ino, info.st_size, info.st_mtime_ns
        else:
            found[str(path)] = path.is_dir()
    return found


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_a_line_and_nothing_outside_is_touched(
    capsys: pytest.CaptureFixture[str], run: Path, change: Change
) -> None:
    outside = Path("outside")
    change(run, outside)
    before, own = seen(outside), seen(run)
    for arguments in (("evaluate", run), ("train", "--resume", run)):
        writable = run if "--resume" in arguments else None
        with watch().over(secret=outside, writable=writable) as offences:
            outcome = Caller(capsys)(*arguments)
        assert outcome.code in (1, 2, 4), outcome
        assert outcome.out == ""
        assert offences == []
        assert "Traceback" not in outcome.err
        assert all(c.isprintable() or c in "\n" for c in outcome.err)
        assert len([line for line in outcome.err.splitlines() if line.startswith("error")]) == 1
        assert seen(outside) == before
        if writable is None:
            assert seen(run) == own


@pytest.mark.parametrize(
    "offence",
    [
        lambda outside: (outside / "secret.py").read_text(),
        lambda outside: (outside / "new").write_text(""),
        lambda outside: (outside / "secret.py").unlink(),
        lambda outside: (outside / "secret.py").rename("r/taken"),
        lambda outside: Path("beside").mkdir(),
    ],
)
def test_the_watch_sees_what_may_not_be_done(run: Path, offence: Callable[[Path], object]) -> None:
    with watch().over(secret=Path("outside"), writable=run) as offences:
        (run / "within").write_text("")
        assert offences == []
        offence(Path("outside"))
    assert offences
