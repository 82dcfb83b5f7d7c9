from __future__ import annotations

import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import tfgraph
from tests.run.models import LINE, NOISY
from tests.run.runs import arrays
from tfgraph.api import hookimpl
from tfgraph.registry import load_registry

DATA = {"train": arrays(32), "validation": arrays(9, 1)}


def events(run: Path) -> list[Any]:
    """The events in the order in which TensorBoard reads them."""
    return [
        tf.compat.v1.Event.FromString(record.numpy())
        for path in sorted((run / "tensorboard").iterdir())
        for record in tf.data.TFRecordDataset(str(path))
    ]


def points(run: Path) -> dict[str, list[tuple[int, Any]]]:
    """What TensorBoard keeps of each tag, by its rule: a START purges its step and later ones."""
    found: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for event in events(run):
        if event.session_log.status == tf.compat.v1.SessionLog.START:
            for tag, before in found.items():
                found[tag] = [point for point in before if point[0] < event.step]
        for value in event.summary.value:
            shown = value.simple_value if value.HasField("simple_value") else value.histo
            found[value.tag].append((event.step, shown))
    return dict(found)


def test_each_record_has_its_figures_and_the_learning_rate(tmp_path: Path) -> None:
    rate = "{learning_rate: {exponential: {initial: 0.1, decay_steps: 8, decay_rate: 0.5}}}"
    text = NOISY.replace("adam: 0.01", f"adam: {rate}")
    text = text.replace("epochs: 3", "epochs: 3, evaluate_every: 2 epochs")
    run = tfgraph.train(tfgraph.loads(text), tmp_path / "r", DATA)
    found = points(tmp_path / "r")
    first, second, third = run.history
    assert found["loss/train"] == [(r.step, pytest.approx(r.loss)) for r in run.history]
    for name in ("loss", "mean_absolute_error"):
        assert found[f"{name}/validation"] == [
            (r.step, pytest.approx(r.metrics[name])) for r in (second, third)
        ]
    # The rate of the last step before the record: 0.1 · 0.5^(7/8), and so on.
    assert found["learning_rate"] == [
        (step, pytest.approx(0.1 * 0.5 ** ((step - 1) / 8))) for step in (8, 16, 24)
    ]
    assert first.split is None


def test_the_training_graph_stands_in_it_once(tmp_path: Path) -> None:
    tfgraph.train(tfgraph.loads(LINE), tmp_path / "r")
    tfgraph.resume(tmp_path / "r", settings=["train.epochs=5"])
    graphs = [event.graph_def for event in events(tmp_path / "r") if event.graph_def]
    assert len(graphs) == 1
    found = tf.compat.v1.GraphDef.FromString(graphs[0])
    nodes = [node.name for function in found.library.function for node in function.node_def]
    assert any("layer/slope/" in name for name in nodes)


def test_a_run_that_goes_on_from_an_earlier_step_leaves_no_doubled_points(tmp_path: Path) -> None:
    text = LINE.replace("epochs: 4", "epochs: 4, checkpoint: {every: 1 epoch, keep: 9}")
    text = text.replace("epochs: 4", "epochs: 4, histograms: 7 steps")
    run = tfgraph.train(tfgraph.loads(text), tmp_path / "r")
    for step in (21, 28):
        shutil.rmtree(tmp_path / f"r/checkpoints/step-{step}")
    went_on = tfgraph.resume(tmp_path / "r")
    assert went_on.history == run.history
    found = points(tmp_path / "r")
    assert [step for step, _ in found["loss/train"]] == [7, 14, 21, 28]
    assert [step for step, _ in found["slope/scale"]] == [0, 7, 14, 21, 28]


def test_histograms_are_those_of_the_weights(tmp_path: Path) -> None:
    seen = {}

    class Watches:
        @hookimpl
        def tfgraph_steps_done(self, run: Any, step: int) -> None:
            seen[step] = run.graph.weights["hidden/kernel"].numpy()

    text = NOISY.replace("epochs: 3", "epochs: 2, histograms: 5 steps")
    tfgraph.train(tfgraph.loads(text), tmp_path / "r", DATA, listeners=[Watches()])
    found = points(tmp_path / "r")["hidden/kernel"]
    assert [step for step, _ in found] == [0, 5, 10, 15]
    for step, histogram in found[1:]:
        values = seen[step].ravel().astype(float)
        assert (histogram.num, histogram.min, histogram.max) == (
            values.size,
            values.min(),
            values.max(),
        )
        assert histogram.sum == pytest.approx(values.sum())
        limits = np.array([-np.inf, *histogram.bucket_limit])
        assert list(histogram.bucket) == list(np.histogram(values, limits)[0])


def test_without_being_asked_there_are_no_histograms(tmp_path: Path) -> None:
    tfgraph.train(tfgraph.loads(LINE), tmp_path / "r")
    assert "slope/scale" not in points(tmp_path / "r")


def test_histograms_change_nothing_of_a_run(tmp_path: Path) -> None:
    plain = tfgraph.train(tfgraph.loads(NOISY), data=DATA)
    text = NOISY.replace("epochs: 3", "epochs: 3, histograms: 3 steps")
    watched = tfgraph.train(tfgraph.loads(text), tmp_path / "r", DATA)
    assert watched.history == plain.history
    for name, weight in plain.graph.weights.items():
        np.testing.assert_array_equal(weight, watched.graph.weights[name])


def test_a_folder_that_is_a_link_is_told_and_left_alone(tmp_path: Path) -> None:
    tfgraph.train(tfgraph.loads(LINE), tmp_path / "r")
    shutil.rmtree(tmp_path / "r/tensorboard")
    (tmp_path / "other").mkdir()
    (tmp_path / "r/tensorboard").symlink_to(tmp_path / "other")
    said: list[str] = []
    run = tfgraph.resume(tmp_path / "r", settings=["train.epochs=5"], warn=said.append)
    assert run.outcome.status == "finished"
    path = tmp_path / "r/tensorboard"
    assert said == [
        f"cannot write `{path}`: it is a link, or no folder; training goes on without it"
    ]
    assert not list((tmp_path / "other").iterdir())


def test_a_disk_that_takes_no_more_events_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "line.yaml").write_text(LINE)
    # The graph is the only file of such a length.
    code = (
        "import resource, sys; from tfgraph.cli.main import run;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384));"
        "sys.exit(run(['train', 'line.yaml', '-q']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("test loss ")
    expected = "cannot write `runs/line-1/tensorboard`: File too large; training goes on without it"
    assert done.stderr == f"warning: {expected}\n"
    assert f"warning: {expected}\n" in (tmp_path / "runs/line-1/run.log").read_text()


def test_a_run_that_goes_on_from_its_start_leaves_no_doubled_points(tmp_path: Path) -> None:
    run = tfgraph.train(tfgraph.loads(LINE), tmp_path / "r")
    shutil.rmtree(tmp_path / "r/checkpoints/step-28")
    assert tfgraph.resume(tmp_path / "r").history == run.history
    assert [step for step, _ in points(tmp_path / "r")["loss/train"]] == [7, 14, 21, 28]
    assert len([event for event in events(tmp_path / "r") if event.graph_def]) == 1


COUNTED = """\
from tfgraph.api import Schedule, hookimpl
from tfgraph.lazy import tf

built = []


class Counted(Schedule):
    '''One over the number of the update.'''

    type = "counted"

    def build(self, step):
        built.append(1)
        return 1 / tf.cast(step + 1, tf.float32)


@hookimpl
def tfgraph_schedules():
    return [Counted]
"""


def test_a_record_builds_no_schedule_for_its_learning_rate(tmp_path: Path) -> None:
    plugin = tmp_path / "counted.py"
    plugin.write_text(COUNTED)
    registry = load_registry([str(plugin)])
    text = NOISY.replace("adam: 0.01", "adam: {learning_rate: counted}")
    counts = []
    for epochs in (1, 9):
        plan = tfgraph.loads(text.replace("epochs: 3", f"epochs: {epochs}"), registry=registry)
        before = len(sys.modules["tfgraph_plugin_counted"].built)
        tfgraph.train(plan, tmp_path / str(epochs), DATA)
        counts.append(len(sys.modules["tfgraph_plugin_counted"].built) - before)
    assert counts[0] == counts[1]
    assert points(tmp_path / "9")["learning_rate"] == [
        (8 * epoch, pytest.approx(1 / (8 * epoch))) for epoch in range(1, 10)
    ]
