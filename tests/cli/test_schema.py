"""`tfgraph schema`: where it writes, and of which plugins."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.commands import Caller
from tests.cli.test_commands import DOUBLING
from tfgraph.registry import load_registry
from tfgraph.spec.schema import language_schema


def test_the_schema_goes_to_standard_output_or_into_a_file(call: Caller) -> None:
    shown = call("schema")
    written = call("schema", "--output", "s.json")
    assert (shown.code, shown.err) == (written.code, written.err) == (0, "")
    assert written.out == ""
    assert Path("s.json").read_text(encoding="utf-8") == shown.out
    assert json.loads(shown.out) == language_schema(load_registry())


def test_a_plugin_file_adds_to_it_and_names_choose_plugins(call: Caller) -> None:
    Path("double.py").write_text(DOUBLING)

    def layers(*options: str) -> set[str]:
        schema = json.loads(call("--plugin", "double.py", "schema", *options).out)
        return {name for name in schema["$defs"] if name.startswith("layer.")}

    assert {"layer.double", "layer.relu"} <= layers()
    assert layers("--only", "double") == {"layer.double"}
    assert layers("--only", "builtins", "--only", "double") == layers()


def test_a_plugin_that_is_not_there_is_a_mistake_of_usage(call: Caller) -> None:
    outcome = call("schema", "--only", "builtin")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == ("error: no plugin is called `builtin`\nhelp: did you mean `builtins`?\n")


def test_a_file_that_cannot_be_written_is_an_error_of_data(call: Caller) -> None:
    outcome = call("schema", "--output", "nowhere/s.json")
    assert outcome.code == 4
    assert outcome.err == "error: cannot write `nowhere/s.json`: No such file or directory\n"
