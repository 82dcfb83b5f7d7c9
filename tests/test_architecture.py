"""What holds for the source as a whole: imports, types, lint, documentation, the front door."""

import ast
import inspect
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import tfgraph
from tfgraph.registry import hookspecs, load_registry
from tfgraph.registry.hookspecs import COMPONENT_HOOKS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tfgraph"
HEAVY = {"tensorflow", "numpy", "keras", "google"}
FAMILIES = "layers optimizers schedules losses metrics initializers datasets".split()
SOURCES = sorted([*PACKAGE.rglob("*.py"), *(ROOT / "plugins").glob("*/tfgraph_*/**/*.py")])


def relative(path):
    return str(path.relative_to(ROOT))


def run(*command, **environment):
    """A command in the root of the repository, which succeeds."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"


def test_imports_run_downhill():
    script = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    run(sys.executable, "-c", script)


def test_types_are_sound():
    run(sys.executable, "-m", "mypy")


def test_lint_is_clean():
    run(sys.executable, "-m", "ruff", "check")


def test_the_source_is_formatted():
    run(sys.executable, "-m", "ruff", "format", "--check")


def imports(tree):
    """The top-level names of the modules that are imported when a module is."""
    found = set()
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_nothing_heavy_is_imported_with_a_module(path):
    assert imports(ast.parse(path.read_text(encoding="utf-8"))).isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "path", [path for family in FAMILIES for path in (PACKAGE / family).glob("*.py")], ids=relative
)
def test_a_family_imports_the_contract_and_itself_alone(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    own = f"tfgraph.{path.parent.name}"
    allowed = ("tfgraph.api", "tfgraph.lazy", own)
    used = [module for module in modules if module.startswith("tfgraph")]
    assert [module for module in used if not module.startswith(allowed)] == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_module_says_in_a_line_what_it_is(path):
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = doc.partition("\n")[0]
    assert first.endswith((".", ":")), f"{relative(path)}: {first!r}"


def test_what_a_run_directory_holds_is_named_in_one_place():
    own = PACKAGE / "run" / "names.py"
    spelt = [value for name, value in runpy.run_path(own).items() if name.isupper()]
    written = re.compile("|".join(rf"\b{re.escape(name)}(?:$|/)" for name in spelt))
    for path in {*PACKAGE.glob("run/*.py"), *PACKAGE.glob("cli/*.py")} - {own}:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        found = [
            node.value
            for node in texts
            if isinstance(node.value, str) and node not in docs and written.search(node.value)
        ]
        assert found == [], relative(path)


def test_no_machine_is_named_in_the_repository():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    files = listed.stdout.split() or [relative(path) for path in SOURCES]
    named = re.compile(rb"/(?:work|root|home)/(?!\.\.\.)\w")
    text = [ROOT / name for name in files if not name.endswith(".gz")]
    assert [
        relative(path) for path in text if path.is_file() and named.search(path.read_bytes())
    ] == []


@pytest.mark.parametrize("folder", ["specs", "plugins", "tfgraph", "tests"])
def test_each_folder_has_a_readme(folder):
    text = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# ")


def test_every_file_that_the_map_names_exists():
    table = (PACKAGE / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d+ \| (.*?) \|", table, re.MULTILINE)
    assert rows
    for row in rows:
        folder = ""
        for name in re.findall(r"`([\w/.]+)`", row):
            folder = name.rpartition("/")[0] if "/" in name else folder
            path = PACKAGE / name if "/" in name else PACKAGE / folder / name
            assert path.exists(), f"tfgraph/README.md names {name}"


HOOKS = [value for name, value in vars(hookspecs).items() if name.startswith("tfgraph_")]
OF_COMPONENTS = {name for name, _ in COMPONENT_HOOKS.values()}
OF_RUNS = ("run_started", "steps_done", "epoch_ended", "checkpoint_saved", "run_ended")


@pytest.mark.parametrize(
    "hook", [h for h in HOOKS if h.__name__ in OF_COMPONENTS], ids=lambda hook: hook.__name__
)
def test_a_hook_is_documented_with_an_example_that_runs(hook):
    doc = inspect.getdoc(hook)
    assert doc.startswith("Return ")
    summary, _, example = doc.partition("\n\n")
    assert summary.endswith(".")
    assert example.startswith(f"@hookimpl\ndef {hook.__name__}(")
    from tfgraph.api import hookimpl

    (added,) = re.findall(r"return \[(\w+)\]", example)
    namespace = {"hookimpl": hookimpl, added: object()}
    exec(compile(example, hook.__name__, "exec"), namespace)
    assert namespace[hook.__name__]() == [namespace[added]]


def test_there_is_a_hook_for_every_kind_and_moment_and_no_other():
    moments = {f"tfgraph_{name}" for name in OF_RUNS}
    assert OF_COMPONENTS | moments == {hook.__name__ for hook in HOOKS}


def test_the_examples_of_the_hooks_of_a_run_are_called_in_a_run(tmp_path, capsys):
    import shutil
    from types import SimpleNamespace

    import tfgraph
    from tests.run.models import LINE
    from tfgraph.api import hookimpl

    backup = tmp_path / "backup"
    namespace = {"hookimpl": hookimpl, "shutil": shutil, "backup": backup}
    for name in OF_RUNS:
        doc = inspect.getdoc(getattr(hookspecs, f"tfgraph_{name}"))
        example = doc[doc.index("@hookimpl") :]
        exec(compile(example, name, "exec"), namespace)
    listener = SimpleNamespace(**{n: namespace[n] for n in namespace if n.startswith("tfgraph_")})
    warned = []
    tfgraph.train(tfgraph.loads(LINE), tmp_path / "r", listeners=[listener], warn=warned.append)
    assert warned == []
    assert sorted(path.name for path in backup.iterdir()) == ["step-0", "step-28"]
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "28 steps of spec"
    assert shown[-1].startswith("finished {'loss': ")
    assert len(shown) > 6
    assert all(base.kind == kind for kind, (_, base) in COMPONENT_HOOKS.items())


def test_every_component_of_a_family_is_registered():
    registered = {c for kind in COMPONENT_HOOKS for c in load_registry().types(kind).values()}
    for family in FAMILIES:
        for path in (PACKAGE / family).glob("*.py"):
            module = f"tfgraph.{family}.{path.stem}".removesuffix(".__init__")
            __import__(module)
            for value in vars(sys.modules[module]).values():
                own = inspect.isclass(value) and value.__module__ == module
                if own and "type" in vars(value):
                    assert value in registered, f"{module}.{value.__name__} is not registered"


def test_the_front_door_holds_what_it_promises():
    for name in tfgraph.__all__:
        assert getattr(tfgraph, name) is not None
    assert re.fullmatch(r"\d+\.\d+\.\d+", tfgraph.__version__)
    with pytest.raises(AttributeError, match="module 'tfgraph' has no attribute 'nothing'"):
        tfgraph.nothing  # noqa: B018


def test_the_console_script_leads_to_a_function():
    from importlib.metadata import entry_points

    (script,) = entry_points(group="console_scripts", name="tfgraph")
    assert callable(script.load())
