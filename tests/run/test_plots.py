from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tfgraph
from tests.run.models import LINE, NOISY
from tests.run.runs import arrays
from tfgraph.api import Layer, TensorSpec, hookimpl
from tfgraph.errors import DivergedError, Interrupted
from tfgraph.lazy import tf
from tfgraph.registry import load_registry
from tfgraph.run.viewing import classes_taken, image_shape, pixel_weights, reconstructions

DATA = {"train": arrays(32), "validation": arrays(9, 1)}
CLASSES = """\
tfgraph: 1
inputs:
  x: [2]
  y: {shape: [], dtype: int32, classes: 3}
layers:
  - dense: 3
    from: x
loss: {softmax_cross_entropy: , target: y}
metrics: [{accuracy: , target: y}]
optimizer: {adam: 0.1}
train: {epochs: 2, batch_size: 8}
"""
SIDES = """\
tfgraph: 1
inputs:
  x: [2]
  y: {shape: [], dtype: int32, classes: 2}
layers:
  - dense: 1
    from: x
loss: {sigmoid_cross_entropy: , target: y}
metrics: [{accuracy: , target: y}]
optimizer: {adam: 0.1}
train: {epochs: 2, batch_size: 8}
"""
IMAGES = """\
tfgraph: 1
inputs: {image: [9, 9]}
layers:
  - corrupt: 0.5
    name: holes
  - flatten
  - dense: {units: 81, activation: sigmoid}
  - reshape: [9, 9]
    name: back
loss: {squared_error: , target: image}
optimizer: {adam: 0.01}
train: {epochs: 1, batch_size: 8}
"""


def labelled(classes: int) -> dict[str, dict[str, Any]]:
    draws = np.random.default_rng(0)
    x = draws.normal(size=(300, 2)).astype("float32")
    y = draws.integers(0, classes, 300).astype("int32")
    return {"train": {"x": x, "y": y}, "test": {"x": x[:200], "y": y[:200]}}


def names(run: Path) -> set[str]:
    return {path.name for path in (run / "plots").iterdir()}


def read(run: Path, name: str) -> str:
    return (run / "plots" / name).read_text(encoding="utf-8")


def test_loss_and_metrics_are_drawn_from_the_first_step_on(tmp_path: Path) -> None:
    tfgraph.train(tfgraph.loads(NOISY), tmp_path / "r", DATA)
    run = tfgraph.resume(tmp_path / "r", DATA, settings=["train.epochs=5"])
    assert names(tmp_path / "r") == {"loss.svg", "mean_absolute_error.svg"}
    loss = read(tmp_path / "r", "loss.svg")
    for record in run.history:
        assert f"train {record.loss:.4f} at step {record.step}<" in loss
        assert f"validation {record.metrics['loss']:.4f} at step {record.step}<" in loss
    assert "finished after 40 steps in 5 epochs" in loss
    error = read(tmp_path / "r", "mean_absolute_error.svg")
    best = min(run.history, key=lambda record: record.metrics["mean_absolute_error"])
    assert f"best {best.metrics['mean_absolute_error']:.4f} at step {best.step}<" in error


@pytest.mark.parametrize(
    ("text", "classes"),
    [(CLASSES, 3), (SIDES, 2), (CLASSES.replace("epochs: 2", "epochs: 2, ema: 0.9"), 3)],
)
def test_a_classifier_has_a_confusion_matrix_of_what_it_answers(
    tmp_path: Path, text: str, classes: int
) -> None:
    data = labelled(classes)
    run = tfgraph.train(tfgraph.loads(text, name="a"), tmp_path / "r", data)
    (scores,) = tfgraph.predict(run.graph, {"x": data["test"]["x"]}).values()
    answers = scores.argmax(1) if classes > 2 else (scores[:, 0] > 0).astype(int)
    matrix = read(tmp_path / "r", "confusion_matrix.svg")
    for true in range(classes):
        for answer in range(classes):
            count = np.sum((data["test"]["y"] == true) & (answers == answer))
            assert f"{true} taken for {answer}: {count} of " in matrix
    right = 100 * run.metrics["accuracy"]
    assert f"{right:.2f} % of 200 answers right, on the split test<" in matrix


def test_a_split_that_takes_too_long_is_shown_in_part() -> None:
    data = labelled(3)
    run = tfgraph.train(tfgraph.loads(CLASSES), data=data)
    tensors = {name: np.asarray(array) for name, array in data["train"].items()}
    found = classes_taken(run.graph, tensors, deadline=time.monotonic() - 1)
    assert found
    assert (found.answers, found.part) == (16, "the first 16 of 300 examples")


@pytest.mark.parametrize(
    "text", [LINE, CLASSES.replace("classes: 3", "classes: 21").replace("dense: 3", "dense: 21")]
)
def test_what_is_no_classifier_of_few_classes_has_no_matrix(tmp_path: Path, text: str) -> None:
    data = labelled(3) if "classes" in text else None
    tfgraph.train(tfgraph.loads(text), tmp_path / "r", data)
    assert "confusion_matrix.svg" not in names(tmp_path / "r")


def test_an_autoencoder_shows_what_it_was_given_what_it_saw_and_what_it_gives(
    tmp_path: Path,
) -> None:
    images = np.random.default_rng(0).uniform(size=(40, 9, 9)).astype("float32")
    data = {"train": {"image": images}, "test": {"image": images[:12]}}
    run = tfgraph.train(tfgraph.loads(IMAGES), tmp_path / "r", data)
    drawn = read(tmp_path / "r", "reconstructions.svg")
    assert re.findall(">(given|seen|gives)<", drawn) == ["given", "seen", "gives"]
    assert drawn.count("<image") == 30
    rows = reconstructions(run.graph, data["test"])
    assert rows
    (_, given), (_, seen), (_, gives) = rows
    low, high = images[:10].min(), images[:10].max()

    def pixels(values: Any) -> Any:
        return ((values.reshape(10, 81) - low) / (high - low) * 255).clip(0, 255).round()

    def shown(row: Any) -> Any:
        return np.array([list(image.pixels) for image in row])

    np.testing.assert_allclose(shown(given), pixels(images[:10]), atol=1)
    (back,) = tfgraph.predict(run.graph, {"image": images[:10]}).values()
    np.testing.assert_allclose(shown(gives), pixels(back), atol=1)
    kept = shown(seen) == shown(given)
    assert 0.4 < kept.mean() < 0.6  # the rate of `corrupt` is 0.5
    assert (shown(seen)[~kept] == 0).all()


def test_the_weights_of_every_pixel_are_shown_a_unit_an_image(tmp_path: Path) -> None:
    images = np.random.default_rng(0).uniform(size=(40, 9, 9)).astype("float32")
    run = tfgraph.train(
        tfgraph.loads(IMAGES),
        tmp_path / "r",
        {"train": {"image": images}, "test": {"image": images}},
    )
    found = pixel_weights(run.graph)
    assert found
    name, rows = found
    assert (name, [len(row) for _, row in rows]) == ("dense_1", [10] * 5)
    assert read(tmp_path / "r", "weights.svg").count("<image") == 50
    kernel = run.graph.weights["dense_1/kernel"].numpy()
    unit = kernel[:, 12] / np.abs(kernel[:, 12]).max()
    np.testing.assert_allclose(list(rows[1][1][2].pixels), (unit + 1) * 127.5, atol=1)


@pytest.mark.parametrize(
    "layers",
    [
        "  - dense: 4\n",  # over the last axis
        "  - flatten\n  - dense: 81\n    name: first\n  - layer_norm\n",
        "  - transpose: [2, 1]\n  - flatten\n  - dense: 4\n",
    ],
)
def test_pixels_are_weighed_where_they_come_in_their_order(layers: str) -> None:
    plan = tfgraph.loads(f"tfgraph: 1\ninputs: {{image: [9, 9]}}\nlayers:\n{layers}")
    found = pixel_weights(tfgraph.build(plan))
    assert (found and found[0]) == ("first" if "first" in layers else None)


@pytest.mark.parametrize(
    ("field", "shape"),
    [
        (tfgraph.api.Field((28, 28, 1)), (28, 28, 1)),
        (tfgraph.api.Field((8, 6, 3)), (8, 6, 3)),
        (tfgraph.api.Field((784,), stored="uint8", scale=1 / 255), (28, 28, 1)),
        (tfgraph.api.Field((784,)), None),  # any row of numbers
        (tfgraph.api.Field((6, 6, 8)), None),
        (tfgraph.api.Field((500, 500)), None),
        (tfgraph.api.Field((5, 5), "int32"), None),
        (tfgraph.api.Field((None, 5)), None),
        (tfgraph.api.Field(()), None),
    ],
)
def test_a_field_holds_images_where_one_can_look_at_them(field: Any, shape: Any) -> None:
    assert image_shape(field) == shape


def test_a_run_that_was_broken_off_has_its_figures(tmp_path: Path) -> None:
    class Breaks:
        @hookimpl
        def tfgraph_epoch_ended(self) -> None:
            raise Interrupted(2)

    with pytest.raises(Interrupted):
        tfgraph.train(tfgraph.loads(CLASSES), tmp_path / "a", labelled(3), listeners=[Breaks()])
    assert names(tmp_path / "a") == {"loss.svg", "accuracy.svg"}
    text = LINE.replace("rmsprop: 0.01", "gradient_descent: 8")
    with pytest.raises(DivergedError):
        tfgraph.train(tfgraph.loads(text.replace("epochs: 4", "epochs: 400")), tmp_path / "b")
    assert "diverged after" in read(tmp_path / "b", "loss.svg")


def test_plots_that_cannot_be_written_end_nothing(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()

    class Replaces:
        @hookimpl
        def tfgraph_run_started(self) -> None:
            (tmp_path / "r/plots").symlink_to(tmp_path / "other")

    said: list[str] = []
    run = tfgraph.train(
        tfgraph.loads(LINE), tmp_path / "r", listeners=[Replaces()], warn=said.append
    )
    assert run.outcome.status == "finished"
    assert said == [f"no more plots: `{tmp_path / 'r/plots'}` is a link, or no folder"]
    assert not list((tmp_path / "other").iterdir())


class Refuses(Layer):
    """Passes its input on in a graph, and fails outside of one."""

    type = "refuses"

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def build(self, x: Any, weights: Any, ctx: Any) -> Any:
        if not tf.inside_function():
            raise RuntimeError("not here")
        return x


def test_a_layer_that_fails_while_plots_are_drawn_ends_nothing(tmp_path: Path) -> None:
    plugin = tmp_path / "refuses.py"
    plugin.write_text(
        "from tests.run.test_plots import Refuses\n"
        "from tfgraph.api import hookimpl\n"
        "@hookimpl\n"
        "def tfgraph_layers():\n"
        "    return [Refuses]\n"
    )
    registry = load_registry([str(plugin)])
    text = CLASSES.replace("    from: x\n", "    from: x\n  - refuses\n")
    said: list[str] = []
    run = tfgraph.train(
        tfgraph.loads(text, registry=registry), tmp_path / "r", labelled(3), warn=said.append
    )
    assert run.outcome.status == "finished"
    assert len(said) == 1
    assert said[0].startswith("no more plots: ")
    assert "not here" in said[0]
    assert names(tmp_path / "r") == {"loss.svg", "accuracy.svg"}


def test_points_of_the_training_loss_are_means_of_about_as_many_steps(tmp_path: Path) -> None:
    # An epoch has 8 steps: it ends 1 step after the evaluation at its step 7.
    plan = tfgraph.loads(NOISY, set={"train.evaluate_every": "7 steps", "train.epochs": 2})
    run = tfgraph.train(plan, tmp_path / "r", DATA)
    records = {record.step: record.loss for record in run.history}
    assert list(records) == [7, 8, 14, 16]
    found = re.findall(r"train ([\d.]+) at step (\d+)<", read(tmp_path / "r", "loss.svg"))
    assert found == [
        (f"{records[7]:.4f}", "7"),
        (f"{(records[8] + 6 * records[14] + 2 * records[16]) / 9:.4f}", "16"),
    ]


def test_of_many_units_it_is_said_how_many_are_shown(tmp_path: Path) -> None:
    images = np.random.default_rng(0).random((20, 9, 9)).astype("float32")
    for units, said in ((60, "of the first 50 of 60 units: grey"), (50, "of each unit: grey")):
        text = IMAGES.replace(
            "  - dense: {units: 81", f"  - dense: {units}\n  - dense: {{units: 81"
        )
        run = tmp_path / str(units)
        tfgraph.train(
            tfgraph.loads(text), run, {"train": {"image": images}, "test": {"image": images}}
        )
        assert said in read(run, "weights.svg")
