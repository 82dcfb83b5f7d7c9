from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import tfgraph
from tests.cli.commands import Caller, on_a_terminal, process
from tests.cli.conftest import LINE
from tfgraph.api import hookimpl
from tfgraph.cli.progress import FREE_LINES, Lines, Milestones, Pace, Rewritten
from tfgraph.run import Outcome, Record, RunInfo


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def info_of(text: str = LINE) -> RunInfo:
    found: list[RunInfo] = []

    class Keeps:
        @hookimpl
        def tfgraph_run_started(self, run: RunInfo) -> None:
            found.append(run)

    tfgraph.train(tfgraph.loads(text, name="line"), listeners=[Keeps()])
    return found[0]


@pytest.fixture(scope="module")
def info() -> RunInfo:
    return info_of()


def record(step: int) -> Record:
    return Record(1, step, 0.5, None, {})


def steps_written(capsys: pytest.CaptureFixture[str]) -> list[int]:
    return [int(step) for step in re.findall(r"step +(\d+)", capsys.readouterr().err)]


def test_of_many_records_those_are_written_that_a_second_has_room_for(
    info: RunInfo, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = Watch()
    lines = Lines(watch)
    lines.start(info)
    for step in range(FREE_LINES + 250):
        lines.add(record(step))
        watch.now += 0.01
    lines.stop(Outcome("finished", 0, 0.0))
    written = steps_written(capsys)
    assert written[:FREE_LINES] == list(range(FREE_LINES))
    assert written[FREE_LINES:] in ([119, 219, 269], [120, 220, 269], [119, 220, 269])


def test_a_record_that_was_written_is_not_written_again_in_the_end(
    info: RunInfo, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Lines(Watch())
    lines.start(info)
    lines.add(record(3))
    lines.stop(Outcome("finished", 3, 0.0))
    assert steps_written(capsys) == [3]


def test_a_run_of_hundreds_of_epochs_ends_with_the_last(call: Caller) -> None:
    outcome = call("train", "line.yaml", "--set", "train.epochs=300")
    lines = [line for line in outcome.err.splitlines() if line.startswith("epoch")]
    assert FREE_LINES < len(lines) < 100
    assert lines[0].startswith("epoch   1/300  step    4  loss")
    assert lines[-1].startswith("epoch 300/300  step 1200  loss")


def test_the_time_that_is_left_leaves_out_the_first_call(info: RunInfo) -> None:
    watch = Watch()
    pace = Pace(info, watch)
    assert pace.left(2) == ""
    watch.now += 5.0
    assert pace.left(7) == "5.0 s left"  # 5 of 12 steps, a second each
    watch.now += 595.0
    assert pace.left(10) == "2:30 left"


def test_quiet_says_the_result_alone(call: Caller) -> None:
    outcome = call("train", "line.yaml", "--quiet")
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(
        r"test loss 0\.3996, mean_absolute_error 0\.5308 \(3 epochs, 12 steps, .* s\)\n",
        outcome.out,
    )


def test_quiet_says_warnings_and_errors(call: Caller) -> None:
    wrong = call("train", "line.yaml", "-q", "--set", "optimizer.gradient_descent=1e30")
    assert (wrong.code, wrong.out) == (5, "")
    assert "error: " in wrong.err
    assert "training line" not in wrong.err


def test_verbose_says_each_record_each_checkpoint_and_where_the_log_lies(call: Caller) -> None:
    saving = "train.checkpoint.every=2 steps"
    outcome = call("train", "line.yaml", "-v", "--set", saving, "--set", "train.epochs=30")
    err = outcome.err.splitlines()
    assert len([line for line in err if line.startswith("epoch ")]) == 30 > FREE_LINES
    saved = [line for line in err if line.startswith("saved ")]
    assert saved == [f"saved runs/line-1/checkpoints/step-{n}" for n in range(0, 121, 2)]
    assert "30 epochs of 4 steps over 64 examples; 1 parameter" in err
    assert "all of it is written down in runs/line-1/run.log" in err


def test_quiet_and_verbose_exclude_each_other(call: Caller) -> None:
    outcome = call("train", "line.yaml", "-q", "-v")
    assert outcome.code == 2
    assert "--quiet and --verbose exclude each other: remove one" in outcome.err


def test_the_first_line_is_there_before_tensorflow_loads(tmp_path: Path) -> None:
    (tmp_path / "line.yaml").write_text(LINE)
    for module in ("tensorflow", "numpy"):
        (tmp_path / f"{module}.py").write_text("import os; os.write(2, b'loads'); os._exit(0)\n")
    outcome = process("train", "line.yaml", folder=tmp_path)
    assert outcome.err == "training line for 3 epochs in runs/line-1\nloads"


def test_a_terminal_says_what_one_waits_for_and_takes_it_back(tmp_path: Path) -> None:
    (tmp_path / "line.yaml").write_text(LINE)
    shown = on_a_terminal(tmp_path, "train", "line.yaml")
    for text in ("loading TensorFlow …", "preparing data and graph …"):
        assert f"{text}\r\x1b[2K" in shown
    assert "step 12/12" in shown
    for arrays in tmp_path.glob("runs/line-1/checkpoints/*/arrays.npz"):
        arrays.write_bytes(b"")
    damaged = on_a_terminal(tmp_path, "train", "--resume", "runs/line-1", code=4, NO_COLOR="1")
    text = "preparing data and graph …"
    assert f"{text}\r\x1b[2Kerror: no checkpoint" in damaged


def test_on_a_terminal_the_course_stays_in_few_lines() -> None:
    watch = Watch()
    milestones = Milestones(watch)
    reached = [n for n in range(1, 5001) if milestones.reached()]
    rounds = [*range(1, 10), *range(10, 100, 10), *range(100, 1000, 100), *range(1000, 5001, 1000)]
    assert reached == rounds
    slow = Milestones(watch)
    found = []
    for epoch in range(1, 40):
        watch.now += 30.0
        found += [epoch] if slow.reached() else []
    assert found == [*range(1, 11), *range(12, 40, 2)]


def test_a_bar_leaves_the_course_and_the_last_record(tmp_path: Path) -> None:
    (tmp_path / "line.yaml").write_text(LINE.replace("epochs: 3", "epochs: 12"))
    shown = on_a_terminal(tmp_path, "train", "line.yaml", NO_COLOR="1")
    lines = re.findall(r"epoch +(\d+)/12  loss [\d.]+  test loss [^\r\n]*", shown)
    assert lines == [*map(str, range(1, 11)), "12"]


def test_what_is_said_while_the_bar_moves_stays_above_it(tmp_path: Path) -> None:
    (tmp_path / "line.yaml").write_text(LINE)
    (tmp_path / "fails.py").write_text(
        "from tfgraph.api import hookimpl\n\n@hookimpl\ndef tfgraph_run_ended():\n"
        "    raise OSError('no room')\n"
    )
    shown = on_a_terminal(tmp_path, "--plugin", "fails.py", "train", "line.yaml", NO_COLOR="1")
    # The bar's lines are made empty first, else the next bar would be drawn over it.
    assert re.search(r"\x1b\[2Kwarning: [^\r\n]*", shown)


def test_a_notebook_has_one_line_that_is_rewritten(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook: Any = ModuleType("IPython")
    notebook.get_ipython = lambda: SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    tfgraph.train(tfgraph.loads(LINE, name="line"), listeners=[tfgraph.Progress()])
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("\n") == 1
    first, *_, last = out.split("\r")[1:]
    assert re.match(r"epoch 1/3  step \d/12  loss \d\.\d{4} *", first)
    assert re.match(
        r"line: finished after 12 steps, .* s: test loss 0\.3996, mean_absolute_error 0\.5308 *\n",
        last,
    )


def test_a_run_that_goes_on_shows_what_it_had_reached(
    tmp_path: Path,
) -> None:
    tfgraph.train(tfgraph.loads(LINE, name="line"), tmp_path / "r")
    stream = io.StringIO()

    class Shows:
        @hookimpl
        def tfgraph_run_started(self, run: RunInfo) -> None:
            line = Rewritten(stream)
            line.start(run)
            line.move(run.first_step, 0.5, 1.0)

    tfgraph.resume(tmp_path / "r", settings=["train.epochs=4"], listeners=[Shows()])
    assert "  test loss 0.3996, mean_absolute_error 0.5308  " in stream.getvalue()


def test_a_shorter_line_leaves_nothing_of_the_longer_one(info: RunInfo) -> None:
    stream, watch = io.StringIO(), Watch()
    line = Rewritten(stream, watch)
    line.start(info)
    line.move(10, 0.5, 1_000_000.0)
    watch.now += 1
    line.move(11, 0.5, 10.0)
    longer, shorter = stream.getvalue().split("\r")[1:]
    assert len(longer) <= len(shorter)


def test_in_python_lines_are_shown_where_one_asks_for_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tfgraph.train(tfgraph.loads(LINE), listeners=[tfgraph.Progress()])
    assert steps_written(capsys) == [4, 8, 12]
    tfgraph.train(tfgraph.loads(LINE))
    assert capsys.readouterr() == ("", "")
