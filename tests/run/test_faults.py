"""A save whose every call of the system fails in turn, and a power cut before each of them."""

from __future__ import annotations

import errno
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.run.faults import REASONS, PowerCut, faulty, power_cut, short_write
from tfgraph.errors import DataError
from tfgraph.run.checkpoint import Saved, Store
from tfgraph.run.directory import RunDirectory
from tfgraph.run.history import Monitored

LOG = '{"epoch": 1, "step": 1, "loss": 0.5}\n'


def state(step: int) -> dict[str, Any]:
    draws = np.random.default_rng(step)
    return {
        "step": np.array(step),
        "weights/hidden/kernel": draws.normal(size=(3, 4)).astype(np.float32),
        "slots/hidden/kernel/mean": draws.normal(size=(3, 4)),
    }


def save(folder: Path, step: int) -> None:
    store = Store(folder / "checkpoints")
    store.save(state(step), Saved(step, float(step), LOG * step))
    store.prune(2, step)


def check_last(folder: Path, *allowed: int) -> None:
    """The newest checkpoint is one of those, bit for bit, and nothing is taken for damaged."""
    found = Store(folder / "checkpoints").last()
    assert found.saved.step in allowed
    assert not found.damaged
    assert found.saved.log == LOG * found.saved.step
    for name, array in state(found.saved.step).items():
        assert found.arrays[name].tobytes() == array.tobytes()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with the checkpoints of two steps, to be copied: to sync files takes its time."""
    folder = tmp_path_factory.mktemp("two")
    save(folder, 1)
    save(folder, 2)
    return folder


def copy(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def number_of_calls(work: Callable[[], object]) -> int:
    with faulty(None, 0) as system:
        work()
    return len(system.done)


def test_a_save_survives_the_failure_of_each_of_its_calls(tmp_path: Path, two: Path) -> None:
    whole = copy(two, tmp_path / "whole")
    calls = number_of_calls(lambda: save(whole, 3))
    outcomes = set()
    for number in REASONS:
        for at in range(calls):
            folder = copy(two, tmp_path / f"{number}-{at}")
            try:
                with faulty(at, number) as system:
                    save(folder, 3)
            except DataError as error:
                assert len(system.done) > at
                check_message(error, number, folder)
                outcomes.add(system.done[at])
            check_last(folder, 2, 3)
            with faulty(None, 0):
                save(folder, 3)
            check_last(folder, 3)
            RunDirectory(folder).tidy()
            assert Store(folder / "checkpoints").steps() == [2, 3]
            assert names(folder / "checkpoints") == {"step-2", "step-3"}
    assert {"open", "write", "fsync", "mkdir", "rename", "unlink", "rmdir"} <= outcomes


def check_message(error: DataError, number: int, folder: Path) -> None:
    """It names the path, the reason and, where there is no room, the room."""
    assert re.fullmatch(
        rf"cannot (write|delete|read) `{folder}/checkpoints(/\.?step-\d.*)?`: .+", error.message
    )
    assert os.strerror(number) in error.message
    if number == errno.ENOSPC and error.message.startswith("cannot write"):
        assert re.match(r"[\d,]+ bytes are free there, and it takes about [\d,]+ bytes", error.help)


def test_the_first_save_leaves_nothing_where_it_fails(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    calls = number_of_calls(lambda: save(tmp_path / "r", 1))
    for at in range(calls):
        folder = tmp_path / str(at)
        folder.mkdir()
        try:
            with faulty(at, errno.EIO):
                save(folder, 1)
        except DataError:
            pass
        if Store(folder / "checkpoints").steps():
            check_last(folder, 1)
        with faulty(None, 0):
            save(folder, 1)
        check_last(folder, 1)


def test_a_name_that_could_not_be_put_on_the_disk_is_put_there_at_the_next_try(
    tmp_path: Path, two: Path
) -> None:
    folder = copy(two, tmp_path / "r")
    store = Store(folder / "checkpoints")
    with faulty(None, 0) as system:
        store.save(state(3), Saved(3, 3.0, LOG * 3))
    last = len(system.done) - 1
    assert system.done[last] == "fsync"
    shutil.rmtree(store.path(3))
    with faulty(last, errno.EIO), pytest.raises(DataError):
        store.save(state(3), Saved(3, 3.0, LOG * 3))
    assert store.steps() == [1, 2, 3]
    with faulty(None, 0) as system:
        store.save(state(3), Saved(3, 3.0, LOG * 3))
    assert system.done[-1] == "fsync"
    with faulty(len(system.done) - 1, errno.EIO), pytest.raises(DataError, match="cannot write"):
        store.save(state(3), Saved(3, 3.0, LOG * 3))


def test_a_write_that_takes_a_part_is_gone_on_with(tmp_path: Path, two: Path) -> None:
    whole = copy(two, tmp_path / "whole")
    calls = number_of_calls(lambda: save(whole, 3))
    for at in range(calls):
        folder = copy(two, tmp_path / str(at))
        with faulty(at, short_write):
            save(folder, 3)
        check_last(folder, 3)


def test_a_power_cut_before_each_call_leaves_a_checkpoint(tmp_path: Path, two: Path) -> None:
    whole = copy(two, tmp_path / "whole")
    calls = number_of_calls(lambda: save(whole, 3))
    choose = random.Random(0)
    for at in range(calls):
        folder = copy(two, tmp_path / str(at))
        with power_cut(at) as system, pytest.raises(PowerCut):
            save(folder, 3)
        system.lose(choose)
        check_last(folder, 2, 3)
        RunDirectory(folder).tidy()
        with faulty(None, 0):
            save(folder, 3)
        check_last(folder, 3)
        assert names(folder / "checkpoints") == {"step-2", "step-3"}


@pytest.mark.parametrize("failure", [*REASONS, None])
def test_a_checkpoint_that_is_judged_anew_is_sound_at_any_moment(
    tmp_path: Path, two: Path, failure: int | None
) -> None:
    figure = Monitored("loss", 0.5, "lower")

    def judge(folder: Path) -> None:
        Store(folder / "checkpoints").rejudge(2, figure)

    whole = copy(two, tmp_path / "whole")
    calls = number_of_calls(lambda: judge(whole))
    assert calls > 5
    found = Store(whole / "checkpoints")
    assert (found.best_step(), found.load(2).saved.monitored) == (2, figure)
    for at in range(calls):
        folder = copy(two, tmp_path / f"{at}")
        with ExitStack() as stack:
            if failure is None:
                stack.enter_context(power_cut(at))
                stack.enter_context(pytest.raises(PowerCut))
            else:
                stack.enter_context(suppress(DataError))
                stack.enter_context(faulty(at, failure))
            judge(folder)
        check_last(folder, 2)
        RunDirectory(folder).tidy()
        judge(folder)
        assert names(folder / "checkpoints/step-2") == names(two / "checkpoints/step-2")
        assert Store(folder / "checkpoints").best_step() == 2
        check_last(folder, 2)


def test_the_log_is_as_it_was_where_a_line_cannot_be_added(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    run.add_to_log(LOG)
    calls = number_of_calls(lambda: run.add_to_log(LOG))
    for at in range(calls):
        with faulty(at, errno.ENOSPC), pytest.raises(DataError) as caught:
            run.add_to_log(LOG)
        assert f"cannot write `{tmp_path}/metrics.jsonl`: No space left" in caught.value.message
    assert (tmp_path / "metrics.jsonl").read_text() == 2 * LOG


@pytest.mark.parametrize("failure", REASONS)
def test_a_file_that_is_replaced_is_the_old_one_or_the_new_one(
    tmp_path: Path, failure: int
) -> None:
    run = RunDirectory(tmp_path)
    run.write_log("old\n")
    calls = number_of_calls(lambda: run.write_log("old\n"))
    for at in range(calls):
        with faulty(at, failure), pytest.raises(DataError) as caught:
            run.write_log("new\n")
        assert f"cannot write `{tmp_path}/metrics.jsonl`: " in caught.value.message
        assert (tmp_path / "metrics.jsonl").read_text() in ("old\n", "new\n")
        assert names(tmp_path) == {"metrics.jsonl"}
        run.write_log("old\n")


LIMITED = """
import resource, signal, sys
from pathlib import Path
from tests.run.test_faults import save
from tfgraph.errors import DataError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
refused = 0
for limit in range(0, 1400, 100):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        save(Path(sys.argv[1]), 3)
    except DataError as error:
        refused += 1
        print(error.message, error.help)
    else:
        break
print(refused)
"""


def test_a_limit_of_the_system_on_files_is_survived(tmp_path: Path, two: Path) -> None:
    folder = copy(two, tmp_path / "r")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, folder], check=True, capture_output=True, text=True
    )
    *messages, refused = done.stdout.splitlines()
    assert int(refused) > 5
    for message in messages:
        assert message.startswith(f"cannot write `{folder}/checkpoints/step-3`: File too large it")
    check_last(folder, 3)


GUARDED = """
import os, sys
from pathlib import Path
from tests.run.test_faults import check_last, save
from tfgraph.errors import DataError

save(Path(sys.argv[2]), 1)
check_last(Path(sys.argv[2]), 1)  # what is imported when it is used has been, now
os.chdir(sys.argv[1])
for path in (".", "checkpoints", "checkpoints/step-2"):
    os.chmod(path, 0o555)
if os.getuid() == 0:
    os.setuid(65534)
try:
    save(Path(), 3)
except DataError as error:
    print(error.message)
check_last(Path(), 2)
"""


def test_a_folder_that_may_not_be_written_to_is_said_to_be_one(tmp_path: Path, two: Path) -> None:
    folder = copy(two, tmp_path / "r")
    (tmp_path / "other").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, folder, tmp_path / "other"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout == "cannot write `checkpoints/step-3`: Permission denied\n"
    assert names(folder / "checkpoints") == {"step-1", "step-2"}
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


WATCHED = """
import os, sys
from pathlib import Path
import numpy, json
from tests.run.test_faults import save
from tfgraph.run import files
from tfgraph.run.directory import RunDirectory

folder, elsewhere = sys.argv[1], []
EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.link"}

def watch(event, arguments):
    if event in EVENTS and str(arguments[0]).startswith(folder):
        if sys._getframe(1).f_code.co_filename != files.__file__:
            elsewhere.append((event, arguments[0], sys._getframe(1).f_code.co_filename))

sys.addaudithook(watch)
for step in (1, 2, 3, 4):
    save(Path(folder), step)
run = RunDirectory(Path(folder))
run.store.last()
run.write_log("")
run.add_to_log("x")
run.begin()
run.tidy()
print(elsewhere)
"""


def test_every_file_is_opened_where_the_faults_are(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, tmp_path], check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"
