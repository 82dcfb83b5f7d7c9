from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tfgraph
from tests.cli.commands import Caller, on_a_terminal, process
from tests.cli.conftest import LINE
from tests.cli.processes import imported
from tfgraph.run.lock import locked

TEXT = LINE.replace("epochs: 3", "epochs: 3, checkpoint: {best: mean_absolute_error}")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that others are made of."""
    path = tmp_path_factory.mktemp("finished") / "line"
    tfgraph.train(tfgraph.loads(TEXT, name="line"), path)
    return path


@pytest.fixture
def runs(finished: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes `runs/NAME`, begun in the given minute, with what is to stand in its outcome."""

    def make(name: str, minute: int = 0, **outcome: Any) -> Path:
        path = tmp_path / "runs" / name
        shutil.copytree(finished, path)
        change(path / "manifest.json", started=f"2026-01-02T03:{minute:02}:00+00:00")
        change(path / "outcome.json", **outcome)
        return path

    return make


def change(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def listed(call: Caller, *arguments: object) -> list[dict[str, Any]]:
    outcome = call("runs", *arguments, "--format", "json")
    assert outcome.code == 0, outcome.err
    found: list[dict[str, Any]] = json.loads(outcome.out)
    return found


def test_a_finished_run_is_told_whole(call: Caller, runs: Callable[..., Path]) -> None:
    path = runs("a")
    outcome = json.loads((path / "outcome.json").read_text())
    best = outcome["metrics"]["mean_absolute_error"]
    assert listed(call) == [
        {
            "run": "runs/a",
            "spec": "line",
            "status": "finished",
            "problem": None,
            "started": "2026-01-02T03:00:00+00:00",
            "epoch": 3,
            "step": 12,
            "saved": 12,
            "seconds": outcome["seconds"],
            "split": "test",
            "metrics": outcome["metrics"],
            "best": {"step": 12, "name": "mean_absolute_error", "value": best},
        }
    ]


def test_the_run_that_was_begun_last_stands_last(call: Caller, runs: Callable[..., Path]) -> None:
    for name, minute in (("line-10", 1), ("line-2", 1), ("other", 0)):
        runs(name, minute)
    assert [run["run"] for run in listed(call)] == ["runs/other", "runs/line-2", "runs/line-10"]


def test_each_status_is_told(call: Caller, runs: Callable[..., Path]) -> None:
    ends = ["stopped early", "time limit", "interrupted", "diverged", "failed"]
    for minute, end in enumerate(ends):
        runs(end, minute, status=end)
    (runs("killed", 10) / "outcome.json").unlink()
    running = runs("running", 11)
    with locked(running):
        found = {Path(run["run"]).name: run for run in listed(call)}
    assert {name: run["status"] for name, run in found.items()} == {
        name: name for name in [*ends, "killed", "running"]
    }
    # What a killed run had reached is in its log, and its time in its files.
    assert found["killed"]["step"] == 12
    assert found["killed"]["metrics"] == found["failed"]["metrics"]
    saved = json.loads((running / "checkpoints/step-12/manifest.json").read_text())["seconds"]
    for name in ("killed", "running"):
        assert 0 < saved <= found[name]["seconds"] < saved + 60


def test_a_run_that_nothing_can_be_done_with_is_damaged_and_keeps_its_figures(
    call: Caller, runs: Callable[..., Path]
) -> None:
    figures = json.loads((runs("sound") / "outcome.json").read_text())["metrics"]
    (runs("a") / "resolved.yaml").unlink()
    shutil.rmtree(runs("b") / "checkpoints")
    found = {Path(run["run"]).name: run for run in listed(call)}
    assert {name: (run["status"], run["problem"]) for name, run in found.items()} == {
        "sound": ("finished", None),
        "a": ("damaged", "there is no `runs/a/resolved.yaml`"),
        "b": ("damaged", "there is no checkpoint in `runs/b/checkpoints`"),
    }
    assert all(run["metrics"] == figures for run in found.values())
    for command in (["evaluate"], ["train", "--resume"]):
        shown = call(*command, "runs/a")
        assert shown.code == 4
        assert shown.err.endswith(
            "error: the run `runs/a` is damaged: there is no `runs/a/resolved.yaml`\n"
            "help: put a copy of it there, or train anew\n"
        )


def test_what_is_damaged_has_a_line_that_says_so(call: Caller, runs: Callable[..., Path]) -> None:
    runs("sound")
    (runs("a") / "manifest.json").write_text("{")
    change(runs("b") / "manifest.json", started="soon")
    runs("c", status="\x1b[31mfine")
    runs("d", metrics={"loss": "low"})
    (runs("e") / "metrics.jsonl").write_text('{"epoch": 1}\n')
    (runs("f") / "manifest.json").unlink()
    (Path("runs/note")).write_text("no run")
    found = {Path(run["run"]).name: run for run in listed(call)}
    assert found.pop("sound")["status"] == "finished"
    assert set(found) == set("abcdef")
    assert all(run["status"] == "damaged" and run["problem"] for run in found.values())
    shown = call("runs")
    assert (shown.code, shown.err) == (0, "")
    assert "`runs/b/manifest.json` is damaged: `started` is no time" in shown.out
    assert "\x1b" not in shown.out


def test_half_a_line_at_the_end_of_a_log_is_left_out(
    call: Caller, runs: Callable[..., Path]
) -> None:
    path = runs("a")
    (path / "outcome.json").unlink()
    log = path / "metrics.jsonl"
    line = log.read_text().splitlines(keepends=True)[0]
    log.write_text(line * 5000 + line[:9])
    (run,) = listed(call)
    assert (run["status"], run["epoch"]) == ("killed", 1)


def test_the_table_puts_figures_under_their_run_where_the_terminal_is_narrow(
    runs: Callable[..., Path], tmp_path: Path
) -> None:
    runs("a", seconds=3723.0, metrics={"loss": 0.25, "mean_absolute_error": 0.5})
    wide = on_a_terminal(tmp_path, "runs", COLUMNS="160", TZ="UTC").splitlines()
    narrow = on_a_terminal(tmp_path, "runs", TZ="UTC").splitlines()
    start = "a    line  finished      3    12  2026-01-02 03:00  1:02:03"
    result = "test loss 0.2500, mean_absolute_error 0.5000; best mean_absolute_error"
    assert wide[1].startswith(f"{start}  {result}")
    assert narrow[1] == start
    assert narrow[2].startswith(f"  {result}")
    assert narrow[3] == "  at step 12"
    assert len(narrow) == 4


def test_of_a_narrow_table_columns_stand_under_their_run(
    runs: Callable[..., Path], tmp_path: Path
) -> None:
    runs("a", seconds=3723.0, metrics={"loss": 0.25})
    lines = on_a_terminal(tmp_path, "runs", TZ="UTC", COLUMNS="50").splitlines()
    assert max(map(len, lines)) <= 50
    assert lines[0].split() == ["RUN", "STATUS", "EPOCH", "STEP", "TOOK"]
    whole = " ".join(" ".join(lines[2:]).split())
    assert whole.startswith("spec line, started 2026-01-02 03:00; test loss 0.2500; best ")


def test_why_a_run_was_broken_off_is_told(call: Caller, runs: Callable[..., Path]) -> None:
    runs("a", status="diverged", message="training diverged in\n step 3: \x1b[31m", step=2)
    assert "\n  training diverged in step 3: \ufffd[31m; test loss " in call("runs").out
    (run,) = listed(call)
    assert run["problem"] == "training diverged in step 3: \ufffd[31m"
    change(Path("runs/a/outcome.json"), message=3)
    assert listed(call)[0]["problem"] == "the outcome of `runs/a` is damaged"


def test_a_run_itself_is_its_own_list(call: Caller, runs: Callable[..., Path]) -> None:
    runs("b")
    assert [run["run"] for run in listed(call, runs("a"))] == [str(Path.cwd() / "runs/a")]


def test_without_runs_there_is_nothing_to_list(call: Caller) -> None:
    assert call("runs") == (0, "", "there are no runs in runs\n")
    assert listed(call) == []
    missing = call("runs", "elsewhere")
    assert (missing.code, missing.out) == (4, "")
    assert missing.err == "error: cannot read `elsewhere`: No such file or directory\n"


def test_listing_loads_neither_tensorflow_nor_numpy(
    runs: Callable[..., Path], tmp_path: Path
) -> None:
    runs("a")
    assert not imported(tmp_path, "runs") & {"tensorflow", "numpy", "rich"}


@pytest.mark.benchmark
def test_a_hundred_runs_are_listed_at_once(runs: Callable[..., Path], tmp_path: Path) -> None:
    for number in range(100):
        runs(f"line-{number}")
    times = []
    for _ in range(5):
        before = os.times()
        assert len(process("runs", folder=tmp_path).out.splitlines()) > 100
        after = os.times()
        times.append(
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )
    assert sorted(times)[2] < 0.5


def test_a_killed_run_took_as_long_as_its_files_tell(
    call: Caller, runs: Callable[..., Path]
) -> None:
    path = runs("a")
    (path / "outcome.json").unlink()
    begun = time.time() - 1000
    saved = json.loads((path / "checkpoints/step-12/manifest.json").read_text())["seconds"]
    for name, changed in {
        "lock": begun,
        "checkpoints/step-12/manifest.json": begun + 10,
        "metrics.jsonl": begun + 50,
        "run.log": begun + 40,
    }.items():
        os.utime(path / name, (changed, changed))
    assert listed(call)[0]["seconds"] == pytest.approx(saved + 40, abs=0.1)
    # A process that went on, and died before it saved anything.
    os.utime(path / "lock", (begun + 30, begun + 30))
    assert listed(call)[0]["seconds"] == pytest.approx(saved + 20, abs=0.1)
    # One that is going on: the time that nobody trained is not counted.
    with locked(path):
        assert listed(call)[0]["seconds"] == pytest.approx(saved, abs=5)


def test_what_is_no_run_is_not_listed(call: Caller, runs: Callable[..., Path]) -> None:
    runs("a")
    for name in ("empty", "site", "checkpoints", "step-3"):
        Path("runs", name).mkdir()
    Path("runs/site/manifest.json").write_text('{"name": "a page"}')
    assert [run["run"] for run in listed(call)] == ["runs/a"]
    assert call("runs", ".") == (
        0,
        "",
        "there are no runs in .: those of `tfgraph runs` are in runs\n",
    )


def test_an_empty_folder_is_no_checkpoint(call: Caller, runs: Callable[..., Path]) -> None:
    path = runs("a")
    (path / "checkpoints/step-999").mkdir()
    assert listed(call)[0]["saved"] == 12
    assert call("evaluate", "runs/a", "--checkpoint", "999").err.startswith(
        "error: there is no checkpoint of step 999 in `runs/a/checkpoints`\n"
    )
    went_on = call("train", "--resume", "runs/a", "--set", "train.epochs=4")
    assert (went_on.code, listed(call)[0]["step"]) == (0, 16)
    assert "warning" not in went_on.err


def test_a_run_that_was_trained_and_not_evaluated_says_why(
    call: Caller, runs: Callable[..., Path]
) -> None:
    runs("a", message="the evaluation at its end failed: no room")
    (run,) = listed(call)
    assert (run["status"], run["problem"]) == (
        "finished",
        "the evaluation at its end failed: no room",
    )


STOPPED = """
import os
from tfgraph.api import hookimpl

@hookimpl
def tfgraph_steps_done(step):
    if step > int(os.environ["STOP_AFTER"]):
        if os.environ["STOP_BY"] == "kill":
            os.kill(os.getpid(), 9)
        os.kill(os.getpid(), 2)
"""


@pytest.mark.parametrize("by", ["kill", "interrupt"])
def test_figures_of_the_end_stay_until_a_run_that_goes_on_has_others(
    call: Caller, tmp_path: Path, by: str
) -> None:
    (tmp_path / "stop.py").write_text(STOPPED)
    assert call("train", "line.yaml").code == 0
    (finished,) = listed(call)
    assert finished["split"] == "test"
    resume = ("--plugin", "stop.py", "train", "--resume", "runs/line-1", "--set", "train.epochs=90")
    ended = process(*resume, folder=tmp_path, STOP_AFTER="12", STOP_BY=by)
    assert ended.code == (-9 if by == "kill" else 130), ended
    (broken,) = listed(call)
    assert broken["status"] == ("killed" if by == "kill" else "interrupted")
    figures = {"split": "test", "metrics": finished["metrics"]}
    assert {key: broken[key] for key in figures} == figures
    assert call("train", "--resume", "runs/line-1", "--set", "train.epochs=5").code == 0
    (again,) = listed(call)
    assert (again["status"], again["split"]) == ("finished", "test")
    assert again["metrics"] != finished["metrics"]
    assert not Path("runs/line-1/earlier.json").exists()
