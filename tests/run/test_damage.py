"""Checkpoints with flipped bits, torn files, and contents made to hurt."""

from __future__ import annotations

import io
import json
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.run.test_faults import LOG, check_last, save, state
from tfgraph.errors import DataError
from tfgraph.run.checkpoint import Saved, Store
from tfgraph.run.history import Monitored
from tfgraph.run.sealed import sealed, unsealed

FILES = ("arrays.npz", "metrics.jsonl", "manifest.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path, 1)
    save(tmp_path, 2)
    return tmp_path


def damages(whole: bytes, choose: random.Random, count: int) -> Iterator[bytes]:
    """A bit flipped or an end cut off, in turn."""
    for number in range(count):
        place = choose.randrange(len(whole))
        if number % 2:
            yield whole[:place]
        else:
            yield (
                whole[:place]
                + bytes([whole[place] ^ 1 << choose.randrange(8)])
                + whole[place + 1 :]
            )


def check_damaged(folder: Path) -> None:
    """Step 2 is refused in one line, and step 1 is offered."""
    store = Store(folder / "checkpoints")
    with pytest.raises(DataError) as caught:
        store.load(2)
    assert caught.value.message.startswith(f"the checkpoint `{store.path(2)}` is damaged: ")
    assert caught.value.message.isprintable()
    found = store.last()
    assert found.saved.step == 1
    assert found.damaged == (caught.value.message,)


def test_two_thousand_flipped_bits_and_torn_files_are_noticed(folder: Path) -> None:
    choose = random.Random(0)
    sizes = {name: (folder / "checkpoints/step-2" / name).stat().st_size for name in FILES}
    counts = dict.fromkeys(FILES, 300)
    counts["arrays.npz"] = 2000 - 600
    for name, count in counts.items():
        path = folder / "checkpoints/step-2" / name
        whole = path.read_bytes()
        for damaged in damages(whole, choose, count):
            path.write_bytes(damaged)
            check_damaged(folder)
        path.write_bytes(whole)
        check_last(folder, 2)
    assert all(size > 70 for size in sizes.values())


def test_files_that_are_gone_or_longer_are_noticed(folder: Path) -> None:
    for name in FILES:
        path = folder / "checkpoints/step-2" / name
        whole = path.read_bytes()
        for damaged in (None, whole + b"\0", whole + whole, b""):
            path.unlink() if damaged is None else path.write_bytes(damaged)
            store = Store(folder / "checkpoints")
            assert store.last().saved.step == 1
            assert len(store.last().damaged) == 1
            path.write_bytes(whole)


def test_a_checkpoint_in_the_place_of_another_is_noticed(folder: Path) -> None:
    place = folder / "checkpoints/step-2"
    shutil.rmtree(place)
    shutil.copytree(folder / "checkpoints/step-1", place)
    check_damaged(folder)


def test_no_sound_checkpoint_says_what_is_wrong_with_the_newest(folder: Path) -> None:
    for step in (1, 2):
        (folder / f"checkpoints/step-{step}/arrays.npz").write_bytes(b"")
    with pytest.raises(DataError) as caught:
        Store(folder / "checkpoints").last()
    assert "is sound: the checkpoint `" in caught.value.message
    assert "step-2` is damaged: arrays.npz has 0 bytes, not " in caught.value.message
    assert caught.value.message.endswith("(and 1 more)")


def test_the_second_best_is_offered_where_the_best_is_damaged(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for step, value in ((1, 0.5), (2, 0.9), (3, 0.7)):
        store.save(state(step), Saved(step, 0.0, "", Monitored("accuracy", value, "higher")))
    (tmp_path / "step-2/arrays.npz").write_bytes(b"")
    best = store.best()
    assert best
    assert best.saved.step == 3
    assert len(best.damaged) == 1


def test_a_run_that_goes_on_below_a_damaged_checkpoint_keeps_sound_ones(folder: Path) -> None:
    """Those of later steps are not counted among the newest, which are kept."""
    store = Store(folder / "checkpoints")
    store.save(state(10), Saved(10, 0.0, ""))
    (store.path(10) / "arrays.npz").write_bytes(b"")
    for step in (3, 4, 5):
        store.save(state(step), Saved(step, float(step), LOG * step))
        store.prune(1, step)
        assert store.last().saved.step == step


# ---- contents that are what their manifest says, made to hurt


def reseal(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest of step 2, and give it the hash of what it is now."""
    path = folder / "checkpoints/step-2/manifest.json"
    manifest = unsealed(path.read_bytes())
    change(manifest)
    path.write_bytes(sealed(manifest))


def put_arrays(folder: Path, data: bytes) -> None:
    """Make something the arrays of step 2, its hash in the manifest."""
    import hashlib

    (folder / "checkpoints/step-2/arrays.npz").write_bytes(data)
    content = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    reseal(folder, lambda manifest: manifest["files"].update({"arrays.npz": content}))


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "no step": lambda m: m.pop("step"),
    "step is text": lambda m: m.update(step="2"),
    "step is true": lambda m: m.update(step=True),
    "step is negative": lambda m: m.update(step=-2),
    "step is huge": lambda m: m.update(step=10**30),
    "step is another": lambda m: m.update(step=3),
    "seconds are no number": lambda m: m.update(seconds=float("nan")),
    "seconds are endless": lambda m: m.update(seconds=float("inf")),
    "seconds are huge": lambda m: m.update(seconds=10**400),
    "seconds are text": lambda m: m.update(seconds="1"),
    "monitored is a list": lambda m: m.update(monitored=[1]),
    "monitored is half": lambda m: m.update(monitored={"name": "loss"}),
    "monitored is text": lambda m: m.update(
        monitored={"name": "loss", "value": "x", "better": "lower"}
    ),
    "monitored goes nowhere": lambda m: m.update(
        monitored={"name": "loss", "value": 1.0, "better": "up"}
    ),
    "files are a list": lambda m: m.update(files=[]),
    "no files": lambda m: m.pop("files"),
    "files elsewhere": lambda m: m.update(files={"../../x": m["files"]["arrays.npz"]}),
    "size is text": lambda m: m["files"]["arrays.npz"].update(size="5"),
    "size is negative": lambda m: m["files"]["arrays.npz"].update(size=-1),
    "size is less": lambda m: m["files"]["arrays.npz"].update(size=5),
    "hash is a number": lambda m: m["files"]["arrays.npz"].update(sha256=5),
    "arrays are a list": lambda m: m.update(arrays=[]),
    "arrays are others": lambda m: m.update(arrays={"../x": {"shape": [], "dtype": "int64"}}),
    "no arrays": lambda m: m.update(arrays={}),
    "arrays of objects": lambda m: m["arrays"]["step"].update(dtype="object"),
    "arrays of no dtype": lambda m: m["arrays"]["step"].update(dtype=["i4"]),
    "arrays of records": lambda m: m["arrays"]["step"].update(dtype="i4,i4"),
    "arrays of another dtype": lambda m: m["arrays"]["step"].update(dtype="float64"),
    "shape is text": lambda m: m["arrays"]["step"].update(shape="12"),
    "shape is negative": lambda m: m["arrays"]["step"].update(shape=[-1]),
    "shape is huge": lambda m: m["arrays"]["step"].update(shape=[10**15, 10**15]),
    "shape is another": lambda m: m["arrays"]["step"].update(shape=[1]),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_manifest_that_lies_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    reseal(folder, change)
    store = Store(folder / "checkpoints")
    assert store.last().saved.step == 1
    assert store.last().damaged[0].isprintable()


@pytest.mark.parametrize(
    "text",
    [
        *("[" * 100_000, "{}", "[]", "null", "1", '"x"', "", "\0" * 100, "\ud800", "NaN"),
        *('{"a": 1' + "0" * 10_000 + "}", '{"sha256": {}}', '{"format": 2, "format": 2}'),
    ],
)
def test_a_manifest_that_is_none_is_refused(folder: Path, text: str) -> None:
    path = folder / "checkpoints/step-2/manifest.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    check_damaged(folder)


def test_a_manifest_of_another_format_is_refused_by_its_number(folder: Path) -> None:
    reseal(folder, lambda manifest: manifest.update(format=99))
    with pytest.raises(DataError, match=r"manifest\.json` is of format 99, not 3"):
        Store(folder / "checkpoints").load(2)


def archive(
    *members: tuple[str, bytes], compression: int = zipfile.ZIP_STORED, **others: bytes
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as packed:
        for name, data in members:
            packed.writestr(name, data)
    return buffer.getvalue()


def npy(array: Any, *, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asanyarray(array), allow_pickle=allow_pickle)
    return buffer.getvalue()


class Trap:
    """What is unpickled calls this."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("sprung"),))


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def members(**changed: bytes) -> list[tuple[str, bytes]]:
    """The arrays of step 2, some of them others."""
    found = {f"{name}.npy": npy(array) for name, array in state(2).items()}
    return [*{**found, **{f"{name}.npy": data for name, data in changed.items()}}.items()]


ARCHIVES = {
    "no archive": b"PK\5\6" * 10,
    "nothing": b"",
    "a text": b"hello",
    "empty": archive(),
    "pickled": archive(*members(step=npy(np.array([Trap()], object), allow_pickle=True))),
    "compressed": archive(*members(), compression=zipfile.ZIP_DEFLATED),
    "a bomb": archive(
        *members(step=npy(np.zeros(30_000_000, np.int8))), compression=zipfile.ZIP_DEFLATED
    ),
    "twice": archive(*members()[:1]) + archive(*members()),
    "one too many": archive(*members(), ("../../../outside.npy", npy(1))),
    "a huge header": archive(
        *members(step=header("{'descr': '<i8', 'fortran_order': False, 'shape': (%s,)}" % 10**15))
    ),
    "a deep header": archive(*members(step=header("(" * 9000))),
    "a deep sum": archive(*members(step=header("-" * 9000 + "1"))),
    "a header of version 3": archive(*members(step=npy(2).replace(b"NUMPY\1", b"NUMPY\3"))),
    "no values": archive(*members(step=npy(2)[:-8])),
    "half": archive(*members())[:-40],
}


@pytest.mark.parametrize("data", ARCHIVES.values(), ids=ARCHIVES)
def test_arrays_made_to_hurt_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    monkeypatch.chdir(folder)
    if data == ARCHIVES["twice"]:
        np.load(io.BytesIO(data))  # it is sound for who reads it from its end
    put_arrays(folder, data)
    if data != ARCHIVES["twice"]:
        check_damaged(folder)
    assert not Path("sprung").exists()
    assert {path.name for path in folder.iterdir()} == {"checkpoints"}


def test_a_thousand_archives_with_a_changed_bit_and_the_right_hash_do_no_harm(
    folder: Path,
) -> None:
    """The reader has nothing but what the archive says of itself."""
    whole = (folder / "checkpoints/step-2/arrays.npz").read_bytes()
    store = Store(folder / "checkpoints")
    refused = 0
    for damaged in damages(whole, random.Random(1), 1000):
        put_arrays(folder, damaged)
        refused += store.last().saved.step == 1
    assert refused > 700
    assert json.loads(LOG)
