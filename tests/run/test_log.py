from __future__ import annotations

import re
from pathlib import Path

import pytest

import tfgraph
from tests.run.models import LINE
from tfgraph.api import hookimpl
from tfgraph.errors import DivergedError, Interrupted


def log_of(run: Path) -> str:
    """run.log without times of day, versions, and how fast it was."""
    lines = (run / "run.log").read_text().splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ  ", line) for line in lines)
    text = "\n".join(line[22:] for line in lines)
    text = re.sub(r"tfgraph [\d.]+, tensorflow .*, process \d+", "VERSIONS", text)
    text = re.sub(r", [\d.]+ s$", "", text)
    return re.sub(r"  [\d,]+ examples/s|(?<=steps, )[\d.]+ s(?=:)", "", text)


def test_a_run_tells_what_happened_over_its_resumptions(tmp_path: Path) -> None:
    text = LINE.replace("epochs: 4", "epochs: 2").replace("points: 50", "points: 10")
    said: list[str] = []
    tfgraph.train(
        tfgraph.loads(text, name="line"),
        tmp_path / "r",
        command=["tfgraph", "train", "my line.yaml"],
    )
    newest = tmp_path / "r/checkpoints/step-4/arrays.npz"
    newest.write_bytes(newest.read_bytes()[:-9])
    tfgraph.resume(tmp_path / "r", settings=["train.epochs=3"], warn=said.append)
    assert len(said) == 1
    found = log_of(tmp_path / "r").replace(str(tmp_path), "")
    found = re.sub(r"\d\.\d{4}(?=\b)", "N", found)
    assert (
        found
        == f"""\
VERSIONS
$ tfgraph train 'my line.yaml'
line starts: 2 epochs of 2 steps, 4 steps in all, 10 examples an epoch
saved checkpoints/step-0
epoch 1/2  step 2  loss N  test loss N
epoch 2/2  step 4  loss N  test loss N
saved checkpoints/step-4
finished after 4 steps, : test loss N
warning: {said[0].replace(str(tmp_path), "")}
VERSIONS
line goes on after step 0: 3 epochs of 2 steps, 6 steps in all
epoch 1/3  step 2  loss N  test loss N
epoch 2/3  step 4  loss N  test loss N
epoch 3/3  step 6  loss N  test loss N
saved checkpoints/step-6
finished after 6 steps, : test loss N"""
    )


class Breaks:
    @hookimpl
    def tfgraph_epoch_ended(self) -> None:
        raise Interrupted(2, "interrupted after step 7")


def test_an_interruption_and_a_divergence_stand_in_the_log(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        tfgraph.train(tfgraph.loads(LINE), tmp_path / "a", listeners=[Breaks()])
    assert log_of(tmp_path / "a").endswith("\ninterrupted after 7 steps")
    with pytest.raises(DivergedError) as caught:
        tfgraph.train(
            tfgraph.loads(LINE.replace("rmsprop: 0.01", "gradient_descent: 1e30")), tmp_path / "b"
        )
    assert log_of(tmp_path / "b").splitlines()[-1].startswith("diverged after")
    assert " ".join(caught.value.message.split()) in log_of(tmp_path / "b")


def test_a_log_that_cannot_be_written_is_told_once_and_ends_nothing(tmp_path: Path) -> None:
    class Replaces:
        @hookimpl
        def tfgraph_run_started(self) -> None:
            (tmp_path / "r/run.log").unlink()
            (tmp_path / "r/run.log").symlink_to(tmp_path / "other")

    said: list[str] = []
    run = tfgraph.train(
        tfgraph.loads(LINE), tmp_path / "r", listeners=[Replaces()], warn=said.append
    )
    assert run.outcome.status == "finished"
    path = tmp_path / "r/run.log"
    assert said == [f"cannot write `{path}`: it is a link; training goes on without it"]
    assert not (tmp_path / "other").exists()


def test_what_goes_wrong_again_and_again_is_told_once(tmp_path: Path) -> None:
    class Replaces:
        @hookimpl
        def tfgraph_run_started(self) -> None:
            (tmp_path / "r/metrics.jsonl").mkdir()

    said: list[str] = []
    run = tfgraph.train(
        tfgraph.loads(LINE), tmp_path / "r", listeners=[Replaces()], warn=said.append
    )
    assert len(run.history) == 4
    path = tmp_path / "r/metrics.jsonl"
    assert said == [f"cannot write `{path}`: Is a directory; the line is written with a later one"]
    assert log_of(tmp_path / "r").count("warning: ") == 1
