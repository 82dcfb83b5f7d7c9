from __future__ import annotations

import os
import random
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tfgraph
from tests.run.models import LINE, NOISY, Notes
from tests.run.runs import arrays, weights
from tfgraph.api import Layer, TensorSpec, WeightSpec, hookimpl
from tfgraph.errors import DataError
from tfgraph.run import files
from tfgraph.run.checkpoint import Saved, Store
from tfgraph.run.history import Monitored
from tfgraph.run.opening import chosen
from tfgraph.run.restoring import restore, restore_to_evaluate, state_of
from tfgraph.run.sealed import sealed, unsealed

DATA = arrays(12)


class HalfScale(Layer):
    """A scale in bfloat16, a dtype that NumPy has not."""

    type = "half_scale"

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def weights(self, x: TensorSpec) -> dict[str, WeightSpec]:
        return {"scale": WeightSpec((3,), 1.5, "bfloat16")}

    def build(self, x, weights, ctx):
        import tensorflow as tf

        return x * tf.cast(weights["scale"], tf.float32)


@hookimpl
def tfgraph_layers() -> list[type[Layer]]:
    return [HalfScale]


def trained(text: str = NOISY, steps: int = 5) -> tfgraph.Graph:
    graph = tfgraph.build(tfgraph.loads(text))
    graph.train(steps=steps, **DATA)
    return graph


def saved(graph: tfgraph.Graph, folder: Path, monitored: Monitored | None = None) -> Store:
    store = Store(folder)
    step = int(graph.step)
    store.save(
        state_of(graph), Saved(step, 1.5, '{"epoch": 1, "step": 3, "loss": 1.0}\n', monitored)
    )
    return store


def test_training_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    straight = trained(steps=12)
    store = saved(trained(steps=5), tmp_path)
    resumed = tfgraph.build(tfgraph.loads(NOISY))
    restore(resumed, store.last())
    resumed.train(steps=7, **DATA)
    assert int(resumed.step) == 12
    for name, value in state_of(straight).items():
        np.testing.assert_array_equal(state_of(resumed)[name], value)


def test_bfloat16_comes_back_bit_for_bit(tmp_path: Path) -> None:
    import tests.run.test_checkpoint as plugin
    import tfgraph.builtins
    from tfgraph.registry import Plugin, Registry

    registry = Registry(
        {Plugin("builtins", "tfgraph"): tfgraph.builtins, Plugin("half", "tests"): plugin}
    )
    plan = tfgraph.loads("tfgraph: 1\ninputs: {x: [3]}\nlayers: [half_scale]", registry=registry)
    graph, other = tfgraph.build(plan), tfgraph.build(plan)
    graph.weights["half_scale_1/scale"].assign([0.1, -2.5, 3e38])
    restore(other, saved(graph, tmp_path).last())
    (name,) = graph.weights
    assert other.weights[name].numpy().tobytes() == graph.weights[name].numpy().tobytes()


def test_what_is_beside_the_arrays_comes_back(tmp_path: Path) -> None:
    figure = Monitored("accuracy", 0.1 + 0.2, "higher")
    found = saved(trained(), tmp_path, figure).load(5).saved
    assert found == Saved(5, 1.5, '{"epoch": 1, "step": 3, "loss": 1.0}\n', figure)


def test_the_newest_are_kept_and_the_best(tmp_path: Path) -> None:
    store = Store(tmp_path)
    values = {3: 0.5, 7: 0.9, 10: 0.8, 20: 0.9, 100: None}
    for step, value in values.items():
        figure = Monitored("accuracy", value, "higher") if value else None
        store.save({"step": np.int64(step)}, Saved(step, 0.0, "", figure))
    assert store.steps() == [3, 7, 10, 20, 100]
    assert store.best_step() == 7  # the first of equal ones
    store.prune(2, 100)
    assert store.steps() == [7, 20, 100]
    store.prune(1, 100)
    assert store.steps() == [7, 100]
    assert store.last().saved.step == 100


def test_what_is_kept_is_not_read_again_at_each_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    real = files.read_regular

    def noted(path: Path, most: int) -> bytes:
        read.append(path)
        return real(path, most)

    for step in (1, 2, 3):
        Store(tmp_path).save({"step": np.int64(step)}, Saved(step, 0.0, ""))
    monkeypatch.setattr(files, "read_regular", noted)
    store = Store(tmp_path)
    for step in range(4, 20):
        figure = Monitored("loss", float(step), "lower")
        store.save({"step": np.int64(step)}, Saved(step, 0.0, "", figure))
        store.prune(5, step)
    assert store.steps() == [4, 15, 16, 17, 18, 19]
    assert len(read) == 3  # those that it has not written itself


def test_a_log_that_could_not_be_read_again_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = NOISY.replace("epochs: 3", "epochs: 30, checkpoint: {every: 1 epoch, keep: 50}")
    monkeypatch.setattr("tfgraph.run.contents.MOST_LOG", 700)
    notes, warned = Notes(), []
    with pytest.raises(DataError) as caught:
        tfgraph.train(
            tfgraph.loads(text),
            tmp_path / "r",
            {"train": DATA},
            listeners=[notes],
            warn=warned.append,
        )
    assert warned == []
    assert "the log of the run has" in caught.value.message
    assert caught.value.message.endswith(" bytes by now, over 700")
    assert f"`tfgraph train SPEC --from {tmp_path / 'r'}`" in caught.value.help
    assert notes.outcomes[0].status == "failed"
    # It ends at once, what was saved before is sound, and its weights can be begun with.
    store = Store(tmp_path / "r/checkpoints")
    assert store.last().saved.step == store.steps()[-1] == notes.outcomes[0].step - 3 > 3
    monkeypatch.undo()
    again = tfgraph.loads(text.replace("epochs: 30", "epochs: 1"))
    assert tfgraph.train(again, data={"train": DATA}, weights_from=tmp_path / "r").step == 3


def test_the_lowest_loss_is_the_best_and_no_number_never_is(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for step, value in ((1, float("nan")), (2, 5.0), (3, -1.0), (4, float("nan"))):
        store.save({}, Saved(step, 0.0, "", Monitored("loss", value, "lower")))
    assert store.best_step() == 3


def test_a_sound_checkpoint_is_not_written_again(tmp_path: Path) -> None:
    store = saved(trained(), tmp_path)
    before = (store.path(5) / "arrays.npz").stat()
    saved(trained(), tmp_path)
    after = (store.path(5) / "arrays.npz").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_damaged_one_is_written_again(tmp_path: Path) -> None:
    store = saved(trained(), tmp_path)
    (store.path(5) / "arrays.npz").write_bytes(b"")
    saved(trained(), tmp_path)
    assert store.last().saved.step == 5
    assert [path.name for path in tmp_path.iterdir()] == ["step-5"]


def test_the_newest_sound_one_is_found_and_the_damaged_named(tmp_path: Path) -> None:
    graph = trained()
    saved(graph, tmp_path)
    graph.train(steps=1, **DATA)
    store = saved(graph, tmp_path)
    (store.path(6) / "manifest.json").unlink()
    found = store.last()
    assert found.saved.step == 5
    assert len(found.damaged) == 1
    assert "step-6" in found.damaged[0]


WRITING = """
import sys
from pathlib import Path
import numpy as np
from tfgraph.run.checkpoint import Saved, Store
from tfgraph.run.history import Monitored
store, step = Store(Path(sys.argv[1])), 0
while True:
    step += 1
    better = Monitored("accuracy", float(step), "higher")
    store.save({"step": np.array(step)}, Saved(step, 0.0, "", better))
    store.prune(1, step)
    if step == 1:
        print("ready", flush=True)
"""


def test_who_reads_while_the_only_checkpoint_is_replaced_finds_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", WRITING, tmp_path], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
        try:
            newest = [store.last().saved.step for _ in range(500)]
            best = [found.saved.step if (found := store.best()) else None for _ in range(500)]
            known = [store.best_step() for _ in range(500)]
        finally:
            writer.kill()
    for steps in (newest, best, known):
        assert None not in steps
        assert steps == sorted(steps)
    assert known[-1] > newest[0]


def test_a_name_that_a_file_system_goes_on_to_list_is_no_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = saved(trained(), tmp_path)
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: [*listdir(folder), "step-9"])
    assert store.steps() == [5]
    assert store.last().saved.step == 5


def test_there_is_none_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no checkpoint in") as caught:
        Store(tmp_path / "no").last()
    assert caught.value.help == "put a copy of one there, or train anew"
    with pytest.raises(DataError, match="there is no checkpoint of step 3 in"):
        Store(tmp_path).load(3)


@pytest.mark.parametrize("name", ["manifest.json", "arrays.npz", "metrics.jsonl"])
def test_damage_anywhere_is_noticed(tmp_path: Path, name: str) -> None:
    store = saved(trained(), tmp_path)
    path = store.path(5) / name
    whole = path.read_bytes()
    choose = random.Random(0)
    for _ in range(25):
        flipped = bytearray(whole)
        flipped[choose.randrange(len(whole))] ^= 1 << choose.randrange(8)
        for damaged in (bytes(flipped), whole[: choose.randrange(len(whole))]):
            path.write_bytes(damaged)
            with pytest.raises(DataError):
                store.load(5)
    path.write_bytes(whole)
    store.load(5)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 2, "files": {}}', "null", "5"])
def test_a_damaged_manifest_is_noticed(tmp_path: Path, text: str) -> None:
    store = saved(trained(), tmp_path)
    (store.path(5) / "manifest.json").write_text(text)
    with pytest.raises(DataError, match=r"is damaged: its manifest\.json"):
        store.load(5)


def test_another_format_is_refused(tmp_path: Path) -> None:
    store = saved(trained(), tmp_path)
    path = store.path(5) / "manifest.json"
    path.write_bytes(sealed({**unsealed(path.read_bytes()), "format": 1}))
    with pytest.raises(DataError, match="is of format 1, not 3"):
        store.load(5)


def test_a_checkpoint_of_another_model_says_which_weights_differ(tmp_path: Path) -> None:
    store = saved(trained(), tmp_path)
    wider = NOISY.replace("units: 4", "units: 5").replace("name: out", "name: last")

    def refusal(text: str) -> str:
        graph = tfgraph.build(tfgraph.loads(text))
        before = weights(graph)
        with pytest.raises(DataError) as caught:
            restore(graph, store.last())
        for name, value in before.items():
            np.testing.assert_array_equal(weights(graph)[name], value)
        return caught.value.message

    assert refusal(wider).startswith(
        f"the checkpoint `{tmp_path}/step-5` is of another model: "
        "`hidden/kernel` is [3, 4] there, [3, 5] here; "
        "`hidden/bias` is [4] there, [5] here; "
    )
    assert "it has no `slope/scale`" in refusal(LINE)
    assert "which the model has not" in refusal(NOISY.replace("adam", "gradient_descent"))


@pytest.mark.parametrize("ema", ["", "ema: 0.9, "])
def test_evaluation_needs_no_slots_and_makes_none(tmp_path: Path, ema: str) -> None:
    text = NOISY.replace("train: {", f"train: {{{ema}")
    graph = trained(text)
    checkpoint = saved(graph, tmp_path).last()
    for optimizer in ("adam: 0.01", "gradient_descent: 0.1"):
        other = tfgraph.build(tfgraph.loads(text.replace("adam: 0.01", optimizer)))
        restore_to_evaluate(other, checkpoint)
        assert sorted(graph.evaluated_state) == sorted(other.evaluated_state)
        for name, variable in graph.evaluated_state.items():
            np.testing.assert_array_equal(other.evaluated_state[name], variable)
        assert "slots" not in vars(other)


def best_of(folder: Path, **values: float | None) -> Store:
    store = Store(folder)
    for name, value in values.items():
        figure = None if value is None else Monitored("accuracy", value, "higher")
        step = int(name.removeprefix("step"))
        store.save({"step": np.int64(step)}, Saved(step, 0.0, "", figure))
    return store


@pytest.mark.parametrize("name", ["manifest.json", "arrays.npz"])
def test_the_best_is_never_another_one_without_a_word(tmp_path: Path, name: str) -> None:
    plan = tfgraph.loads(LINE.replace("epochs: 4", "epochs: 4, early_stopping: loss"))
    store = best_of(tmp_path, step1=0.5, step2=0.9, step3=0.7, step4=0.1)
    for wanted in ("best", None):
        assert chosen(store, plan, wanted).saved.step == 2
    (store.path(2) / name).write_bytes(b"")
    for wanted in ("best", None):
        with pytest.raises(DataError) as caught:
            chosen(store, plan, wanted)
        assert caught.value.message.startswith(f"the checkpoint `{store.path(2)}` is damaged: ")
        assert caught.value.help == (
            "the best sound one is that of step 3: `--checkpoint 3` takes it"
        )


def test_the_last_does_not_stand_in_for_a_best_that_is_damaged(tmp_path: Path) -> None:
    plan = tfgraph.loads(LINE.replace("epochs: 4", "epochs: 4, early_stopping: loss"))
    store = best_of(tmp_path, step1=0.5, step2=None)
    (store.path(1) / "manifest.json").write_bytes(b"")
    for wanted in ("best", None):
        with pytest.raises(DataError) as caught:
            chosen(store, plan, wanted)
        assert caught.value.message.startswith(f"the checkpoint `{store.path(1)}` is damaged: ")
        assert caught.value.help == (
            "the newest sound one is that of step 2: `--checkpoint 2` takes it"
        )
    store = best_of(tmp_path / "none", step1=None)
    assert chosen(store, plan, None).saved.step == 1


WIDE = """\
tfgraph: 1
inputs: {x: [512], y: [512]}
layers:
  - dense: 512
    from: x
  - dense: 512
  - dense: 512
  - dense: 512
loss:
  squared_error:
  target: y
optimizer: {adam: 0.01}
train: {epochs: 1, batch_size: 4}
"""


class Memory:
    """How much of NumPy's memory is held while a run makes steps, and when it saves, at most."""

    def __init__(self) -> None:
        self.most = 0

    @hookimpl
    def tfgraph_steps_done(self) -> None:
        tracemalloc.reset_peak()

    @hookimpl
    def tfgraph_run_ended(self) -> None:
        self.most = tracemalloc.get_traced_memory()[1]


def test_a_run_holds_no_second_copy_of_its_state(tmp_path: Path) -> None:
    plan = tfgraph.loads(WIDE)
    rows = np.ones((4, 512), np.float32)
    data = {"train": {"x": rows, "y": rows}}
    whole = sum(array.nbytes for array in state_of(tfgraph.build(plan)).values())
    started, resumed = Memory(), Memory()
    tracemalloc.start()
    try:
        tfgraph.train(plan, tmp_path / "r", data, listeners=[started])
        more = ["train.epochs=2"]
        tfgraph.resume(tmp_path / "r", data, settings=more, listeners=[resumed])
    finally:
        tracemalloc.stop()
    assert 0 < started.most < whole / 2
    assert 0 < resumed.most < whole / 2


def test_a_state_that_no_memory_holds_twice_is_not_saved_and_said_so(tmp_path: Path) -> None:
    class Full(Mapping[str, Any]):
        def __getitem__(self, name: str) -> Any:
            raise MemoryError

        def __iter__(self) -> Iterator[str]:
            return iter(("step",))

        def __len__(self) -> int:
            return 1

    store = Store(tmp_path)
    with pytest.raises(DataError, match=r"step-3`: the memory does not suffice for a copy of it"):
        store.save(Full(), Saved(3, 0.0, ""))
    assert not list(tmp_path.iterdir())
