from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

import tfgraph
from tests.run.models import LINE, NOISY
from tests.run.test_training import arrays, weights
from tfgraph.api import Layer, TensorSpec, WeightSpec, hookimpl
from tfgraph.errors import DataError
from tfgraph.run.checkpoint import load_checkpoint, save_checkpoint

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


def test_training_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    straight = trained(steps=12)
    save_checkpoint(trained(steps=5), tmp_path)
    resumed = tfgraph.build(tfgraph.loads(NOISY))
    load_checkpoint(resumed, tmp_path, slots=True)
    resumed.train(steps=7, **DATA)
    assert int(resumed.step) == 12
    for name, value in weights(straight).items():
        np.testing.assert_array_equal(weights(resumed)[name], value)


def test_the_weights_alone_need_no_slots(tmp_path: Path) -> None:
    graph = trained()
    save_checkpoint(graph, tmp_path)
    without = tfgraph.build(tfgraph.loads(NOISY.replace("adam", "gradient_descent")))
    load_checkpoint(without, tmp_path)
    for name, value in weights(graph).items():
        np.testing.assert_array_equal(weights(without)[name], value)


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
    save_checkpoint(graph, tmp_path)
    load_checkpoint(other, tmp_path)
    (name,) = graph.weights
    assert other.weights[name].numpy().tobytes() == graph.weights[name].numpy().tobytes()


def test_a_newer_checkpoint_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    graph = trained()
    save_checkpoint(graph, tmp_path)
    graph.train(steps=1, **DATA)
    save_checkpoint(graph, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["manifest.json", "state-6.npz"]


def test_a_crash_between_the_two_files_leaves_the_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = trained()
    save_checkpoint(graph, tmp_path)
    before = weights(graph)
    graph.train(steps=1, **DATA)

    def crash(path: Path, text: str) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("tfgraph.run.checkpoint.write_text", crash)
        with pytest.raises(RuntimeError):
            save_checkpoint(graph, tmp_path)
    loaded = tfgraph.build(tfgraph.loads(NOISY))
    load_checkpoint(loaded, tmp_path)
    assert int(loaded.step) == 5
    for name, value in before.items():
        np.testing.assert_array_equal(weights(loaded)[name], value)


def refusal(folder: Path, text: str = NOISY, *, slots: bool = False) -> str:
    """The message that a checkpoint is refused with; the graph stays as it was."""
    graph = tfgraph.build(tfgraph.loads(text))
    before = weights(graph)
    with pytest.raises(DataError) as caught:
        load_checkpoint(graph, folder, slots=slots)
    for name, value in before.items():
        np.testing.assert_array_equal(weights(graph)[name], value)
    return caught.value.message


def test_a_missing_checkpoint_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "no").startswith(f"there is no checkpoint in `{tmp_path / 'no'}`")
    save_checkpoint(trained(), tmp_path)
    (tmp_path / "state-5.npz").unlink()
    assert "there is no checkpoint in" in refusal(tmp_path)


def test_one_changed_bit_is_noticed(tmp_path: Path) -> None:
    save_checkpoint(trained(), tmp_path)
    state = tmp_path / "state-5.npz"
    data = bytearray(state.read_bytes())
    data[len(data) // 2] ^= 1
    state.write_bytes(data)
    assert "damaged: state-5.npz has another SHA-256 than when it was saved" in refusal(tmp_path)


@pytest.mark.parametrize("name", ["manifest.json", "state-5.npz"])
def test_damage_anywhere_is_noticed(tmp_path: Path, name: str) -> None:
    graph = trained()
    save_checkpoint(graph, tmp_path)
    path = tmp_path / name
    whole = path.read_bytes()
    choose = random.Random(0)
    for _ in range(25):
        flipped = bytearray(whole)
        flipped[choose.randrange(len(whole))] ^= 1 << choose.randrange(8)
        for damaged in (bytes(flipped), whole[: choose.randrange(len(whole))]):
            path.write_bytes(damaged)
            with pytest.raises(DataError):
                load_checkpoint(graph, tmp_path)
    path.write_bytes(whole)
    load_checkpoint(graph, tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 1, "file": "../x"}'])
def test_a_damaged_manifest_is_noticed(tmp_path: Path, text: str) -> None:
    save_checkpoint(trained(), tmp_path)
    (tmp_path / "manifest.json").write_text(text)
    assert "there is no checkpoint" in (m := refusal(tmp_path)) or "damaged: its manifest" in m


def test_another_format_is_refused(tmp_path: Path) -> None:
    save_checkpoint(trained(), tmp_path)
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))
    assert refusal(tmp_path).endswith("is of format 2, not 1")


def test_a_checkpoint_of_another_model_says_which_weights_differ(tmp_path: Path) -> None:
    save_checkpoint(trained(), tmp_path)
    wider = NOISY.replace("units: 4", "units: 5").replace("name: out", "name: last")
    assert refusal(tmp_path, wider) == (
        f"the checkpoint in `{tmp_path}` is of another model: "
        "`hidden/kernel` is [3, 4] there, [3, 5] here; "
        "`hidden/bias` is [4] there, [5] here; "
        "`batch_norm_1/scale` is [4] there, [5] here; "
        "`batch_norm_1/offset` is [4] there, [5] here; "
        "`batch_norm_1/moving_mean` is [4] there, [5] here; and 3 more"
    )
    assert "it has `hidden/kernel`, which the model has not" in refusal(tmp_path, LINE)
    assert "it has no `" in refusal(tmp_path, NOISY.replace("adam", "adadelta"), slots=True)
