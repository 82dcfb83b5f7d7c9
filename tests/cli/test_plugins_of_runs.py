"""The plugins that a run was trained with: known again, missed, and told of where they have changed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from tests.cli.commands import Caller
from tests.cli.conftest import LINE
from tests.cli.test_commands import DOUBLING
from tests.plugins.distributions import lay_out, python
from tfgraph import open_run

DOUBLED = LINE.replace("layers:", "layers:\n  - double")
CHANGED = "warning: what the run `r` was trained with has changed since: "

#: Several commands in one process: the code and the standard error of each.
COMMANDS = """
import contextlib, io, json, sys
from tfgraph.cli.main import run

found = []
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stderr(io.StringIO()) as err:
        with contextlib.redirect_stdout(io.StringIO()):
            code = run(arguments)
    found.append((code, err.getvalue()))
print(json.dumps(found))
"""


def warnings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("warning")]


@pytest.fixture
def run(call: Caller) -> Caller:
    """Beside `line.yaml` there is `r`, trained with `double.py`, and `x.npy` for it."""
    Path("double.py").write_text(DOUBLING)
    Path("d.yaml").write_text(DOUBLED)
    np.save("x.npy", np.ones(2, np.float32))
    assert call("--plugin", "double.py", "train", "d.yaml", "--run", "r").code == 0
    return call


def put(name: str, source: str) -> str:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(source)
    return name


USES = [["evaluate", "r"], ["predict", "r", "x.npy"], ["train", "d.yaml", "--from", "r"]]


def test_a_plugin_file_that_holds_something_else_is_warned_of(run: Caller) -> None:
    file = put("other/double.py", DOUBLING.replace("2 * x", "3 * x"))
    text = f"the plugin file `{file}` is not what it was: it may compute something else"
    for use in USES:
        used = run("--plugin", file, *use)
        assert (used.code, warnings(used.err)) == (0, [CHANGED + text])
    warned: list[str] = []
    open_run("r", plugin_files=[file], warn=warned.append)
    assert [f"warning: {line}" for line in warned] == [CHANGED + text]


def test_a_plugin_file_of_which_nothing_is_used_is_not_warned_of(call: Caller) -> None:
    call("--plugin", put("first/double.py", DOUBLING), "train", "line.yaml", "--run", "r")
    file = put("second/double.py", DOUBLING.replace("2 * x", "3 * x"))
    for use in (["evaluate", "r"], ["train", "--resume", "r", "--set", "train.epochs=4"]):
        used = call("--plugin", file, *use)
        assert (used.code, warnings(used.err)) == (0, [])


def test_a_plugin_file_is_known_again_by_what_it_holds(run: Caller) -> None:
    file = put("elsewhere/twice.py", DOUBLING)
    for use in [*USES, ["train", "--resume", "r", "--set", "train.epochs=4"]]:
        used = run("--plugin", file, *use)
        assert (used.code, warnings(used.err)) == (0, [])


def test_a_plugin_file_that_is_gone_is_not_what_help_names(run: Caller) -> None:
    Path("double.py").unlink()
    other = put("twice.py", DOUBLING.replace("2 * x", "3 * x"))
    for given in ([], ["--plugin", other]):
        refused = run(*given, "evaluate", "r")
        assert (refused.code, refused.err) == (
            2,
            "error: the run `r` was trained with the plugin file `double.py`\n"
            "help: there is no `double.py` here: give it by the path that it has now, "
            "`tfgraph --plugin FILE …`; it may have another name\n",
        )


def test_the_spec_that_a_run_wrote_wants_its_plugin_file_too(run: Caller) -> None:
    refused = run("train", "r/resolved.yaml")
    assert (refused.code, refused.err) == (
        2,
        "error: the run `r` was trained with the plugin file `double.py`\n"
        "help: give it again: `tfgraph --plugin double.py …`\n",
    )
    assert run("--plugin", "double.py", "train", "r/resolved.yaml").code == 0
    # What a setting has wrong is no plugin's.
    wrong = run("--plugin", "double.py", "train", "r/resolved.yaml", "--set", "loss=squared")
    assert wrong.code == 1
    assert "unknown loss `squared`" in wrong.err


def commands(site: Path, *lines: str) -> list[tuple[int, str]]:
    """The code and the standard error of each command, with the distributions of a folder."""
    site.mkdir(exist_ok=True)
    done = python(COMMANDS, site, json.dumps([line.split() for line in lines]))
    assert done.returncode == 0, done.stderr
    return [(code, err) for code, err in json.loads(done.stdout.splitlines()[-1])]


def test_a_plugin_of_another_version_is_warned_of_where_it_is_used_and_a_lost_one_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("line.yaml").write_text(LINE)
    Path("d.yaml").write_text(DOUBLED)
    for version in ("1.0", "2.0"):
        site = tmp_path / version
        site.mkdir()
        lay_out(site, "example", "doubling", DOUBLING, version)
    trained = commands(
        tmp_path / "1.0", "train d.yaml --run r", "train line.yaml --run plain", "evaluate r"
    )
    assert [(code, warnings(err)) for code, err in trained] == [(0, [])] * 3

    more = "--set train.epochs=4"
    used = commands(
        tmp_path / "2.0",
        "evaluate r",
        "train d.yaml --from r",
        f"train --resume r {more}",
        "evaluate plain",
        "train line.yaml --from plain",
        f"train --resume plain {more}",
    )
    change = "plugin `doubling` of example 1.0 then, example 2.0 now"
    warning = f"{CHANGED}{change}: it may compute something else"
    resumed = (
        "warning: what the run stands on has changed since it began: "
        f"{change}: it may come out otherwise"
    )
    told = [[warning], [warning], [resumed], [], [], []]
    assert [(code, warnings(err)) for code, err in used] == [(0, lines) for lines in told]

    wrong = "--set train.epochs=5 --set loss=squared"
    refused = commands(
        tmp_path / "none",
        "evaluate r",
        "train --resume r",
        f"train --resume r {wrong}",
        "train r/resolved.yaml",
        "evaluate plain",
        f"train --resume plain {wrong}",
    )
    lost = (
        "error: unknown layer `double`: the run `r` was trained with `example 1.0`, which is not "
        "installed\nhelp: install it again: `pip install example==1.0`\n"
    )
    assert refused[:4] == [(2, lost)] * 4
    assert refused[4][0] == 0
    code, err = refused[5]
    assert code == 1
    assert re.search(r"TG202.*unknown loss `squared`", err)


def test_a_lost_plugin_whose_name_is_no_distribution_is_in_no_command(run: Caller) -> None:
    path = Path("r/manifest.json")
    manifest = json.loads(path.read_text())
    manifest["plugin_files"] = []
    manifest["plugins"] = [{"name": "p", "origin": "example; reboot 1.0"}]
    path.write_text(json.dumps(manifest))
    refused = run("evaluate", "r")
    assert refused.code == 2
    assert refused.err.endswith(
        "was trained with `example; reboot 1.0`, which is not installed\nhelp: install it again\n"
    )
