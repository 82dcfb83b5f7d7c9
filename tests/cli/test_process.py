"""What only a process of its own shows: what is imported, signals, streams."""

from __future__ import annotations

import json
import os
import pty
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import command, on_a_terminal, process
from tests.cli.conftest import LINE
from tests.cli.processes import imported

HEAVY = ("tensorflow", "numpy", "rich")
ENDLESS = LINE.replace("epochs: 3", "epochs: 1000000")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "line.yaml").write_text(LINE)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "line.yaml"),
        ("validate", "line.yaml", "--format", "json"),
        ("validate", "line.yaml", "--format", "sarif"),
        ("validate", "line.yaml", "--format", "github"),
        ("show", "line.yaml"),
        ("schema",),
    ],
    ids=" ".join,
)
def test_what_needs_no_graph_loads_neither_tensorflow_nor_numpy_nor_rich(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    assert not imported(folder, *arguments) & set(HEAVY)


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_loads_no_command(folder: Path, option: str) -> None:
    modules = imported(folder, option)
    assert not modules & {*HEAVY, "jsonschema", "yaml", "pluggy", "tfgraph.cli.validate"}


@pytest.mark.benchmark
@pytest.mark.parametrize(
    ("arguments", "limit"), [(("validate", "line.yaml"), 0.3), (("schema",), 1.0)]
)
def test_what_needs_no_graph_is_there_at_once(
    folder: Path, arguments: tuple[str, ...], limit: float
) -> None:
    times = []
    for _ in range(7):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert process(*arguments, folder=folder).code == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    # Processor time, since other processes may take the processor away.
    assert sorted(times)[3] < limit


@pytest.mark.benchmark
def test_training_says_its_first_line_at_once(folder: Path) -> None:
    times = []
    for _ in range(7):
        started = time.monotonic()
        running = subprocess.Popen(
            command("train", "line.yaml"), stderr=subprocess.PIPE, cwd=folder
        )
        assert running.stderr
        with running.stderr:
            assert running.stderr.readline().startswith(b"training line")
            times.append(time.monotonic() - started)
            running.kill()
        running.wait()
    # The quickest, since other processes may take the processor away.
    assert min(times) < 0.3


def test_dash_reads_standard_input(folder: Path) -> None:
    done = subprocess.run(
        command("validate", "-"),
        check=False,
        input=LINE,
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "<stdin>: ok (takes about 1.5 kB)\n",
        "",
    )


def test_a_reader_that_leaves_is_no_error(folder: Path) -> None:
    running = subprocess.Popen(
        command("plugins", "--format", "json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
    )
    assert running.stdout
    assert running.stderr
    running.stdout.close()
    said = running.stderr.read()
    running.stderr.close()
    assert (running.wait(), said) == (141, b"")


def test_without_filter_tensorflow_speaks_and_results_stay_on_stdout(folder: Path) -> None:
    quiet = process("run", "line.yaml", "x=1", folder=folder)
    loud = process("run", "line.yaml", "x=1", folder=folder, TF_CPP_MIN_LOG_LEVEL="0")
    assert (quiet.out, quiet.err) == ("0.0\n", "")
    assert loud.out == "0.0\n"
    assert "oneDNN" in loud.err


def test_half_precision_is_trained_without_a_word_of_the_library(folder: Path) -> None:
    text = (folder / "line.yaml").read_text().replace("train: {", "train: {precision: float16, ")
    (folder / "half.yaml").write_text(text)
    trained = process("train", "half.yaml", "--quiet", folder=folder)
    assert (trained.code, trained.err) == (0, "")


def test_what_is_no_greeting_is_passed_on(folder: Path) -> None:
    (folder / "tensorflow.py").write_text(
        "import os\n"
        "os.write(2, b'I0000 00:00:17 port.cc:153] oneDNN custom operations are on.\\n')\n"
        "os.write(2, b'F0000 00:00:17 cpu.cc:9] this machine has no AVX\\n')\n"
        "os.abort()\n"
    )
    crashed = process("run", "line.yaml", "x=1", folder=folder)
    assert crashed.code == -signal.SIGABRT
    assert crashed.err == "F0000 00:00:17 cpu.cc:9] this machine has no AVX\n"


def test_a_run_goes_on_where_nobody_reads_its_progress_any_more(folder: Path) -> None:
    running = subprocess.Popen(
        command("train", "line.yaml"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert running.stderr
    running.stderr.readline()
    running.stderr.close()
    assert running.stdout
    assert running.stdout.readline().startswith("test loss ")
    running.stdout.close()
    running.wait(timeout=60)
    outcome = json.loads((folder / "runs/line-1/outcome.json").read_text())
    assert (outcome["status"], outcome["message"]) == ("finished", "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_ends_the_run(folder: Path, number: int, code: int) -> None:
    (folder / "line.yaml").write_text(ENDLESS)
    running = subprocess.Popen(
        command("train", "line.yaml"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert running.stderr
    for line in running.stderr:
        if line.startswith("epoch "):
            break
    running.send_signal(number)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (code, "")
    last = err.splitlines()[-1]
    found = re.fullmatch(
        r"interrupted after step (\d{1,3}(?:,\d{3})*); go on with `tfgraph train --resume runs/line-1`",
        last,
    )
    assert found, err
    step = found[1].replace(",", "")
    assert (folder / f"runs/line-1/checkpoints/step-{step}/manifest.json").exists()
    went_on = process("train", "--resume", "runs/line-1", "--set", "train.epochs=2", folder=folder)
    assert went_on.code == 0
    assert process("evaluate", "runs/line-1", folder=folder).code == 0


@pytest.mark.parametrize("kept", [False, True])
def test_a_terminal_that_closes_ends_the_run_saved_unless_it_is_to_be_kept(
    folder: Path, kept: bool
) -> None:
    (folder / "line.yaml").write_text(ENDLESS)
    code = "import signal, os, sys; signal.signal(signal.SIGHUP, getattr(signal, sys.argv[1]));"
    code += "os.chdir(sys.argv[2]); os.execv(sys.argv[3], sys.argv[3:])"
    how = "SIG_IGN" if kept else "SIG_DFL"
    # The process leads the session of the terminal, as a shell would.
    pid, terminal = pty.fork()
    if pid == 0:
        call = [sys.executable, "-c", code, how, str(folder), *command("train", "line.yaml")]
        os.execv(sys.executable, call)
    log = folder / "runs/line-1/run.log"
    while not log.exists() or "loss" not in log.read_text():
        os.read(terminal, 4096)
    os.close(terminal)
    if kept:
        lines = len(log.read_text().splitlines())
        wait_until(lambda: len(log.read_text().splitlines()) > lines + 20)
        os.kill(pid, signal.SIGTERM)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == (143 if kept else 129)
    outcome = json.loads((folder / "runs/line-1/outcome.json").read_text())
    assert outcome["status"] == "interrupted"
    assert (folder / f"runs/line-1/checkpoints/step-{outcome['step']}").is_dir()


def test_a_run_that_is_interrupted_breaks_no_word_on_a_terminal(folder: Path) -> None:
    plugin = "import os, signal\nfrom tfgraph.api import hookimpl\n\n\n@hookimpl\n"
    plugin += "def tfgraph_steps_done():\n    os.kill(os.getpid(), signal.SIGINT)\n"
    (folder / "stops.py").write_text(plugin)
    place = f"runs/{'long-' * 8}1"
    shown = on_a_terminal(
        folder, "--plugin", "stops.py", "train", "line.yaml", "--run", place, code=130
    )
    resuming = f"`tfgraph --plugin stops.py train --resume {place}`"
    assert shown.endswith(f"interrupted after step 1; go on with\r\n{resuming}\r\n")


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


SLOW = """
import time
from tfgraph.api import Layer, hookimpl
from tfgraph.lazy import tf

class Slow(Layer):
    \"\"\"Takes its time.\"\"\"
    type = "slow"
    def infer(self, x):
        return x
    def build(self, x, weights, ctx):
        def wait(value):
            time.sleep(4)
            return value
        found = tf.numpy_function(wait, [x], x.dtype)
        found.set_shape(x.shape)
        return tf.stop_gradient(found - x) + x

@hookimpl
def tfgraph_layers():
    return [Slow]
"""


def slow_run(folder: Path, *more: str) -> subprocess.Popen[str]:
    """A run whose steps and evaluations last long; up to its first checkpoint."""
    (folder / "slow.py").write_text(SLOW)
    text = LINE.replace("layers:\n", "layers:\n  - slow\n").replace("points: 64", "points: 16")
    (folder / "line.yaml").write_text(text)
    running = subprocess.Popen(
        command("--plugin", "slow.py", "train", "line.yaml", "-v", *more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert running.stderr
    for line in running.stderr:
        if line.startswith("saved "):
            break
    time.sleep(1)  # a signal that comes before the first step ends the run before it
    return running


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_second_signal_leaves_at_once_and_says_how_to_go_on(
    folder: Path, number: int, code: int
) -> None:
    running = slow_run(folder)
    running.send_signal(number)
    assert running.stderr
    assert running.stderr.readline() == (
        "ending the steps under way, and saving: Ctrl-C again leaves at once\n"
    )
    running.send_signal(number)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (code, "")
    resuming = "`tfgraph --plugin slow.py train --resume runs/line-1`"
    assert err == f"left at once after step 0, which is saved; go on with {resuming}\n"
    outcome = json.loads((folder / "runs/line-1/outcome.json").read_text())
    assert (outcome["status"], outcome["step"]) == ("interrupted", 0)
    assert "  interrupted after 0 steps, " in (folder / "runs/line-1/run.log").read_text()


def test_a_signal_in_the_last_evaluation_is_obeyed_after_it(folder: Path) -> None:
    running = slow_run(folder, "--set", "train.steps=0")
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert out.startswith("test loss ")
    last = err.splitlines()[-1]
    assert last == "interrupted after step 0, when the run had ended: finished"
    outcome = json.loads((folder / "runs/line-1/outcome.json").read_text())
    assert outcome["status"] == "finished"
    assert outcome["metrics"]["loss"] > 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_before_the_first_step_says_that_nothing_was_trained(
    folder: Path, number: int, code: int
) -> None:
    (folder / "tensorflow.py").write_text("import time\ntime.sleep(60)\n")
    running = subprocess.Popen(
        command("train", "line.yaml"), stderr=subprocess.PIPE, text=True, cwd=folder
    )
    assert running.stderr
    with running.stderr:
        assert running.stderr.readline().startswith("training line")
        time.sleep(0.5)
        running.send_signal(number)
        assert running.stderr.read() == "interrupted before the first step: nothing was written\n"
    assert not (folder / "runs").exists()
    assert running.wait() == code


def test_a_terminal_gets_a_bar_and_no_color_is_heeded(folder: Path) -> None:
    coloured = on_a_terminal(folder, "train", "line.yaml")
    shutil.rmtree(folder / "runs")
    plain = on_a_terminal(folder, "train", "line.yaml", NO_COLOR="1")
    for shown in (coloured, plain):
        assert "epoch 3/3" in shown
        assert "\x1b[2K" in shown  # the bar was drawn over
    assert re.search(r"\x1b\[3\dm|\x1b\[38;", coloured)
    assert not re.search(r"\x1b\[3\dm|\x1b\[38;", plain)


def test_plugins_and_tables_are_folded_into_a_terminal(folder: Path) -> None:
    for arguments in (["plugins"], ["show", "line.yaml"]):
        shown = re.sub(r"\x1b\[[\d;]*m", "", on_a_terminal(folder, *arguments))
        lines = shown.splitlines()
        assert max(map(len, lines)) <= 80
    piped = process("plugins", folder=folder).out
    shown = on_a_terminal(folder, "plugins")
    assert shown.split() == piped.split()


@pytest.mark.parametrize("arguments", [("schema",), ("validate", "line.yaml")])
def test_standard_output_that_takes_nothing_is_named(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            command(*arguments),
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
        )
    said = "error: cannot write to standard output: No space left on device\n"
    assert (done.returncode, done.stderr) == (4, said)


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(folder: Path, closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", *command("runs")],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
    )
    said = "" if "2" in closed else "there are no runs in runs\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, "", said)


@pytest.mark.parametrize(
    ("raised", "said", "help"),
    [
        (
            'ImportError("libtensorflow_cc.so.2: failed to map segment from shared object")',
            "the memory does not suffice to load TensorFlow: libtensorflow_cc.so.2: failed to map",
            "(`ulimit -v`)",
        ),
        ("MemoryError()", "the memory does not suffice to load TensorFlow\n", "(`ulimit -v`)"),
        (
            'ImportError("no version of it for this processor")',
            "TensorFlow cannot be loaded: no version of it for this processor\n",
            "`python -c 'import tensorflow'`",
        ),
    ],
)
def test_a_tensorflow_that_does_not_load_is_no_fault_of_tfgraph(
    folder: Path, raised: str, said: str, help: str
) -> None:
    (folder / "broken").mkdir()
    (folder / "broken" / "tensorflow.py").write_text(f"raise {raised}\n")
    path = os.pathsep.join([str(folder / "broken"), *filter(None, sys.path)])
    failed = process("train", "line.yaml", "-q", folder=folder, PYTHONPATH=path)
    assert failed.code == 3
    assert failed.err.startswith(f"error: {said}")
    assert failed.err.splitlines()[-1].startswith("help: ")
    assert failed.err.endswith((help + " works\n", help + "\n"))
    assert not (folder / "runs").exists()
