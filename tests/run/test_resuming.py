from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

import tfgraph
from tests.run import killed
from tests.run.models import LINE, NOISY, Notes
from tests.run.runs import DATA, TEXT, StopAt, arrays, digest, weights
from tfgraph.errors import DataError, UsageError
from tfgraph.registry import load_registry
from tfgraph.run import Interrupted, RunDirectory, files
from tfgraph.run.lock import locked
from tfgraph.run.trained import check_trained


@pytest.mark.usefixtures("small_calls")
@pytest.mark.parametrize("step", [1, 4, 5, 8, 13, 16, 23])
def test_a_run_goes_on_bit_for_bit(tmp_path: Path, straight: dict[str, str], step: int) -> None:
    with pytest.raises(Interrupted):
        tfgraph.train(tfgraph.loads(TEXT), tmp_path / "r", DATA, listeners=[StopAt(step)])
    assert RunDirectory(tmp_path / "r").store.last().saved.step == step
    run = tfgraph.resume(tmp_path / "r", DATA)
    assert run.step == 24
    assert digest(tmp_path / "r") == straight


@pytest.mark.usefixtures("small_calls")
def test_it_goes_on_from_an_older_checkpoint_where_the_newest_is_damaged(
    tmp_path: Path, straight: dict[str, str]
) -> None:
    with pytest.raises(Interrupted):
        tfgraph.train(tfgraph.loads(TEXT), tmp_path / "r", DATA, listeners=[StopAt(13)])
    damaged = tmp_path / "r/checkpoints/step-13/arrays.npz"
    damaged.write_bytes(damaged.read_bytes()[:-7])
    warned: list[str] = []
    tfgraph.resume(tmp_path / "r", DATA, warn=warned.append)
    assert digest(tmp_path / "r") == straight
    assert len(warned) == 1
    assert "step-13` is damaged: arrays.npz has" in warned[0]
    assert warned[0].endswith("going on from step 10")


def test_a_finished_run_goes_on_for_more_epochs_as_one_that_had_them_from_the_start(
    tmp_path: Path,
) -> None:
    tfgraph.train(tfgraph.loads(TEXT), tmp_path / "r", DATA)
    tfgraph.resume(tmp_path / "r", DATA, settings=["train.epochs=5"])
    longer = TEXT.replace("epochs: 3", "epochs: 5")
    tfgraph.train(tfgraph.loads(longer), tmp_path / "longer", DATA)
    assert digest(tmp_path / "r") == digest(tmp_path / "longer")
    assert tfgraph.open_run(tmp_path / "r").plan.spec.training.epochs == 5


@pytest.mark.parametrize(
    ("evaluated", "lengths"),
    [
        ("2 epochs", ("epochs: 3", "epochs: 5")),  # the end of an epoch without an evaluation
        ("1 epoch", ("steps: 11", "steps: 40")),  # within an epoch
        ("3 steps", ("steps: 10", "steps: 32")),
        ("3 steps", ("steps: 12", "steps: 32")),
    ],
)
@pytest.mark.parametrize("keep", [1, 100])
@pytest.mark.parametrize("stopping", ["", "early_stopping: {monitor: mean_absolute_error}, "])
def test_what_was_evaluated_as_the_end_of_a_run_is_no_part_of_a_longer_one(
    tmp_path: Path, evaluated: str, lengths: tuple[str, str], keep: int, stopping: str
) -> None:
    every = f"checkpoint: {{every: 5 steps, best: mean_absolute_error, keep: {keep}}}"
    text = NOISY.replace("epochs: 3", f"epochs: 3, evaluate_every: {evaluated}, {stopping}{every}")
    # Each step makes it worse but for the noise: what is the best is an early one.
    text = text.replace("adam: 0.01", "adam: 0.3")
    shorter, longer = (text.replace("epochs: 3", length) for length in lengths)
    tfgraph.train(tfgraph.loads(shorter), tmp_path / "r", DATA)
    run = tfgraph.resume(tmp_path / "r", DATA, settings=[f"train.{lengths[1].replace(': ', '=')}"])
    straight = tfgraph.train(tfgraph.loads(longer), tmp_path / "longer", DATA)
    assert run.history == straight.history
    assert (run.outcome.status, run.step) == (straight.outcome.status, straight.step)
    assert digest(tmp_path / "r") == digest(tmp_path / "longer")
    stores = [RunDirectory(tmp_path / name).store for name in ("r", "longer")]
    assert stores[0].best_step() == stores[1].best_step()
    for name, value in weights(run.graph).items():
        np.testing.assert_array_equal(value, straight.graph.weights[name].numpy())


@pytest.mark.parametrize("stopping", ["", ", early_stopping: {monitor: loss, patience: 50}"])
def test_a_run_that_is_to_end_before_where_it_is_keeps_what_it_evaluated(
    tmp_path: Path, stopping: str
) -> None:
    every = f"evaluate_every: 2 epochs, checkpoint: {{best: loss, keep: 5}}{stopping}"
    plan = tfgraph.loads(NOISY.replace("epochs: 3", f"epochs: 3, {every}"))
    first = tfgraph.train(plan, tmp_path / "r", DATA)
    log, best = (tmp_path / "r" / "metrics.jsonl").read_text(), RunDirectory(tmp_path / "r").store
    best_step = best.best_step()
    warned: list[str] = []
    settings = ["train.epochs=2"]
    again = tfgraph.resume(tmp_path / "r", DATA, settings=settings, warn=warned.append)
    assert warned == []
    assert (again.history, again.metrics) == (first.history, first.metrics)
    assert (tmp_path / "r" / "metrics.jsonl").read_text() == log
    assert RunDirectory(tmp_path / "r").store.best_step() == best_step
    for name, value in weights(again.graph).items():
        np.testing.assert_array_equal(value, weights(first.graph)[name])


def test_a_finished_run_has_nothing_left_to_do(tmp_path: Path) -> None:
    first = tfgraph.train(tfgraph.loads(LINE), tmp_path / "r")
    again = tfgraph.resume(tmp_path / "r")
    assert (again.step, again.metrics, again.history) == (28, first.metrics, first.history)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dropout: 0.3", "dropout: 0.4", "`layers[0].dropout` was `0.3`, is `0.4`"),
        ("units: 4", "units: 5", "`layers[1].dense.units` was `4`, is `5`"),
        (
            "adam: 0.01",
            "adam: {learning_rate: 0.02, beta1: 0.8}",
            "`optimizer.adam` was `0.01`, is `{learning_rate: 0.02, beta1: 0.8}`",
        ),
        ("adam: 0.01", "adam: 0.02", "`optimizer.adam` was `0.01`, is `0.02`"),
        ("batch_size: 4", "batch_size: 5", "`train.batch_size` was `4`, is `5`"),
        ("epochs: 3,", "epochs: 3, seed: 1,", "`train.seed` was not given, is `1`"),
    ],
)
def test_a_spec_that_has_changed_is_refused_with_the_difference(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    tfgraph.train(tfgraph.loads(NOISY), tmp_path / "r", DATA)
    with pytest.raises(UsageError) as caught:
        tfgraph.resume(tmp_path / "r", DATA, plan=tfgraph.loads(NOISY.replace(old, new)))
    assert said in caught.value.message
    assert f"--from {tmp_path / 'r'}" in caught.value.help


def test_a_plan_and_settings_are_not_both_taken(tmp_path: Path) -> None:
    tfgraph.train(tfgraph.loads(NOISY), tmp_path / "r", DATA)
    with pytest.raises(UsageError, match="`plan` and `settings` exclude each other") as caught:
        tfgraph.resume(tmp_path / "r", DATA, settings=["train.epochs=4"], plan=tfgraph.loads(NOISY))
    assert caught.value.help == (
        "give the settings alone, or load the plan with them: `tfgraph.load(SPEC, set=…)`"
    )
    # What the help says can be done.
    plan = tfgraph.loads(NOISY, set={"train.epochs": 4})
    assert tfgraph.resume(tmp_path / "r", DATA, plan=plan).step == 32
    assert tfgraph.resume(tmp_path / "r", DATA, settings=["train.epochs=5"]).step == 40


def test_other_data_are_refused(tmp_path: Path) -> None:
    tfgraph.train(tfgraph.loads(NOISY), tmp_path / "r", DATA)
    with pytest.raises(DataError, match="the data of the split `train` are not those"):
        tfgraph.resume(tmp_path / "r", {**DATA, "train": arrays(30, 7)})


def test_the_manifest_says_what_was_evaluated_at_the_end_only(tmp_path: Path) -> None:
    data = {**DATA, "test": arrays(7, 2)}
    tfgraph.train(tfgraph.loads(NOISY), tmp_path / "r", data)
    hashes = RunDirectory(tmp_path / "r").manifest()["data"]
    assert list(hashes) == ["train", "validation", "test"]
    tfgraph.resume(tmp_path / "r", data, settings=["train.epochs=4"])
    assert RunDirectory(tmp_path / "r").manifest()["data"] == hashes
    with pytest.raises(DataError, match="the data of the split `test` are not those"):
        tfgraph.resume(tmp_path / "r", {**data, "test": arrays(7, 3)})


def test_one_process_trains_in_a_directory(tmp_path: Path) -> None:
    tfgraph.train(tfgraph.loads(LINE), tmp_path / "r")
    with locked(tmp_path / "r"), pytest.raises(UsageError) as caught:
        tfgraph.resume(tmp_path / "r")
    assert f"is being trained already (process {os.getpid()})" in caught.value.message
    assert tfgraph.resume(tmp_path / "r").step == 28


def test_other_versions_are_warned_of(tmp_path: Path) -> None:
    tfgraph.train(tfgraph.loads(LINE), tmp_path / "r")
    path = tmp_path / "r/manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["versions"]["numpy"] = "1.0"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    warned: list[str] = []
    tfgraph.resume(tmp_path / "r", warn=warned.append)
    assert len(warned) == 1
    assert f"numpy 1.0 then, {np.__version__} now" in warned[0]


def test_a_spec_without_train_goes_on_for_longer(tmp_path: Path) -> None:
    text = LINE.partition("train:")[0]
    assert tfgraph.train(tfgraph.loads(text), tmp_path / "r").step == 1
    run = tfgraph.resume(tmp_path / "r", settings=["train.epochs=3"])
    assert run.step == 3
    assert [record.epoch for record in run.history] == [1, 2, 3]
    with pytest.raises(UsageError, match=r"`train\.seed` was not given, is `1`"):
        tfgraph.resume(tmp_path / "r", settings=["train.seed=1"])


BLOTS = """\
tfgraph: 1
data: {blots: {flatten: true}}
layers:
  - matmul: 4
loss: softmax_cross_entropy
optimizer: {rmsprop: 0.01}
train: {epochs: 1}
"""


def test_plugin_files_that_hold_something_else_are_warned_of(tmp_path: Path) -> None:
    first, moved, other = (tmp_path / name / "blots.py" for name in ("1", "2", "3"))
    code = Path(killed.__file__).read_text(encoding="utf-8")
    for path, text in ((first, code), (moved, code), (other, code.replace("1 / 255", "1 / 100"))):
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    plan = tfgraph.loads(BLOTS, registry=load_registry([str(first)]))
    tfgraph.train(plan, tmp_path / "r", plugin_files=[str(first)])
    for path, epochs in ((moved, 2), (other, 3)):
        warned: list[str] = []
        tfgraph.resume(
            tmp_path / "r",
            settings=[f"train.epochs={epochs}"],
            plugin_files=[str(path)],
            warn=warned.append,
        )
        assert warned == [
            f"what the run stands on has changed since it began: the plugin file `{path}` is not "
            "what it was: it may come out otherwise"
        ] * (path == other)


def test_the_weights_of_another_run_are_the_first_ones_by_name(tmp_path: Path) -> None:
    first = tfgraph.train(tfgraph.loads(NOISY), tmp_path / "r", DATA)
    other = NOISY.replace("matmul: 2", "matmul: {units: 2, bias: true}").replace(
        "epochs: 3", "epochs: 0"
    )
    notes = Notes()
    run = tfgraph.train(
        tfgraph.loads(other),
        tmp_path / "other",
        DATA,
        weights_from=tmp_path / "r",
        listeners=[notes],
    )
    assert notes.run
    assert notes.run.transfer
    assert notes.run.transfer.own == ("out/bias",)
    assert set(notes.run.transfer.taken) == set(first.graph.weights)
    for name in first.graph.weights:
        np.testing.assert_array_equal(
            run.graph.weights[name].numpy(), first.graph.weights[name].numpy()
        )


def test_weights_of_another_shape_are_listed_and_begin_anew(tmp_path: Path) -> None:
    tfgraph.train(tfgraph.loads(NOISY), tmp_path / "r", DATA)
    wider = NOISY.replace("matmul: 2", "matmul: 3").replace("epochs: 3", "epochs: 0")
    notes = Notes()
    data = {name: {**split, "y": np.zeros((len(split["x"]), 3))} for name, split in DATA.items()}
    other = tfgraph.loads(wider.replace("y: [2]", "y: [3]"))
    tfgraph.train(other, data=data, weights_from=tmp_path / "r", listeners=[notes])
    assert notes.run
    assert notes.run.transfer
    assert notes.run.transfer.misfit == ("`out/kernel` is [4, 2] there, [4, 3] here",)
    assert (notes.run.transfer.run, notes.run.transfer.step) == (tmp_path / "r", 24)


def test_weights_that_all_have_another_shape_are_shown_side_by_side(tmp_path: Path) -> None:
    one = NOISY.replace("  - dropout: 0.3\n    from: x\n", "").replace("  - batch_norm\n", "")
    tfgraph.train(tfgraph.loads(one), tmp_path / "r", DATA)
    other = one.replace("units: 4", "units: 5")
    with pytest.raises(UsageError) as caught:
        tfgraph.train(tfgraph.loads(other), data=DATA, weights_from=tmp_path / "r")
    assert caught.value.message == f"no weight of `{tmp_path / 'r'}` after step 24 fits this model"
    assert caught.value.help == (
        "`hidden/kernel` is [3, 4] there, [3, 5] here; `hidden/bias` is [4] there, [5] here; "
        "`out/kernel` is [4, 2] there, [5, 2] here"
    )


def test_a_run_that_shares_nothing_is_refused(tmp_path: Path) -> None:
    tfgraph.train(tfgraph.loads(LINE), tmp_path / "r")
    with pytest.raises(UsageError, match=r"no weight of .* fits this model") as caught:
        tfgraph.train(tfgraph.loads(NOISY), data=DATA, weights_from=tmp_path / "r")
    assert caught.value.help.startswith(
        "it has `slope/scale` []; this model has `hidden/kernel` [3, 4], "
    )


def test_a_spec_that_was_edited_in_the_directory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r"
    tfgraph.train(tfgraph.loads(NOISY), path, DATA)
    resolved = path / "resolved.yaml"
    text = resolved.read_text()
    resolved.write_text(text.replace("tanh", "relu"))
    for act in (lambda: tfgraph.resume(path, DATA), lambda: tfgraph.open_run(path)):
        with pytest.raises(DataError) as caught:
            act()
        assert caught.value.message == (
            f"`{resolved}` is not what `{path}` was trained with: it has been edited since"
        )
        assert f"`tfgraph train SPEC --from {path}`" in caught.value.help
    # What the help says can be done.
    tfgraph.train(tfgraph.loads(NOISY), data=DATA, weights_from=path)
    resolved.write_text(text)
    assert tfgraph.resume(path, DATA, settings=["train.epochs=4"]).step == 32
    assert tfgraph.resume(path, DATA).step == 32


def test_a_crash_between_the_spec_and_its_hash_refuses_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r"
    tfgraph.train(tfgraph.loads(NOISY), path, DATA)
    directory = RunDirectory(path)
    longer = check_trained(directory, settings=["train.epochs=4"]).sound()
    with monkeypatch.context() as patch:
        real = files.write_text

        def crashes(file: Path, text: str) -> None:
            if file.name == "resolved.yaml":
                raise KeyboardInterrupt
            real(file, text)

        patch.setattr(files, "write_text", crashes)
        with pytest.raises(KeyboardInterrupt):
            directory.write_resolved(longer)
    assert tfgraph.open_run(path).plan.spec.training.epochs == 3
    directory.write_resolved(longer)
    assert tfgraph.open_run(path).plan.spec.training.epochs == 4


@pytest.mark.usefixtures("small_calls")
@pytest.mark.parametrize(
    ("every", "step"),
    [("1 epoch", 13), ("2 epochs", 8), ("2 epochs", 13), ("3 steps", 10), ("3 steps", 12)],
)
@pytest.mark.parametrize("watched", [True, False])
def test_a_run_that_is_to_end_where_it_stopped_ends_as_one_of_that_length(
    tmp_path: Path, every: str, step: int, watched: bool
) -> None:
    data = DATA if watched else {"train": DATA["train"]}
    text = NOISY.replace("epochs: 3", f"steps: 24, evaluate_every: {every}")
    with pytest.raises(Interrupted):
        tfgraph.train(tfgraph.loads(text), tmp_path / "r", data, listeners=[StopAt(step)])
    run = tfgraph.resume(tmp_path / "r", data, settings=[f"train.steps={step}"])
    short = text.replace("steps: 24", f"steps: {step}")
    straight = tfgraph.train(tfgraph.loads(short), tmp_path / "short", data)
    assert run.history == straight.history
    assert run.outcome.metrics == straight.outcome.metrics
    logs = [(tmp_path / name / "metrics.jsonl").read_text() for name in ("r", "short")]
    assert logs[0] == logs[1]
    # It goes on from there as if it had never been asked to end.
    tfgraph.resume(tmp_path / "r", data, settings=["train.steps=24"])
    tfgraph.train(tfgraph.loads(text), tmp_path / "whole", data)
    assert digest(tmp_path / "r") == digest(tmp_path / "whole")


def test_arrays_that_are_not_handed_over_again_are_asked_for(tmp_path: Path) -> None:
    tfgraph.train(tfgraph.loads(NOISY), tmp_path / "r", DATA)
    with pytest.raises(UsageError) as caught:
        tfgraph.resume(tmp_path / "r")
    assert caught.value.message == (
        f"the run `{tmp_path / 'r'}` was trained with arrays of Python code, and its spec names no "
        "data"
    )
    assert f'`tfgraph.resume("{tmp_path / "r"}", data)`' in caught.value.help


def test_a_run_whose_last_evaluation_fails_has_been_trained(tmp_path: Path) -> None:
    data = {**DATA, "test": {"x": np.zeros((3, 4)), "y": np.zeros((3, 2))}}
    with pytest.raises(UsageError) as caught:
        tfgraph.train(tfgraph.loads(NOISY), tmp_path / "r", data)
    outcome = RunDirectory(tmp_path / "r").outcome()
    assert outcome
    assert outcome["status"] == "finished"
    assert outcome["message"] == f"the evaluation at its end failed: {caught.value}"
    assert RunDirectory(tmp_path / "r").store.last().saved.step == 24
