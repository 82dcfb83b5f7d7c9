"""Each kind of failure has its exit code and one clear message, without a traceback."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.commands import Caller

HEAD = "tfgraph: 1\ninputs: {x: [4]}\nlayers:\n"

FAILING = '''
from tfgraph.api import Dataset, Field, Layer, hookimpl

class Raises(Layer):
    """Fails when it is built."""
    type = "raises"
    def infer(self, x):
        return x
    def build(self, x, weights, ctx):
        raise RuntimeError("this layer is broken")

class Unloadable(Dataset):
    """Declares what it cannot load."""
    type = "unloadable"
    def fields(self):
        return {"x": Field(()), "y": Field(())}
    def target(self):
        return "y"
    def splits(self):
        return {"train": 10}
    def load(self, split, seed):
        raise FileNotFoundError(2, "No such file or directory", "examples.bin")

class Lying(Unloadable):
    """Loads other shapes than it declares."""
    type = "lying"
    def load(self, split, seed):
        import numpy
        return {"x": numpy.zeros((10, 3)), "y": numpy.zeros(10)}

class Crashing(Unloadable):
    """Fails in its own code."""
    type = "crashing"
    def load(self, split, seed):
        return {}["x"]

class Large(Unloadable):
    """Finds no memory for what it loads."""
    type = "large"
    def load(self, split, seed):
        raise MemoryError

@hookimpl
def tfgraph_layers():
    return [Raises]

@hookimpl
def tfgraph_datasets():
    return [Unloadable, Lying, Crashing, Large]
'''

TRAINED = """\
tfgraph: 1
data: {DATA}
layers: [scale]
loss: squared_error
optimizer: {gradient_descent: 0.1}
"""


def fails(call: Caller, code: int, *arguments: object) -> str:
    """The whole message of a command that must fail with the code."""
    outcome = call(*arguments)
    assert outcome.code == code, outcome
    assert "Traceback" not in outcome.err
    return outcome.err


def spec(text: str) -> str:
    Path("spec.yaml").write_text(text)
    return "spec.yaml"


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("maxpool", "unknown layer `maxpool`"),
        ("matmul: many", "must be an integer"),
        ("conv2d: 3", "`conv2d` needs [batch, height, width, channels], got [batch, 4]"),
    ],
)
def test_1_a_spec_with_errors(call: Caller, layer: str, message: str) -> None:
    path = spec(f"{HEAD}  - {layer}\n")
    outcome = call("validate", path)
    assert (outcome.code, outcome.err) == (1, "")
    assert message in outcome.out
    assert message in fails(call, 1, "train", path)
    assert message in fails(call, 1, "run", path, "x=[1,2,3,4]")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "no command is called `trian`: did you mean `train`?"),
        (["train"], "Missing argument 'SPEC'"),
        (["show", "line.yaml", "--formt", "svg"], "No such option"),
        (
            ["explain", "--set", "a=1"],
            "help: `validate`, `show`, `train`, `evaluate`, `predict` and `run` have it, `explain` does "
            "not\n",
        ),
        (["train", "--strict", "a.yaml"], "help: `validate` has it, `train` does not\n"),
        (
            ["train", "--plugin", "a.py"],
            "help: it stands before the command: `tfgraph --plugin … train …`\n",
        ),
        (["run", "line.yaml"], "the input `x` is missing"),
        (["run", "line.yaml", "x"], "a value is NAME=VALUE, got `x`"),
        (["run", "line.yaml", "x=1", "x=2"], "the input `x` is given twice"),
        (["run", "line.yaml", "z=1"], "has no input `z`"),
        (["run", "line.yaml", "x=one"], "neither a number nor a list of them: `one`"),
        (["run", "line.yaml", "x=[[1]]"], "the input `x` is [batch], got [1, 1]"),
        (["run", "line.yaml", 'x=["a"]'], "not numbers"),
    ],
)
def test_2_a_command_put_wrongly(call: Caller, arguments: list[str], message: str) -> None:
    assert message in fails(call, 2, *arguments)


def test_2_nothing_to_train(call: Caller) -> None:
    message = fails(call, 2, "train", spec(f"{HEAD}  - relu\n"))
    assert message.startswith("error: the spec `spec` has no loss: there is nothing to train\n")


def test_2_a_run_directory_that_exists(call: Caller) -> None:
    assert call("train", "line.yaml", "--run", "mine").code == 0
    before = Path("mine/manifest.json").read_bytes()
    message = fails(call, 2, "train", "line.yaml", "--run", "mine")
    assert message.startswith("error: `mine` exists already: a run never overwrites anything\n")
    assert Path("mine/manifest.json").read_bytes() == before


def test_3_a_plugin_file_that_fails(call: Caller) -> None:
    Path("bad.py").write_text("import a_module_that_is_not_there")
    message = fails(call, 3, "--plugin", "bad.py", "validate", "line.yaml")
    assert message.startswith("error: plugin file `bad.py` failed to load: ModuleNotFoundError")
    assert "does not exist" in fails(call, 3, "--plugin", "nowhere.py", "validate", "line.yaml")


def test_3_a_layer_that_fails_when_it_is_built(call: Caller) -> None:
    Path("failing.py").write_text(FAILING)
    arguments = ("--plugin", "failing.py", "run", spec(f"{HEAD}  - raises\n"), "x=[1,2,3,4]")
    assert "this layer is broken" in fails(call, 3, *arguments)
    debugged = call("--debug", *arguments)
    assert debugged.code == 3
    assert "Traceback" in debugged.err


@pytest.mark.parametrize(
    ("dataset", "code", "message"),
    [
        ("crashing", 3, "the dataset `crashing` failed to load its split `train`: KeyError: 'x'"),
        ("lying", 3, "the dataset `lying` gives [10, 3] of float64 for `x` in its split `train`"),
        ("large", 4, "the memory does not suffice for the split `train` of the dataset `large`"),
        ("unloadable", 4, "the dataset `unloadable` cannot read `examples.bin`: No such file"),
    ],
)
def test_a_dataset_that_fails(call: Caller, dataset: str, code: int, message: str) -> None:
    Path("failing.py").write_text(FAILING)
    path = spec(TRAINED.replace("{DATA}", dataset))
    assert message in fails(call, code, "--plugin", "failing.py", "train", path)
    assert not Path("runs").exists()


def test_4_a_spec_that_is_not_there(call: Caller) -> None:
    message = "error: cannot read the spec `no.yaml`: No such file or directory\n"
    for command in ("validate", "show", "train", "run"):
        assert fails(call, 4, command, "no.yaml") == message


def test_4_a_directory_that_is_no_run(call: Caller) -> None:
    message = fails(call, 4, "evaluate", "nowhere")
    assert message.startswith("error: there is no run `nowhere`")


def test_4_input_files(call: Caller) -> None:
    assert call("train", "line.yaml", "--run", "r").code == 0
    Path("words.csv").write_text("0.5\none\n")
    Path("torn.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr'")
    np.save("wide.npy", np.zeros((2, 3), np.float32))
    assert "cannot read `no.npy`: No such file" in fails(call, 4, "predict", "r", "no.npy")
    assert "line 2, column 1: `one` is not a" in fails(call, 4, "predict", "r", "words.csv")
    assert "`torn.npy` is no npy file, or is damaged" in fails(call, 4, "predict", "r", "torn.npy")
    assert "the input `x` is [batch], got [2, 3]" in fails(call, 4, "predict", "r", "wide.npy")
    assert "cannot read `no.npy`" in fails(call, 4, "run", "line.yaml", "x=@no.npy")


def test_4_a_damaged_checkpoint(call: Caller) -> None:
    text = (
        Path("line.yaml")
        .read_text()
        .replace("epochs: 3", "epochs: 3, checkpoint: {every: 4 steps}")
    )
    Path("line.yaml").write_text(text)
    assert call("train", "line.yaml", "--run", "r").code == 0
    state = Path("r/checkpoints/step-12/arrays.npz")
    state.write_bytes(state.read_bytes()[:-1])
    for options in ([], ["--checkpoint", "last"], ["--checkpoint", "12"]):
        first, second = fails(call, 4, "evaluate", "r", *options).splitlines()
        assert first.startswith(
            "error: the checkpoint `r/checkpoints/step-12` is damaged: arrays.npz has "
        )
        assert second == "help: the newest sound one is that of step 8: `--checkpoint 8` takes it"
    assert call("evaluate", "r", "--checkpoint", "8").code == 0
    message = fails(call, 4, "evaluate", "r", "--checkpoint", "5")
    assert message.startswith("error: there is no checkpoint of step 5 in `r/checkpoints`")
    assert "no checkpoint in `r/checkpoints` says" in fails(
        call, 4, "evaluate", "r", "--checkpoint", "best"
    )
    assert "`newest` is no checkpoint: last, best or the number of a step" in fails(
        call, 2, "evaluate", "r", "--checkpoint", "newest"
    )


def test_4_a_place_that_cannot_be_written(call: Caller) -> None:
    Path("file").write_text("")
    message = fails(call, 4, "train", "line.yaml", "--run", "file/run")
    assert message.splitlines()[-1].startswith("error: cannot write `file/run`: Not a directory")


def test_5_a_loss_that_is_not_finite(call: Caller) -> None:
    text = Path("line.yaml").read_text().replace("0.1", "1000").replace("epochs: 3", "epochs: 99")
    message = fails(call, 5, "train", spec(text))
    assert "\nerror: training diverged in step " in message
    assert message.splitlines()[-1].startswith("help: try a smaller `optimizer.")


def test_4_a_batch_that_the_split_does_not_fill_leaves_no_run(call: Caller) -> None:
    more = ("--set", "train.drop_remainder=true", "--set", "train.batch_size=65")
    message = fails(call, 4, "train", "line.yaml", *more)
    assert "error: the split `train` has 64 examples, fewer than one batch of 65, and" in message
    assert message.endswith("help: lower `batch_size` to 64 or less\n")
    assert "training line" not in message
    assert not Path("runs").exists()


def test_4_a_folder_that_nobody_can_make(call: Caller) -> None:
    message = fails(call, 4, "train", "line.yaml", "--run", "/proc/x")
    assert message.endswith("error: cannot write `/proc/x`: No such file or directory\n")


def test_2_a_run_in_the_place_of_a_spec(call: Caller) -> None:
    assert call("train", "line.yaml").code == 0
    message = fails(call, 2, "train", "runs/line-1")
    assert message == (
        "error: `runs/line-1` is a folder, and here a spec is named\n"
        "help: `tfgraph train --resume runs/line-1` goes on with the run\n"
    )
    assert "name the YAML file of a model" in fails(call, 2, "train", "runs")


def test_4_a_run_that_is_not_there(call: Caller) -> None:
    assert call("train", "line.yaml").code == 0
    for arguments in (["evaluate"], ["train", "--resume"], ["train", "line.yaml", "--from"]):
        assert fails(call, 4, *arguments, "line-1").endswith(
            "error: there is no run `line-1`\nhelp: did you mean `runs/line-1`?\n"
        )
    assert fails(call, 4, "evaluate", "runs/lin-1") == (
        "error: there is no run `runs/lin-1`\nhelp: did you mean `runs/line-1`?\n"
    )
    assert fails(call, 4, "evaluate", "runs/other") == (
        "error: there is no run `runs/other`\nhelp: `tfgraph runs` lists those that there are; "
        "`tfgraph train SPEC` makes one\n"
    )
    assert fails(call, 4, "evaluate", "line.yaml").startswith(
        "error: `line.yaml` is a file, and here a run is named: the folder that "
    )
    assert fails(call, 4, "evaluate", "runs").startswith(
        "error: `runs` is no run directory: there is no `runs/manifest.json`\n"
    )


def test_4_a_damaged_run_says_what_is_left_to_do(call: Caller) -> None:
    assert call("train", "line.yaml").code == 0
    manifest = Path("runs/line-1/manifest.json")
    help = (
        "help: put a copy of it there, or train anew with "
        "`tfgraph train runs/line-1/resolved.yaml`\n"
    )
    for content in ("{", "{}", manifest.read_text().replace('"seed": 0', '"seed": "0"')):
        manifest.write_text(content)
        assert fails(call, 4, "evaluate", "runs/line-1").endswith(help)
    manifest.unlink()
    assert fails(call, 4, "train", "--resume", "runs/line-1") == (
        "error: the run `runs/line-1` is damaged: there is no `runs/line-1/manifest.json`\n" + help
    )
    assert call("train", "runs/line-1/resolved.yaml").code == 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("train", "line.yaml", "--run", ""), "'--run'"),
        (("train", "--resume", ""), "'--resume'"),
        (("evaluate", ""), "'RUN'"),
    ],
)
def test_2_an_empty_name_of_a_run(call: Caller, arguments: tuple[str, ...], named: str) -> None:
    assert fails(call, 2, *arguments).endswith(f"Invalid value for {named}: it is empty\n")


def test_4_a_run_that_is_a_link_to_itself(call: Caller) -> None:
    Path("loop").symlink_to("loop")
    message = "error: cannot read `loop/manifest.json`: Too many levels of symbolic links\n"
    assert fails(call, 4, "evaluate", "loop") == message
