"""The formats of `tfgraph validate` as they leave the command: streams, exit codes, colours."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import Caller, Outcome, command, on_a_terminal, process

WRONG = "tfgraph: 1\ninputs: {x: [4]}\nlayers: [rellu]\n"
FORMATS = ("text", "json", "sarif", "github")
COLOUR = "\x1b["


@pytest.fixture
def wrong(call: Caller) -> str:
    Path("wrong.yaml").write_text(WRONG)
    return "wrong.yaml"


@pytest.mark.parametrize("form", FORMATS)
def test_the_exit_code_is_that_of_the_worst_file_in_every_format(
    call: Caller, wrong: str, form: str
) -> None:
    def code(*files: str) -> int:
        return call("validate", "--format", form, *files).code

    assert code("line.yaml") == 0
    assert code("line.yaml", wrong) == 1
    assert code("no.yaml", wrong, "line.yaml") == 4


@pytest.mark.parametrize("form", FORMATS)
def test_warnings_change_the_exit_code_only_strictly(call: Caller, form: str) -> None:
    Path("warned.yaml").write_text(WRONG.replace("rellu", "{dropout: 0.99}"))
    for options, code in ([], 0), (["--strict"], 1):
        outcome = call("validate", "--format", form, "warned.yaml", *options)
        assert (outcome.code, outcome.err) == (code, "")
        assert "TG4" in outcome.out
        assert call("validate", "--format", form, "line.yaml", *options).code == 0
    if form == "text":
        assert outcome.out.endswith("\n1 warning in warned.yaml\n")
    elif form == "json":
        assert json.loads(outcome.out)["files"][0]["ok"] is False


@pytest.mark.parametrize("form", FORMATS[1:])
def test_results_of_all_files_go_to_standard_output(call: Caller, wrong: str, form: str) -> None:
    outcome = call("validate", "--format", form, "line.yaml", wrong, "no.yaml")
    assert outcome.err == ""
    if form == "github":
        assert [line.split("::")[1] for line in outcome.out.splitlines()] == [
            "error file=wrong.yaml,line=3,col=10,endLine=3,endColumn=15,"
            "title=TG202%3A an unknown type",
            "error",
        ]
    elif form == "json":
        files = json.loads(outcome.out)["files"]
        assert [(file["file"], file["ok"]) for file in files] == [
            ("line.yaml", True),
            ("wrong.yaml", False),
            ("no.yaml", False),
        ]
    else:
        (run,) = json.loads(outcome.out)["runs"]
        assert [result["ruleId"] for result in run["results"]] == ["TG202"]
        assert len(run["artifacts"]) == 2


@pytest.mark.parametrize("form", FORMATS[1:])
def test_standard_input_is_named_as_such(tmp_path: Path, form: str) -> None:
    done = subprocess.run(
        command("validate", "-", "--format", form),
        check=False,
        input=WRONG,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (1, "")
    if form == "github":
        assert done.stdout.startswith("::error title=TG202%3A an unknown type::unknown layer")
    else:
        assert "<stdin>" in json.dumps(json.loads(done.stdout))


@pytest.mark.parametrize("form", FORMATS)
def test_a_command_put_wrongly_is_told_on_standard_error_alone(call: Caller, form: str) -> None:
    outcome = call("validate", "--format", form)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Missing argument 'SPEC...'" in outcome.err
    assert call("validate", "--format", "xml", "line.yaml").code == 2


@pytest.mark.parametrize("form", FORMATS)
def test_a_plugin_that_fails_is_told_on_standard_error_alone(call: Caller, form: str) -> None:
    Path("bad.py").write_text("import a_module_that_is_not_there")
    outcome = call("--plugin", "bad.py", "validate", "--format", form, "line.yaml")
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err.startswith("error: plugin file `bad.py` failed to load")


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text).replace("\r\n", "\n")


def test_a_terminal_gets_colours_and_everything_else_the_same_text_without(
    call: Caller, wrong: str
) -> None:
    shown = on_a_terminal(Path(), "validate", wrong, code=1)
    piped = process("validate", wrong, folder=Path())
    assert f"{COLOUR}1;31merror[TG202]{COLOUR}0m" in shown
    assert COLOUR not in piped.out
    assert plain(shown) == piped.out


@pytest.mark.parametrize(
    ("variables", "terminal", "pipe"),
    [
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"CLICOLOR": "0"}, False, False),
        ({"CLICOLOR": "1"}, True, False),
        ({"CLICOLOR_FORCE": "1"}, True, True),
        ({"CLICOLOR_FORCE": "0"}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_the_environment_decides_about_colours(
    call: Caller, wrong: str, variables: dict[str, str], terminal: bool, pipe: bool
) -> None:
    shown = on_a_terminal(Path(), "validate", wrong, code=1, **variables)
    piped = process("validate", wrong, folder=Path(), **variables)
    assert (COLOUR in shown, COLOUR in piped.out) == (terminal, pipe)


@pytest.mark.parametrize("form", FORMATS[1:])
def test_what_programs_read_has_no_colours(call: Caller, wrong: str, form: str) -> None:
    coloured = process("validate", wrong, "--format", form, folder=Path(), FORCE_COLOR="1")
    assert COLOUR not in coloured.out


def test_other_commands_print_warnings_once_and_go_on(call: Caller) -> None:
    Path("warned.yaml").write_text(WRONG.replace("rellu", "{dropout: 0.99}"))
    for arguments in (["show", "warned.yaml"], ["run", "warned.yaml", "x=[1,2,3,4]"]):
        outcome = call(*arguments)
        assert outcome.code == 0
        assert outcome.err.count("warning[TG4") == 1
        assert "warning" not in outcome.out


def test_errors_of_other_commands_have_colours_on_standard_error(call: Caller, wrong: str) -> None:
    def told(*arguments: str) -> Outcome:
        return process(*arguments, folder=Path(), FORCE_COLOR="1")

    assert f"{COLOUR}1;31merror[TG202]{COLOUR}0m" in told("show", wrong).err
    assert told("show", "no.yaml").err.startswith(f"{COLOUR}1;31merror{COLOUR}0m")
